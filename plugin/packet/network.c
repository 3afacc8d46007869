/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps from IP on: the protocols IP carries, and the packets that ICMP errors quote. */
#include "icmp.h"
#include "ip.h"
#include "walk.h"

/* Protocols that may carry IP and that no step here reads. */
static bool protocol_encapsulates(uint8_t protocol)
{
    return protocol == WT_PROTO_MINIMAL || protocol == WT_PROTO_IPCOMP || protocol == WT_PROTO_L2TP;
}

static void walk_tcp(struct wt_walk *walk)
{
    wt_walk_header(walk, WT_LAYER_TCP, 20);
}

static void walk_sctp(struct wt_walk *walk)
{
    wt_walk_header(walk, WT_LAYER_SCTP, 12);
}

static void walk_udplite(struct wt_walk *walk)
{
    wt_walk_header(walk, WT_LAYER_UDPLITE, 8);
}

static void walk_udp(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_UDP, 8))
        return;
    uint32_t at = walk->offset, length = wt_bytes_u16(&walk->bytes, at + 4);
    if (length >= 8)
        wt_walk_narrow(walk, at + length);
    walk->offset += 8;
    walk->next = wt_walk_udp_tunnel(&walk->bytes, at, walk->end);
}

static wt_step *protocol_step(uint8_t protocol)
{
    switch (protocol) {
    case WT_PROTO_TCP:
        return walk_tcp;
    case WT_PROTO_UDP:
        return walk_udp;
    case WT_PROTO_ICMP:
        return wt_walk_icmp;
    case WT_PROTO_ICMPV6:
        return wt_walk_icmpv6;
    case WT_PROTO_SCTP:
        return walk_sctp;
    case WT_PROTO_UDPLITE:
        return walk_udplite;
    case WT_PROTO_IPV4:
        return wt_walk_ipv4;
    case WT_PROTO_IPV6:
        return wt_walk_ipv6;
    case WT_PROTO_GRE:
        return wt_walk_gre;
    case WT_PROTO_PIM:
        return wt_walk_pim;
    case WT_PROTO_MPLS:
        return wt_walk_mpls;
    case WT_PROTO_ETHERIP:
        return wt_walk_etherip;
    case WT_PROTO_ETHERNET:
        return wt_walk_ethernet;
    default:
        return NULL;
    }
}

void wt_walk_ip_protocol(struct wt_walk *walk, uint8_t protocol)
{
    walk->next = protocol_step(protocol);
    if (!walk->next && protocol_encapsulates(protocol))
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
}

/* Counts an IP header; false, and the walk ends, if there are too many inside each other. */
static bool enter_ip(struct wt_walk *walk, enum wt_layer_kind kind)
{
    if (walk->quoted ? walk->quotes == WT_QUOTES_MAX : walk->ips == WT_PACKETS_MAX) {
        wt_walk_stop(walk, WT_COVERAGE_TOO_DEEP);
        return false;
    }
    if (!wt_walk_enter(walk, kind))
        return false;
    *(walk->quoted ? &walk->quotes : &walk->ips) += 1;
    return true;
}

static void walk_ip_version(struct wt_walk *walk, enum wt_layer_kind kind, uint8_t version)
{
    struct wt_ip ip;
    if (!enter_ip(walk, kind) || !wt_walk_need(walk, version == 4 ? 20 : 40))
        return;
    if (!wt_ip_read(&walk->bytes, walk->offset, walk->end, &ip) || ip.version != version) {
        wt_walk_stop(walk, WT_COVERAGE_MALFORMED);
        return;
    }
    if (ip.coverage != WT_COVERAGE_COMPLETE) {
        bool cut = ip.coverage == WT_COVERAGE_TRUNCATED;
        wt_walk_stop(walk, cut ? wt_walk_shortage(walk) : ip.coverage);
        return;
    }
    if (ip.length < UINT32_MAX - ip.offset)
        wt_walk_narrow(walk, ip.offset + ip.length);
    walk->offset += ip.header_len;
    if (ip.fragment_offset == 0 && walk->offset < walk->end)
        wt_walk_ip_protocol(walk, ip.proto);
}

void wt_walk_ipv4(struct wt_walk *walk)
{
    walk_ip_version(walk, WT_LAYER_IPV4, 4);
}

void wt_walk_ipv6(struct wt_walk *walk)
{
    walk_ip_version(walk, WT_LAYER_IPV6, 6);
}

void wt_walk_ip(struct wt_walk *walk)
{
    if (!wt_walk_need(walk, 1))
        return;
    uint8_t version = wt_bytes_u8(&walk->bytes, walk->offset) >> 4;
    if (version == 4)
        walk->next = wt_walk_ipv4;
    else if (version == 6)
        walk->next = wt_walk_ipv6;
    else
        wt_walk_stop(walk, WT_COVERAGE_MALFORMED);
}

static void walk_quote(struct wt_walk *walk, bool v6)
{
    struct wt_icmp_quote quote;
    if (!wt_icmp_find_quote(&walk->bytes, walk->offset, walk->end, v6, &quote))
        return;
    walk->quoted = true;
    walk->offset = quote.offset;
    wt_walk_narrow(walk, quote.end);
    walk->next = v6 ? wt_walk_ipv6 : wt_walk_ipv4;
}

void wt_walk_icmp(struct wt_walk *walk)
{
    if (wt_walk_header(walk, WT_LAYER_ICMP, 8))
        walk_quote(walk, false);
}

void wt_walk_icmpv6(struct wt_walk *walk)
{
    if (wt_walk_header(walk, WT_LAYER_ICMPV6, 8))
        walk_quote(walk, true);
}
