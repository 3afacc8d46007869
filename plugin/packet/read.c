/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From layers to packets.
 *
 * A packet ends where its length field says, but never by more than what surrounds it allows to be known: the
 * frame's recorded length, or the packet around it. Three lengths lie. A field of 0 (see ip.c). A field
 * shorter than what was captured, where a BSD driver prepared the headers of the first segment already: told
 * from padding and trailers by a partial checksum over the longer length, or one without length next to an
 * IPv4 checksum of 0, and by an excess that no trailer has. A field beyond the frame: the frame was cut,
 * before or after it was recorded.
 */
#include "announce.h"
#include "icmp.h"
#include "ip.h"
#include "l3.h"
#include "l4.h"
#include "plain.h"
#include "reading.h"
#include "sum.h"
#include "tcp.h"
#include "verify.h"

struct read {
    struct wt_bytes bytes;
    struct wt_reading *reading;
    const struct wt_packet *around; /* the packet that the layer at hand lies in, NULL outside */
    uint32_t limit;                 /* where that packet, or the frame, ends on the link */
    uint32_t key;                   /* of the tunnel headers since the last IP header */
};

static void lower_coverage(struct wt_reading *reading, enum wt_coverage coverage)
{
    if (reading->layers.coverage == WT_COVERAGE_COMPLETE)
        reading->layers.coverage = coverage;
}

static bool is_length_short(const struct wt_bytes *bytes, const struct wt_ip *ip, uint32_t limit)
{
    uint32_t l4 = ip->offset + ip->header_len, real = limit - l4;
    uint16_t field = wt_bytes_u16(bytes, l4 + WT_TCP_CHECKSUM);
    uint16_t pseudo = wt_pseudo_sum(bytes, ip);
    if (wt_sum_equal(field, wt_pseudo_sum_length(pseudo, real)))
        return true;
    bool unfilled = ip->version == 6 || wt_bytes_u16(bytes, ip->offset + 10) == 0;
    return unfilled && wt_sum_equal(field, pseudo);
}

/* Replaces a length field that only counts the first segment. */
static void stretch_short_length(const struct wt_bytes *bytes, struct wt_ip *ip, uint32_t limit,
                                 struct wt_packet *packet)
{
    uint32_t left = limit > ip->offset ? limit - ip->offset : 0;
    bool tcp = wt_ip_has_l4(ip) && !ip->more_fragments && ip->proto == WT_PROTO_TCP;
    if (!tcp || left <= ip->length || left - ip->length <= WT_IP_TRAILER_MAX)
        return;
    if (!wt_bytes_hold(bytes, ip->offset + ip->header_len, WT_TCP_HEADER) ||
        !is_length_short(bytes, ip, limit))
        return;
    packet->length_short = true;
    ip->length = left;
}

static uint32_t mix(uint32_t hash, const uint8_t *data, unsigned length)
{
    for (unsigned i = 0; i < length; i++)
        hash = (hash ^ data[i]) * 16777619U; /* FNV-1a */
    return hash;
}

/* The same for both directions of the tunnel: its ends are hashed in the order of their addresses. */
static uint32_t tunnel_hash(const struct wt_packet *around, uint32_t key)
{
    bool forward = memcmp(around->src.bytes, around->dst.bytes, sizeof around->src.bytes) < 0;
    const struct wt_address *low = forward ? &around->src : &around->dst;
    const struct wt_address *high = forward ? &around->dst : &around->src;
    uint32_t hash = 2166136261U ^ around->tunnel ^ key;
    hash = mix(hash, low->bytes, sizeof low->bytes);
    hash = mix(hash, high->bytes, sizeof high->bytes);
    return hash ? hash : 1;
}

static struct wt_packet *next_packet(struct wt_reading *reading, bool quoted)
{
    if (quoted)
        return reading->quotes < WT_QUOTES_MAX ? &reading->quote[reading->quotes++] : NULL;
    return reading->packets < WT_PACKETS_MAX ? &reading->packet[reading->packets++] : NULL;
}

/* A packet quoted in a tunnel belongs to that tunnel too; the one inside a quoted packet is tunnelled by it. */
static uint32_t find_tunnel(const struct read *read, bool quoted)
{
    if (!read->around)
        return 0;
    if (quoted && read->reading->quotes == 1)
        return read->around->tunnel;
    return tunnel_hash(read->around, read->key);
}

static void fill_packet(struct read *read, const struct wt_layer *layer, struct wt_ip *ip,
                        struct wt_packet *packet)
{
    struct wt_bytes bytes = read->bytes;
    wt_bytes_narrow(&bytes, read->limit);
    wt_packet_clear(packet);
    if (!layer->quoted)
        stretch_short_length(&bytes, ip, read->limit, packet);
    packet->tunnel = find_tunnel(read, layer->quoted);
    wt_l3_fill(&bytes, ip, packet);
    enum wt_coverage coverage = ip->coverage;
    if (wt_ip_has_l4(ip) && ip->length > ip->header_len) {
        wt_bytes_narrow(&bytes, packet->offset + packet->l3_len);
        coverage = wt_l4_read(&bytes, packet, layer->quoted);
    }
    if (!layer->quoted)
        lower_coverage(read->reading, coverage);
}

static void read_ip(struct read *read, const struct wt_layer *layer)
{
    struct wt_bytes bytes = read->bytes;
    struct wt_ip ip;
    wt_bytes_narrow(&bytes, read->limit);
    if (!wt_ip_read(&bytes, layer->offset, read->limit, &ip)) {
        if (!layer->quoted)
            lower_coverage(read->reading, ip.coverage);
        return;
    }
    struct wt_packet *packet = next_packet(read->reading, layer->quoted);
    if (!packet) {
        lower_coverage(read->reading, WT_COVERAGE_TOO_DEEP);
        return;
    }
    fill_packet(read, layer, &ip, packet);
    if (layer->quoted && read->reading->quotes == 1)
        read->reading->quote_captured = wt_bytes_left(&bytes, layer->offset);
    read->around = packet;
    read->key = 0;
    if (packet->l3_len < UINT32_MAX - ip.offset && ip.offset + packet->l3_len < read->limit)
        read->limit = ip.offset + packet->l3_len;
}

/* The quote of an ICMP error ends before the message does if extensions follow it (RFC 4884). */
static void read_icmp(struct read *read, const struct wt_layer *layer)
{
    struct wt_icmp_quote quote;
    struct wt_bytes bytes = read->bytes;
    wt_bytes_narrow(&bytes, read->limit);
    if (wt_icmp_find_quote(&bytes, layer->offset, read->limit, layer->kind == WT_LAYER_ICMPV6, &quote))
        read->limit = quote.end;
}

static void read_mac(struct read *read, const struct wt_layer *layer)
{
    struct wt_reading *reading = read->reading;
    const uint8_t *header = wt_bytes_span(&read->bytes, layer->offset, 12);
    if (reading->has_mac || read->around || !header)
        return;
    wt_reading_take_mac(reading, header);
}

static void read_vlan(struct read *read, const struct wt_layer *layer)
{
    struct wt_reading *reading = read->reading;
    if (!read->around && reading->vlans < WT_VLANS_MAX)
        reading->vlan[reading->vlans++] = wt_bytes_u16(&read->bytes, layer->offset) & 0xfff;
}

/* Packet types of Linux (if_packet.h). Loopback frames are sent and received at once, and seen
 * as the latter. */
static enum wt_direction cooked_direction(uint16_t hardware, uint16_t packet_type)
{
    enum {
        ARPHRD_LOOPBACK = 772,
        PACKET_MULTICAST = 2,
        PACKET_OUTGOING = 4
    };
    if (hardware == ARPHRD_LOOPBACK)
        return WT_DIRECTION_UNKNOWN;
    if (packet_type == PACKET_OUTGOING)
        return WT_DIRECTION_SENT;
    /* 0 to us, 1 broadcast, 2 multicast; 3 is for another host: heard, not received */
    return packet_type <= PACKET_MULTICAST ? WT_DIRECTION_RECEIVED : WT_DIRECTION_UNKNOWN;
}

static void read_cooked(struct read *read, const struct wt_layer *layer)
{
    const struct wt_bytes *bytes = &read->bytes;
    uint32_t at = layer->offset;
    if (layer->kind == WT_LAYER_SLL && wt_bytes_hold(bytes, at, 16))
        read->reading->direction = cooked_direction(wt_bytes_u16(bytes, at + 2), wt_bytes_u16(bytes, at));
    if (layer->kind == WT_LAYER_SLL2 && wt_bytes_hold(bytes, at, 20))
        read->reading->direction = cooked_direction(wt_bytes_u16(bytes, at + 8), wt_bytes_u8(bytes, at + 10));
}

/*
 * What tells tunnels between the same ends apart and is equal in both directions: network identifiers and the
 * GRE key. GTP tunnel endpoints and PPTP call numbers are the receiver's and differ.
 */
static uint32_t tunnel_key(const struct wt_bytes *bytes, const struct wt_layer *layer)
{
    enum {
        GRE_KEY = 0x2000,
        GRE_CHECKSUM_OR_ROUTING = 0xc000,
        GRE_VERSION = 7
    };
    uint16_t flags = wt_bytes_u16(bytes, layer->offset);
    switch (layer->kind) {
    case WT_LAYER_VXLAN:
    case WT_LAYER_GENEVE:
        return (uint32_t)layer->kind << 24 | wt_bytes_u24(bytes, layer->offset + 4);
    case WT_LAYER_GRE:
        if (!(flags & GRE_KEY) || flags & GRE_VERSION)
            return WT_LAYER_GRE;
        return WT_LAYER_GRE ^ wt_bytes_u32(bytes, layer->offset + (flags & GRE_CHECKSUM_OR_ROUTING ? 8 : 4));
    default:
        return (uint32_t)layer->kind;
    }
}

static void read_layer(struct read *read, const struct wt_layer *layer)
{
    switch (layer->kind) {
    case WT_LAYER_IPV4:
    case WT_LAYER_IPV6:
        read_ip(read, layer);
        break;
    case WT_LAYER_ICMP:
    case WT_LAYER_ICMPV6:
        read_icmp(read, layer);
        break;
    case WT_LAYER_ETHERNET:
        read_mac(read, layer);
        break;
    case WT_LAYER_VLAN:
        read_vlan(read, layer);
        break;
    case WT_LAYER_SLL:
    case WT_LAYER_SLL2:
        read_cooked(read, layer);
        break;
    case WT_LAYER_VXLAN:
    case WT_LAYER_GENEVE:
    case WT_LAYER_GRE:
    case WT_LAYER_GTPU:
        read->key = tunnel_key(&read->bytes, layer);
        break;
    default:
        break;
    }
}

void wt_read(const struct wt_frame *frame, struct wt_reading *reading)
{
    struct read read = {.bytes = {frame->bytes, frame->captured}, .reading = reading, .limit = frame->length};
    wt_reading_clear(reading);
    reading->has_mac = false;
    memset(reading->mac_src, 0, sizeof reading->mac_src);
    memset(reading->mac_dst, 0, sizeof reading->mac_dst);
    for (unsigned i = 0; i < reading->layers.count && i < WT_LAYERS_MAX; i++)
        read_layer(&read, &reading->layers.layer[i]);
    wt_announce(frame, reading);
}

void wt_read_frame(const struct wt_frame *frame, struct wt_reading *reading)
{
    if (wt_plain_read(frame, reading))
        return;
    wt_walk(frame, &reading->layers);
    wt_read(frame, reading);
}
