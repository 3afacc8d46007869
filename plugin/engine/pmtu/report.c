/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A report (ICMPv4 type 3 code 4, RFC 1191; ICMPv6 type 2, RFC 8201) says that a packet did not fit
 * the next link, and quotes its beginning: at least the IP header and 8 bytes (RFC 792: ports and TCP
 * sequence number), 548 bytes from Linux, up to 1232 of IPv6. See quote.c for the packet that it quotes.
 *
 * What cannot be: an MTU below 68 (RFC 791 3.2) or 1280 (RFC 8200 5), or one that the refused packet fits. 0
 * comes from routers before RFC 1191; then the next plateau below the packet counts (its section 7.1).
 *
 * Only who is at fault is accused: a reporter whose report matches nothing in the capture, or whose report
 * can be made up by anybody, of nothing. Nor does such a report tell anything of the path.
 *
 * Traps: quoted lengths and TTLs rewritten on the way; forged reports, of packets that were never sent: a sender
 * rightly ignores them; a report whose checksum is wrong: its receiver may have seen the right one.
 */
#include "report.h"

#include "engine/context.h"
#include "engine/state/sequence.h"

enum {
    REPORT_STRAYS_MAX = 100, /* a second; a busy router sends less than that for one host */
    REPORT_UNREAD_MAX = 8,   /* addressees of reports that the capture cut short */
};

/* What is kept of a capture's reports. */
struct reports {
    int64_t strays_since;
    uint32_t strays; /* reports since then that match nothing in the capture */
    uint32_t latest; /* frame of the latest report, and the path that it was found to be about */
    struct wt_address src, dst;
    struct wt_address unread[REPORT_UNREAD_MAX];
    uint32_t unread_count;
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

static void reports_take(const struct wt_context *context, const struct wt_packet *quote)
{
    struct reports *reports = reports_of(context);
    reports->latest = context->frame->number;
    reports->src = quote->src;
    reports->dst = quote->dst;
}

static void report_resolve(const struct wt_context *context, struct wt_report *report)
{
    wt_quote_resolve(context, report);
    report->record = wt_path_record_get(context, &report->quote.src, &report->quote.dst);
    reports_take(context, &report->quote);
    report->record->reports++;
    report->record->link_mtu = context->facts->link_mtu;
    wt_path_judge(report->record, WT_PATH_REPORTED);
}

/* --- what to say of where it comes from and what it quotes --- */

static enum wt_reason report_origin(const struct wt_report *report)
{
    if (report->weakness && report->doubted)
        return report->weakness;
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
    bool matched = report->offender && !report->doubted;
    wt_find(context, WT_FINDING_PMTU_IMPLAUSIBLE,
            .most = WT_AT_MOST(matched ? WT_SEVERITY_WARN : WT_SEVERITY_NOTE),
            .blind = report->weakness != WT_REASON_NONE,
            .reason = matched ? WT_REASON_NONE : WT_REASON_REPORT_UNPROVEN,
            .value = {told, refused, plateau});
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

/* Whether the path has anything to learn from the report. One of a path that is captured, and of a connection
 * that is not, may be forged; without any packet of the path there is nothing that it could mislead. */
static bool report_counts(const struct wt_report *report)
{
    if (report->mtu == 0 || report->doubted)
        return false;
    if (report->offender)
        return true;
    return report->flow ? report_is_before_capture(report) : report->path == NULL;
}

static void report_learn(struct wt_context *context, const struct wt_report *report)
{
    struct wt_path_record *record = report->record;
    const struct wt_path_news news = {report->mtu, context->frame->number, report->packet->src,
                                      report->weakness != WT_REASON_NONE};
    uint32_t sent = report->offender ? report->offender->wire_l3 : 0;
    if (sent > report->mtu)
        wt_path_lose(record, sent);
    wt_path_tell(context, report->path, record, &news);
}

bool wt_report_is_unread(const struct wt_context *context, const struct wt_address *addressee)
{
    const struct reports *reports = reports_of(context);
    for (unsigned i = 0; i < MIN(reports->unread_count, REPORT_UNREAD_MAX); i++)
        if (wt_address_equal(&reports->unread[i], addressee))
            return true;
    return false;
}

/* The capture was cut before what the report quotes, so it may be about any packet of its addressee. */
static void report_take_unread(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    bool readable = context->reading->quotes > 0 &&
                    (context->reading->quote[0].has_l4 || context->reading->quote[0].has_id);
    struct reports *reports = reports_of(context);
    if (!packet->truncated || readable || wt_report_is_unread(context, &packet->dst))
        return;
    reports->unread[reports->unread_count++ % REPORT_UNREAD_MAX] = packet->dst;
}

bool wt_report_judge(struct wt_context *context, struct wt_report *report)
{
    *report = (struct wt_report){.sender = 0};
    report_take_unread(context);
    if (context->reading->quotes == 0) {
        wt_find(context, WT_FINDING_PMTU_REPORT, .most = WT_AT_MOST(WT_SEVERITY_NOTE),
                .reason = WT_REASON_REPORT_WITHOUT_QUOTE, .value = {context->packet->icmp.mtu});
        return false;
    }
    report_resolve(context, report);
    if (!report->offender)
        report_tell_stray(context, report);
    report_tell(context, report);
    report_judge_mtu(context, report);
    if (report->offender)
        report_mark_offender(context, report);
    if (report_counts(report))
        report_learn(context, report);
    return true;
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
