/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 extension headers (RFC 8200 4), and AH (RFC 4302), which IPv4 carries too.
 *
 * They are followed until a protocol that is none of them. Two of them change the addresses of the pseudo
 * header: a routing header that is not used up (the final destination counts, RFC 8200 8.1) and the home
 * address option (RFC 6275 6.3: the home address counts as source). One changes the length: the jumbo option
 * (RFC 2675).
 */
#include "ip.h"

enum {
    EXTENSIONS_MAX = 16, /* more than any packet needs: each kind occurs once, destination options twice */
    FRAGMENT_MORE = 1,
    OPTION_PAD1 = 0,
    OPTION_PADN = 1,
    OPTION_JUMBO = 0xc2,
    OPTION_HOME_ADDRESS = 0xc9,
    ROUTING_SOURCE = 0,  /* RFC 2460 4.4 */
    ROUTING_MOBILE = 2,  /* RFC 6275 6.4 */
    ROUTING_SEGMENT = 4, /* RFC 8754 2 */
    ADDRESS = 16,
};

static void read_jumbo(const struct wt_bytes *bytes, struct wt_ip *ip, uint32_t at)
{
    uint32_t jumbo = wt_bytes_u32(bytes, at + 2);
    if (ip->length_field != 40 || jumbo < 8 || jumbo > UINT32_MAX - 40)
        return;
    ip->length_zero = true;
    ip->length = jumbo + 40;
}

/* Goes through the options of the hop-by-hop or destination header at `at`, `length` bytes long. */
static void read_options(const struct wt_bytes *bytes, struct wt_ip *ip, uint32_t at, uint32_t length)
{
    bool hop_by_hop = ip->proto == WT_PROTO_HOP_BY_HOP, jumbo = false, others = false;
    uint32_t end = at + length;
    for (uint32_t option = at + 2; option < end;) {
        uint8_t kind = wt_bytes_u8(bytes, option);
        uint32_t size = kind == OPTION_PAD1 ? 1 : 2U + wt_bytes_u8(bytes, option + 1);
        if (size > end - option)
            return;
        if (hop_by_hop && kind == OPTION_JUMBO && size == 6) {
            read_jumbo(bytes, ip, option);
            jumbo = true;
        } else if (!hop_by_hop && kind == OPTION_HOME_ADDRESS && size == 2 + ADDRESS) {
            ip->src_offset = option + 2;
        } else if (kind > OPTION_PADN) {
            others = true;
        }
        option += size;
    }
    if (jumbo && !others)
        ip->jumbo_len = length;
}

static void read_routing(const struct wt_bytes *bytes, struct wt_ip *ip, uint32_t at, uint32_t length)
{
    uint8_t type = wt_bytes_u8(bytes, at + 2), segments_left = wt_bytes_u8(bytes, at + 3);
    uint32_t addresses = (length - 8) / ADDRESS;
    if (segments_left == 0)
        return;
    if (addresses && (type == ROUTING_SOURCE || type == ROUTING_MOBILE))
        ip->dst_offset = at + 8 + (addresses - 1) * ADDRESS;
    else if (addresses && type == ROUTING_SEGMENT)
        ip->dst_offset = at + 8;
    else
        ip->route_known = false;
}

static void read_fragment(const struct wt_bytes *bytes, struct wt_ip *ip, uint32_t at)
{
    uint16_t field = wt_bytes_u16(bytes, at + 2);
    ip->df = false;
    ip->has_id = true;
    ip->id = wt_bytes_u32(bytes, at + 4);
    ip->more_fragments = field & FRAGMENT_MORE;
    ip->fragment_offset = field & 0xfff8U;
}

/* Length of the extension header at `at`, or 0 if `proto` is none. */
static uint32_t extension_length(const struct wt_bytes *bytes, uint8_t proto, uint32_t at)
{
    switch (proto) {
    case WT_PROTO_FRAGMENT:
        return 8;
    case WT_PROTO_AH:
        return (wt_bytes_u8(bytes, at + 1) + 2U) * 4U;
    case WT_PROTO_HOP_BY_HOP:
    case WT_PROTO_ROUTING:
    case WT_PROTO_DESTINATION:
    case WT_PROTO_MOBILITY:
    case WT_PROTO_SHIM6:
        return (wt_bytes_u8(bytes, at + 1) + 1U) * 8U;
    default:
        return 0;
    }
}

static void read_extension(const struct wt_bytes *bytes, struct wt_ip *ip, uint32_t at, uint32_t length)
{
    if (ip->proto == WT_PROTO_HOP_BY_HOP || ip->proto == WT_PROTO_DESTINATION)
        read_options(bytes, ip, at, length);
    else if (ip->proto == WT_PROTO_ROUTING)
        read_routing(bytes, ip, at, length);
    else if (ip->proto == WT_PROTO_FRAGMENT)
        read_fragment(bytes, ip, at);
}

void wt_ip_read_extensions(const struct wt_bytes *bytes, struct wt_ip *ip)
{
    for (unsigned i = 0; ip->fragment_offset == 0; i++) {
        uint32_t at = ip->offset + ip->header_len, length = extension_length(bytes, ip->proto, at);
        if (length == 0 || (ip->version == 4 && ip->proto != WT_PROTO_AH))
            return;
        ip->coverage = WT_COVERAGE_TRUNCATED;
        if (!wt_bytes_hold(bytes, at, length))
            return;
        const uint32_t jumbo_before = ip->jumbo_len;
        read_extension(bytes, ip, at, length); /* a jumbo option tells where the packet ends */
        ip->coverage = i < EXTENSIONS_MAX ? WT_COVERAGE_MALFORMED : WT_COVERAGE_TOO_DEEP;
        if (i == EXTENSIONS_MAX || length > ip->length - ip->header_len) {
            ip->jumbo_len = jumbo_before; /* this one is no part of the packet's headers */
            return;
        }
        ip->coverage = WT_COVERAGE_COMPLETE;
        ip->header_len += length;
        ip->proto = wt_bytes_u8(bytes, at);
    }
}
