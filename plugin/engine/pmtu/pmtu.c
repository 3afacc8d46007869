/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Path MTU discovery is a conversation: a packet is too large, a report says so, the sender reacts.
 * Each part has its file:
 *
 *   report.c      who reports, and whether it can be right; quote.c: which packet; merged.c: that nobody sent
 *   told.c        what a sender was told, and whether that is true
 *   reaction.c    obeyed, DF cleared, ignored, and when a sender could know; pieces.c: of super-frames
 *   black_hole.c  large packets vanish and no report comes
 *   probing.c     the sender finds the size by trial
 *   cutting.c     the stack is right and its NIC is not
 *
 * history.c holds the packets that reports may quote, trouble.c what is known of a connection since its first
 * symptom, path.c what there is to tell of a path. This file hands each packet to them and remembers it.
 */
#include "engine/detector.h"

#include "black_hole.h"
#include "cutting.h"
#include "engine/size/segmentation.h"
#include "engine/state/history.h"
#include "merged.h"
#include "path_record.h"
#include "probing.h"
#include "quote.h"
#include "reaction.h"
#include "refusal.h"
#include "told.h"
#include "trouble.h"

enum {
    PATHMTU_COPY_NEAR = 8,         /* packets between two pictures of one */
    PATHMTU_COPY_WITHIN = 1000000, /* nanoseconds; no sender repeats a segment that fast */
};

/* How long the way to each end and back is from the capture point, by the handshake. */
static void pathmtu_measure(struct wt_context *context)
{
    struct wt_flow *flow = context->flow;
    struct wt_side_reports *reports = &wt_context_side(context)->reports;
    const struct wt_side_reports *peer = &wt_context_peer(context)->reports;
    uint32_t flags = context->packet->tcp.flags;
    if (reports->delay || !flow->has_syn_time)
        return;
    if ((flags & WT_TCP_SYN) && (flags & WT_TCP_ACK) && wt_context_peer(context)->syn) {
        int64_t delay = (context->frame->time - flow->syn_time) / WT_MICROSECOND;
        reports->delay = delay > 0 && delay < INT32_MAX ? (uint32_t)delay : 1;
    } else if (!(flags & WT_TCP_SYN) && flow->rtt && peer->delay) {
        reports->delay = flow->rtt > peer->delay ? flow->rtt - peer->delay : 1;
    }
}

/* What was told about packets like this one; NULL if nothing was. */
static struct wt_trouble *pathmtu_trouble(struct wt_context *context)
{
    if (context->flow)
        return wt_trouble_of(context->engine, context->flow, context->sender);
    if (!context->path->troubled)
        return NULL;
    return wt_trouble_portless(context->engine, context->frame->interface, context->packet, false);
}

static void pathmtu_know_path(struct wt_context *context)
{
    struct wt_path *path = context->path;
    if (path->troubled)
        wt_path_expire(context, path,
                       wt_path_record_get(context, &context->packet->src, &context->packet->dst));
    context->facts->path_mtu = path->mtu;
}

/*
 * Whether the segment size of a super-frame is what its stack asked for. By the receiver's MSS it is; by a
 * path MTU only if the length shows that the stack uses it, as a multiple of the new size and not of the old.
 */
static bool pathmtu_is_certain(const struct wt_context *context, uint32_t larger)
{
    const struct wt_facts *facts = context->facts;
    uint32_t payload = context->packet->payload_len;
    if (facts->mss_limit == 0 || facts->segment_size > facts->mss_limit)
        return false;
    if (facts->segment_size == facts->mss_limit || facts->segment_size == 0)
        return facts->segment_size > 0;
    return payload % facts->segment_size == 0 && payload % larger != 0;
}

static void pathmtu_remember(struct wt_context *context, bool larger)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_facts *facts = context->facts;
    uint32_t *newest = context->flow ? &wt_context_side(context)->reports.newest : &context->path->newest;
    if ((packet->has_l4 && packet->payload_len == 0) || packet->fragment_offset)
        return;
    struct wt_past *past = wt_history_add(context->engine->history, context->frame, packet, newest);
    past->larger = larger;
    if (facts->wire_frames <= 1 || !context->innermost)
        return;
    /* Until it is certain that the stack obeys, its pieces may be as large as the receiver allows. */
    past->certain = pathmtu_is_certain(context, MAX(facts->mss_limit, 1));
    past->segment = past->certain ? facts->segment_size : MAX(facts->segment_size, facts->mss_limit);
    past->segments = (packet->payload_len - 1) / past->segment + 1;
    past->wire_l3 = past->headers + past->segment;
}

/*
 * Whether the frame is a second picture of a packet: captures of all interfaces at once show one several
 * times. A segment sent again has another identification; IPv6 has none, there time has to tell.
 */
static bool pathmtu_is_copy(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_history_walk walk =
        wt_history_walk(context->engine->history, wt_context_side(context)->reports.newest);
    for (unsigned i = 0; i < PATHMTU_COPY_NEAR; i++) {
        const struct wt_past *past = wt_history_next(&walk);
        if (!past || context->frame->time - past->time >= PATHMTU_COPY_WITHIN)
            return false;
        if (past->seq == packet->tcp.seq && past->l3_len == packet->l3_len && past->id == packet->id)
            return true;
    }
    return false;
}

/* Whether either side has shown a symptom: most connections never do. */
static bool pathmtu_is_troubled(const struct wt_context *context)
{
    return wt_context_side(context)->reports.trouble.number ||
           wt_context_peer(context)->reports.trouble.number;
}

static void pathmtu_judge_packet(struct wt_context *context)
{
    bool tcp = wt_context_is_tcp(context);
    bool larger = false;
    pathmtu_know_path(context);
    if (tcp && context->packet->payload_len && pathmtu_is_copy(context))
        return;
    if (tcp)
        pathmtu_measure(context);
    if (tcp && pathmtu_is_troubled(context)) {
        wt_told_take_ack(context);
        wt_merged_take(context);
    }
    struct wt_trouble *trouble = pathmtu_trouble(context);
    if (trouble && tcp)
        wt_reaction_resolve(context, trouble);
    if (trouble && (context->packet->payload_len || !context->packet->has_l4))
        larger = wt_reaction_judge(context, trouble);
    if (tcp) {
        wt_blackhole_judge(context);
        wt_cutting_judge(context);
        if (pathmtu_is_troubled(context))
            wt_refusal_judge(context);
    }
    if (context->flow)
        wt_probing_judge(context);
    pathmtu_remember(context, larger);
}

static void pathmtu_judge_report(struct wt_context *context)
{
    struct wt_report report;
    if (!wt_report_judge(context, &report))
        return;
    wt_quote_judge(context, &report);
    if (!report.offender || (report.mtu && !wt_merged_judge_report(context, &report)))
        return;
    if (report.cut)
        wt_cutting_judge_report(context, &report);
    wt_told_hear(context, &report);
}

static void pathmtu_judge(struct wt_context *context)
{
    if (context->packet->has_l4 && context->packet->icmp.report)
        pathmtu_judge_report(context);
    else
        pathmtu_judge_packet(context);
}

const struct wt_detector wt_pmtu_detector = {
    .name = "path MTU",
    .judge = pathmtu_judge,
};
