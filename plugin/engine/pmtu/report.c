/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A report (ICMPv4 type 3 code 4, RFC 1191; ICMPv6 type 2, RFC 8201) says that a packet did not fit
 * the next link, and quotes its beginning: at least the IP header and 8 bytes (RFC 792: ports and TCP
 * sequence number), 548 bytes from Linux, up to 1232 of IPv6. The offender is the captured packet whose flow
 * is quoted and whose bytes contain the quoted sequence number, preferably with the quoted identification;
 * inside a super-frame the identifications count up. Without a sequence number identification or length
 * decide.
 *
 * What cannot be: an MTU below 68 (RFC 791 3.2) or 1280 (RFC 8200 5), or one that the refused packet fits. 0
 * comes from routers before RFC 1191; then the next plateau below the packet counts (its section 7.1).
 *
 * A packet longer than any that was sent. If it begins and ends where captured segments do and covers several
 * of them, the reporter merged them (GRO, LRO) and took the result for one packet: the sender has nothing to
 * shrink. If it ends elsewhere, the sender's NIC cut a super-frame where its stack did not ask for it
 * (cutting.c). That the quoted length is above the MTU means neither by itself: a router with GRO, and a
 * virtual switch before it, quote merged packets and still name the right MTU.
 *
 * Traps: addresses and ports that a translator left in the quote (the report then goes to another address
 * than the quote's source, or nothing but ports, sequence number and identification fits); quoted lengths and
 * TTLs rewritten on the way; reports with a wrong checksum, which nobody acts on; forged ones, of packets
 * that were never sent: a sender rightly ignores them, so they tell nothing of the path.
 */
#include "report.h"

#include "engine/context.h"
#include "engine/state/sequence.h"

enum {
    REPORT_STRAYS_MAX = 100, /* a second; a busy router sends less than that for one host */
    REPORT_SLACK = 64,       /* tags and options that make a packet longer than the link MTU suggests */
};

/* What is kept of a capture's reports. */
struct reports {
    int64_t strays_since;
    uint32_t strays; /* reports since then that match nothing in the capture */
    uint32_t latest; /* frame of the latest report, and the path that it was found to be about */
    struct wt_address src, dst;
};

static void *reports_new(void)
{
    return g_new0(struct reports, 1);
}

static struct reports *reports_of(const struct wt_context *context)
{
    return wt_kept(context, WT_KEEPER_REPORT);
}

/* RFC 1191 7.1: the largest plateau below `length`. */
static uint32_t report_plateau(uint32_t length)
{
    static const uint32_t plateaus[] = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};
    for (size_t i = 0; i < G_N_ELEMENTS(plateaus); i++)
        if (plateaus[i] < length)
            return plateaus[i];
    return WT_MTU_MIN_V4;
}

/* --- what the report is about --- */

static struct wt_flow *report_flow(const struct wt_context *context, const struct wt_packet *packet,
                                   unsigned *sender)
{
    if (packet->src_port == 0 && packet->dst_port == 0)
        return NULL;
    return wt_flow_find(context->engine->flows, context->frame->interface, packet, sender);
}

static struct wt_path *report_path(const struct wt_context *context, const struct wt_packet *packet)
{
    const struct wt_path_key key = wt_path_key(context->frame->interface, &packet->src, &packet->dst);
    return wt_map_find(context->engine->paths, &key);
}

/* Looks for the quoted packet as it stands in `report->quote`. */
static bool report_look_up(const struct wt_context *context, struct wt_report *report)
{
    uint32_t newest = 0;
    report->flow = report_flow(context, &report->quote, &report->sender);
    report->path = report_path(context, &report->quote);
    if (report->flow)
        newest = report->flow->side[report->sender].reports.newest;
    else if (report->path)
        newest = report->path->newest;
    bool readable = report->quote.has_l4 || report->quote.has_id || report->quote.proto != WT_PROTO_TCP;
    if (readable)
        report->offender = wt_history_find(context->engine->history, newest, &report->quote, &report->weak);
    return report->flow || report->offender;
}

/* The quoted packet may have left with other addresses, which the report's own destination tells in part. */
static void report_look_behind_translator(const struct wt_context *context, struct wt_report *report)
{
    struct wt_packet *quote = &report->quote;
    const struct wt_address src = quote->src;
    if (!wt_address_equal(&report->packet->dst, &quote->src)) {
        quote->src = report->packet->dst;
        report->translated = report_look_up(context, report);
    }
    if (report->translated)
        return;
    quote->src = src;
    const struct wt_past *offender =
        wt_history_find_translated(context->engine->history, context->frame->interface, quote);
    if (!offender)
        return;
    quote->src = offender->src;
    quote->dst = offender->dst;
    quote->src_port = offender->src_port;
    quote->dst_port = offender->dst_port;
    report_look_up(context, report);
    report->offender = offender;
    report->translated = true;
}

static void reports_take(const struct wt_context *context, const struct wt_packet *quote)
{
    struct reports *reports = reports_of(context);
    reports->latest = context->frame->number;
    reports->src = quote->src;
    reports->dst = quote->dst;
}

static void report_resolve(const struct wt_context *context, struct wt_report *report)
{
    report->packet = context->packet;
    report->quote = context->reading->quote[0];
    if (!report_look_up(context, report))
        report_look_behind_translator(context, report);
    if (!report->path)
        report->path = report_path(context, &report->quote);
    report->record = wt_path_record_get(context, &report->quote.src, &report->quote.dst);
    reports_take(context, &report->quote);
    report->record->reports++;
    report->record->link_mtu = context->facts->link_mtu;
    wt_path_judge(report->record, WT_PATH_REPORTED);
}

/* --- what to say of where it comes from and what it quotes --- */

static enum wt_reason report_origin(const struct wt_report *report)
{
    if (report->translated)
        return WT_REASON_REPORT_TRANSLATED;
    if (wt_address_equal(&report->packet->src, &report->quote.dst))
        return WT_REASON_REPORT_BY_DESTINATION;
    if (wt_address_equal(&report->packet->src, &report->quote.src))
        return WT_REASON_REPORT_BY_SENDER;
    return WT_REASON_REPORT_BY_ROUTER;
}

/* Whether too many reports of late match nothing. */
static bool report_is_flood(const struct wt_context *context)
{
    struct reports *reports = reports_of(context);
    int64_t age = context->frame->time - reports->strays_since;
    if (age < 0 || age > WT_SECOND) {
        reports->strays_since = context->frame->time;
        reports->strays = 0;
    }
    return ++reports->strays > REPORT_STRAYS_MAX;
}

static bool report_is_before_capture(const struct wt_report *report)
{
    const struct wt_side *side = &report->flow->side[report->sender];
    return report->quote.proto == WT_PROTO_TCP && !side->syn && side->has_next &&
           wt_seq_after(side->next, report->quote.tcp.seq);
}

/* Why no captured packet matches; none where that needs no more words. */
static enum wt_reason report_unmatched_reason(const struct wt_report *report)
{
    const struct wt_side *side = &report->flow->side[report->sender];
    if (report_is_before_capture(report))
        return WT_REASON_QUOTE_BEFORE_CAPTURE;
    if (report->quote.proto != WT_PROTO_TCP)
        return WT_REASON_QUOTE_REWRITTEN;
    if (!side->has_next)
        return WT_REASON_QUOTE_OTHER_DIRECTION;
    if (!wt_seq_after(side->next, report->quote.tcp.seq))
        return WT_REASON_QUOTE_NEVER_SENT;
    return WT_REASON_QUOTE_MISSED;
}

static void report_tell_stray(struct wt_context *context, struct wt_report *report)
{
    report->record->unmatched++;
    if (report_is_flood(context))
        wt_path_judge(report->record, WT_PATH_FLOOD);
    if (report->flow) {
        wt_find(context, WT_FINDING_PMTU_UNMATCHED, .most = WT_AT_MOST(WT_SEVERITY_NOTE),
                .reason = report_unmatched_reason(report), .value = {0});
        wt_path_judge(report->record, WT_PATH_UNMATCHED);
    }
}

static void report_tell(struct wt_context *context, const struct wt_report *report)
{
    enum wt_reason reason = report_origin(report);
    int64_t delay = report->offender ? context->frame->time - report->offender->time : 0;
    if (report->record->verdicts & 1U << WT_PATH_FLOOD && !report->offender)
        reason = WT_REASON_REPORT_OF_FLOOD;
    else if (!report->offender && !report->flow)
        reason = WT_REASON_REPORT_OF_OTHER_FLOW;
    wt_find(context, WT_FINDING_PMTU_REPORT, .most = WT_AT_MOST(WT_SEVERITY_NOTE), .reason = reason,
            .value = {report->packet->icmp.mtu, (uint64_t)(delay > 0 ? delay : 0)});
}

/* --- what it tells --- */

/* The largest packet that the sender is known to have sent there: the offender on the wire, or as quoted. */
static uint32_t report_refused(const struct wt_report *report)
{
    uint32_t quoted = report->quote.l3_field;
    uint32_t sent = report->offender ? report->offender->wire_l3 : 0;
    return quoted > sent ? quoted : sent;
}

static void report_judge_mtu(struct wt_context *context, struct wt_report *report)
{
    uint32_t told = report->packet->icmp.mtu;
    uint32_t refused = report_refused(report);
    uint32_t least = report->quote.version == 4 ? WT_MTU_MIN_V4 : WT_MTU_MIN_V6;
    report->mtu = told >= least && told < refused ? told : 0;
    if (report->mtu)
        return;
    uint32_t plateau = told == 0 && report->quote.version == 4 ? report_plateau(refused) : 0;
    wt_find(context, WT_FINDING_PMTU_IMPLAUSIBLE, .value = {told, refused, plateau});
    wt_path_judge(report->record, WT_PATH_IMPLAUSIBLE);
    report->mtu = plateau;
}

static void report_mark_offender(struct wt_context *context, const struct wt_report *report)
{
    const struct wt_past *offender = report->offender;
    int64_t delay = context->frame->time - offender->time;
    wt_relate(context, WT_RELATION_OFFENDER, offender->frame, delay);
    wt_relate_earlier(context, offender->frame, WT_RELATION_REPORT, delay);
    wt_find(context, WT_FINDING_PMTU_REPORTED, .shown_in = offender->frame,
            .value = {report->packet->icmp.mtu, context->frame->number, (uint64_t)(delay > 0 ? delay : 0)});
}

/* Whether the quoted packet, longer than any that was sent, consists of several whole segments. */
static bool report_covers_segments(const struct wt_context *context, const struct wt_report *report)
{
    const struct wt_packet *quote = &report->quote;
    uint32_t headers = report->offender->headers;
    if (!report->flow || quote->proto != WT_PROTO_TCP || quote->l3_field <= headers)
        return false;
    struct wt_history *history = context->engine->history;
    const struct wt_side *side = &report->flow->side[report->sender];
    uint32_t end = quote->tcp.seq + quote->l3_field - headers;
    return !wt_seq_after(end, side->next) &&
           wt_history_is_boundary(history, side->reports.newest, quote->tcp.seq) &&
           wt_history_is_boundary(history, side->reports.newest, end);
}

/*
 * The quoted packet is larger than the reported MTU; if the one that was sent is not, somebody else made it
 * so. Returns whether the sender has anything to change.
 */
static bool report_judge_length(struct wt_context *context, struct wt_report *report)
{
    uint32_t quoted = report->quote.l3_field;
    uint32_t sent = report->offender->wire_l3;
    if (sent > report->mtu)
        return true;
    bool whole = report_covers_segments(context, report);
    if (!whole && quoted <= context->facts->link_mtu + REPORT_SLACK) {
        report->cut = true;
        return true;
    }
    wt_find(context, WT_FINDING_PMTU_MERGED_QUOTE,
            .most = WT_AT_MOST(whole ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN),
            .reason = whole ? WT_REASON_NONE : WT_REASON_QUOTE_LENGTH_REWRITTEN,
            .value = {quoted, sent, report->mtu});
    wt_path_judge(report->record, WT_PATH_MERGED);
    return false;
}

/* Whether the sender, and so the path, has anything to learn from the report. */
static bool report_counts(const struct wt_report *report)
{
    if (!report->flow || report->offender)
        return true;
    return report_is_before_capture(report);
}

static void report_learn(struct wt_context *context, const struct wt_report *report)
{
    struct wt_path_record *record = report->record;
    uint32_t refused = report_refused(report);
    uint32_t sent = report->offender ? report->offender->wire_l3 : refused;
    if (report->offender && sent > report->mtu && (record->lost == 0 || sent < record->lost))
        record->lost = sent;
    wt_path_tell(context, report->path, record, report->mtu);
}

bool wt_report_judge(struct wt_context *context, struct wt_report *report)
{
    *report = (struct wt_report){.sender = 0};
    if (context->reading->quotes == 0 || context->packet->l4_checksum == WT_CHECKSUM_BAD) {
        wt_find(context, WT_FINDING_PMTU_REPORT, .most = WT_AT_MOST(WT_SEVERITY_NOTE),
                .reason =
                    context->reading->quotes ? WT_REASON_REPORT_SUM_WRONG : WT_REASON_REPORT_WITHOUT_QUOTE,
                .value = {context->packet->icmp.mtu});
        return false;
    }
    report_resolve(context, report);
    if (!report->offender)
        report_tell_stray(context, report);
    report_tell(context, report);
    report_judge_mtu(context, report);
    if (report->offender)
        report_mark_offender(context, report);
    bool asks = report->offender && (report->mtu == 0 || report_judge_length(context, report));
    if (report->mtu && report_counts(report))
        report_learn(context, report);
    return asks;
}

bool wt_engine_reported(const struct wt_engine *engine, uint32_t number, struct wt_address *src,
                        struct wt_address *dst)
{
    const struct reports *reports = engine->kept[WT_KEEPER_REPORT];
    if (reports->latest != number)
        return false;
    *src = reports->src;
    *dst = reports->dst;
    return true;
}

const struct wt_detector wt_report_detector = {
    .name = "report",
    .keeper = WT_KEEPER_REPORT,
    .create = reports_new,
    .free = g_free,
};
