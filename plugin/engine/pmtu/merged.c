/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A packet longer than any that was sent. If it begins and ends where captured segments do and covers
 * several of them, the reporter merged them (GRO, LRO) and took the result for one packet: the sender has
 * nothing to shrink. If it ends elsewhere, the sender's NIC cut a super-frame where its stack did not ask for it
 * (cutting.c). That the quoted length is above the MTU means neither by itself: a router with GRO, and a virtual
 * switch before it, quote merged packets and still name the right MTU. So a quote that covers any segment which
 * did exceed the MTU accuses nobody, even if the same bytes were sent again in smaller ones meanwhile.
 *
 * Anybody who sees or guesses the numbers can send such a report. It is true if the bytes that it refused are
 * sent again, since they did not arrive; so judgement waits for that. If they are acknowledged before, nothing
 * was refused.
 */
#include "merged.h"

#include "engine/state/history.h"
#include "engine/state/sequence.h"
#include "path_record.h"
#include "trouble.h"

enum {
    MERGED_SLACK = 64, /* tags and options that make a packet longer than the link MTU suggests */
};

/* Whether the quoted packet, longer than any that was sent, consists of several whole segments. */
static bool merged_covers_segments(const struct wt_context *context, const struct wt_report *report,
                                   uint32_t payload)
{
    const struct wt_packet *quote = &report->quote;
    if (!report->flow || quote->proto != WT_PROTO_TCP || payload == 0)
        return false;
    struct wt_history *history = context->engine->history;
    const struct wt_side *side = &report->flow->side[report->sender];
    uint32_t end = quote->tcp.seq + payload;
    return !wt_seq_after(end, side->next) &&
           wt_history_is_boundary(history, side->reports.newest, quote->tcp.seq) &&
           wt_history_is_boundary(history, side->reports.newest, end);
}

/* `sender` sent what the report quotes, to `receiver`. */
static void merged_tell(const struct wt_context *context, const struct wt_merged *merged,
                        const struct wt_address *sender, const struct wt_address *receiver)
{
    const struct wt_ends ends = {merged->reporter, *sender};
    wt_find(context, WT_FINDING_PMTU_MERGED_QUOTE,
            .most = WT_AT_MOST(merged->whole ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN),
            .reason = merged->whole ? WT_REASON_NONE : WT_REASON_QUOTE_LENGTH_REWRITTEN, .ends = &ends,
            .shown_in = merged->frame, .event = (uint64_t)merged->seq + 1,
            .value = {merged->quoted, merged->sent, merged->mtu});
    wt_path_judge(wt_path_record_get(context, sender, receiver), WT_PATH_MERGED);
}

static void merged_wait(struct wt_context *context, const struct wt_report *report, bool whole)
{
    const struct wt_merged merged = {
        .reporter = report->packet->src,
        .frame = context->frame->number,
        .seq = report->quote.tcp.seq,
        .quoted = report->quote.l3_field,
        .sent = report->offender->wire_l3,
        .mtu = report->mtu,
        .whole = whole,
    };
    if (!report->flow || report->quote.proto != WT_PROTO_TCP) {
        merged_tell(context, &merged, &report->quote.src, &report->quote.dst);
        return;
    }
    struct wt_trouble *trouble = wt_trouble_open(context->engine, report->flow, report->sender);
    trouble->merged[trouble->merged_count++ % WT_MERGED_WAITING] = merged;
}

bool wt_merged_judge_report(struct wt_context *context, struct wt_report *report)
{
    const struct wt_past *offender = report->offender;
    uint32_t quoted = report->quote.l3_field;
    if (offender->wire_l3 > report->mtu)
        return true;
    uint32_t payload = quoted > offender->headers ? quoted - offender->headers : 0;
    bool whole = merged_covers_segments(context, report, payload);
    if (!whole && quoted <= context->facts->link_mtu + MERGED_SLACK) {
        report->cut = true;
        return true;
    }
    if (report->flow && report->quote.proto == WT_PROTO_TCP &&
        wt_history_exceeds(context->engine->history, report->flow->side[report->sender].reports.newest,
                           report->quote.tcp.seq, payload, context->frame->time, report->mtu))
        return true;
    merged_wait(context, report, whole);
    return false;
}

static void merged_take_data(const struct wt_context *context, struct wt_trouble *trouble)
{
    const struct wt_packet *packet = context->packet;
    for (unsigned i = 0; i < WT_MERGED_WAITING; i++) {
        struct wt_merged *merged = &trouble->merged[i];
        int32_t into = wt_seq_distance(merged->seq, packet->tcp.seq);
        if (merged->frame == 0 || into < 0 || (uint32_t)into >= packet->payload_len)
            continue;
        merged_tell(context, merged, &packet->src, &packet->dst);
        merged->frame = 0;
    }
}

static void merged_take_ack(const struct wt_context *context, struct wt_trouble *trouble)
{
    for (unsigned i = 0; i < WT_MERGED_WAITING; i++)
        if (wt_seq_after(context->packet->tcp.ack, trouble->merged[i].seq))
            trouble->merged[i].frame = 0;
}

void wt_merged_take(struct wt_context *context)
{
    struct wt_trouble *own = wt_trouble_of(context->engine, context->flow, context->sender);
    struct wt_trouble *peer = wt_trouble_of(context->engine, context->flow, !context->sender);
    uint32_t flags = context->packet->tcp.flags;
    if (own && own->merged_count && context->packet->payload_len)
        merged_take_data(context, own);
    if (peer && peer->merged_count && (flags & WT_TCP_ACK) && !(flags & (WT_TCP_SYN | WT_TCP_RST)))
        merged_take_ack(context, peer);
}
