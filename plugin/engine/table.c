/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buckets of entries that are chained to each other; a second list through all entries keeps the order of
 * use. Entries lie in blocks of memory that live as long as the table.
 *
 * GLib's hash table does not fit: what was not found is hashed again to be added, and each entry is an
 * allocation beside its place in the table. A new connection makes five entries and cost 5,000 instructions
 * more with it.
 */
#include "table.h"

enum {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    TABLE_LIMIT_MAX = 16, /* so that a short input makes entries go */
#else
    TABLE_LIMIT_MAX = 1 << 30,
#endif
#if defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION) || defined(__SANITIZE_ADDRESS__)
    TABLE_BLOCK_MIN = 1, /* so that the sanitizers see where an entry ends */
    TABLE_BLOCK_MAX = 1,
#else
    TABLE_BLOCK_MIN = 8,
    TABLE_BLOCK_MAX = 256,
#endif
    TABLE_BITS_MIN = 3,
    TABLE_HASH_BITS = 32,
};

struct wt_table {
    struct wt_entry **buckets;
    uint32_t room;  /* their number, a power of two, and how many entries may come before it is doubled */
    unsigned shift; /* makes a hash the number of its bucket */
    uint32_t count, limit;
    size_t entry_size, key_size;
    GHashFunc hash;
    GEqualFunc equal;
    struct wt_entry *oldest, *newest;
    GSList *blocks;  /* of memory for entries */
    uint8_t *unused; /* in the newest block */
    uint32_t left;   /* entries that fit there */
};

uint32_t wt_table_key[WT_TABLE_KEY_MAX / sizeof(uint32_t)];
uint64_t wt_table_multiplier;

void wt_table_draw(void)
{
    if (wt_table_multiplier) /* drawn already */
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(wt_table_key); i++)
        wt_table_key[i] = g_random_int();
    wt_table_multiplier = (uint64_t)g_random_int() << 32 | g_random_int() | 1;
}

/* --- buckets --- */

static struct wt_entry **table_bucket(const struct wt_table *table, uint32_t hash)
{
    return &table->buckets[hash >> table->shift];
}

static struct wt_entry *table_lookup(const struct wt_table *table, const void *key, uint32_t hash)
{
    struct wt_entry *entry = *table_bucket(table, hash);
    while (entry && (entry->hash != hash || !table->equal(entry + 1, key)))
        entry = entry->next;
    return entry;
}

static void table_chain(struct wt_table *table, struct wt_entry *entry)
{
    struct wt_entry **bucket = table_bucket(table, entry->hash);
    entry->next = *bucket;
    *bucket = entry;
}

static void table_unchain(struct wt_table *table, const struct wt_entry *entry)
{
    struct wt_entry **link = table_bucket(table, entry->hash);
    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
}

static void table_set_buckets(struct wt_table *table, unsigned bits)
{
    table->room = 1U << bits;
    table->shift = TABLE_HASH_BITS - bits;
    g_free(table->buckets);
    table->buckets = g_new0(struct wt_entry *, table->room);
    for (struct wt_entry *entry = table->oldest; entry; entry = entry->newer)
        table_chain(table, entry);
}

/* --- order of use --- */

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
    if (entry != table->newest && table->count > table->limit / 2) {
        table_unlink(table, entry);
        table_append(table, entry);
    }
    return entry;
}

/* --- entries --- */

/* Takes the oldest entry out, to be used again. */
static struct wt_entry *table_give_up_oldest(struct wt_table *table)
{
    struct wt_entry *entry = table->oldest;
    table_unchain(table, entry);
    table_unlink(table, entry);
    entry->given_up++;
    return entry;
}

/* Entries come in blocks, the larger the more there are. */
static struct wt_entry *table_make(struct wt_table *table)
{
    if (table->left == 0) {
        table->left = CLAMP(table->count, TABLE_BLOCK_MIN, TABLE_BLOCK_MAX);
        table->unused = g_malloc_n(table->left, table->entry_size);
        table->blocks = g_slist_prepend(table->blocks, table->unused);
    }
    struct wt_entry *entry = (struct wt_entry *)(void *)table->unused;
    table->unused += table->entry_size;
    table->left--;
    table->count++;
    entry->given_up = 0;
    return entry;
}

static void *table_add(struct wt_table *table, const void *key, uint32_t hash)
{
    bool full = table->count >= table->limit;
    if (!full && table->count == table->room)
        table_set_buckets(table, TABLE_HASH_BITS - table->shift + 1);
    struct wt_entry *entry = full ? table_give_up_oldest(table) : table_make(table);
    const uint32_t given_up = entry->given_up;
    memset(entry, 0, table->entry_size);
    entry->given_up = given_up;
    entry->hash = hash;
    memcpy(entry + 1, key, table->key_size);
    table_chain(table, entry);
    table_append(table, entry);
    return entry;
}

/* --- for others --- */

struct wt_table *wt_table_new(size_t entry_size, size_t key_size, uint32_t limit, GHashFunc hash,
                              GEqualFunc equal)
{
    wt_table_draw();
    struct wt_table *table = g_new0(struct wt_table, 1);
    table->entry_size = entry_size;
    table->key_size = key_size;
    table->hash = hash;
    table->equal = equal;
    table->limit = MIN(limit, TABLE_LIMIT_MAX);
    table_set_buckets(table, TABLE_BITS_MIN);
    return table;
}

void wt_table_free(struct wt_table *table)
{
    if (!table)
        return;
    g_slist_free_full(table->blocks, g_free);
    g_free(table->buckets);
    g_free(table);
}

void *wt_table_find(struct wt_table *table, const void *key)
{
    struct wt_entry *entry = table_lookup(table, key, table->hash(key));
    return entry ? table_touch(table, entry) : NULL;
}

const void *wt_table_peek(const struct wt_table *table, const void *key)
{
    return table_lookup(table, key, table->hash(key));
}

void *wt_table_get(struct wt_table *table, const void *key)
{
    const uint32_t hash = table->hash(key);
    struct wt_entry *entry = table_lookup(table, key, hash);
    return entry ? table_touch(table, entry) : table_add(table, key, hash);
}

void wt_table_use(struct wt_table *table, void *entry)
{
    table_touch(table, entry);
}

void *wt_table_recalled(struct wt_table *table, const struct wt_handle *handle)
{
    struct wt_entry *entry = handle->entry;
    return entry && entry->given_up == handle->given_up ? table_touch(table, entry) : NULL;
}

void *wt_table_recall(struct wt_table *table, struct wt_handle *handle, const void *key)
{
    struct wt_entry *entry = wt_table_recalled(table, handle);
    if (entry)
        return entry;
    entry = wt_table_get(table, key);
    *handle = (struct wt_handle){entry, entry->given_up};
    return entry;
}

void *wt_table_oldest(const struct wt_table *table)
{
    return table->oldest;
}

void *wt_table_next(const void *entry)
{
    return ((const struct wt_entry *)entry)->newer;
}
