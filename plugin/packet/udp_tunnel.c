/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which UDP datagrams are tunnels. Most are known by their port; a client may happen to use it, so the port
 * of a well-known service at the other end wins. Foo over UDP (Linux net/ipv4/fou_core.c) has no port of its
 * own and no header either: its payload is an IP packet, or GRE around one. It is taken for a tunnel where
 * that packet is as long as the payload to the byte and its header holds: by the checksum (IPv4), by a
 * protocol that is known behind it (IPv6).
 */
#include "ip.h"
#include "sum.h"
#include "walk.h"

static void walk_unknown_tunnel(struct wt_walk *walk)
{
    wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
}

/* Generic UDP Encapsulation (draft-ietf-intarea-gue; Linux fou_core.c, gue_udp_recv). Version 1 is an IP packet
 * alone. */
static void walk_gue(struct wt_walk *walk)
{
    enum {
        VERSION = 0xc0,
        VERSION_1 = 0x40,
        CONTROL = 0x20,
        LENGTH = 0x1f /* of what is optional, in words of four bytes */
    };
    uint8_t first = wt_bytes_u8(&walk->bytes, walk->offset);
    uint32_t length = 4U + 4U * (first & LENGTH);
    if ((first & VERSION) == VERSION_1) {
        walk->next = wt_walk_ip;
        return;
    }
    if (first & (VERSION | CONTROL) || !wt_walk_need(walk, length))
        return;
    uint8_t protocol = wt_bytes_u8(&walk->bytes, walk->offset + 1);
    walk->offset += length;
    wt_walk_ip_protocol(walk, protocol);
}

static wt_step *port_step(uint16_t port)
{
    switch (port) {
    case 2152:
        return wt_walk_gtpu;
    case 4754:
        return wt_walk_gre;
    case 4789:
    case 8472: /* Linux before the assignment, and its default still */
        return wt_walk_vxlan;
    case 4790:
        return wt_walk_vxlan_gpe;
    case 6080:
        return walk_gue;
    case 6081:
        return wt_walk_geneve;
    case 6635:
        return wt_walk_mpls;
    case 1701:
        return wt_walk_l2tp;
    case 3544: /* Teredo */
    case 4341: /* LISP */
    case 5247: /* CAPWAP */
        return walk_unknown_tunnel;
    default:
        return NULL;
    }
}

bool wt_walk_is_tunnel_port(uint16_t port)
{
    return port_step(port) != NULL;
}

static wt_step *step_by_ports(uint16_t src_port, uint16_t dst_port)
{
    enum {
        WELL_KNOWN_MAX = 1023 /* RFC 6335 6 */
    };
    uint16_t low = src_port < dst_port ? src_port : dst_port;
    uint16_t high = src_port < dst_port ? dst_port : src_port;
    wt_step *step = port_step(low);
    return step || low <= WELL_KNOWN_MAX ? step : port_step(high);
}

/* An IPv4 packet of exactly `length` bytes, by a header whose checksum is right. */
static bool is_ipv4(const struct wt_bytes *bytes, uint32_t at, uint32_t length)
{
    const uint8_t *header = wt_bytes_span(bytes, at, WT_IPV4_HEADER);
    uint32_t header_len = header ? (header[0] & 0xfU) * 4 : 0;
    if (!header || header[0] >> 4 != 4 || header_len < WT_IPV4_HEADER || header_len > length ||
        wt_load16(header + 2) != length || !wt_bytes_hold(bytes, at, header_len))
        return false;
    return wt_sum_equal(wt_sum_bytes(header, header_len), 0xffff);
}

/* An IPv6 packet of exactly `length` bytes that carries a protocol which tunnels are there for. */
static bool is_ipv6(const struct wt_bytes *bytes, uint32_t at, uint32_t length)
{
    const uint8_t *header = wt_bytes_span(bytes, at, WT_IPV6_HEADER);
    if (!header || header[0] >> 4 != 6 || wt_load16(header + 4) + (uint32_t)WT_IPV6_HEADER != length)
        return false;
    uint8_t next = header[6];
    return next == WT_PROTO_TCP || next == WT_PROTO_UDP || next == WT_PROTO_ICMPV6;
}

/* The step for a payload from `at` to `end` that is a packet without any header around it; NULL if it is not. */
static wt_step *step_by_payload(const struct wt_bytes *bytes, uint32_t at, uint32_t end)
{
    enum {
        GRE_PLAIN = 4,
        GRE_IPV4 = WT_ETHERTYPE_IPV4, /* no flags, version 0, and the type */
        GRE_IPV6 = WT_ETHERTYPE_IPV6
    };
    const uint32_t length = end - at, gre = wt_bytes_u32(bytes, at);
    switch (gre >> 28) {
    case 4:
        return is_ipv4(bytes, at, length) ? wt_walk_ipv4 : NULL;
    case 6:
        return is_ipv6(bytes, at, length) ? wt_walk_ipv6 : NULL;
    default:
        break;
    }
    if (length <= GRE_PLAIN)
        return NULL;
    bool v4 = gre == GRE_IPV4 && is_ipv4(bytes, at + GRE_PLAIN, length - GRE_PLAIN);
    bool v6 = gre == GRE_IPV6 && is_ipv6(bytes, at + GRE_PLAIN, length - GRE_PLAIN);
    return v4 || v6 ? wt_walk_gre : NULL;
}

wt_step *wt_walk_udp_tunnel(const struct wt_bytes *bytes, uint32_t at, uint32_t end)
{
    enum {
        UDP_HEADER = 8,
        TUNNEL_MIN = 8 /* shortest header of a tunnel: fewer bytes are an empty datagram or a probe */
    };
    if (end < UDP_HEADER || end - UDP_HEADER < at || end - UDP_HEADER - at < TUNNEL_MIN)
        return NULL;
    wt_step *step = step_by_ports(wt_bytes_u16(bytes, at), wt_bytes_u16(bytes, at + 2));
    return step ? step : step_by_payload(bytes, at + UDP_HEADER, end);
}
