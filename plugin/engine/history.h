/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history: the latest packets that a report may quote, in a ring of fixed size.
 *
 * A report quotes a packet sent a moment ago, so the ring holds the last HISTORY_SIZE packets with payload of
 * the whole capture, chained by address pair and ports. A search takes a bounded number of steps, however
 * many reports arrive.
 */
#ifndef WIRETRUTH_HISTORY_H
#define WIRETRUTH_HISTORY_H

#include <wiretruth/engine.h>

struct wt_past {
    uint64_t key; /* hash of interface, addresses, protocol and ports */
    int64_t time;
    uint32_t frame;
    uint32_t position; /* where the one before it in the chain stands */
    uint32_t seq, end; /* TCP only */
    uint32_t id;       /* IP identification of the first wire frame */
    uint32_t segments; /* wire frames that it stands for */
    uint32_t l3_len;
    bool ignoring; /* already judged to ignore an earlier report */
};

struct wt_history;

struct wt_history *wt_history_new(void);
void wt_history_free(struct wt_history *history);

/* Remembers `packet` of `frame`; the entry may be completed until the next call. */
struct wt_past *wt_history_add(struct wt_history *history, const struct wt_frame *frame,
                               const struct wt_packet *packet);

/*
 * The latest packet that `quote` can have been taken from, seen on `interface`; NULL if there is none. An IP
 * identification that fits outweighs a later packet with the same sequence number: a repeated segment has
 * another one.
 */
const struct wt_past *wt_history_find(const struct wt_history *history, uint32_t interface,
                                      const struct wt_packet *quote);

#endif
