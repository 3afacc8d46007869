/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Most frames are plain: Ethernet with one VLAN tag or none, IPv4 without options or IPv6 without extension
 * headers, no fragment, TCP or UDP that is no tunnel. Their layers are known before they are walked, and one
 * look at each header is enough for both layers and packet. This costs a third of walking and reading.
 *
 * It must say the same as wt_walk() and wt_read(), field by field; the tests hold it against them. So the
 * headers are read by the same functions, and a frame of which anything is not as expected is left to the
 * general way:
 *   link type other than Ethernet, ISL around the frame, LLC, a second tag, any other Ethernet type;
 *   options, extension headers, fragments, protocols other than TCP and UDP, ports of tunnels;
 *   a length field that is 0 (the real length is elsewhere), that ends before the L4 header does, that goes
 *   beyond the frame, or leaves more behind the packet than padding and trailers explain (BSD TSO);
 *   fixed headers or a TCP header's length that are cut or contradict themselves.
 * Padding behind the packet, payload and TCP options that were not captured, and UDP's own length need no
 * care here: the functions shared with the general way have it.
 */
#include "plain.h"

#include "announce.h"
#include "l3.h"
#include "l4.h"
#include "reading.h"
#include "walk.h"

enum {
    ETHERNET_HEADER = 14,
    VLAN_TAG = 4,
    IPV4_PLAIN = 0x45, /* version, and header length in words */
};

static void add_layer(struct wt_reading *reading, enum wt_layer_kind kind, uint32_t offset)
{
    reading->layers.layer[reading->layers.count++] = (struct wt_layer){.kind = kind, .offset = offset};
}

/* Reads the link headers and moves `*at` behind them. Returns the Ethernet type of what follows, or 0. */
static uint16_t read_link(const struct wt_bytes *bytes, struct wt_reading *reading, uint32_t *at)
{
    const uint8_t *header = wt_bytes_span(bytes, 0, ETHERNET_HEADER);
    if (!header || wt_walk_is_isl(header))
        return 0;
    wt_reading_take_mac(reading, header);
    add_layer(reading, WT_LAYER_ETHERNET, 0);
    *at = ETHERNET_HEADER;
    uint16_t type = wt_load16(header + 12);
    const uint8_t *tag = type == WT_ETHERTYPE_VLAN ? wt_bytes_span(bytes, ETHERNET_HEADER, VLAN_TAG) : NULL;
    if (!tag)
        return type;
    reading->vlan[reading->vlans++] = wt_load16(tag) & 0xfff;
    add_layer(reading, WT_LAYER_VLAN, ETHERNET_HEADER);
    *at += VLAN_TAG;
    return wt_load16(tag + 2);
}

/* Reads the IP header behind an Ethernet type. False if it is not plain. */
static bool read_ip(const struct wt_bytes *bytes, uint16_t type, struct wt_ip *ip)
{
    bool v4 = type == WT_ETHERTYPE_IPV4;
    const uint8_t *header = wt_bytes_span(bytes, ip->offset, v4 ? WT_IPV4_HEADER : WT_IPV6_HEADER);
    if (!header)
        return false;
    if (v4 && header[0] == IPV4_PLAIN)
        wt_ip_take_v4(header, ip);
    else if (type == WT_ETHERTYPE_IPV6 && header[0] >> 4 == 6)
        wt_ip_take_v6(header, ip);
    else
        return false;
    return (ip->proto == WT_PROTO_TCP || ip->proto == WT_PROTO_UDP) && !ip->more_fragments &&
           ip->fragment_offset == 0;
}

/* True if the packet ends with the frame, or a trailer before it. */
static bool length_fits(const struct wt_frame *frame, const struct wt_ip *ip)
{
    uint32_t end = ip->offset + ip->length;
    return ip->length > ip->header_len && end <= frame->length && frame->length - end <= WT_IP_TRAILER_MAX;
}

/* Reads the one packet of the frame. False if its L4 header is cut, malformed, or of a tunnel. */
static bool read_packet(const struct wt_bytes *bytes, const struct wt_ip *ip, struct wt_reading *reading)
{
    struct wt_packet *packet = &reading->packet[0];
    wt_packet_clear(packet);
    reading->packets = 1;
    wt_l3_fill(bytes, ip, packet);
    if (wt_l4_read(bytes, packet, false) != WT_COVERAGE_COMPLETE)
        return false;
    return ip->proto == WT_PROTO_TCP ||
           !wt_walk_udp_tunnel(bytes, packet->l4_offset, packet->l4_offset + packet->l4_len);
}

bool wt_plain_read(const struct wt_frame *frame, struct wt_reading *reading)
{
    const struct wt_bytes bytes = {frame->bytes, frame->captured};
    struct wt_ip ip = {.route_known = true};
    if (frame->link_type != WT_LINK_ETHERNET)
        return false;
    reading->layers.count = 0;
    reading->layers.coverage = WT_COVERAGE_COMPLETE;
    wt_reading_clear(reading);
    uint16_t type = read_link(&bytes, reading, &ip.offset);
    if (!read_ip(&bytes, type, &ip) || !length_fits(frame, &ip) || !read_packet(&bytes, &ip, reading))
        return false;
    add_layer(reading, ip.version == 4 ? WT_LAYER_IPV4 : WT_LAYER_IPV6, ip.offset);
    add_layer(reading, ip.proto == WT_PROTO_TCP ? WT_LAYER_TCP : WT_LAYER_UDP, ip.offset + ip.header_len);
    reading->announcement = (struct wt_announcement){.kind = WT_ANNOUNCEMENT_NONE};
    if (ip.proto == WT_PROTO_UDP)
        wt_announce(frame, reading);
    return true;
}
