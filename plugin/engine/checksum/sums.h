/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sums: what is remembered of checksums that are not right, and how far they may be trusted to be so. */
#ifndef WIRETRUTH_CHECKSUM_SUMS_H
#define WIRETRUTH_CHECKSUM_SUMS_H

#include "engine/context.h"

enum {
    WT_SUMS_FLIGHT_MAX = 1 << 24 /* bytes in flight that are plausible */
};

struct wt_sums {
    struct wt_map *causes;   /* of wrong sums, see cause.c */
    struct wt_map *fates;    /* of damaged segments, see fate.c */
    struct wt_map *requests; /* whose sum may be why nobody answers, see request.c */
    struct wt_map *leaks;    /* segments whose sum was never completed, see leak.c */
    struct wt_map *bursts;   /* UDP datagrams cut without mending their headers, see burst.c */
    struct wt_map *blanks;   /* connections whose sums are zero, see edited.c */
    struct wt_map *leakers;  /* hosts whose partial sums came from the wire */
    struct wt_map *trusts;   /* for each interface, what became of wrong sums */
};

struct wt_map *wt_sums_leakers_new(void);
struct wt_map *wt_sums_trusts_new(void);

static inline struct wt_sums *wt_sums(const struct wt_context *context)
{
    return wt_kept(context, WT_KEEPER_SUMS);
}

/* One direction of a flow; `kind` is its protocol, or what its owner likes. */
struct wt_sum_key {
    uint32_t interface, tunnel;
    struct wt_address src, dst;
    uint32_t ports, kind;
};

/* The direction of the packet at hand, or the opposite one. */
struct wt_sum_key wt_sum_key(const struct wt_context *context, bool reverse);

/* One number for the event `number` (a sequence number) of a direction. */
uint64_t wt_sum_event(const struct wt_sum_key *key, uint32_t number);

/* What a receiver sees of the sums of a packet and of all packets around it. Ascending: the worst counts. */
enum wt_sums_state {
    WT_SUMS_RIGHT,
    WT_SUMS_UNKNOWN,
    WT_SUMS_PARTIAL, /* or zero where one is due */
    WT_SUMS_WRONG,
};

/* The state; `*worst` is the packet that it is about. */
enum wt_sums_state wt_sums_state(const struct wt_context *context, const struct wt_packet **worst);

/* A packet with a wrong sum was taken by its receiver all the same, or was dropped. */
void wt_sums_taken(const struct wt_context *context);
void wt_sums_dropped(const struct wt_context *context);

/* Whether wrong sums of this interface were made by who edited the capture: their receivers took them. */
bool wt_sums_are_edited(const struct wt_context *context);

/* Partial sums of `sender` came from the wire; whether those of the sender of this packet did. */
void wt_sums_leak(const struct wt_context *context, const struct wt_address *sender);
bool wt_sums_are_leaked(const struct wt_context *context);

/* Whether the sequence number of a TCP segment, which may be its damage, fits to those before it. */
bool wt_sums_are_plausible(const struct wt_context *context);

/* Whether the packet is shorter than its IP length although the frame was captured whole. */
bool wt_sums_is_cut(const struct wt_context *context);

#endif
