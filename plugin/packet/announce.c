/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages that name the link's MTU:
 *   DHCP option 26 (RFC 2132 5.1), in an offer or acknowledgement to a client; whether somebody on this link
 *   asked for it, its transaction number tells;
 *   the MTU option of an IPv6 router advertisement (RFC 4861 4.6.4), which counts for IPv6 only, and is
 *   genuine only with hop limit 255 from a link-local address (6.1.2): no router forwards such a packet;
 *   PPP, the maximum receive unit in an LCP Configure-Ack (RFC 1661 6.1): both ends have agreed on it;
 *   LLDP, the maximum frame size of the port (IEEE 802.1AB, 802.3 TLV 4), and CDP, its MTU (type 17).
 * A frame size counts Ethernet header and FCS. 1522 and 2000 (IEEE 802.3as) make room for tags, not for data.
 */
#include "announce.h"

#include "bytes.h"
#include "ip.h"

enum {
    ANNOUNCE_OPTIONS_MAX = 256, /* of one message */
    PORT_DHCP_SERVER = 67,
    PORT_DHCP_CLIENT = 68,
    ETHERTYPE_LLDP = 0x88cc,
    PPP_LCP = 0xc021,
};

static void announce(struct wt_reading *reading, enum wt_announcement_kind kind, uint32_t mtu)
{
    if (mtu < WT_MTU_MIN_V4)
        return;
    reading->announcement = (struct wt_announcement){.kind = kind, .mtu = mtu};
}

static bool is_broadcast_v4(const struct wt_address *address)
{
    static const uint8_t all[4] = {255, 255, 255, 255};
    return wt_address_is_v4(address) && memcmp(address->bytes + 12, all, sizeof all) == 0;
}

/* Options of DHCP begin behind a fixed part of 236 bytes and a magic number. */
static void announce_dhcp(const struct wt_bytes *bytes, uint32_t at, struct wt_reading *reading)
{
    enum {
        TRANSACTION = 4,
        OPTIONS = 236,
        MAGIC = 0x63825363,
        PAD = 0,
        MTU = 26,
        MESSAGE_TYPE = 53,
        END = 255,
        OFFER = 2,
        ACK = 5
    };
    const uint32_t transaction = wt_bytes_u32(bytes, at + TRANSACTION);
    uint32_t mtu = 0;
    uint8_t type = 0;
    if (wt_bytes_u32(bytes, at + OPTIONS) != MAGIC)
        return;
    at += OPTIONS + 4;
    for (unsigned i = 0; i < ANNOUNCE_OPTIONS_MAX && wt_bytes_hold(bytes, at, 2); i++) {
        uint8_t code = wt_bytes_u8(bytes, at), length = wt_bytes_u8(bytes, at + 1);
        if (code == END)
            break;
        if (code == MTU && length == 2)
            mtu = wt_bytes_u16(bytes, at + 2);
        if (code == MESSAGE_TYPE && length == 1)
            type = wt_bytes_u8(bytes, at + 2);
        at += code == PAD ? 1 : 2U + length;
    }
    if (type != OFFER && type != ACK)
        return;
    announce(reading, WT_ANNOUNCEMENT_DHCP, mtu);
    reading->announcement.transaction = transaction;
    reading->announcement.on_link = is_broadcast_v4(&reading->packet[0].dst);
}

/* A client asks: the answer carries the same number. */
static void announce_dhcp_request(const struct wt_bytes *bytes, uint32_t at, struct wt_reading *reading)
{
    enum {
        REQUEST = 1,
        TRANSACTION = 4
    };
    if (wt_bytes_u8(bytes, at) != REQUEST || !wt_bytes_hold(bytes, at, TRANSACTION + 4))
        return;
    reading->announcement = (struct wt_announcement){.kind = WT_ANNOUNCEMENT_DHCP_REQUEST,
                                                     .transaction = wt_bytes_u32(bytes, at + TRANSACTION)};
}

/* RFC 4861 6.1.2. */
static bool is_router_advertisement(const struct wt_packet *packet)
{
    enum {
        ROUTER_ADVERTISEMENT = 134,
        HOP_LIMIT = 255
    };
    const uint8_t *src = packet->src.bytes;
    bool link_local = src[0] == 0xfe && (src[1] & 0xc0) == 0x80;
    return packet->proto == WT_PROTO_ICMPV6 && packet->icmp.type == ROUTER_ADVERTISEMENT &&
           packet->ttl == HOP_LIMIT && link_local;
}

static void announce_router(const struct wt_bytes *bytes, uint32_t at, uint32_t end,
                            struct wt_reading *reading)
{
    enum {
        OPTIONS = 16,
        MTU = 5,
        LEAST = 1280 /* RFC 8200 5 */
    };
    at += OPTIONS;
    for (unsigned i = 0; i < ANNOUNCE_OPTIONS_MAX && at < end && wt_bytes_hold(bytes, at, 8); i++) {
        uint32_t length = wt_bytes_u8(bytes, at + 1) * 8U;
        uint32_t mtu = wt_bytes_u32(bytes, at + 4);
        if (wt_bytes_u8(bytes, at) == MTU && length == 8 && mtu >= LEAST)
            announce(reading, WT_ANNOUNCEMENT_ROUTER, mtu);
        if (length == 0)
            return;
        at += length;
    }
}

/* A Configure-Ack repeats the options that it agrees to. `at`: the protocol field. */
static void announce_lcp(const struct wt_bytes *bytes, uint32_t at, struct wt_reading *reading)
{
    enum {
        ADDRESS_CONTROL = 0xff03,
        CONFIGURE_ACK = 2,
        OPTIONS = 6,
        MRU = 1
    };
    if (wt_bytes_u16(bytes, at) == ADDRESS_CONTROL)
        at += 2;
    if (wt_bytes_u16(bytes, at) != PPP_LCP || wt_bytes_u8(bytes, at + 2) != CONFIGURE_ACK)
        return;
    uint32_t length = wt_bytes_u16(bytes, at + 4), option = OPTIONS - 2;
    for (unsigned i = 0; i < ANNOUNCE_OPTIONS_MAX && option + 2 <= length; i++) {
        uint32_t here = at + 2 + option, size = wt_bytes_u8(bytes, here + 1);
        if (wt_bytes_u8(bytes, here) == MRU && size == 4)
            announce(reading, WT_ANNOUNCEMENT_PPP, wt_bytes_u16(bytes, here + 2));
        if (size < 2)
            return;
        option += size;
    }
}

static uint32_t frame_size_mtu(uint32_t size)
{
    enum {
        ETHERNET_AND_FCS = 18,
        TAGGED = 1522,
        ENVELOPE = 2000,
        ETHERNET = 1500
    };
    if (size == TAGGED || size == ENVELOPE)
        return ETHERNET;
    return size > ETHERNET_AND_FCS ? size - ETHERNET_AND_FCS : 0;
}

static void announce_lldp(const struct wt_bytes *bytes, uint32_t at, struct wt_reading *reading)
{
    enum {
        ORGANISATION = 127,
        IEEE_8023_FRAME_SIZE = 0x00120f04
    };
    for (unsigned i = 0; i < ANNOUNCE_OPTIONS_MAX && wt_bytes_hold(bytes, at, 2); i++) {
        uint16_t head = wt_bytes_u16(bytes, at);
        uint32_t type = head >> 9, length = head & 0x1ffU;
        if (type == ORGANISATION && length == 6 && wt_bytes_u32(bytes, at + 2) == IEEE_8023_FRAME_SIZE)
            announce(reading, WT_ANNOUNCEMENT_LLDP, frame_size_mtu(wt_bytes_u16(bytes, at + 6)));
        if (type == 0)
            return;
        at += 2 + length;
    }
}

/* `at`: the LLC header. */
static void announce_cdp(const struct wt_bytes *bytes, uint32_t at, struct wt_reading *reading)
{
    enum {
        SNAP_CISCO = 0xaaaa03, /* behind it 00000c, Cisco */
        CDP = 0x000c2000,
        HEADERS = 8 + 4,
        MTU = 0x0011
    };
    if (wt_bytes_u24(bytes, at) != SNAP_CISCO || wt_bytes_u8(bytes, at + 3) != 0 ||
        wt_bytes_u32(bytes, at + 4) != CDP)
        return;
    at += HEADERS;
    for (unsigned i = 0; i < ANNOUNCE_OPTIONS_MAX && wt_bytes_hold(bytes, at, 4); i++) {
        uint32_t length = wt_bytes_u16(bytes, at + 2);
        if (wt_bytes_u16(bytes, at) == MTU && length == 8)
            announce(reading, WT_ANNOUNCEMENT_LLDP, wt_bytes_u32(bytes, at + 4));
        if (length < 4)
            return;
        at += length;
    }
}

static void announce_link(const struct wt_bytes *bytes, const struct wt_layer *layer,
                          struct wt_reading *reading)
{
    uint32_t type = layer->kind == WT_LAYER_ETHERNET ? 12 : layer->kind == WT_LAYER_VLAN ? 2 : 0;
    if (layer->kind == WT_LAYER_LLC)
        announce_cdp(bytes, layer->offset, reading);
    else if (layer->kind == WT_LAYER_PPP)
        announce_lcp(bytes, layer->offset, reading);
    else if (type && wt_bytes_u16(bytes, layer->offset + type) == ETHERTYPE_LLDP)
        announce_lldp(bytes, layer->offset + type + 2, reading);
}

void wt_announce(const struct wt_frame *frame, struct wt_reading *reading)
{
    const struct wt_bytes bytes = {frame->bytes, frame->captured};
    const struct wt_packet *packet = &reading->packet[0];
    reading->announcement = (struct wt_announcement){.kind = WT_ANNOUNCEMENT_NONE};
    if (reading->packets == 0) {
        if (reading->layers.count > 0 && reading->layers.count <= WT_LAYERS_MAX)
            announce_link(&bytes, &reading->layers.layer[reading->layers.count - 1], reading);
        return;
    }
    if (!packet->has_l4 || packet->fragment)
        return;
    uint32_t payload = packet->l4_offset + packet->l4_header_len;
    bool udp = packet->proto == WT_PROTO_UDP;
    if (udp && packet->src_port == PORT_DHCP_SERVER && packet->dst_port == PORT_DHCP_CLIENT)
        announce_dhcp(&bytes, payload, reading);
    else if (udp && packet->src_port == PORT_DHCP_CLIENT && packet->dst_port == PORT_DHCP_SERVER)
        announce_dhcp_request(&bytes, payload, reading);
    else if (is_router_advertisement(packet))
        announce_router(&bytes, packet->l4_offset, packet->l4_offset + packet->l4_len, reading);
}
