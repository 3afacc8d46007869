/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checksum: pseudo headers, shared by reading (a partial sum can prove a length) and verification. */
#ifndef WIRETRUTH_PACKET_CHECKSUM_H
#define WIRETRUTH_PACKET_CHECKSUM_H

#include "bytes.h"
#include "ip.h"

/* Folded sum of the pseudo header without its length: what is left for a NIC that segments. */
uint16_t wt_pseudo_sum(const struct wt_bytes *bytes, const struct wt_ip *ip);

/* The same with `length` bytes of L4 header and payload, counted as 32 bits (RFC 8200 8.1, RFC 2675 4). */
uint16_t wt_pseudo_sum_length(uint16_t pseudo, uint32_t length);

#endif
