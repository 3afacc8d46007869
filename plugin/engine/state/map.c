/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots hold the hash of an entry beside its number, and an entry that finds its slot taken has the next free
 * one. So to learn that a key is not there, or to make room for more, costs a look at neighbouring slots and
 * none at entries, which lie elsewhere in a large memory: with a scan or many connections each of those looks
 * would wait for memory. Half of the slots stay free, so that a search ends soon. Entries lie in blocks of
 * memory that live as long as the table.
 *
 * A list through all entries keeps the order of use. Fleeting ones, if the table has any, stand behind all
 * others. When too many of them are there the oldest of them goes, so a scan cannot push out what is in use;
 * when the table is full its very oldest entry goes, which is one that has settled and was not used for
 * longest.
 *
 * GLib's hash table does not fit: what was not found is hashed again to be added, and each entry is an
 * allocation beside its place in the table. A new connection makes five entries and cost 5,000 instructions
 * more with it.
 */
#include "map.h"

#include "prefetch.h"

enum {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    TABLE_LIMIT_MAX = 16, /* so that a short input makes entries go */
    TABLE_FAR = 4,
#else
    TABLE_LIMIT_MAX = 1 << 30,
    TABLE_FAR = 1 << 11, /* entries whose slots do not fit into the processor's first cache (32 KiB) */
#endif
#if defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION) || defined(__SANITIZE_ADDRESS__)
    TABLE_BLOCK = 1, /* so that the sanitizers see where an entry ends */
#else
    TABLE_BLOCK = 256,   /* entries; memory that was never written to costs nothing */
#endif
    TABLE_LINE = 64, /* bytes that memory hands over at once */
    TABLE_BITS_MIN = 4,
    TABLE_HASH_BITS = 32,
};

struct slot {
    uint32_t hash;
    uint32_t number; /* of the entry, from 1; 0 for a free slot */
};

struct wt_map {
    struct slot *slots;
    uint32_t last;  /* slot; their number is a power of two */
    unsigned shift; /* makes a hash the number of the slot where the search begins */
    uint32_t count, limit;
    size_t entry_size, key_size;
    GHashFunc hash;
    GEqualFunc equal;
    struct wt_entry *oldest, *newest;
    struct wt_entry *fleeting; /* the oldest one; NULL without any */
    uint32_t fleeting_count, fleeting_limit;
    GPtrArray *blocks; /* of memory for entries */
};

uint32_t wt_map_key[WT_MAP_KEY_MAX / sizeof(uint32_t)];
uint64_t wt_map_multiplier;

void wt_map_draw(void)
{
    if (wt_map_multiplier) /* drawn already */
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(wt_map_key); i++)
        wt_map_key[i] = g_random_int();
    wt_map_multiplier = (uint64_t)g_random_int() << 32 | g_random_int() | 1;
}

/* --- slots --- */

static struct wt_entry *table_entry(const struct wt_map *table, uint32_t number)
{
    uint8_t *block = g_ptr_array_index(table->blocks, (number - 1) / TABLE_BLOCK);
    return (struct wt_entry *)(void *)(block + (number - 1) % TABLE_BLOCK * table->entry_size);
}

/* The slot of `key`, or the free one where it would be. */
static struct slot *table_slot(const struct wt_map *table, const void *key, uint32_t hash)
{
    uint32_t at = hash >> table->shift;
    for (;; at = (at + 1) & table->last) {
        struct slot *slot = &table->slots[at];
        if (slot->number == 0)
            return slot;
        if (slot->hash == hash && table->equal(table_entry(table, slot->number) + 1, key))
            return slot;
    }
}

static struct wt_entry *table_lookup(const struct wt_map *table, const void *key, uint32_t hash)
{
    const struct slot *slot = table_slot(table, key, hash);
    return slot->number ? table_entry(table, slot->number) : NULL;
}

static void table_put(struct wt_map *table, struct slot slot)
{
    uint32_t at = slot.hash >> table->shift;
    while (table->slots[at].number)
        at = (at + 1) & table->last;
    table->slots[at] = slot;
}

static void table_set_slots(struct wt_map *table, unsigned bits)
{
    struct slot *before = table->slots;
    const uint32_t count = before ? table->last + 1 : 0;
    table->last = (uint32_t)((1ULL << bits) - 1);
    table->shift = TABLE_HASH_BITS - bits;
    table->slots = g_new0(struct slot, (gsize)table->last + 1);
    for (uint32_t i = 0; i < count; i++)
        if (before[i].number)
            table_put(table, before[i]);
    g_free(before);
}

/* Frees the slot of `entry`; what was put behind it for want of this one moves up. Returns the entry's
 * number. */
static uint32_t table_take(struct wt_map *table, const struct wt_entry *entry)
{
    struct slot *slots = table->slots;
    uint32_t hole = entry->hash >> table->shift;
    while (slots[hole].hash != entry->hash || table_entry(table, slots[hole].number) != entry)
        hole = (hole + 1) & table->last;
    const uint32_t number = slots[hole].number;
    for (uint32_t at = (hole + 1) & table->last; slots[at].number; at = (at + 1) & table->last) {
        const uint32_t home = slots[at].hash >> table->shift;
        if (((at - home) & table->last) < ((at - hole) & table->last))
            continue; /* it would come to stand before where its search begins */
        slots[hole] = slots[at];
        hole = at;
    }
    slots[hole].number = 0;
    return number;
}

/* --- order of use --- */

static void table_unlink(struct wt_map *table, struct wt_entry *entry)
{
    if (table->fleeting == entry)
        table->fleeting = entry->newer;
    if (entry->older)
        entry->older->newer = entry->newer;
    else
        table->oldest = entry->newer;
    if (entry->newer)
        entry->newer->older = entry->older;
    else
        table->newest = entry->older;
}

/* What stands behind the newest entry of the same kind. */
static struct wt_entry *table_behind(const struct wt_map *table, const struct wt_entry *entry)
{
    return entry->fleeting ? NULL : table->fleeting;
}

/* Makes `entry` the newest of its kind. */
static void table_append(struct wt_map *table, struct wt_entry *entry)
{
    entry->newer = table_behind(table, entry);
    entry->older = entry->newer ? entry->newer->older : table->newest;
    if (entry->older)
        entry->older->newer = entry;
    else
        table->oldest = entry;
    if (entry->newer)
        entry->newer->older = entry;
    else
        table->newest = entry;
    if (entry->fleeting && !table->fleeting)
        table->fleeting = entry;
}

/* The order of use matters only when something will have to be given up; until the table is half full it
 * costs nothing, and fleeting entries go in the order in which they came. */
static void *table_touch(struct wt_map *table, struct wt_entry *entry)
{
    if (table->count > table->limit / 2 && entry->newer != table_behind(table, entry)) {
        table_unlink(table, entry);
        table_append(table, entry);
    }
    return entry;
}

/* --- entries --- */

/* The entry that has to make room for another one; NULL if there is room. */
static struct wt_entry *table_last(const struct wt_map *table)
{
    if (table->fleeting_limit && table->fleeting_count >= table->fleeting_limit)
        return table->fleeting;
    return table->count < table->limit ? NULL : table->oldest;
}

/* Has the processor fetch what is touched when the next entry goes, if this one went for want of room: its
 * slot, since the entry itself was fetched the last time, and the entry behind it. Always inlined: gcc takes
 * a function that only fetches for one without effect, and drops the call. */
WT_PREFETCHING void table_expect_last(const struct wt_map *table)
{
    const struct wt_entry *next = table_last(table);
    if (!next)
        return;
    WT_PREFETCH_WRITE(&table->slots[next->hash >> table->shift]);
    const uint8_t *behind = (const uint8_t *)next->newer;
    for (size_t at = 0; behind && at < table->entry_size; at += TABLE_LINE)
        WT_PREFETCH_WRITE(behind + at);
}

/* The number of an entry for another key: a new one, or that of one which is given up. */
static uint32_t table_number(struct wt_map *table)
{
    struct wt_entry *last = table_last(table);
    if (!last) {
        if (table->count % TABLE_BLOCK == 0)
            g_ptr_array_add(table->blocks, g_malloc_n(TABLE_BLOCK, table->entry_size));
        table_entry(table, ++table->count)->given_up = 0;
        return table->count;
    }
    table_unlink(table, last);
    table_expect_last(table);
    table->fleeting_count -= last->fleeting;
    last->given_up++;
    return table_take(table, last);
}

/* The number of a new entry for `key`. */
static uint32_t table_add(struct wt_map *table, const void *key, uint32_t hash)
{
    if (table->count < table->limit && table->count > table->last / 2)
        table_set_slots(table, TABLE_HASH_BITS - table->shift + 1);
    const uint32_t number = table_number(table);
    struct wt_entry *entry = table_entry(table, number);
    const uint32_t given_up = entry->given_up;
    memset(entry, 0, table->entry_size);
    entry->given_up = given_up & INT32_MAX;
    entry->fleeting = table->fleeting_limit > 0;
    entry->hash = hash;
    table->fleeting_count += entry->fleeting;
    memcpy(entry + 1, key, table->key_size);
    table_put(table, (struct slot){hash, number});
    table_append(table, entry);
    return number;
}

/* --- for others --- */

struct wt_map *wt_map_new(size_t entry_size, size_t key_size, uint32_t limit, GHashFunc hash,
                          GEqualFunc equal)
{
    wt_map_draw();
    struct wt_map *table = g_new0(struct wt_map, 1);
    table->entry_size = entry_size;
    table->key_size = key_size;
    table->hash = hash;
    table->equal = equal;
    table->limit = MIN(limit, TABLE_LIMIT_MAX);
    table->blocks = g_ptr_array_new_with_free_func(g_free);
    table_set_slots(table, TABLE_BITS_MIN);
    return table;
}

void wt_map_bound_fleeting(struct wt_map *table, uint32_t limit)
{
    table->fleeting_limit = MIN(limit, MAX(table->limit / 2, 1));
}

void wt_map_settle(struct wt_map *table, void *settled)
{
    struct wt_entry *entry = settled;
    if (!entry->fleeting)
        return;
    table_unlink(table, entry);
    entry->fleeting = false;
    table->fleeting_count--;
    table_append(table, entry);
}

void wt_map_free(struct wt_map *table)
{
    if (!table)
        return;
    g_ptr_array_free(table->blocks, TRUE);
    g_free(table->slots);
    g_free(table);
}

void wt_map_discard(void *table)
{
    wt_map_free(table);
}

bool wt_map_is_far(const struct wt_map *table)
{
    return table->count >= TABLE_FAR;
}

void wt_map_expect(const struct wt_map *table, const void *key)
{
    WT_PREFETCH(&table->slots[table->hash(key) >> table->shift]);
}

void *wt_map_find(struct wt_map *table, const void *key)
{
    struct wt_entry *entry = table_lookup(table, key, table->hash(key));
    return entry ? table_touch(table, entry) : NULL;
}

const void *wt_map_peek(const struct wt_map *table, const void *key)
{
    return table_lookup(table, key, table->hash(key));
}

void *wt_map_get(struct wt_map *table, const void *key)
{
    const uint32_t hash = table->hash(key);
    struct wt_entry *entry = table_lookup(table, key, hash);
    return entry ? table_touch(table, entry) : table_entry(table, table_add(table, key, hash));
}

void wt_map_use(struct wt_map *table, void *entry)
{
    table_touch(table, entry);
}

void *wt_map_recalled(struct wt_map *table, const struct wt_handle *handle)
{
    if (handle->number == 0)
        return NULL;
    struct wt_entry *entry = table_entry(table, handle->number);
    return entry->given_up == handle->given_up ? table_touch(table, entry) : NULL;
}

static void *table_remember(struct wt_map *table, struct wt_handle *handle, uint32_t number)
{
    struct wt_entry *entry = table_entry(table, number);
    *handle = (struct wt_handle){number, entry->given_up};
    return table_touch(table, entry);
}

void *wt_map_recall(struct wt_map *table, struct wt_handle *handle, const void *key)
{
    void *entry = wt_map_recalled(table, handle);
    if (entry)
        return entry;
    const uint32_t hash = table->hash(key);
    const uint32_t number = table_slot(table, key, hash)->number;
    return table_remember(table, handle, number ? number : table_add(table, key, hash));
}

void *wt_map_recall_known(struct wt_map *table, struct wt_handle *handle, const void *key)
{
    void *entry = wt_map_recalled(table, handle);
    if (entry)
        return entry;
    const uint32_t number = table_slot(table, key, table->hash(key))->number;
    return number ? table_remember(table, handle, number) : NULL;
}

void *wt_map_oldest(const struct wt_map *table)
{
    return table->oldest;
}

void *wt_map_next(const void *entry)
{
    return ((const struct wt_entry *)entry)->newer;
}
