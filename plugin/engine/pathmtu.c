/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A report (ICMPv4 type 3 code 4, RFC 1191; ICMPv6 type 2, RFC 8201) says that a packet did not fit
 * the next link, and quotes its beginning. The offender is the captured packet with the quoted ports whose
 * bytes contain the quoted sequence number, preferably with the quoted IP identification; inside a
 * super-frame the identifications count up.
 *
 * The sender obeys if it sends the quoted bytes again in packets no larger than the reported MTU. It ignores
 * the report if packets larger than that still come when it could have known: what was already on its way
 * does not count.
 *
 * Thresholds. One round trip, as the handshake measured it, but 1 ms at least (an obeying Linux sender
 * emitted up to five more large packets within 25 us), and 200 ms (Linux' shortest retransmission time-out)
 * where no handshake was captured. One such packet is a Warn, more are an Error.
 *
 * Traps: an MTU of 0 comes from routers before RFC 1191, and then the plateau below the quoted length counts
 * (its section 7.1); an MTU below 68 (IPv4) or 1280 (IPv6), or not below the quoted length, tells no path
 * MTU; a merged packet may be quoted with a length that was never sent; repeated reports for packets in
 * flight are normal. A packet without DF is fragmented, not refused.
 */
#include "pathmtu.h"

#include "segmentation.h"
#include "sequence.h"

enum {
    PATHMTU_MIN_V4 = 68,               /* RFC 791 3.2 */
    PATHMTU_MIN_V6 = 1280,             /* RFC 8200 5 */
    PATHMTU_GRACE_MIN = 1000000,       /* nanoseconds */
    PATHMTU_GRACE_UNKNOWN = 200000000, /* TCP_RTO_MIN, include/net/tcp.h */
    PATHMTU_TCP = 6,
};

/* RFC 1191 7.1: the largest plateau below `length`. */
static uint32_t pathmtu_plateau(uint32_t length)
{
    static const uint32_t plateaus[] = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};
    for (size_t i = 0; i < sizeof plateaus / sizeof *plateaus; i++)
        if (plateaus[i] < length)
            return plateaus[i];
    return PATHMTU_MIN_V4;
}

/* The path MTU that a report about `quote` tells; 0 if it tells none. */
static uint32_t pathmtu_reported(const struct wt_packet *report, const struct wt_packet *quote)
{
    uint32_t mtu = report->icmp.mtu;
    if (mtu == 0 && quote->version == 4)
        mtu = pathmtu_plateau(quote->l3_field);
    uint32_t least = quote->version == 4 ? PATHMTU_MIN_V4 : PATHMTU_MIN_V6;
    return mtu >= least && mtu < quote->l3_field ? mtu : 0;
}

/* How long after a report packets may still be on their way. */
static int64_t pathmtu_grace(const struct wt_context *context)
{
    if (!context->flow || context->flow->rtt == 0)
        return PATHMTU_GRACE_UNKNOWN;
    int64_t rtt = (int64_t)context->flow->rtt * 1000;
    return rtt > PATHMTU_GRACE_MIN ? rtt : PATHMTU_GRACE_MIN;
}

/* The way that the quoted packet took, whose sender the report is for. */
static struct wt_path *pathmtu_path(const struct wt_context *context, const struct wt_packet *quote)
{
    const struct wt_path_key key = wt_path_key(context->frame->interface, &quote->src, &quote->dst);
    return wt_table_get(context->engine->paths, &key);
}

/* Lets the quoted connection wait for its sender's answer to the report. */
static void pathmtu_await(struct wt_context *context, const struct wt_packet *quote, uint32_t mtu)
{
    unsigned sender = 0;
    if (quote->proto != PATHMTU_TCP || !quote->has_l4)
        return;
    struct wt_flow *flow = wt_flow_find(context->engine->flows, context->frame->interface, quote, &sender);
    if (!flow || flow->side[sender].reports.frame)
        return;
    struct wt_side *side = &flow->side[sender];
    side->reports.frame = context->frame->number;
    side->reports.time = context->frame->time;
    side->reports.seq = quote->tcp.seq;
    side->reports.mtu = mtu;
}

static void pathmtu_link_offender(struct wt_context *context, struct wt_path *path,
                                  const struct wt_past *offender, uint32_t mtu)
{
    int64_t delay = context->frame->time - offender->time;
    wt_relate(context, WT_RELATION_OFFENDER, offender->frame, delay);
    wt_relate_earlier(context, offender->frame, WT_RELATION_REPORT, delay);
    wt_find_earlier(context, offender->frame, WT_FINDING_PMTU_REPORTED,
                    WT_VALUES_OF(mtu, context->frame->number));
    if (offender->ignoring)
        wt_find_because(context, WT_FINDING_PMTU_IGNORED,
                        path->ignored > 1 ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN, NULL,
                        WT_VALUES_OF(offender->l3_len, mtu, path->reports));
}

static void pathmtu_judge_report(struct wt_context *context)
{
    const struct wt_packet *report = context->packet;
    const struct wt_packet *quote = &context->reading->quote[0];
    wt_find(context, WT_FINDING_PMTU_REPORT, WT_VALUES_OF(report->icmp.mtu));
    if (context->reading->quotes == 0)
        return;
    struct wt_path *path = pathmtu_path(context, quote);
    uint32_t mtu = pathmtu_reported(report, quote);
    path->reports++;
    const struct wt_past *offender =
        quote->has_l4 ? wt_history_find(context->engine->history, context->frame->interface, quote) : NULL;
    if (mtu && (path->mtu == 0 || mtu < path->mtu)) {
        path->mtu = mtu;
        path->report_frame = context->frame->number;
        path->report_time = context->frame->time;
    }
    if (offender)
        pathmtu_link_offender(context, path, offender, report->icmp.mtu);
    if (mtu)
        pathmtu_await(context, quote, mtu);
}

/* The quoted bytes sent again: obeyed if in smaller packets. */
static void pathmtu_judge_reaction(struct wt_context *context, uint32_t wire_l3)
{
    struct wt_side *side = wt_context_side(context);
    const struct wt_packet *packet = context->packet;
    int32_t into = wt_seq_distance(side->reports.seq, packet->tcp.seq);
    if (side->reports.frame == 0 || into < 0 || (uint32_t)into >= packet->payload_len ||
        wire_l3 > side->reports.mtu)
        return;
    int64_t delay = context->frame->time - side->reports.time;
    wt_find(context, WT_FINDING_PMTU_OBEYED,
            WT_VALUES_OF(wire_l3, side->reports.frame, (uint64_t)(delay > 0 ? delay : 0)));
    wt_relate(context, WT_RELATION_REPORT, side->reports.frame, delay);
    wt_relate_earlier(context, side->reports.frame, WT_RELATION_REACTION, delay);
    side->reports.frame = 0;
}

/* Whether the packet is larger than its path allows although its sender could know. */
static bool pathmtu_judge_size(struct wt_context *context, uint32_t wire_l3)
{
    struct wt_path *path = context->path;
    if (wire_l3 <= path->mtu || !context->packet->df || context->packet->fragment)
        return false;
    if (context->frame->time - path->report_time <= pathmtu_grace(context))
        return false;
    path->ignored++;
    wt_find_because(context, WT_FINDING_PMTU_IGNORED,
                    path->ignored > 1 ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN, NULL,
                    WT_VALUES_OF(wire_l3, path->mtu, path->reports));
    return true;
}

static void pathmtu_judge_packet(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    uint32_t wire_l3 = wt_segmentation_wire_l3(context);
    bool ignoring = false;
    context->facts->path_mtu = context->path->mtu;
    if (context->path->mtu) {
        ignoring = pathmtu_judge_size(context, wire_l3);
        if (wt_context_is_tcp(context) && packet->payload_len)
            pathmtu_judge_reaction(context, wire_l3);
    }
    if (packet->payload_len == 0 || !packet->has_l4)
        return;
    struct wt_past *past = wt_history_add(context->engine->history, context->frame, packet);
    past->segments = context->facts->wire_frames ? context->facts->wire_frames : 1;
    past->ignoring = ignoring;
}

void wt_pathmtu_judge(struct wt_context *context)
{
    if (context->packet->has_l4 && context->packet->icmp.report)
        pathmtu_judge_report(context);
    else
        pathmtu_judge_packet(context);
}
