/* SPDX-License-Identifier: GPL-2.0-or-later */
/* twin_match: which observations at other points are the same packet as a new one. */
#ifndef WIRETRUTH_ENGINE_TWIN_MATCH_H
#define WIRETRUTH_ENGINE_TWIN_MATCH_H

#include "twin_store.h"

enum {
    WT_TWIN_MATCHES_MAX = 512 /* a BIG TCP super-frame has some 100 pieces at each point */
};

struct wt_twin_match {
    struct wt_observation *twin;
    enum wt_twin_key kind;
    uint32_t start,
        end; /* bytes of the new observation that the twin holds; of a UDP super-frame which datagram */
    uint32_t bytes;   /* how many */
    unsigned doubt;   /* smaller is better */
    int64_t distance; /* from the time at which it was expected */
};

struct wt_twin_matches {
    struct wt_twin_match match[WT_TWIN_MATCHES_MAX];
    unsigned count;
};

/*
 * Finds the twins of `observation`, at most one for each byte of it and each other point. The best first.
 */
void wt_twin_match(struct wt_twin_store *store, struct wt_points *points,
                   const struct wt_observation *observation, const struct wt_twin_keys *keys,
                   struct wt_twin_matches *matches);

#endif
