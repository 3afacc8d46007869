/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l3: the fields of a fixed IP header, and the part of a packet that they fill. Inline, as each frame comes
 * through here: where both ends are in one function the struct between them is never written.
 */
#ifndef WIRETRUTH_PACKET_L3_H
#define WIRETRUTH_PACKET_L3_H

#include "ip.h"

/* Takes the fields of the IPv4 header `header`, 20 bytes at ip->offset; lengths as it claims. */
static inline void wt_l3_take_v4(const uint8_t *header, struct wt_ip *ip)
{
    enum {
        DF = 0x4000,
        MF = 0x2000,
        OFFSET = 0x1fff
    };
    uint16_t fragment = wt_load16(header + 6);
    ip->version = 4;
    ip->header_len = (header[0] & 15U) * 4U;
    ip->tos = header[1];
    ip->length = ip->length_field = wt_load16(header + 2);
    ip->has_id = true;
    ip->id = wt_load16(header + 4);
    ip->df = fragment & DF;
    ip->more_fragments = fragment & MF;
    ip->fragment_offset = (fragment & OFFSET) * 8U;
    ip->ttl = header[8];
    ip->proto = header[9];
    ip->src_offset = ip->offset + 12;
    ip->dst_offset = ip->offset + 16;
}

/* The same for the IPv6 header `header`, 40 bytes. */
static inline void wt_l3_take_v6(const uint8_t *header, struct wt_ip *ip)
{
    ip->version = 6;
    ip->header_len = WT_IPV6_HEADER;
    ip->tos = (uint8_t)(wt_load16(header) >> 4);
    ip->length = ip->length_field = wt_load16(header + 4) + (uint32_t)WT_IPV6_HEADER;
    ip->proto = header[6];
    ip->ttl = header[7];
    ip->df = true;
    ip->src_offset = ip->offset + 8;
    ip->dst_offset = ip->offset + 24;
}

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
