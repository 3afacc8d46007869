/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * icmp: ICMP (RFC 792), ICMPv6 (RFC 4443), and where an error quotes the packet it is about.
 */
#ifndef WIRETRUTH_PACKET_ICMP_H
#define WIRETRUTH_PACKET_ICMP_H

#include <wiretruth/packet.h>

#include "bytes.h"

struct wt_icmp_quote {
    uint32_t offset; /* of the quoted IP header in the frame */
    uint32_t end; /* where the quote ends on the link: of the message, or where RFC 4884 extensions begin */
};

/* Finds the quote of the message at `offset` that ends at `end`. False if it quotes nothing. */
bool wt_icmp_find_quote(const struct wt_bytes *bytes, uint32_t offset, uint32_t end, bool v6,
                        struct wt_icmp_quote *quote);

/* Reads the eight fixed bytes at `offset`. */
void wt_icmp_read(const struct wt_bytes *bytes, uint32_t offset, bool v6, struct wt_icmp *icmp);

#endif
