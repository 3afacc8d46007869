/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host: what the packets of an address tell about where it stands, counted for each interface.
 *
 * Only counts; direction.c draws the conclusion.
 */
#ifndef WIRETRUTH_HOST_H
#define WIRETRUTH_HOST_H

#include <wiretruth/engine.h>

#include "map.h"

struct wt_host_key {
    uint32_t interface;
    struct wt_address address;
};

struct wt_host {
    struct wt_entry entry;
    struct wt_host_key key;
    uint32_t bare_partial;    /* TCP without payload, partial sum: nothing merges such segments */
    uint32_t bare_complete;   /* the same, valid sum; resets do not count */
    uint32_t single_partial;  /* single segments and datagrams with payload, partial sum */
    uint32_t single_complete; /* the same, valid sum */
    uint32_t merged;          /* super-frames, whatever their sum */
    uint32_t intact;          /* packets of any protocol whose checksums are valid */
    uint32_t damaged;         /* packets of any protocol with a bad one */
    int32_t shift_told;       /* window scale it used last, plus 1; 0 before any: see window/syn.c */
};

struct wt_map *wt_hosts_new(void);

/* The key of `address` seen on `interface`. */
struct wt_host_key wt_host_key(uint32_t interface, const struct wt_address *address);

/* Counts a packet that `host` sent. */
void wt_host_learn(struct wt_host *host, const struct wt_packet *packet, bool super_frame);

/* True for the pseudo-header sums that a stack leaves for the NIC. */
bool wt_checksum_is_partial(enum wt_checksum checksum);

/* True if the packet's transport checksum, or all of a frame's checksums, wait for a NIC. */
bool wt_checksum_is_left(const struct wt_packet *packet);

#endif
