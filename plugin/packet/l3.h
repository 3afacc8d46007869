/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l3: the part of a packet that an IP header fills. Inline, as each frame comes
 * through here: where both ends are in one function the struct between them is never written.
 */
#ifndef WIRETRUTH_PACKET_L3_H
#define WIRETRUTH_PACKET_L3_H

#include "ip.h"

/* Both addresses of the fixed header, zero where it is not there: `packet` is zeroed. */
static inline void wt_l3_fill_addresses(const struct wt_bytes *bytes, const struct wt_ip *ip,
                                        struct wt_packet *packet)
{
    static const struct wt_address mapped = {.bytes = {[10] = 0xff, [11] = 0xff}};
    packet->src = packet->dst = mapped;
    const uint8_t *header =
        wt_bytes_span(bytes, ip->offset, ip->version == 4 ? WT_IPV4_HEADER : WT_IPV6_HEADER);
    if (header && ip->version == 4) {
        memcpy(packet->src.bytes + 12, header + 12, 4);
        memcpy(packet->dst.bytes + 12, header + 16, 4);
    } else if (header) {
        memcpy(packet->src.bytes, header + 8, 16);
        memcpy(packet->dst.bytes, header + 24, 16);
    }
}

/* Fills the L3 part of `packet`, all of it zero but tunnel and length_short, from what was read into `ip`. */
static inline void wt_l3_fill(const struct wt_bytes *bytes, const struct wt_ip *ip, struct wt_packet *packet)
{
    wt_l3_fill_addresses(bytes, ip, packet);
    packet->version = ip->version;
    packet->proto = ip->proto;
    packet->ttl = ip->ttl;
    packet->tos = ip->tos;
    packet->df = ip->df;
    packet->more_fragments = ip->more_fragments;
    packet->fragment = ip->more_fragments || ip->fragment_offset;
    packet->length_zero = ip->length_zero;
    packet->has_id = ip->has_id;
    packet->id = ip->id;
    packet->fragment_offset = ip->fragment_offset;
    packet->offset = ip->offset;
    packet->l3_len = ip->length;
    packet->l3_field = ip->length_field;
    packet->ip_header_len = ip->header_len;
    packet->jumbo_len = ip->jumbo_len;
    packet->truncated = !wt_bytes_hold(bytes, ip->offset, ip->length);
    packet->ip_checksum = packet->l4_checksum = WT_CHECKSUM_UNVERIFIABLE;
}

#endif
