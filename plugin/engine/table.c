/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hash map is GLib's; a list through the entries keeps the order of use. */
#include "table.h"

#include <stdint.h>

enum {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    TABLE_LIMIT_MAX = 16 /* so that a short input makes entries go */
#else
    TABLE_LIMIT_MAX = 1 << 30
#endif
};

struct wt_table {
    GHashTable *map; /* the set of keys, each inside its entry */
    struct wt_entry *oldest, *newest;
    size_t entry_size, key_size;
    guint limit, given_up;
};

static uint64_t table_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U; /* 2^64 / golden ratio */
    return hash ^ hash >> 29;
}

guint wt_table_hash(gconstpointer bytes, size_t size)
{
    static uint64_t seed;
    if (seed == 0)
        seed = (uint64_t)g_random_int() << 32 | g_random_int() | 1;
    const uint8_t *at = bytes;
    uint64_t hash = seed;
    for (; size >= sizeof(uint64_t); at += sizeof(uint64_t), size -= sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, at, sizeof word);
        hash = table_mix(hash, word);
    }
    if (size) {
        uint64_t word = 0;
        memcpy(&word, at, size);
        hash = table_mix(hash, word);
    }
    return (guint)(hash ^ hash >> 32);
}

static void *table_key(struct wt_entry *entry)
{
    return entry + 1;
}

struct wt_table *wt_table_new(size_t entry_size, size_t key_size, guint limit, GHashFunc hash,
                              GEqualFunc equal)
{
    struct wt_table *table = g_new0(struct wt_table, 1);
    table->map = g_hash_table_new(hash, equal);
    table->entry_size = entry_size;
    table->key_size = key_size;
    table->limit = MIN(limit, TABLE_LIMIT_MAX);
    return table;
}

void wt_table_free(struct wt_table *table)
{
    if (!table)
        return;
    g_hash_table_destroy(table->map);
    for (struct wt_entry *entry = table->oldest, *newer = NULL; entry; entry = newer) {
        newer = entry->newer;
        g_free(entry);
    }
    g_free(table);
}

static void table_unlink(struct wt_table *table, struct wt_entry *entry)
{
    if (entry->older)
        entry->older->newer = entry->newer;
    else
        table->oldest = entry->newer;
    if (entry->newer)
        entry->newer->older = entry->older;
    else
        table->newest = entry->older;
}

static void table_append(struct wt_table *table, struct wt_entry *entry)
{
    entry->older = table->newest;
    entry->newer = NULL;
    if (table->newest)
        table->newest->newer = entry;
    else
        table->oldest = entry;
    table->newest = entry;
}

/* The order of use matters only when something will have to be given up; until the table is half full it
 * costs nothing. */
static void *table_touch(struct wt_table *table, struct wt_entry *entry)
{
    if (entry != table->newest && g_hash_table_size(table->map) > table->limit / 2) {
        table_unlink(table, entry);
        table_append(table, entry);
    }
    return entry;
}

/* Takes the oldest entry out, to be used again. */
static struct wt_entry *table_give_up_oldest(struct wt_table *table)
{
    struct wt_entry *entry = table->oldest;
    g_hash_table_remove(table->map, table_key(entry));
    table_unlink(table, entry);
    table->given_up++;
    return memset(entry, 0, table->entry_size);
}

void *wt_table_find(struct wt_table *table, const void *key)
{
    void *found = g_hash_table_lookup(table->map, key);
    return found ? table_touch(table, (struct wt_entry *)found - 1) : NULL;
}

const void *wt_table_peek(const struct wt_table *table, const void *key)
{
    const void *found = g_hash_table_lookup(table->map, key);
    return found ? (const struct wt_entry *)found - 1 : NULL;
}

void *wt_table_get(struct wt_table *table, const void *key)
{
    struct wt_entry *entry = wt_table_find(table, key);
    if (entry)
        return entry;
    bool full = g_hash_table_size(table->map) >= table->limit;
    entry = full ? table_give_up_oldest(table) : g_malloc0(table->entry_size);
    memcpy(table_key(entry), key, table->key_size);
    g_hash_table_add(table->map, table_key(entry));
    table_append(table, entry);
    return entry;
}

void *wt_table_recalled(struct wt_table *table, const struct wt_handle *handle)
{
    bool there = handle->entry && handle->given_up == table->given_up;
    return there ? table_touch(table, handle->entry) : NULL;
}

void *wt_table_recall(struct wt_table *table, struct wt_handle *handle, const void *key)
{
    void *entry = wt_table_recalled(table, handle);
    if (entry)
        return entry;
    handle->entry = wt_table_get(table, key);
    handle->given_up = table->given_up;
    return handle->entry;
}

void *wt_table_oldest(const struct wt_table *table)
{
    return table->oldest;
}

void *wt_table_next(const void *entry)
{
    return ((const struct wt_entry *)entry)->newer;
}

guint wt_table_given_up(const struct wt_table *table)
{
    return table->given_up;
}
