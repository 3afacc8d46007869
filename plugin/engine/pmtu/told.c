/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A report tells a sender to use smaller packets. It stands until the path shows that it is wrong:
 *
 *   - the bytes that it refused are acknowledged and were not sent again. Then nothing was refused: the report
 *     is late, or forged (RFC 5927: whoever guesses the ports can send one). Or
 *   - a larger packet of new bytes, sent after it, is acknowledged and was not sent again: the path is wide
 *     again (a link comes back; Linux forgets a path MTU after mtu_expires and tries, RFC 1191 6.3).
 *
 * Then it is forgotten: it is neither ignored from here on, nor the reason why packets vanish.
 *
 * A larger packet of new bytes alone does not show that its sender ignores a report, for the same reasons. What
 * shows it is that the same bytes are sent again in a packet as large (reaction.c), or that another report
 * refuses them. Where nothing is acknowledged or numbered (UDP, tunnels) only the latter does: a report without
 * a second one was forged more likely than ignored (RFC 9000 14.2.1).
 *
 * The first packet is a Warn, each further one an Error. Packets without sequence numbers stay Warns. A Note
 * are echo requests, since somebody may send large ones on purpose, and reports that their addressee drops; that
 * those which anybody can have made up are ignored is never sure (quote.c).
 *
 * Traps: a capture that shows each device of a host holds a report several times; it is one report, and its
 * sender knows it by the last of them. A report about bytes that were acknowledged already is late.
 */
#include "told.h"

#include <wiretruth/diagnosis.h>

#include "engine/fragment/overhead.h"
#include "engine/state/history.h"
#include "engine/state/sequence.h"
#include "path_record.h"
#include "trouble.h"

enum {
    TOLD_IGNORED_MANY = 2,
};

/* --- ignored --- */

static enum wt_severity told_severity(const struct wt_told *told, const struct wt_packet *sent)
{
    if (sent->proto == WT_PROTO_ICMP || sent->proto == WT_PROTO_ICMPV6 || (told->weakness && told->doubted))
        return WT_SEVERITY_NOTE;
    bool sure = told->ignored >= TOLD_IGNORED_MANY && sent->proto == WT_PROTO_TCP;
    return sure ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN;
}

/* What fits into the tunnel whose own packet `sent` was refused; 0 if it is no tunnel's. */
static uint32_t told_room(const struct wt_context *context, const struct wt_told *told,
                          const struct wt_packet *sent)
{
    const struct wt_reading *reading = context->reading;
    const struct wt_packet *inner = sent == context->packet && !context->innermost ? sent + 1 : NULL;
    if (sent != context->packet && reading->quotes > 1)
        inner = &reading->quote[1];
    if (sent != context->packet && inner) /* the quote as it stands in the frame */
        return wt_overhead_room(context, &reading->quote[0], inner, told->mtu);
    return wt_overhead_room(context, sent, inner, told->mtu);
}

void wt_told_ignored(struct wt_context *context, struct wt_told *told, const struct wt_packet *sent,
                     uint32_t frame, uint32_t size)
{
    const struct wt_ends ends = {sent->src, sent->dst};
    struct wt_path_record *record = wt_path_record_get(context, &sent->src, &sent->dst);
    told->ignored++;
    told->confirmed = frame;
    record->ignored++;
    enum wt_severity severity = told_severity(told, sent);
    enum wt_reason reason = told->weakness                ? told->weakness
                            : severity > WT_SEVERITY_NOTE ? WT_REASON_NONE
                                                          : WT_REASON_TOLD_ECHO;
    const uint32_t room = told_room(context, told, sent);
    wt_find(context, WT_FINDING_PMTU_IGNORED, .most = WT_AT_MOST(severity), .reason = reason, .ends = &ends,
            .shown_in = frame, .size = room,
            .proven = room && !told->weakness && told->ignored >= TOLD_IGNORED_MANY,
            .speaks_for = room ? WT_SPEAKS_FOR(WT_DIAGNOSIS_TUNNEL_MTU) : 0,
            .blind = told->weakness != WT_REASON_NONE, .value = {size, told->mtu, told->reports});
    if (severity > WT_SEVERITY_NOTE)
        wt_path_judge(record, WT_PATH_IGNORED);
}

/* --- being told --- */

/* Size on the wire of the refused packet: as quoted, unless that is longer than the link carries (merged). */
static uint32_t told_refused(const struct wt_context *context, const struct wt_report *report)
{
    uint32_t quoted = report->quote.l3_field, sent = report->offender->wire_l3;
    return quoted > sent && quoted <= context->facts->link_mtu ? quoted : sent;
}

static void told_start(const struct wt_context *context, struct wt_told *told, const struct wt_report *report)
{
    *told = (struct wt_told){
        .time = context->frame->time,
        .frame = context->frame->number,
        .mtu = report->mtu,
        .before = told_refused(context, report),
        .reports = told->reports,
        .ignored = told->ignored,
        .confirmed = told->confirmed,
        .weakness = report->weakness,
        .doubted = report->doubted,
        .by = report->packet->src,
    };
}

static void told_wait(const struct wt_context *context, struct wt_told *told, const struct wt_report *report)
{
    if (told->waiting_count == WT_TOLD_WAITING)
        return;
    told->waiting[told->waiting_count++] = (struct wt_waiting){
        .time = context->frame->time,
        .frame = context->frame->number,
        .seq = report->quote.tcp.seq,
        .id = report->packet->id,
    };
}

/* The quoted bytes had arrived before the report did, so it is late or forged. */
static bool told_is_stale(const struct wt_report *report)
{
    if (!report->flow || report->flow->key.proto != WT_PROTO_TCP)
        return false;
    const struct wt_side *peer = &report->flow->side[!report->sender];
    return peer->has_acked && wt_seq_after(peer->acked, report->quote.tcp.seq);
}

/* The report is in the capture already, as another device saw it. */
static bool told_is_copy(const struct wt_context *context, struct wt_told *told,
                         const struct wt_report *report)
{
    for (unsigned i = 0; i < told->waiting_count; i++) {
        struct wt_waiting *waiting = &told->waiting[i];
        bool same = report->packet->has_id ? report->packet->id == waiting->id
                                           : context->frame->time - waiting->time < WT_MILLISECOND;
        if (!same || waiting->seq != report->quote.tcp.seq)
            continue;
        told->time = MAX(told->time, told->frame == waiting->frame ? context->frame->time : told->time);
        return true;
    }
    return false;
}

/* A report about a packet that could have heeded an earlier one. */
static void told_confirm(struct wt_context *context, const struct wt_report *report, struct wt_told *told)
{
    const struct wt_past *offender = report->offender;
    if (offender->larger && offender->frame != told->confirmed)
        wt_told_ignored(context, told, &report->quote, offender->frame, offender->wire_l3);
}

void wt_told_hear(struct wt_context *context, const struct wt_report *report)
{
    struct wt_engine *engine = context->engine;
    if (told_is_stale(report))
        return;
    struct wt_trouble *trouble =
        report->flow ? wt_trouble_open(engine, report->flow, report->sender)
                     : wt_trouble_portless(engine, context->frame->interface, &report->quote, true);
    struct wt_told *told = &trouble->told;
    if (told_is_copy(context, told, report))
        return;
    bool expired = told->frame && context->frame->time - told->last > WT_PMTU_EXPIRY;
    if (told->frame == 0 || expired || (report->mtu && (told->mtu == 0 || report->mtu < told->mtu)))
        told_start(context, told, report);
    told->last = context->frame->time;
    told->df = report->quote.df;
    told->weakness = told->weakness && report->weakness ? told->weakness : WT_REASON_NONE;
    told->reports++;
    told_wait(context, told, report);
    told_confirm(context, report, told);
}

/* --- refuted --- */

/* How many reports quote bytes that arrived by now although they were sent only once. */
static unsigned told_refuted(struct wt_told *told, uint32_t ack)
{
    unsigned kept = 0, refuted = 0;
    for (unsigned i = 0; i < told->waiting_count; i++) {
        const struct wt_waiting *waiting = &told->waiting[i];
        if (!wt_seq_after(ack, waiting->seq))
            told->waiting[kept++] = *waiting;
        else if (!waiting->repeated)
            refuted++;
    }
    told->waiting_count = (uint8_t)kept;
    return refuted;
}

void wt_told_take_ack(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_trouble *trouble = wt_trouble_of(context->engine, context->flow, !context->sender);
    if (!trouble || trouble->told.frame == 0 || !(packet->tcp.flags & WT_TCP_ACK) ||
        packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST))
        return;
    struct wt_told *told = &trouble->told;
    bool wider = told->larger && !wt_seq_after(told->larger_end, packet->tcp.ack);
    bool refuted = told_refuted(told, packet->tcp.ack) > 0 && !told->answered && told->waiting_count == 0;
    if (!wider && !refuted)
        return;
    wt_path_widen(context, &packet->dst, &packet->src, told->mtu);
    *told = (struct wt_told){.reports = 0};
}
