/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts: the facts that most frames of a connection share, each kept once. The others, in which every frame
 * is different, are kept with the frame.
 */
#ifndef WIRETRUTH_FACTS_H
#define WIRETRUTH_FACTS_H

#include <wiretruth/engine.h>

struct wt_fact_sets;

/* What a frame keeps of its facts: 16 bytes. All zero says that there are none. */
struct wt_packed_facts {
    uint32_t noted : 1; /* as in struct wt_facts */
    uint32_t set : 31;
    uint32_t l3_len, right_edge, flight;
};

struct wt_fact_sets *wt_fact_sets_new(void);
void wt_fact_sets_free(struct wt_fact_sets *sets);
void wt_fact_sets_clear(struct wt_fact_sets *sets);

/* Keeps `facts`, whose padding has to be zero. */
struct wt_packed_facts wt_facts_pack(struct wt_fact_sets *sets, const struct wt_facts *facts);

/* Whether there is room for sets that differ in little else than the window, after so many frames: receivers may grant
 * another one with each acknowledgement. */
bool wt_fact_sets_afford(const struct wt_fact_sets *sets, uint32_t frames);

/* The facts of which `kept` was made. */
void wt_facts_unpack(const struct wt_fact_sets *sets, struct wt_packed_facts kept, struct wt_facts *facts);

#endif
