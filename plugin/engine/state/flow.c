/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

#include "sequence.h"

enum {
    FLOWS_MAX = 1 << 17,          /* 64 MiB at most */
    FLOWS_FLEETING_MAX = 1 << 15, /* 10,000 new ones a second for 3 s: the first two SYNs (RFC 6298 2) */
};

WT_MAP_KEY(flow, struct wt_flow_key)

struct wt_map *wt_flows_new(void)
{
    struct wt_map *flows =
        wt_map_new(sizeof(struct wt_flow), sizeof(struct wt_flow_key), FLOWS_MAX, flow_hash, flow_equal);
    wt_map_bound_fleeting(flows, FLOWS_FLEETING_MAX);
    return flows;
}

/* Which side sent `packet`: the lower address, or port of the same address, is side 0. */
static unsigned flow_sender(const struct wt_packet *packet)
{
    uint64_t src[2], dst[2];
    memcpy(src, &packet->src, sizeof src);
    memcpy(dst, &packet->dst, sizeof dst);
    unsigned half = src[0] == dst[0]; /* the one that tells */
    if (src[half] == dst[half])
        return packet->src_port > packet->dst_port;
    return GUINT64_FROM_BE(src[half]) > GUINT64_FROM_BE(dst[half]);
}

static struct wt_flow_key flow_key(uint32_t interface, const struct wt_packet *packet, unsigned *sender)
{
    *sender = flow_sender(packet);
    bool src_low = *sender == 0;
    return (struct wt_flow_key){
        .interface = interface,
        .tunnel = packet->tunnel,
        .low = src_low ? packet->src : packet->dst,
        .high = src_low ? packet->dst : packet->src,
        .low_port = src_low ? packet->src_port : packet->dst_port,
        .high_port = src_low ? packet->dst_port : packet->src_port,
        .proto = packet->proto,
    };
}

/* What is not zero in a connection of which nothing is known. */
static void flow_begin(struct wt_flow *flow)
{
    flow->assumed = flow->scale[0] = flow->scale[1] = WT_SCALE_NONE;
    flow->side[0].scale = flow->side[1].scale = WT_SCALE_NONE;
    flow->begun = true;
}

void wt_flow_reset(struct wt_flow *flow)
{
    flow->rtt = 0;
    flow->has_syn_time = flow->awaits = flow->foreign = false;
    flow->near_low = flow->near_high = flow->unfit_low = flow->unfit_high = false;
    for (unsigned which = 0; which < 2; which++) {
        const struct wt_handle host = flow->side[which].host;
        const struct wt_handle path = flow->side[which].path;
        flow->side[which] = (struct wt_side){.host = host, .path = path};
    }
    flow_begin(flow);
}

/* A poor hash, but a cheap one: flows that share it only displace each other from the memory. */
static uint32_t flow_tag(const struct wt_flow_key *key)
{
    const uint32_t golden =
        0x9e3779b1; /* 2^32 by the golden ratio: spreads small differences over all bits */
    const size_t last = sizeof key->low.bytes - sizeof(uint32_t);
    const uint32_t ports = (uint32_t)key->low_port << 16 | key->high_port;
    const uint32_t low = wt_map_word(key->low.bytes + last) * golden;
    const uint32_t mixed = (low ^ wt_map_word(key->high.bytes + last) ^ ports ^ key->interface) * golden;
    return (mixed ^ mixed >> 15) *
           golden; /* or neighbours, which differ in the last byte alone, would meet */
}

static struct wt_flow_recent *flow_place(struct wt_flow_recent *recent, uint32_t tag)
{
    const unsigned places = WT_FLOWS_RECENT;
    return &recent[(uint64_t)tag * places >> 32];
}

/* A scan consists of SYNs, resets, and single datagrams; what goes beyond that is a connection. */
static void flow_settle(struct wt_map *flows, struct wt_flow *flow, const struct wt_packet *packet)
{
    if (!flow->entry.fleeting)
        return;
    if (packet->proto != WT_PROTO_TCP || !(packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST)))
        wt_map_settle(flows, flow);
}

/* Flows stay where they are, and one that is given up makes room for another key at once: so what the memory
 * points to is there, and its key tells whether it is still the same. */
struct wt_flow *wt_flow_of(struct wt_map *flows, struct wt_flow_recent *recent, uint32_t interface,
                           const struct wt_packet *packet, unsigned *sender)
{
    const struct wt_flow_key key = flow_key(interface, packet, sender);
    const uint32_t tag = flow_tag(&key);
    struct wt_flow_recent *place = flow_place(recent, tag);
    struct wt_flow *flow = place->flow;
    if (flow && place->tag == tag && flow_equal(&flow->key, &key)) {
        wt_map_use(flows, flow);
    } else {
        flow = wt_map_get(flows, &key);
        *place = (struct wt_flow_recent){flow, tag};
    }
    if (flow->begun)
        flow_settle(flows, flow, packet);
    else
        flow_begin(flow);
    return flow;
}

void wt_flow_expect(const struct wt_map *flows, uint32_t interface, const struct wt_packet *packet)
{
    unsigned sender = 0;
    const struct wt_flow_key key = flow_key(interface, packet, &sender);
    wt_map_expect(flows, &key);
}

struct wt_flow *wt_flow_find(struct wt_map *flows, uint32_t interface, const struct wt_packet *packet,
                             unsigned *sender)
{
    const struct wt_flow_key key = flow_key(interface, packet, sender);
    return wt_map_find(flows, &key);
}

/* The shift in force for the windows of side `which`, by what both have offered so far. */
static int8_t flow_negotiated(const struct wt_flow *flow, unsigned which)
{
    const struct wt_side *side = &flow->side[which];
    const struct wt_side *peer = &flow->side[!which];
    if ((side->syn && side->scale == WT_SCALE_NONE) || (peer->syn && peer->scale == WT_SCALE_NONE))
        return 0;
    return side->syn && (peer->syn || side->syn_ack) ? (int8_t)side->scale : WT_SCALE_NONE;
}

void wt_flow_offer(struct wt_flow *flow, unsigned which, int16_t scale)
{
    flow->side[which].scale = MIN(scale, WT_SCALE_MAX);
    flow->scale[0] = flow_negotiated(flow, 0);
    flow->scale[1] = flow_negotiated(flow, 1);
}

static bool flow_edge(const struct wt_flow *flow, unsigned sender, const struct wt_tcp *tcp, uint32_t *edge)
{
    int scale = tcp->flags & WT_TCP_SYN ? 0 : wt_flow_scale_used(flow, sender);
    if (!(tcp->flags & WT_TCP_ACK) || scale == WT_SCALE_NONE)
        return false;
    *edge = tcp->ack + ((uint32_t)tcp->window << scale);
    return true;
}

bool wt_flow_edge(const struct wt_flow *flow, unsigned sender, const struct wt_packet *packet, uint32_t *edge)
{
    return flow_edge(flow, sender, &packet->tcp, edge);
}

void wt_flow_take_ack(struct wt_flow *flow, unsigned sender, const struct wt_tcp *tcp)
{
    struct wt_side *side = &flow->side[sender];
    const struct wt_side *peer = &flow->side[!sender];
    if (peer->has_next && wt_seq_after(tcp->ack, peer->next))
        side->unseen_acked = true;
    if (!side->has_acked || wt_seq_after(tcp->ack, side->acked))
        side->acked = tcp->ack;
    side->has_acked = true;
    uint32_t edge = 0;
    if (!flow_edge(flow, sender, tcp, &edge))
        return;
    side->edge = side->has_edge ? wt_seq_max(side->edge, edge) : edge;
    side->has_edge = true;
}

int wt_flow_scale_used(const struct wt_flow *flow, unsigned which)
{
    int scale = wt_flow_scale(flow, which);
    return scale == WT_SCALE_NONE ? flow->assumed : scale;
}

bool wt_flow_is_corrupt(const struct wt_flow *flow, unsigned sender, const struct wt_packet *packet)
{
    if (!wt_flow_is_bad(packet) || !flow->side[sender].sums_hold)
        return false;
    const uint16_t mss = flow->side[!sender].mss;
    return packet->payload_len <= (mss ? mss : WT_MSS_ETHERNET);
}

uint32_t wt_flow_end(const struct wt_packet *packet)
{
    uint32_t flags = packet->tcp.flags;
    return packet->tcp.seq + packet->payload_len + ((flags & WT_TCP_SYN) != 0) + ((flags & WT_TCP_FIN) != 0);
}

void wt_flow_advance(struct wt_flow *flow, unsigned sender, const struct wt_packet *packet)
{
    struct wt_side *side = &flow->side[sender];
    uint32_t flags = packet->tcp.flags;
    if (flow->foreign || flags & WT_TCP_RST) /* numbers of a reset need not fit (RFC 9293 3.5.2) */
        return;
    if (wt_flow_is_corrupt(flow, sender, packet))
        return;
    if (packet->l4_checksum == WT_CHECKSUM_VALID || packet->l4_checksum == WT_CHECKSUM_PARTIAL ||
        packet->l4_checksum == WT_CHECKSUM_PARTIAL_NO_LENGTH)
        side->sums_hold = true;
    uint32_t end = wt_flow_end(packet);
    side->next = side->has_next ? wt_seq_max(side->next, end) : end;
    side->has_next = true;
    side->payload += packet->payload_len;
    if (flags & WT_TCP_ACK)
        wt_flow_take_ack(flow, sender, &packet->tcp);
}
