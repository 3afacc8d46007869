/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table: a hash table of bounded size that gives up the entry not used for longest.
 *
 * An entry type starts with a struct wt_entry, followed at once by its key: a struct without padding,
 * compared byte by byte. Entries are zeroed when added.
 */
#ifndef WIRETRUTH_TABLE_H
#define WIRETRUTH_TABLE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct wt_entry {
    struct wt_entry *older, *newer;
};

/* Remembers an entry; wt_table_recall() tells whether it is still there, which is cheaper than finding it
 * again. */
struct wt_handle {
    void *entry;
    guint given_up;
};

struct wt_table;

/* Hash of `size` bytes, seeded so that crafted packets cannot aim at one bucket. */
guint wt_table_hash(gconstpointer bytes, size_t size);

/* Defines NAME_hash() and NAME_equal() for keys of `type`. */
#define WT_TABLE_KEY(name, type)                                                                             \
    static guint name##_hash(gconstpointer key)                                                              \
    {                                                                                                        \
        return wt_table_hash(key, sizeof(type));                                                             \
    }                                                                                                        \
    static gboolean name##_equal(gconstpointer a, gconstpointer b)                                           \
    {                                                                                                        \
        return memcmp(a, b, sizeof(type)) == 0;                                                              \
    }

/* A table of at most `limit` entries of `entry_size` bytes with keys of `key_size` bytes. */
struct wt_table *wt_table_new(size_t entry_size, size_t key_size, guint limit, GHashFunc hash,
                              GEqualFunc equal);

/* Frees the table and its entries; NULL is allowed. */
void wt_table_free(struct wt_table *table);

/* The entry of `key`, now the newest; NULL if there is none. */
void *wt_table_find(struct wt_table *table, const void *key);

/* The same without making it the newest: for those who only look. */
const void *wt_table_peek(const struct wt_table *table, const void *key);

/* The entry of `key`, now the newest; added if there was none. */
void *wt_table_get(struct wt_table *table, const void *key);

/* What `handle` remembers, now the newest; NULL if it was given up, or nothing is remembered. */
void *wt_table_recalled(struct wt_table *table, const struct wt_handle *handle);

/* As wt_table_get(), but first tries what `handle` remembers, and lets it remember the result. */
void *wt_table_recall(struct wt_table *table, struct wt_handle *handle, const void *key);

/* The entry not used for longest, and the one used after `entry`; NULL at the end. For walking through all.
 */
void *wt_table_oldest(const struct wt_table *table);
void *wt_table_next(const void *entry);

/* How many entries were given up to make room. */
guint wt_table_given_up(const struct wt_table *table);

#endif
