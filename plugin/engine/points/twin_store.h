/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * twin_store: the latest observations of all points in a ring of fixed size, and chains through those with equal
 * keys. A search takes a bounded number of steps.
 */
#ifndef WIRETRUTH_ENGINE_TWIN_STORE_H
#define WIRETRUTH_ENGINE_TWIN_STORE_H

#include "observation.h"

enum {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    WT_TWIN_RING = 1 << 6, /* a short input goes round */
#else
    WT_TWIN_RING = 1 << 16, /* observations; a second of two points of a 300 Mbit/s link */
#endif
    WT_TWIN_STEPS = 256, /* of one search */
};

struct wt_twin_store;

/* Memory is taken from the system only as the ring fills. */
struct wt_twin_store *wt_twin_store_new(void);
void wt_twin_store_free(struct wt_twin_store *store);

/* Positions count from 1. The latest one, or 0. */
uint32_t wt_twin_store_count(const struct wt_twin_store *store);

/* The observation at `position`, NULL once it was overwritten. */
struct wt_observation *wt_twin_store_at(struct wt_twin_store *store, uint32_t position);

/* Copies `observation` into the ring and enters it under `keys`. Returns its position. */
uint32_t wt_twin_store_add(struct wt_twin_store *store, const struct wt_observation *observation,
                           const struct wt_twin_keys *keys);

/* A search for the observations under one key, latest first. */
struct wt_twin_search {
    struct wt_twin_store *store;
    uint64_t key;
    uint32_t node;
    unsigned steps;
};
struct wt_twin_search wt_twin_store_search(struct wt_twin_store *store, uint64_t key);
struct wt_observation *wt_twin_search_next(struct wt_twin_search *search);

#endif
