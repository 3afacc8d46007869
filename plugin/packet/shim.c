/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Headers between link and IP: MPLS (RFC 3032), PPPoE (RFC 2516), PPP (RFC 1661).
 *
 * A label stack does not say what it carries. An IPv4 or IPv6 header is believed if its version and lengths
 * fit what follows; an Ethernet pseudowire (RFC 4448), with control word or without, only if a known type
 * stands where the Ethernet header would have it. Anything else is reported as an unknown encapsulation.
 */
#include "ip.h"
#include "sum.h"
#include "walk.h"

enum {
    LABEL_BOTTOM = 0x100,
    LABEL_IPV4 = 0, /* explicit null */
    LABEL_IPV6 = 2,
    CONTROL_WORD = 4,
    ETHERNET_HEADER = 14,
};

/* An IPv4 header whose own checksum is right, or an IPv6 header whose length fits: hardly a coincidence. */
static bool is_ip(const struct wt_walk *walk)
{
    uint32_t at = walk->offset, left = walk->end > at ? walk->end - at : 0;
    uint8_t first = wt_bytes_u8(&walk->bytes, at);
    uint32_t header = (first & 15) * 4U,
             length6 = wt_bytes_u16(&walk->bytes, at + 4) + (uint32_t)WT_IPV6_HEADER;
    if (first >> 4 == 6)
        return length6 <= left && left - length6 <= WT_IP_TRAILER_MAX;
    return first >> 4 == 4 && header >= WT_IPV4_HEADER && wt_bytes_hold(&walk->bytes, at, header) &&
           wt_sum_bytes(walk->bytes.data + at, header) == 0xffff;
}

/* A header that offload left unfinished: version and lengths are possible. */
static bool may_be_ip(const struct wt_walk *walk)
{
    uint32_t at = walk->offset, left = walk->end > at ? walk->end - at : 0;
    uint8_t first = wt_bytes_u8(&walk->bytes, at);
    if (first >> 4 == 6)
        return wt_bytes_u16(&walk->bytes, at + 4) + (uint32_t)WT_IPV6_HEADER <= left;
    return first >> 4 == 4 && (first & 15) >= 5 && wt_bytes_u16(&walk->bytes, at + 2) <= left;
}

static bool is_ethernet(const struct wt_walk *walk, uint32_t at)
{
    return wt_bytes_hold(&walk->bytes, at, ETHERNET_HEADER) &&
           wt_walk_ethertype_known(wt_bytes_u16(&walk->bytes, at + 12));
}

/* Where a pseudowire's Ethernet header begins, behind a control word or not; 0 if there is none. */
static uint32_t find_ethernet(const struct wt_walk *walk)
{
    uint32_t at = walk->offset;
    bool control_word = wt_bytes_u8(&walk->bytes, at) >> 4 == 0;
    if (control_word && is_ethernet(walk, at + CONTROL_WORD))
        return at + CONTROL_WORD;
    return is_ethernet(walk, at) ? at : 0;
}

static void label_payload(struct wt_walk *walk, uint32_t label)
{
    if (!wt_walk_need(walk, CONTROL_WORD + ETHERNET_HEADER)) /* fewer than any IP header has, too */
        return;
    uint32_t ethernet = find_ethernet(walk);
    bool null = label == LABEL_IPV4 || label == LABEL_IPV6;
    if (null || is_ip(walk) || (!ethernet && may_be_ip(walk))) {
        walk->next = wt_walk_ip;
    } else if (ethernet) {
        walk->offset = ethernet;
        walk->next = wt_walk_ethernet;
    } else {
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
    }
}

void wt_walk_mpls(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_MPLS, 4))
        return;
    uint32_t entry = wt_bytes_u32(&walk->bytes, walk->offset);
    walk->offset += 4;
    if (entry & LABEL_BOTTOM)
        label_payload(walk, entry >> 12);
    else
        walk->next = wt_walk_mpls;
}

enum {
    PPPOE_SESSION = 0
};

void wt_walk_pppoe(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_PPPOE, 6))
        return;
    uint8_t code = wt_bytes_u8(&walk->bytes, walk->offset + 1);
    walk->offset += 6;
    if (code == PPPOE_SESSION)
        walk->next = wt_walk_ppp;
    else
        wt_walk_stop_plain(walk);
}

enum {
    PPP_ADDRESS_CONTROL = 0xff03,
    PPP_IPV4 = 0x0021,
    PPP_VJ_COMPRESSED = 0x002d,
    PPP_VJ_UNCOMPRESSED = 0x002f,
    PPP_BRIDGING = 0x0031,
    PPP_MULTILINK = 0x003d,
    PPP_IPV6 = 0x0057,
    PPP_MUX = 0x0059,
    PPP_COMPRESSED = 0x00fd,
    PPP_MPLS = 0x0281,
    PPP_MPLS_UPSTREAM = 0x0283,
};

void wt_walk_ppp_protocol(struct wt_walk *walk, uint16_t protocol)
{
    switch (protocol) {
    case PPP_IPV4:
        walk->next = wt_walk_ipv4;
        return;
    case PPP_IPV6:
        walk->next = wt_walk_ipv6;
        return;
    case PPP_MPLS:
    case PPP_MPLS_UPSTREAM:
        walk->next = wt_walk_mpls;
        return;
    case PPP_VJ_COMPRESSED:
    case PPP_VJ_UNCOMPRESSED:
    case PPP_BRIDGING:
    case PPP_MULTILINK:
    case PPP_MUX:
    case PPP_COMPRESSED:
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
        return;
    default:
        wt_walk_stop_plain(walk);
    }
}

/* Cisco HDLC, which captures of serial lines call PPP too: address, control 0, Ethernet type. */
static bool is_cisco_hdlc(const struct wt_walk *walk)
{
    enum {
        UNICAST = 0x0f00,
        BROADCAST = 0x8f00
    };
    uint16_t first = wt_bytes_u16(&walk->bytes, walk->offset);
    return first == UNICAST || first == BROADCAST;
}

/* Address and control may be absent, and a protocol number may be one byte long, odd then (RFC
 * 1661 6.5, 6.6). */
void wt_walk_ppp(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_PPP, 1))
        return;
    if (is_cisco_hdlc(walk)) {
        if (wt_walk_need(walk, 4)) {
            walk->offset += 4;
            wt_walk_ethertype(walk, wt_bytes_u16(&walk->bytes, walk->offset - 2));
        }
        return;
    }
    if (wt_bytes_u16(&walk->bytes, walk->offset) == PPP_ADDRESS_CONTROL)
        walk->offset += 2;
    uint32_t size = wt_bytes_u8(&walk->bytes, walk->offset) & 1 ? 1 : 2;
    if (!wt_walk_need(walk, size))
        return;
    uint16_t protocol =
        size == 1 ? wt_bytes_u8(&walk->bytes, walk->offset) : wt_bytes_u16(&walk->bytes, walk->offset);
    walk->offset += size;
    wt_walk_ppp_protocol(walk, protocol);
}
