/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "l4.h"

#include "icmp.h"
#include "ip.h"
#include "tcp.h"

enum {
    UDP_HEADER = 8,
    SCTP_HEADER = 12,
    ICMP_HEADER = 8,
    QUOTED_L4 = 8, /* what every quote holds of L4 (RFC 792) */
};

/* UDP's own length counts where it fits; it may be 0 (jumbo) and covers all fragments in the first. */
static void read_udp(const uint8_t *header, struct wt_packet *packet)
{
    uint32_t length = wt_load16(header + 4);
    packet->l4_header_len = UDP_HEADER;
    if (length >= UDP_HEADER && length < packet->l4_len)
        packet->l4_len = length;
}

/* Length of the fixed L4 header, 0 for a protocol that is not read. */
static uint32_t fixed_header(uint8_t proto)
{
    switch (proto) {
    case WT_PROTO_TCP:
        return WT_TCP_HEADER;
    case WT_PROTO_SCTP:
        return SCTP_HEADER;
    case WT_PROTO_UDP:
    case WT_PROTO_UDPLITE:
    case WT_PROTO_ICMP:
    case WT_PROTO_ICMPV6:
        return UDP_HEADER;
    default:
        return 0;
    }
}

static void read_ports(const uint8_t *header, struct wt_packet *packet)
{
    packet->src_port = wt_load16(header);
    packet->dst_port = wt_load16(header + 2);
}

/* Reads the L4 header, all of whose fixed bytes are at `header`. False if it contradicts itself. */
static bool read_l4(const struct wt_bytes *bytes, const uint8_t *header, struct wt_packet *packet)
{
    uint32_t at = packet->l4_offset;
    switch (packet->proto) {
    case WT_PROTO_TCP:
        read_ports(header, packet);
        if (!wt_tcp_read(bytes, at, packet->l4_len, &packet->tcp))
            return false;
        packet->l4_header_len = packet->tcp.header_len;
        return true;
    case WT_PROTO_UDP:
        read_ports(header, packet);
        read_udp(header, packet);
        return true;
    case WT_PROTO_UDPLITE:
    case WT_PROTO_SCTP:
        read_ports(header, packet);
        packet->l4_header_len = fixed_header(packet->proto);
        return true;
    default:
        wt_icmp_read(bytes, at, packet->proto == WT_PROTO_ICMPV6, &packet->icmp);
        packet->l4_header_len = ICMP_HEADER;
        return true;
    }
}

/* What a TCP header that a quote cuts behind its sequence number says. */
static void read_quoted_tcp(const uint8_t *header, struct wt_packet *packet)
{
    packet->tcp.seq = wt_load32(header + 4);
    packet->tcp.options_cut = true;
    packet->has_l4 = true;
}

/* Reads what there is of an L4 header whose fixed bytes are not all there. */
static void read_cut(const struct wt_bytes *bytes, struct wt_packet *packet, bool quoted)
{
    const uint8_t *ports = wt_bytes_span(bytes, packet->l4_offset, 4);
    const uint8_t *quote = wt_bytes_span(bytes, packet->l4_offset, QUOTED_L4);
    if (packet->proto == WT_PROTO_ICMP || packet->proto == WT_PROTO_ICMPV6)
        return;
    if (ports)
        read_ports(ports, packet);
    if (quote && quoted && packet->proto == WT_PROTO_TCP)
        read_quoted_tcp(quote, packet);
}

enum wt_coverage wt_l4_read(const struct wt_bytes *bytes, struct wt_packet *packet, bool quoted)
{
    uint32_t fixed = fixed_header(packet->proto), at = packet->offset + packet->ip_header_len;
    packet->tcp.scale = WT_SCALE_NONE;
    if (!fixed)
        return WT_COVERAGE_COMPLETE;
    packet->l4_offset = at;
    packet->l4_len = packet->l3_len - packet->ip_header_len;
    if (packet->l4_len < fixed)
        return WT_COVERAGE_MALFORMED;
    const uint8_t *header = wt_bytes_span(bytes, at, fixed);
    if (!header) {
        read_cut(bytes, packet, quoted);
        return WT_COVERAGE_TRUNCATED;
    }
    if (!read_l4(bytes, header, packet))
        return WT_COVERAGE_MALFORMED;
    packet->has_l4 = true;
    packet->payload_len = packet->l4_len - packet->l4_header_len;
    uint32_t left = wt_bytes_left(bytes, at + packet->l4_header_len);
    packet->payload_captured = left < packet->payload_len ? left : packet->payload_len;
    return WT_COVERAGE_COMPLETE;
}
