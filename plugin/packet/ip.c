/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 (RFC 791) and IPv6 (RFC 8200) fixed headers.
 *
 * A length field of 0 is what large send offload version 2 (Windows) and BIG TCP (Linux) leave where the real
 * length does not fit or the NIC writes it: the packet then reaches to the end of what surrounds it. IPv6 may
 * also carry the real length in a jumbo option (RFC 2675), and a genuine payload length 0 exists too (No Next
 * Header): more bytes must follow than padding and trailers explain.
 */
#include "ip.h"

enum {
    IPV4_OPTION_END = 0,
    IPV4_OPTION_NOP = 1,
    IPV4_OPTION_LSRR = 131,
    IPV4_OPTION_SSRR = 137,
};

/*
 * A source route that is not used up names the final destination last (RFC 791 3.1), and that address is in
 * the pseudo header (RFC 1122 3.2.1.8).
 */
static void ipv4_read_route(const struct wt_bytes *bytes, struct wt_ip *ip)
{
    uint32_t end = ip->offset + ip->header_len;
    for (uint32_t at = ip->offset + WT_IPV4_HEADER; at < end;) {
        uint8_t kind = wt_bytes_u8(bytes, at), length = wt_bytes_u8(bytes, at + 1);
        if (kind == IPV4_OPTION_END)
            return;
        if (kind == IPV4_OPTION_NOP) {
            at++;
            continue;
        }
        if (length < 2 || length > end - at)
            return;
        bool route = kind == IPV4_OPTION_LSRR || kind == IPV4_OPTION_SSRR;
        if (route && length >= 7 && wt_bytes_u8(bytes, at + 2) + 3 <= length)
            ip->dst_offset = at + length - 4;
        at += length;
    }
}

/* `header` is the fixed header. */
static bool ipv4_read(const struct wt_bytes *bytes, const uint8_t *header, struct wt_ip *ip, uint32_t limit)
{
    uint32_t at = ip->offset;
    wt_ip_take_v4(header, ip);
    ip->coverage = WT_COVERAGE_MALFORMED;
    if (ip->header_len < WT_IPV4_HEADER)
        return false;
    ip->length_zero = ip->length_field == 0;
    if (ip->length_zero)
        ip->length = limit > at ? limit - at : 0;
    if (ip->length < ip->header_len)
        return true;
    ip->coverage = wt_bytes_hold(bytes, at, ip->header_len) ? WT_COVERAGE_COMPLETE : WT_COVERAGE_TRUNCATED;
    if (ip->header_len > WT_IPV4_HEADER)
        ipv4_read_route(bytes, ip);
    if (wt_ip_has_l4(ip) && ip->proto == WT_PROTO_AH)
        wt_ip_read_extensions(bytes, ip);
    return true;
}

/* Length of an IPv6 packet whose payload length is 0 and that has no jumbo option. */
static void ipv6_fill_length(struct wt_ip *ip, uint32_t limit)
{
    uint32_t left = limit > ip->offset ? limit - ip->offset : 0;
    if (ip->proto == WT_PROTO_NONE || left <= WT_IPV6_HEADER + WT_IP_TRAILER_MAX)
        return;
    ip->length_zero = true;
    ip->length = left;
}

static bool ipv6_read(const struct wt_bytes *bytes, const uint8_t *header, struct wt_ip *ip, uint32_t limit)
{
    wt_ip_take_v6(header, ip);
    ip->coverage = WT_COVERAGE_COMPLETE;
    if (ip->length_field == WT_IPV6_HEADER)
        ipv6_fill_length(ip, limit);
    wt_ip_read_extensions(bytes, ip);
    return true;
}

bool wt_ip_read(const struct wt_bytes *bytes, uint32_t offset, uint32_t limit, struct wt_ip *ip)
{
    *ip = (struct wt_ip){.offset = offset, .route_known = true, .coverage = WT_COVERAGE_TRUNCATED};
    ip->version = wt_bytes_u8(bytes, offset) >> 4;
    const uint8_t *header = wt_bytes_span(bytes, offset, ip->version == 4 ? WT_IPV4_HEADER : WT_IPV6_HEADER);
    if (ip->version == 4 && header)
        return ipv4_read(bytes, header, ip, limit);
    if (ip->version == 6 && header)
        return ipv6_read(bytes, header, ip, limit);
    if (wt_bytes_hold(bytes, offset, 1) && ip->version != 4 && ip->version != 6)
        ip->coverage = WT_COVERAGE_MALFORMED;
    return false;
}
