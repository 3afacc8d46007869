/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ip: one IP header with its options or extension headers, and the packet's real length.
 */
#ifndef WIRETRUTH_PACKET_IP_H
#define WIRETRUTH_PACKET_IP_H

#include <wiretruth/packet.h>

#include "bytes.h"

/*
 * Ethernet pads to 60 bytes and devices append trailers. More than this behind an IP packet is taken for
 * neither (46 bytes of padding at most, behind a packet without payload 26; FCS 4; time stamping trailers up
 * to 40).
 */
enum {
    WT_IP_TRAILER_MAX = 64
};

struct wt_ip {
    uint8_t version;
    uint8_t proto; /* behind all extension headers that could be read */
    uint8_t ttl, tos;
    bool df, more_fragments;
    bool has_id;
    bool length_zero;
    bool route_known; /* false: a routing header of unknown kind hides the final destination */
    uint32_t id;
    uint32_t fragment_offset; /* bytes */
    uint32_t offset;
    uint32_t header_len; /* with everything up to the L4 header */
    uint32_t length;     /* of the whole packet, real */
    uint32_t length_field;
    uint32_t jumbo_len;
    uint32_t src_offset, dst_offset; /* in the frame: addresses of the pseudo header (RFC 8200 8.1) */
    enum wt_coverage coverage;       /* of the headers up to L4 */
};

/* Takes the fields of the IPv4 header `header`, 20 bytes at ip->offset; lengths as it claims. */
static inline void wt_ip_take_v4(const uint8_t *header, struct wt_ip *ip)
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
static inline void wt_ip_take_v6(const uint8_t *header, struct wt_ip *ip)
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

/*
 * Reads the IP header at `offset`. `limit` is where the bytes of the link, or of the packet around it, end on
 * the link; it may lie beyond what was captured. Returns false if not even the fixed header is there or it is
 * none (ip->coverage says which); true also where options or extension headers are cut or wrong
 * (ip->coverage).
 */
bool wt_ip_read(const struct wt_bytes *bytes, uint32_t offset, uint32_t limit, struct wt_ip *ip);

/* Reads the extension headers of IPv6, and AH of either version, from ip->header_len on. */
void wt_ip_read_extensions(const struct wt_bytes *bytes, struct wt_ip *ip);

/* True if an L4 header follows in this packet: everything before it was read and it is no later fragment. */
static inline bool wt_ip_has_l4(const struct wt_ip *ip)
{
    return ip->coverage == WT_COVERAGE_COMPLETE && ip->fragment_offset == 0;
}

#endif
