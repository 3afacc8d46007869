/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "twin_store.h"

#include <stdlib.h>

enum {
    STORE_NODES =
        WT_TWIN_RING * 2, /* two keys an observation; when more are used the oldest are forgotten early */
    STORE_CHAINS = WT_TWIN_RING,
};

struct node {
    uint64_t key;
    uint32_t observation; /* position */
    uint32_t older;       /* node of the same chain; nodes count from 1, 0 ends a chain */
};

struct wt_twin_store {
    struct wt_observation *ring;
    struct node *nodes;
    uint32_t *newest; /* node of each chain */
    uint32_t observations, used;
    uint64_t seed;
};

struct wt_twin_store *wt_twin_store_new(void)
{
    struct wt_twin_store *store = g_new0(struct wt_twin_store, 1);
    store->ring = g_new0(struct wt_observation, WT_TWIN_RING);
    store->nodes = g_new0(struct node, STORE_NODES);
    store->newest = g_new0(uint32_t, STORE_CHAINS);
    store->seed = (uint64_t)g_random_int() << 32 | g_random_int();
    return store;
}

void wt_twin_store_free(struct wt_twin_store *store)
{
    if (!store)
        return;
    g_free(store->ring);
    g_free(store->nodes);
    g_free(store->newest);
    g_free(store);
}

uint32_t wt_twin_store_count(const struct wt_twin_store *store)
{
    return store->observations;
}

struct wt_observation *wt_twin_store_at(struct wt_twin_store *store, uint32_t position)
{
    if (position == 0 || store->observations - position >= WT_TWIN_RING)
        return NULL;
    return &store->ring[position % WT_TWIN_RING];
}

/* Seeded, so that crafted packets cannot aim at one chain. */
static uint32_t *store_chain(struct wt_twin_store *store, uint64_t key)
{
    uint64_t hash = (key ^ store->seed) * 0x9e3779b97f4a7c15U;
    return &store->newest[(hash >> 32) % STORE_CHAINS];
}

static void store_enter(struct wt_twin_store *store, uint64_t key, uint32_t position)
{
    uint32_t *newest = store_chain(store, key);
    store->used = store->used == UINT32_MAX ? STORE_NODES : store->used + 1;
    store->nodes[store->used % STORE_NODES] = (struct node){key, position, *newest};
    *newest = store->used;
}

uint32_t wt_twin_store_add(struct wt_twin_store *store, const struct wt_observation *observation,
                           const struct wt_twin_keys *keys)
{
    store->observations = store->observations == UINT32_MAX ? WT_TWIN_RING : store->observations + 1;
    store->ring[store->observations % WT_TWIN_RING] = *observation;
    for (unsigned i = 0; i < keys->count; i++)
        store_enter(store, keys->key[i], store->observations);
    return store->observations;
}

struct wt_twin_search wt_twin_store_search(struct wt_twin_store *store, uint64_t key)
{
    return (struct wt_twin_search){store, key, *store_chain(store, key), 0};
}

struct wt_observation *wt_twin_search_next(struct wt_twin_search *search)
{
    struct wt_twin_store *store = search->store;
    while (search->node != 0 && search->steps++ < WT_TWIN_STEPS) {
        if (store->used - search->node >= STORE_NODES)
            return NULL;
        const struct node *node = &store->nodes[search->node % STORE_NODES];
        search->node = node->older < search->node ? node->older : 0;
        struct wt_observation *found =
            node->key == search->key ? wt_twin_store_at(store, node->observation) : NULL;
        if (found)
            return found;
    }
    return NULL;
}
