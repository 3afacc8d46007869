/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. What is inside an encrypted tunnel cannot be read, but how much its headers take is known:
 *
 *   WireGuard     header 16, authentication 16 (its white paper 5.4.6), in UDP
 *   ESP           header 8, padding to whole blocks with two bytes of its own, and what the cipher adds (RFC 4303 2). Which
 *                 cipher it is nobody tells, so the one with the largest overhead of those in common use is assumed: AES-CBC
 *                 with SHA-256, 16 bytes of vector, 16 of authentication, blocks of 16 (RFC 3602, RFC 4868). What fits
 *                 then fits with AES-GCM too (RFC 4106: 8, 16, blocks of 4)
 *   L2TP          version 3 around Ethernet, in UDP: how long its cookie and sublayer are is agreed between both ends (RFC
 *                 3931 4.1), so the type of what is inside is looked for at each place where it may stand
 *   ESP in UDP    port 4500, a UDP header more (RFC 3948 2.1)
 *
 * Traps: key exchange on port 4500 begins with four zeros; anything may begin like WireGuard's data (type 4, three
 * zeros), whose length is a whole number of 16 bytes.
 */
#include "overhead.h"

#include "packet/bytes.h"

enum {
    ESP_HEADER = 8,
    ESP_VECTOR = 16,
    ESP_AUTHENTICATION = 16,
    ESP_BLOCK = 16,
    ESP_TRAILER = 2,
    WIREGUARD_DATA = 0x04000000, /* type 4 and three zeros */
    WIREGUARD_AROUND = 32,
    WIREGUARD_BLOCK = 16,
    UDP_HEADER = 8,
    L2TP_HEADER = 8,
    L2TP_VARIABLE = 12, /* a cookie of 8 and a sublayer of 4 at most */
    L2TP_CONTROL = 0x8000,
    L2TP_VERSION = 15,
    L2TP_VERSION_3 = 3,
    ETHERNET_HEADER = 14,
    ETHERNET_IPV4 = 0x0800,
    ETHERNET_IPV6 = 0x86dd,
};

static uint32_t tunnel_room_esp(uint32_t headers, uint32_t mtu)
{
    const uint32_t around = headers + ESP_HEADER + ESP_VECTOR + ESP_AUTHENTICATION;
    const uint32_t blocks = mtu > around ? (mtu - around) / ESP_BLOCK * ESP_BLOCK : 0;
    return blocks > ESP_TRAILER ? blocks - ESP_TRAILER : 0;
}

static bool tunnel_is_wireguard(const struct wt_packet *outer, uint32_t first)
{
    return first == WIREGUARD_DATA && (outer->fragment || (outer->payload_len >= WIREGUARD_AROUND &&
                                                           outer->payload_len % WIREGUARD_BLOCK == 0));
}

/* Bytes from the beginning of the UDP payload to the packet inside; 0 if that is no L2TP version 3. */
static uint32_t tunnel_l2tp(const struct wt_bytes *bytes, uint32_t at)
{
    const uint8_t *header = wt_bytes_span(bytes, at, L2TP_HEADER + L2TP_VARIABLE + ETHERNET_HEADER);
    if (!header || (wt_load16(header) & (L2TP_CONTROL | L2TP_VERSION)) != L2TP_VERSION_3)
        return 0;
    for (uint32_t more = 0; more <= L2TP_VARIABLE; more += 4) {
        const uint16_t type = wt_load16(header + L2TP_HEADER + more + ETHERNET_HEADER - 2);
        if (type == ETHERNET_IPV4 || type == ETHERNET_IPV6)
            return L2TP_HEADER + more + ETHERNET_HEADER;
    }
    return 0;
}

static uint32_t tunnel_room_encrypted(const struct wt_context *context, const struct wt_packet *outer,
                                      uint32_t mtu)
{
    const struct wt_bytes bytes = {context->frame->bytes,
                                   context->frame->bytes ? context->frame->captured : 0};
    const uint32_t headers = outer->ip_header_len + UDP_HEADER;
    if (outer->proto == WT_PROTO_ESP)
        return tunnel_room_esp(outer->ip_header_len, mtu);
    if (outer->proto != WT_PROTO_UDP || !outer->has_l4 || outer->fragment_offset)
        return 0;
    const uint8_t *payload = wt_bytes_span(&bytes, outer->l4_offset + UDP_HEADER, sizeof(uint32_t));
    const uint32_t first = payload ? wt_load32(payload) : 0;
    if (first && (outer->src_port == WT_PORT_ESP || outer->dst_port == WT_PORT_ESP))
        return tunnel_room_esp(headers, mtu);
    if (outer->src_port == WT_PORT_L2TP || outer->dst_port == WT_PORT_L2TP) {
        const uint32_t around = tunnel_l2tp(&bytes, outer->l4_offset + UDP_HEADER);
        return around && mtu > headers + around ? mtu - headers - around : 0;
    }
    if (tunnel_is_wireguard(outer, first) && mtu > headers + WIREGUARD_AROUND)
        return mtu - headers - WIREGUARD_AROUND;
    return 0;
}

uint32_t wt_overhead_room(const struct wt_context *context, const struct wt_packet *outer,
                          const struct wt_packet *inner, uint32_t mtu)
{
    if (!inner)
        return tunnel_room_encrypted(context, outer, mtu);
    const uint32_t around = inner->offset > outer->offset ? inner->offset - outer->offset : 0;
    return around && mtu > around ? mtu - around : 0;
}
