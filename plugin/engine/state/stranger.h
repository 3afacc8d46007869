/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stranger: segments whose numbers are not those of the running connection.
 *
 * Anybody can send a SYN, or a segment with invented numbers, in the name of one end. Its receiver does not take it:
 * it answers with a challenge, and the old numbers go on (RFC 5961 4 and 5). So what a stranger brings is put aside
 * here, and counts only once the numbers follow it.
 */
#ifndef WIRETRUTH_STRANGER_H
#define WIRETRUTH_STRANGER_H

#include <wiretruth/packet.h>

#include "flow.h"

/* A SYN or SYN/ACK that would begin the connection anew, by which of the sides. */
struct wt_newcomer {
    struct wt_tcp tcp;
    uint32_t end; /* sequence number behind it */
    unsigned sender;
    bool bad; /* a checksum of it is wrong */
    int64_t time;
};

struct wt_map *wt_strangers_new(void);

/* Puts a SYN or SYN/ACK aside, in place of an earlier one. */
void wt_stranger_await(struct wt_map *strangers, const struct wt_flow *flow,
                       const struct wt_newcomer *newcomer);

/* The SYN that was put aside, if `packet` follows it; NULL if not. */
const struct wt_newcomer *wt_stranger_follows(struct wt_map *strangers, const struct wt_flow *flow,
                                              unsigned sender, const struct wt_packet *packet);

/* Puts numbers aside that are far from those of the connection; returns whether they go on from those put aside
 * before, if `again`. */
bool wt_stranger_stray(struct wt_map *strangers, const struct wt_flow *flow, unsigned sender,
                       const struct wt_packet *packet, bool again);

#endif
