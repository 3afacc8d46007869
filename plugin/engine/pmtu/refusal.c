/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. What takes a sender's frames from a virtual link need not know super-frames: an emulator that reads by
 * pcap, a user-space VPN, AF_XDP, netmap, DPDK. It drops them, or takes their beginning for all. Nothing sent as a
 * super-frame is acknowledged then, until a time-out sends the first segment of it again by itself; that one is
 * acknowledged at once, and so on with the next, one time-out after the other.
 *
 * Evidence. A single segment repeats bytes that went out in a super-frame, and the next acknowledgement ends
 * exactly with it. REFUSAL_HITS of these, since after the loss of a whole flight the first one looks the same, and
 * then super-frames pass again. Each is an event.
 *
 * What refutes: anything else that arrives. An acknowledgement beyond the repeated segment, a selective one (or
 * options that the capture cut off), or super-frames that were acknowledged before. A black hole drops the full
 * single segment as well; a report tells another cause.
 */
#include "refusal.h"

#include "engine/state/history.h"
#include "engine/state/sequence.h"
#include "trouble.h"

enum {
    REFUSAL_HITS = 3,
};

/* Earlier it is no time-out (TCP_RTO_MIN of Linux, 200 ms, less what clocks of capture points are apart): the
 * pieces of a super-frame that a second capture point in the same file shows. */
static const int64_t refusal_timeout = 150 * WT_MILLISECOND;

/* Whether the byte at `seq` went out in a super-frame, a time-out ago, and before it no super-frame did. */
static bool refusal_begins(const struct wt_context *context, uint32_t seq)
{
    struct wt_history_walk walk =
        wt_history_walk(context->engine->history, wt_context_side(context)->reports.newest);
    const struct wt_past *past = NULL;
    bool inside = false;
    while ((past = wt_history_next(&walk))) {
        if (past->segments > 1 && !wt_seq_after(past->end, seq))
            return false;
        if (past->segments > 1 && context->frame->time - past->time < refusal_timeout)
            return false;
        inside |= past->segments > 1 && wt_seq_distance(seq, past->seq) >= 0;
    }
    return inside;
}

/* How many super-frames were sent since the first of them was lost. */
static uint32_t refusal_count(const struct wt_context *context, unsigned which)
{
    struct wt_history_walk walk =
        wt_history_walk(context->engine->history, context->flow->side[which].reports.newest);
    const struct wt_past *past = NULL;
    uint32_t count = 0;
    while ((past = wt_history_next(&walk)))
        count += past->segments > 1;
    return count;
}

/* A single segment is sent again. */
static void refusal_take_repeat(const struct wt_context *context, struct wt_refusal *refusal)
{
    const struct wt_packet *packet = context->packet;
    if (!refusal->begun) {
        refusal->begun = true;
        refusal->refuted = !refusal_begins(context, packet->tcp.seq);
    }
    refusal->waiting = true;
    refusal->end = packet->tcp.seq + packet->payload_len;
    refusal->size = packet->payload_len;
}

static void refusal_take_ack(const struct wt_context *context, struct wt_refusal *refusal)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_ends ends = {packet->dst, packet->src};
    if (packet->tcp.sacks || packet->tcp.options_cut || wt_seq_after(packet->tcp.ack, refusal->end))
        refusal->refuted = true;
    if (!refusal->waiting || packet->tcp.ack != refusal->end || refusal->refuted)
        return;
    refusal->waiting = false;
    if (++refusal->hits < REFUSAL_HITS)
        return;
    wt_find(context, WT_FINDING_SUPERFRAME_REFUSED, .ends = &ends, .event = (uint64_t)refusal->end + 1,
            .value = {refusal_count(context, !context->sender), refusal->size});
}

void wt_refusal_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *side = wt_context_side(context);
    struct wt_trouble *own = wt_trouble_of(context->engine, context->flow, context->sender);
    struct wt_trouble *peer = wt_trouble_of(context->engine, context->flow, !context->sender);
    if (packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST))
        return;
    bool repeated = packet->payload_len && side->has_next && wt_seq_after(side->next, packet->tcp.seq);
    if (own && repeated && !own->refusal.refuted && context->facts->wire_frames <= 1 &&
        context->facts->direction != WT_DIRECTION_RECEIVED)
        refusal_take_repeat(context, &own->refusal);
    if (peer && peer->refusal.begun && !peer->refusal.refuted && peer->told.reports == 0 &&
        (packet->tcp.flags & WT_TCP_ACK))
        refusal_take_ack(context, &peer->refusal);
}
