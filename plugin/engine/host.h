/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host: what the checksums of an address tell about where it stands.
 *
 * Rule: a stack leaves partial checksums on what it sends, and a receiving NIC hands up complete ones. So an
 * address whose single segments carry partial checksums is the capturing host (or a guest whose frames were
 * not completed yet). GRO gives merged frames a partial checksum while single ones keep theirs
 * (tcp4_gro_complete): an address whose super-frames alone are partial is a remote one. Traps: loopback, veth
 * and virtual switches show partial sums both ways: both addresses look local, so the direction stays
 * unknown. Some frames of a local host are complete all the same (resets, ICMP): one partial sum outweighs
 * them.
 */
#ifndef WIRETRUTH_HOST_H
#define WIRETRUTH_HOST_H

#include <wiretruth/engine.h>

#include "table.h"

struct wt_host_key {
    uint32_t interface;
    struct wt_address address;
};

struct wt_host {
    struct wt_entry entry;
    struct wt_host_key key;
    uint32_t single_partial;  /* single segments with a partial sum */
    uint32_t single_complete; /* single segments with a valid sum */
    uint32_t merged_partial;  /* super-frames with a partial sum */
};

struct wt_table *wt_hosts_new(void);

/* The key of `address` seen on `interface`. */
struct wt_host_key wt_host_key(uint32_t interface, const struct wt_address *address);

/* Counts the checksum of one TCP or UDP packet that `host` sent. */
void wt_host_learn(struct wt_host *host, enum wt_checksum checksum, bool super_frame);

/* Direction of a packet from `src` to `dst`, as far as the checksums tell. */
enum wt_direction wt_host_direction(const struct wt_host *src, const struct wt_host *dst);

/* True for the pseudo-header sums that a stack leaves for the NIC. */
bool wt_checksum_is_partial(enum wt_checksum checksum);

#endif
