/* SPDX-License-Identifier: GPL-2.0-or-later */
/* twin_compare: what happened to a packet between two points, and what that proves. */
#ifndef WIRETRUTH_ENGINE_TWIN_COMPARE_H
#define WIRETRUTH_ENGINE_TWIN_COMPARE_H

#include "twin_match.h"

/* Two observations of one packet: at the point it came by first, and at the later one. */
struct wt_twin_pair {
    struct wt_observation *up, *down;
    enum wt_twin_key kind;
    bool up_first, down_first; /* the first twin that it has at the other's point */
    bool intact_others;        /* most packets pass between the two points without damage */
};

/* What changed, a bit for each enum wt_change. */
unsigned wt_twin_changes(const struct wt_twin_pair *pair);

/* Whether the payload that both hold, all of one packet each, has a valid checksum before. */
bool wt_twin_is_comparable(const struct wt_twin_pair *pair, unsigned changes);

/* Turns changes into what this pair adds to its passage: each packet counts once, however many
 * pieces it has. */
struct wt_tally wt_twin_tally(const struct wt_twin_pair *pair, unsigned changes);

/* Records the findings that the comparison proves. One of the two is the frame of `context`. */
void wt_twin_find(const struct wt_context *context, const struct wt_twin_pair *pair, unsigned changes);

#endif
