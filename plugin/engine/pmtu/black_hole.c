/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Behind a black hole everything above a size vanishes: the oldest segment is sent again and again in
 * that size and never acknowledged, while smaller packets of the same direction arrive and the other end
 * lives. No report says so. Proof needs all of:
 *   - the segment was sent BLACKHOLE_TRIES times (with Linux' time-outs: within 1 to 2 s), or the sender
 *     lowered its size after three of them and that passed;
 *   - nothing of its size ever arrived in this direction, neither in this connection nor between these hosts;
 *   - something smaller did: acknowledged, or selectively behind the stalled segment, see stall.c. At least the
 *     handshake did: the SYN or SYN/ACK of this side was answered;
 *   - the other end was heard since: a packet of its own (nothing but a reset: a Warn), or, where only the
 *     sender's direction was captured, a new acknowledgement or time stamp that the sender echoes;
 *   - no report for the connection told why, nor one to its sender whose quote the capture cut off.
 * The sizes give the bracket: the largest that passed, the smallest that vanished.
 *
 * Where a proof is weaker it takes BLACKHOLE_TRIES_SURE, 6 s with Linux' time-outs, and is a Warn before: if only
 * the handshake passed, or if the other end was last heard when it acknowledged what passed behind the hole. A
 * classic black hole shows no more than that: the first flight is full, and the other end has nothing to say. If
 * it was not heard at all since, it may be gone: a Warn after BLACKHOLE_TRIES_SURE.
 *
 * A segment that arrives at last in the very size in which it vanished was lost, in an outage or a burst: what was
 * said of it is withdrawn. Only a smaller size that passes in its place confirms a black hole.
 *
 * A path that becomes smaller (failover to a tunnel) let full packets pass before. That does not count any more
 * once a smaller packet behind the hole arrived, nothing as large did, more than one segment is missing, and
 * the first of them vanished four times: loss does not choose by size.
 *
 * What passes is learnt from samples, one at a time: the first segment larger than any that passed so far,
 * until its end is acknowledged. If only data were captured, a segment sent again and again stands in for the
 * acknowledgement of all before it, since the oldest one is repeated first.
 *
 * No black hole: loss and congestion (full segments arrived before), a dead peer (not heard), a closed window
 * (what lies beyond the right edge is not judged), segments that reached the receiver's own capture, or came
 * damaged or cut short before; anything of at most 576 or 1280 bytes (every IPv4 host
 * accepts the former, RFC 791 3.1; every IPv6 link carries the latter, RFC 8200 5). If nothing smaller was seen
 * to pass, it is a Note that says so. One stalled segment is one event, however often it is sent.
 */
#include "black_hole.h"

#include "engine/checksum/fate.h"
#include "engine/size/segmentation.h"
#include "engine/state/mtu_kind.h"
#include "engine/state/sequence.h"
#include "report.h"
#include "stall.h"
#include "vanished.h"

enum {
    BLACKHOLE_TRIES = 4,
    BLACKHOLE_TRIES_SURE = 6,
};

/* --- the verdict --- */

static uint64_t blackhole_event(const struct wt_stall *stall)
{
    return (uint64_t)stall->seq + 1;
}

static void blackhole_tell(const struct wt_context *context, unsigned which, struct wt_stall *stall,
                           uint32_t lost, enum wt_severity severity, enum wt_reason reason)
{
    const struct wt_vanishing what = {
        .ends = wt_context_ends(context, which == context->sender),
        .event = blackhole_event(stall),
        .lost = lost,
        .passed = wt_stall_path(context, which)->passed,
        .severity = severity,
        .reason = reason,
    };
    wt_vanished_tell(context, &stall->said, &what);
    if (which == context->sender && stall->frame && stall->frame != context->frame->number)
        wt_relate(context, WT_RELATION_ORIGINAL, stall->frame, 0);
}

/* Whether packets of `size` bytes of side `which` can vanish in a black hole at all. */
static bool blackhole_is_possible(const struct wt_context *context, unsigned which,
                                  const struct wt_trouble *trouble, uint32_t size)
{
    const struct wt_path *path = wt_stall_path(context, which);
    uint32_t small = wt_mtu_everywhere(context->packet->version == 4);
    if (size <= small || path->passed >= size || context->flow->side[which].reports.passed >= size)
        return false;
    const struct wt_packet *packet = context->packet;
    if (wt_report_is_unread(context, which == context->sender ? &packet->src : &packet->dst))
        return false;
    return trouble->told.reports == 0 && (!wt_path_is_told(path) || path->mtu >= size);
}

/* A path that became smaller: what passed before it did counts no longer. */
static void blackhole_forget_passed(const struct wt_context *context, unsigned which,
                                    const struct wt_stall *stall)
{
    if (!stall->small || stall->large || !stall->wide || stall->passed == 0)
        return;
    context->flow->side[which].reports.passed = stall->passed;
    wt_stall_path(context, which)->passed = stall->passed;
}

/* Whether the other end answered the SYN or SYN/ACK of side `which`, so that small packets pass. */
static bool blackhole_is_greeted(const struct wt_context *context, unsigned which)
{
    const struct wt_side *side = &context->flow->side[which], *peer = &context->flow->side[!which];
    return side->syn && peer->has_acked && wt_seq_after(peer->acked, side->isn);
}

/* What the evidence allows to say, and why no more. */
static enum wt_severity blackhole_severity(const struct wt_context *context, unsigned which,
                                           const struct wt_stall *stall, enum wt_reason *reason)
{
    bool sure = stall->tries >= BLACKHOLE_TRIES_SURE;
    bool small = stall->small || wt_stall_path(context, which)->passed > 0;
    *reason = WT_REASON_NONE;
    if (!small && !blackhole_is_greeted(context, which)) {
        *reason = WT_REASON_LOST_NONE_SMALLER;
        return sure ? WT_SEVERITY_NOTE : WT_SEVERITY_CHAT;
    }
    if (stall->alive && stall->reset) {
        *reason = WT_REASON_LOST_RESET_ONLY;
        return sure && stall->small ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN;
    }
    if (stall->alive && small)
        return WT_SEVERITY_ERROR;
    if (stall->alive || stall->small) {
        *reason = sure           ? WT_REASON_NONE
                  : stall->alive ? WT_REASON_LOST_GREETED
                                 : WT_REASON_LOST_NOTHING_HEARD;
        return sure ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN;
    }
    *reason = WT_REASON_LOST_NOTHING_HEARD;
    if (!sure)
        return WT_SEVERITY_CHAT;
    return context->flow->side[!which].has_acked ? WT_SEVERITY_WARN : WT_SEVERITY_NOTE;
}

static void blackhole_conclude(const struct wt_context *context, unsigned which, struct wt_trouble *trouble)
{
    struct wt_stall *stall = &trouble->stall;
    bool sent = which == context->sender && context->packet->payload_len > 0;
    if (stall->tries < BLACKHOLE_TRIES)
        return;
    blackhole_forget_passed(context, which, stall);
    if (!blackhole_is_possible(context, which, trouble, stall->size))
        return;
    enum wt_reason reason = WT_REASON_NONE;
    enum wt_severity severity = blackhole_severity(context, which, stall, &reason);
    if (severity == WT_SEVERITY_CHAT || (severity == WT_SEVERITY_NOTE && stall->told) ||
        (!sent && stall->told >= WT_AT_MOST(severity)))
        return;
    blackhole_tell(context, which, stall, stall->size, severity, reason);
    stall->told = MAX(stall->told, WT_AT_MOST(severity));
}

/* --- data --- */

/* New data may be the next sample; a part of the sample sent again in a smaller packet spoils it. */
static void blackhole_take_sample(struct wt_context *context, uint32_t size, bool repeated)
{
    struct wt_side_reports *reports = &wt_context_side(context)->reports;
    const struct wt_packet *packet = context->packet;
    uint32_t end = packet->tcp.seq + packet->payload_len;
    bool overlaps = wt_seq_after(reports->sample_end, packet->tcp.seq) &&
                    wt_seq_distance(end, reports->sample_end) > -(int32_t)reports->sample;
    if (repeated && reports->sample && overlaps && size < reports->sample)
        reports->sample = 0;
    if (repeated || reports->sample || size <= reports->passed)
        return;
    reports->sample = (uint16_t)MIN(size, WT_L3_FIELD_MAX);
    reports->sample_end = end;
}

/* Whether the packet can have been lost behind the capture point: not if it reached the receiver, or was no good
 * before it came there. */
static bool blackhole_can_vanish(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    bool cut = (uint64_t)packet->offset + packet->l3_len > context->frame->length;
    return !cut && !wt_flow_is_bad(packet) && context->facts->direction != WT_DIRECTION_RECEIVED;
}

static void blackhole_take_data(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *side = wt_context_side(context);
    uint32_t size = wt_segmentation_wire_l3(context);
    bool repeated = side->has_next && wt_seq_after(side->next, packet->tcp.seq);
    if (packet->payload_len <= 1 || packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST))
        return;
    blackhole_take_sample(context, size, repeated);
    struct wt_trouble *trouble =
        repeated && blackhole_can_vanish(context) ? wt_stall_repeated(context, size) : NULL;
    if (trouble)
        blackhole_conclude(context, context->sender, trouble);
}

/* --- acknowledgements --- */

static bool blackhole_is_sacked(const struct wt_tcp *tcp, uint32_t end)
{
    for (unsigned i = 0; i < tcp->sacks; i++)
        if (wt_seq_after(end, tcp->sack[i].left) && !wt_seq_after(end, tcp->sack[i].right))
            return true;
    return false;
}

static void blackhole_take_fate(const struct wt_context *context, unsigned which)
{
    struct wt_side_reports *reports = &context->flow->side[which].reports;
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (!reports->sample)
        return;
    if (wt_seq_after(reports->sample_end, tcp->ack) && !blackhole_is_sacked(tcp, reports->sample_end))
        return;
    wt_stall_passed(context, which, reports->sample);
    reports->sample = 0;
}

/* The stalled segment arrived in the size in which it was said to vanish: it was lost, nothing more. */
static void blackhole_withdraw(struct wt_context *context, unsigned which, struct wt_stall *stall)
{
    const struct wt_ends ends = wt_context_ends(context, which == context->sender);
    wt_vanished_withdraw(context, &stall->said, &ends, blackhole_event(stall));
    stall->told = 0;
}

/* The stalled segment arrived at last. */
static void blackhole_resolve(struct wt_context *context, unsigned which, struct wt_trouble *trouble)
{
    struct wt_stall *stall = &trouble->stall;
    uint32_t from = stall->from;
    stall->tries = 0;
    if (from == 0 && stall->said.count > 0)
        blackhole_withdraw(context, which, stall);
    wt_stall_passed(context, which, stall->size);
    if (from && blackhole_is_possible(context, which, trouble, from))
        blackhole_tell(context, which, stall, from, WT_SEVERITY_ERROR, WT_REASON_NONE);
}

static void blackhole_take_ack(struct wt_context *context)
{
    unsigned which = !context->sender;
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (!(tcp->flags & WT_TCP_ACK) || tcp->flags & WT_TCP_SYN)
        return;
    blackhole_take_fate(context, which);
    struct wt_trouble *trouble = wt_trouble_of(context->engine, context->flow, which);
    bool stalled = trouble && trouble->stall.tries > 0;
    bool arrived = stalled && wt_seq_after(tcp->ack, trouble->stall.seq);
    if (stalled && !arrived && (tcp->sacks == 0 || tcp->ack == trouble->stall.seq)) {
        wt_stall_acked(context, which, trouble);
        blackhole_conclude(context, which, trouble);
        return;
    }
    if (tcp->flags & WT_TCP_RST)
        return;
    if (arrived)
        blackhole_resolve(context, which, trouble);
    wt_stall_hole(context, which);
}

/* The sender itself shows that it hears the other end. */
static void blackhole_take_echo(struct wt_context *context)
{
    struct wt_trouble *trouble = wt_trouble_of(context->engine, context->flow, context->sender);
    if (trouble && trouble->stall.tries > 1 && wt_stall_echo(context, &trouble->stall))
        blackhole_conclude(context, context->sender, trouble);
}

void wt_blackhole_judge(struct wt_context *context)
{
    blackhole_take_ack(context);
    blackhole_take_echo(context);
    if (!wt_fate_is_damaged(context)) /* what is seen damaged has not vanished */
        blackhole_take_data(context);
}
