/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A sender obeys a report if it sends the quoted bytes again in packets no larger than the reported
 * MTU (TCP), or goes on with packets just below it (without ports: tunnels; the size of an echo is its user's
 * choice) or of at least half of it (UDP: QUIC falls back to 1200). It may
 * clear DF instead: its route MTU is locked, or below its minimum (Linux: 552). It ignores the report if
 * packets larger than that, with DF, still come although it could have known.
 *
 * When it could know. What was sent before the report arrived is on its way and proves nothing, however many
 * reports that makes. The report needs the time from here to the sender, and its next packet the same time
 * back: as long as the sender took to answer the handshake as seen from here, at least 1 ms (an obeying Linux
 * sender emitted up to five more large packets within 25 us). Without a handshake 200 ms, Linux' shortest
 * retransmission time-out (TCP_RTO_MIN). That holds for repeated segments, which are cut anew; new ones may
 * have waited in a queue between sender and here, so those count only after another second. If the receiver's
 * own MSS option already forbids the size, the sender was told in the handshake, and there is nothing to wait
 * for.
 *
 * The first packet is a Warn, each further one an Error. Packets without sequence numbers stay Warns, echo
 * requests are Notes: somebody may send large ones on purpose.
 *
 * A super-frame does not show the size of its pieces. A length that is a multiple of the old segment size and
 * not of the new one tells that the stack did not change it, the reverse that it did.
 *
 * Traps: a path MTU is forgotten after 10 minutes (RFC 1191 6.3), then a larger packet is a new try. A sender
 * that shrank to something far below the report, after it ignored it, found that size by probing. A report
 * about bytes that were acknowledged already is rightly ignored (RFC 5927). An outer packet that is a
 * super-frame itself is not judged, its pieces are not known.
 */
#include "reaction.h"

#include "engine/size/segmentation.h"
#include "engine/state/sequence.h"
#include "probing.h"

enum {
    REACTION_GRACE_MIN = 1000000,       /* nanoseconds */
    REACTION_GRACE_UNKNOWN = 200000000, /* TCP_RTO_MIN, include/net/tcp.h */
    REACTION_QUEUE = 1000000000,
    REACTION_PADDING = 64,  /* of tunnels and ciphers */
    REACTION_ROUNDING = 16, /* a sender that obeys fills the MTU up to this */
    REACTION_IGNORED_MANY = 2,
};

/* --- being told --- */

/* Size on the wire of the refused packet: as quoted, unless that is longer than the link carries (merged). */
static uint32_t reaction_refused(const struct wt_context *context, const struct wt_report *report)
{
    uint32_t quoted = report->quote.l3_field, sent = report->offender->wire_l3;
    return quoted > sent && quoted <= context->facts->link_mtu ? quoted : sent;
}

static void reaction_start(const struct wt_context *context, struct wt_told *told,
                           const struct wt_report *report)
{
    told->time = context->frame->time;
    told->frame = context->frame->number;
    told->mtu = report->mtu;
    told->before = reaction_refused(context, report);
    told->answered = told->df_cleared = false;
    told->waiting_count = 0;
}

static void reaction_wait(const struct wt_context *context, struct wt_told *told,
                          const struct wt_report *report)
{
    if (told->waiting_count == WT_TOLD_WAITING)
        return;
    told->waiting[told->waiting_count].time = context->frame->time;
    told->waiting[told->waiting_count].frame = context->frame->number;
    told->waiting[told->waiting_count].seq = report->quote.tcp.seq;
    told->waiting_count++;
}

/* The quoted bytes had arrived before the report did, so it is late or forged. */
static bool reaction_is_stale(const struct wt_report *report)
{
    if (!report->flow || report->flow->key.proto != WT_PROTO_TCP)
        return false;
    const struct wt_side *peer = &report->flow->side[!report->sender];
    return peer->has_acked && wt_seq_after(peer->acked, report->quote.tcp.seq);
}

/* How sure it is that `told` is ignored by a sender of packets like `sent`. */
static enum wt_severity reaction_severity(const struct wt_told *told, const struct wt_packet *sent)
{
    if (sent->proto == WT_PROTO_ICMP || sent->proto == WT_PROTO_ICMPV6)
        return WT_SEVERITY_NOTE;
    bool sure = told->ignored >= REACTION_IGNORED_MANY && sent->proto == WT_PROTO_TCP;
    return sure ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN;
}

/* A report about a packet that ignored an earlier one. */
static void reaction_confirm(struct wt_context *context, const struct wt_report *report,
                             const struct wt_told *told)
{
    if (!report->offender->ignoring)
        return;
    wt_find(context, WT_FINDING_PMTU_IGNORED, .most = WT_AT_MOST(reaction_severity(told, &report->quote)),
            .value = {report->offender->wire_l3, told->mtu, told->reports});
}

void wt_reaction_await(struct wt_context *context, const struct wt_report *report)
{
    struct wt_engine *engine = context->engine;
    if (reaction_is_stale(report))
        return;
    struct wt_trouble *trouble =
        report->flow ? wt_trouble_open(engine, report->flow, report->sender)
                     : wt_trouble_portless(engine, context->frame->interface, &report->quote, true);
    struct wt_told *told = &trouble->told;
    bool expired = told->frame && context->frame->time - told->last > WT_PMTU_EXPIRY;
    if (told->frame == 0 || expired || (report->mtu && (told->mtu == 0 || report->mtu < told->mtu)))
        reaction_start(context, told, report);
    told->last = context->frame->time;
    told->df = report->quote.df;
    told->reports++;
    reaction_wait(context, told, report);
    reaction_confirm(context, report, told);
}

/* --- reacting --- */

/* The receiver's MSS option forbids more than the report does. */
static bool reaction_knew_before(const struct wt_context *context, const struct wt_told *told)
{
    uint32_t headers = context->packet->version == 4 ? WT_HEADERS_V4 : WT_HEADERS_V6;
    if (!wt_context_is_tcp(context))
        return false;
    uint32_t mss = wt_context_peer(context)->mss;
    return mss && mss + headers <= told->mtu;
}

static bool reaction_is_repeated(const struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    return side->has_next && wt_seq_after(side->next, context->packet->tcp.seq);
}

bool wt_reaction_could_know(const struct wt_context *context, const struct wt_told *told)
{
    int64_t since = context->frame->time - told->time;
    if (reaction_knew_before(context, told))
        return since > REACTION_GRACE_MIN;
    int64_t delay = context->flow ? (int64_t)wt_context_side(context)->reports.delay * 1000 : 0;
    int64_t grace = delay ? MAX(delay, REACTION_GRACE_MIN) : REACTION_GRACE_UNKNOWN;
    if (!wt_context_is_tcp(context) || !reaction_is_repeated(context))
        grace += REACTION_QUEUE;
    return since > grace;
}

/* Size on the wire; `known` tells whether it is more than an estimate that takes the report as obeyed. */
static uint32_t reaction_size(const struct wt_context *context, const struct wt_told *told, bool *known)
{
    uint32_t wire = wt_segmentation_wire_l3(context);
    const struct wt_facts *facts = context->facts;
    *known = true;
    if (facts->wire_frames <= 1 || reaction_knew_before(context, told))
        return wire;
    uint32_t headers = wire - facts->segment_size, payload = context->packet->payload_len;
    uint32_t before = told->before > headers ? told->before - headers : 0;
    uint32_t after = told->mtu > headers ? told->mtu - headers : 0;
    bool old = before && payload % before == 0, new = after &&payload % after == 0;
    *known = old != new;
    return old && !new ? told->before : wire;
}

static void reaction_tell_obeyed(struct wt_context *context, struct wt_told *told, uint32_t size,
                                 unsigned waiting)
{
    uint32_t report = told->waiting[waiting].frame;
    int64_t delay = context->frame->time - told->waiting[waiting].time;
    wt_find(context, WT_FINDING_PMTU_OBEYED,
            .value = {size, report, (uint64_t)(delay > 0 ? delay : 0), told->before});
    wt_relate_earlier(context, report, WT_RELATION_REACTION, delay);
    told->answered = true;
}

/* Answers the reports that quote bytes of this packet (all of them where bytes have no numbers). */
static void reaction_answer(struct wt_context *context, struct wt_told *told, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    bool tcp = wt_context_is_tcp(context);
    unsigned kept = 0;
    for (unsigned i = 0; i < told->waiting_count; i++) {
        int32_t into = wt_seq_distance(told->waiting[i].seq, packet->tcp.seq);
        if (!tcp || (into >= 0 && (uint32_t)into < packet->payload_len))
            reaction_tell_obeyed(context, told, size, i);
        else
            told->waiting[kept++] = told->waiting[i];
    }
    told->waiting_count = (uint8_t)kept;
}

static void reaction_judge_fitting(struct wt_context *context, struct wt_trouble *trouble, uint32_t size,
                                   bool known)
{
    struct wt_told *told = &trouble->told;
    bool filled = size + REACTION_ROUNDING > told->mtu;
    if (told->waiting_count == 0 || (!known && told->ignored))
        return;
    if (context->flow ? !wt_context_is_tcp(context) && size <= told->mtu / 2
                      : size + REACTION_PADDING <= told->mtu)
        return;
    if (told->ignored >= REACTION_IGNORED_MANY && !filled)
        return;
    reaction_answer(context, told, size);
    if (told->answered)
        wt_path_judge(wt_path_record_get(context, &context->packet->src, &context->packet->dst),
                      WT_PATH_OBEYED);
}

static bool reaction_judge_larger(struct wt_context *context, struct wt_told *told, uint32_t size)
{
    if (!context->packet->df || context->packet->fragment || !wt_reaction_could_know(context, told))
        return false;
    struct wt_path_record *record = wt_path_record_get(context, &context->packet->src, &context->packet->dst);
    told->ignored++;
    record->ignored++;
    enum wt_severity severity = reaction_severity(told, context->packet);
    wt_find(context, WT_FINDING_PMTU_IGNORED, .most = WT_AT_MOST(severity),
            .reason = severity == WT_SEVERITY_NOTE ? "an echo request; somebody may be trying sizes" : NULL,
            .value = {size, told->mtu, told->reports});
    if (severity > WT_SEVERITY_NOTE)
        wt_path_judge(record, WT_PATH_IGNORED);
    return true;
}

static void reaction_judge_df(struct wt_context *context, struct wt_told *told)
{
    if (!told->df || told->df_cleared || context->packet->df || context->packet->version != 4)
        return;
    told->df_cleared = true;
    wt_find(context, WT_FINDING_PMTU_DF_CLEARED, .value = {told->frame});
    wt_path_judge(wt_path_record_get(context, &context->packet->src, &context->packet->dst),
                  WT_PATH_DF_CLEARED);
}

bool wt_reaction_judge(struct wt_context *context, struct wt_trouble *trouble)
{
    struct wt_told *told = &trouble->told;
    bool known = false;
    if (told->frame == 0 || context->frame->time - told->last > WT_PMTU_EXPIRY)
        return false;
    reaction_judge_df(context, told);
    if (told->mtu == 0 || (!context->innermost && context->packet->l3_len > context->facts->link_mtu))
        return false;
    uint32_t size = reaction_size(context, told, &known);
    if (size > told->mtu)
        return known && reaction_judge_larger(context, told, size);
    reaction_judge_fitting(context, trouble, size, known);
    return false;
}
