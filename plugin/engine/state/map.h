/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * map: a hash table of bounded size that gives up the entry not used for longest.
 *
 * An entry type starts with a struct wt_entry, followed at once by its key: a struct without padding, of
 * whole 32-bit words, compared byte by byte. Entries are zeroed when added, and stay where they are.
 */
#ifndef WIRETRUTH_MAP_H
#define WIRETRUTH_MAP_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wt_entry {
    struct wt_entry *older, *newer; /* in the order of use */
    uint32_t hash;
    uint32_t given_up : 31; /* how often its place was given to another key */
    uint32_t fleeting : 1;  /* it has to prove itself, see wt_map_bound_fleeting() */
};

/* Remembers an entry; wt_map_recall() tells whether it is still there, which is cheaper than finding it
 * again. */
struct wt_handle {
    uint32_t number; /* of the entry, from 1; 0: nothing is remembered */
    uint32_t given_up;
};

struct wt_map;

enum {
    WT_MAP_KEY_MAX = 80 /* bytes */
};

/* Draws the random numbers of the hash, once: for those who need it without a table. */
void wt_map_draw(void);

extern uint32_t wt_map_key[WT_MAP_KEY_MAX / sizeof(uint32_t)];
extern uint64_t wt_map_multiplier;

static inline uint32_t wt_map_word(const uint8_t *bytes)
{
    uint32_t word = 0;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/*
 * Hash of `size` bytes, a multiple of 4; its upper bits are the best. The sum is NH (RFC 4418 5.2.2): two
 * different keys of one size, whatever they are, have the same one with a probability of 2^-32. Multiplying
 * spreads it; keys then share the upper b bits with a probability of 2^(1-b) (Dietzfelbinger and others, "A
 * reliable randomized algorithm for the closest-pair problem", 1997). So crafted packets cannot aim at one
 * slot.
 */
static inline uint32_t wt_map_hash(const void *bytes, size_t size)
{
    const size_t word = sizeof(uint32_t);
    const uint8_t *at = bytes;
    const uint32_t *key = wt_map_key;
    uint64_t sum = 0;
    for (; size >= 2 * word; size -= 2 * word, at += 2 * word, key += 2)
        sum += (uint64_t)(key[0] + wt_map_word(at)) * (key[1] + wt_map_word(at + word));
    if (size)
        sum += (uint64_t)(key[0] + wt_map_word(at)) * key[1];
    sum ^= sum >> 32; /* addresses in a row give sums in a row */
    return (uint32_t)(sum * wt_map_multiplier >> 32);
}

/* Defines NAME_hash() and NAME_equal() for keys of `type`. */
#define WT_MAP_KEY(name, type)                                                                               \
    _Static_assert(sizeof(type) % sizeof(uint32_t) == 0 && sizeof(type) <= WT_MAP_KEY_MAX, "a key");         \
    static guint name##_hash(gconstpointer key)                                                              \
    {                                                                                                        \
        return wt_map_hash(key, sizeof(type));                                                               \
    }                                                                                                        \
    static gboolean name##_equal(gconstpointer a, gconstpointer b)                                           \
    {                                                                                                        \
        return memcmp(a, b, sizeof(type)) == 0;                                                              \
    }

/* A table of at most `limit` entries of `entry_size` bytes with keys of `key_size` bytes. */
struct wt_map *wt_map_new(size_t entry_size, size_t key_size, uint32_t limit, GHashFunc hash,
                          GEqualFunc equal);

/* From now on what is added is fleeting until wt_map_settle() is called for it, and no more than `limit`
 * fleeting entries are kept: those alone make room for each other then. For keys that anybody can make up. */
void wt_map_bound_fleeting(struct wt_map *table, uint32_t limit);
void wt_map_settle(struct wt_map *table, void *entry);

/* Frees the table and its entries; NULL is allowed. */
void wt_map_free(struct wt_map *table);

/* The same, for a detector that keeps nothing else. */
void wt_map_discard(void *table);

/* The entry of `key`, now the newest; NULL if there is none. */
void *wt_map_find(struct wt_map *table, const void *key);

/* The same without making it the newest: for those who only look. */
const void *wt_map_peek(const struct wt_map *table, const void *key);

/* The entry of `key`, now the newest; added if there was none. */
void *wt_map_get(struct wt_map *table, const void *key);

/* Whether a table is too large for the processor's first cache, so that it pays to expect keys. */
bool wt_map_is_far(const struct wt_map *table);

/* Has the processor fetch where `key` will be looked for. */
void wt_map_expect(const struct wt_map *table, const void *key);

/* Makes `entry` the newest: for those who found it by other means. */
void wt_map_use(struct wt_map *table, void *entry);

/* What `handle` remembers, now the newest; NULL if it was given up, or nothing is remembered. */
void *wt_map_recalled(struct wt_map *table, const struct wt_handle *handle);

/* As wt_map_get() and wt_map_find(), but they first try what `handle` remembers, and let it remember the
 * result. */
void *wt_map_recall(struct wt_map *table, struct wt_handle *handle, const void *key);
void *wt_map_recall_known(struct wt_map *table, struct wt_handle *handle, const void *key);

/* The entry not used for longest, and the one used after `entry`; NULL at the end. For walking through all. */
void *wt_map_oldest(const struct wt_map *table);
void *wt_map_next(const void *entry);

#endif
