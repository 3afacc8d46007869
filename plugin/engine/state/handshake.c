/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "handshake.h"

#include "sequence.h"
#include "stranger.h"

enum {
    HANDSHAKE_RTT_MAX = 60000000, /* microseconds; a longer handshake is no measure of the path */
    HANDSHAKE_FAR = 1 << 24,      /* bytes; more than a capture misses, or a window holds behind the edge */
};

/* Time from the SYN to the segment that answers the SYN/ACK: one round trip wherever the capture point is. */
static void handshake_measure(struct wt_flow *flow, unsigned sender, const struct wt_packet *packet,
                              int64_t time)
{
    const struct wt_side *side = &flow->side[sender];
    if (flow->rtt || !flow->has_syn_time || !side->syn || side->syn_ack || !flow->side[!sender].syn_ack)
        return;
    int64_t rtt = (time - flow->syn_time) / 1000;
    if ((packet->tcp.flags & WT_TCP_ACK) && rtt > 0 && rtt < HANDSHAKE_RTT_MAX)
        flow->rtt = (uint32_t)rtt;
}

static void handshake_take_syn(struct wt_flow *flow, const struct wt_newcomer *newcomer)
{
    const unsigned sender = newcomer->sender;
    struct wt_side *side = &flow->side[sender];
    const struct wt_tcp *tcp = &newcomer->tcp;
    bool again = side->syn && side->isn == tcp->seq;
    side->syn = !tcp->options_cut || tcp->scale != WT_SCALE_NONE;
    side->syn_ack = tcp->flags & WT_TCP_ACK;
    side->isn = tcp->seq;
    side->raw_max = tcp->window;
    side->doubtful = newcomer->bad || tcp->scale > WT_SCALE_MAX;
    if (tcp->has_mss)
        side->mss = tcp->mss;
    bool kept = tcp->scale == WT_SCALE_NONE && again && !side->syn_ack;
    wt_flow_offer(flow, sender, kept ? side->scale : tcp->scale);
    if (!side->syn_ack && !again) {
        flow->syn_time = newcomer->time;
        flow->has_syn_time = true;
    }
}

/* A segment that its receiver drops: the sum is wrong, and a right SYN was seen or the option
 * makes no sense. */
static bool handshake_is_bad_syn(const struct wt_flow *flow, unsigned sender, const struct wt_packet *packet)
{
    const struct wt_side *side = &flow->side[sender];
    if (!wt_flow_is_bad(packet))
        return false;
    return side->sums_hold || packet->tcp.scale > WT_SCALE_MAX ||
           (side->syn && !side->doubtful && side->isn == packet->tcp.seq);
}

/* A SYN with another ISN than the last one, or after segments of a connection whose SYN was not captured. */
static bool handshake_is_new(const struct wt_flow *flow, unsigned sender, const struct wt_tcp *tcp)
{
    const struct wt_side *side = &flow->side[sender];
    const struct wt_side *peer = &flow->side[!sender];
    if (!(tcp->flags & WT_TCP_ACK))
        return side->has_next && (!side->syn || side->isn != tcp->seq);
    bool answers = peer->syn && !wt_seq_after(peer->isn + 1, tcp->ack) && !wt_seq_after(tcp->ack, peer->next);
    return side->has_next && side->isn != tcp->seq && !answers;
}

/* A second SYN/ACK with another ISN, after the client already answered the first: it answers nothing. */
static bool handshake_is_late(const struct wt_flow *flow, unsigned sender, const struct wt_tcp *tcp)
{
    const struct wt_side *side = &flow->side[sender];
    return (tcp->flags & WT_TCP_ACK) && side->syn_ack && side->isn != tcp->seq && flow->side[!sender].settled;
}

/* Takes a SYN that was put aside, now that the numbers follow it. */
static void handshake_reopen(struct wt_flow *flow, const struct wt_newcomer *newcomer)
{
    struct wt_side *side = &flow->side[newcomer->sender];
    wt_flow_reset(flow);
    handshake_take_syn(flow, newcomer);
    side->next = newcomer->end;
    side->has_next = true;
    if (newcomer->tcp.flags & WT_TCP_ACK)
        wt_flow_take_ack(flow, newcomer->sender, &newcomer->tcp);
}

/* Segments other than SYNs were exchanged: what one SYN says is no proof. */
static bool handshake_is_running(const struct wt_flow *flow)
{
    return flow->side[0].settled || flow->side[1].settled;
}

static void handshake_meet_syn(struct wt_flow *flow, struct wt_map *strangers,
                               const struct wt_newcomer *newcomer)
{
    struct wt_side *side = &flow->side[newcomer->sender];
    const struct wt_tcp *tcp = &newcomer->tcp;
    const bool new = handshake_is_new(flow, newcomer->sender, tcp);
    flow->foreign = new ? handshake_is_running(flow) : handshake_is_late(flow, newcomer->sender, tcp);
    if (new && flow->foreign) {
        wt_stranger_await(strangers, flow, newcomer);
        flow->awaits = true;
    }
    if (flow->foreign)
        return;
    if (new)
        wt_flow_reset(flow);
    else if (side->syn_ack && side->isn != tcp->seq)
        side->has_next = side->has_edge = false;
    handshake_take_syn(flow, newcomer);
}

/* Far ahead of all that was sent and granted, or far behind all that was acknowledged. */
static bool handshake_is_far(const struct wt_flow *flow, unsigned sender, const struct wt_tcp *tcp)
{
    const struct wt_side *side = &flow->side[sender], *peer = &flow->side[!sender];
    if (!side->has_next)
        return false;
    if (wt_seq_distance(tcp->seq, side->next) > HANDSHAKE_FAR)
        return !peer->has_edge || wt_seq_after(tcp->seq, peer->edge);
    return wt_seq_distance(side->next, tcp->seq) > HANDSHAKE_FAR && peer->has_acked &&
           wt_seq_distance(peer->acked, tcp->seq) > HANDSHAKE_FAR;
}

static bool handshake_is_far_ack(const struct wt_flow *flow, unsigned sender, const struct wt_tcp *tcp)
{
    const struct wt_side *side = &flow->side[sender], *peer = &flow->side[!sender];
    if (!(tcp->flags & WT_TCP_ACK) || !peer->has_next || !side->has_acked)
        return false;
    const int32_t ahead = wt_seq_distance(tcp->ack, peer->next);
    const int32_t on = wt_seq_distance(tcp->ack, side->acked);
    return (ahead > HANDSHAKE_FAR && on > HANDSHAKE_FAR) || (ahead < -HANDSHAKE_FAR && on < -HANDSHAKE_FAR);
}

/* A segment far from the numbers of the connection; the second one in a row shows that they have changed. */
static void handshake_meet_data(struct wt_flow *flow, struct wt_map *strangers, unsigned sender,
                                const struct wt_packet *packet)
{
    struct wt_side *side = &flow->side[sender], *peer = &flow->side[!sender];
    const bool far = handshake_is_far(flow, sender, &packet->tcp);
    const bool far_ack = handshake_is_far_ack(flow, sender, &packet->tcp);
    const bool again = side->strayed;
    side->strayed = false;
    if ((!far && !far_ack) || packet->tcp.flags & WT_TCP_RST)
        return;
    if (!wt_stranger_stray(strangers, flow, sender, packet, again)) {
        side->strayed = flow->foreign = true;
        return;
    }
    side->jumped = true;
    if (far)
        side->has_next = peer->has_acked = peer->has_edge = false;
    if (far_ack)
        side->has_acked = side->has_edge = false;
}

void wt_flow_handshake(struct wt_flow *flow, struct wt_map *strangers, unsigned sender,
                       const struct wt_packet *packet, int64_t time)
{
    flow->foreign = false;
    const struct wt_newcomer *awaited =
        flow->awaits ? wt_stranger_follows(strangers, flow, sender, packet) : NULL;
    if (awaited)
        handshake_reopen(flow, awaited);
    if (!(packet->tcp.flags & WT_TCP_SYN)) {
        handshake_meet_data(flow, strangers, sender, packet);
        handshake_measure(flow, sender, packet, time);
        return;
    }
    if ((packet->tcp.flags & WT_TCP_RST) || handshake_is_bad_syn(flow, sender, packet))
        return;
    const struct wt_newcomer newcomer = {
        .tcp = packet->tcp,
        .end = wt_flow_end(packet),
        .sender = sender,
        .bad = wt_flow_is_bad(packet),
        .time = time,
    };
    handshake_meet_syn(flow, strangers, &newcomer);
}
