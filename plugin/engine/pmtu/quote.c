/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. The offender of a report is the captured packet whose flow is quoted and whose bytes contain the quoted
 * sequence number, preferably with the quoted identification; inside a super-frame the identifications count
 * up. Without a sequence number identification or length decide. It was sent before the report came: by time
 * too, since frames of two queues stand in a wrong order now and then.
 *
 * Translators. A report comes back to the packet's sender, so on the link of the capture its quote should hold
 * what was captured there. If the flow is not known as quoted, the packet is looked for by the sequence number
 * and what no accident makes equal (see wt_history_find_translated()): what differs was changed by a translator
 * or load balancer. If the report is addressed to the sender of that packet, or to somebody who did not send
 * what it quotes, its addressee looks the quote up (tcp_v4_err(), tcp_v6_err()), finds no socket and drops it:
 * mistranslated. So it is if a device sends it to itself. Each packet that it quotes is an event.
 *
 * Healthy neighbours: both sides of a translator in one capture (the addressee is whom the quote names as its
 * sender); a stack that reports to itself about a tunnel of its own (source, destination and quoted source are
 * one). Reports of connections that were not captured say nothing about anybody.
 *
 * Weight. A report whose checksum is wrong was dropped by its receiver, or changed after the capture by a
 * program that anonymises; whether it was believed shows in what the sender does. One that fits a captured
 * packet by its length alone (UDP, tunnels) can be made up by anybody who knows the ports.
 */
#include "quote.h"

#include "engine/state/history.h"

/* --- what the report is about --- */

static struct wt_flow *quote_flow(const struct wt_context *context, const struct wt_packet *packet,
                                  unsigned *sender)
{
    if (packet->src_port == 0 && packet->dst_port == 0)
        return NULL;
    return wt_flow_find(context->engine->flows, context->frame->interface, packet, sender);
}

static struct wt_path *quote_path(const struct wt_context *context, const struct wt_packet *packet)
{
    const struct wt_path_key key = wt_path_key(context->frame->interface, &packet->src, &packet->dst);
    return wt_map_find(context->engine->paths, &key);
}

/* Looks for the quoted packet as it stands in `report->quote`. */
static bool quote_look_up(const struct wt_context *context, struct wt_report *report)
{
    uint32_t newest = 0;
    bool weak = false;
    report->flow = quote_flow(context, &report->quote, &report->sender);
    report->path = quote_path(context, &report->quote);
    if (report->flow)
        newest = report->flow->side[report->sender].reports.newest;
    else if (report->path)
        newest = report->path->newest;
    bool readable = report->quote.has_l4 || report->quote.has_id || report->quote.proto != WT_PROTO_TCP;
    if (readable)
        report->offender =
            wt_history_find(context->engine->history, newest, &report->quote, context->frame->time, &weak);
    if (report->offender && weak)
        report->weakness = WT_REASON_REPORT_BY_LENGTH;
    return report->flow || report->offender;
}

/* A packet that differs from the quote in what translators change. */
static void quote_look_translated(const struct wt_context *context, struct wt_report *report)
{
    struct wt_packet *quote = &report->quote;
    const struct wt_past *offender = wt_history_find_translated(
        context->engine->history, context->frame->interface, quote, context->frame->time);
    if (!offender)
        return;
    quote->src = offender->src;
    quote->dst = offender->dst;
    quote->src_port = offender->src_port;
    quote->dst_port = offender->dst_port;
    quote_look_up(context, report);
    report->offender = offender;
    report->weakness = WT_REASON_NONE;
    report->translated = true;
}

/* The quoted packet may have left with other addresses, which the report's own destination tells in part. */
static void quote_look_behind_translator(const struct wt_context *context, struct wt_report *report)
{
    struct wt_packet *quote = &report->quote;
    if (!wt_address_equal(&report->packet->dst, &quote->src)) {
        const struct wt_address src = quote->src;
        quote->src = report->packet->dst;
        report->translated = quote_look_up(context, report);
        if (report->translated)
            return;
        quote->src = src;
    }
    quote_look_translated(context, report);
}

/* Whether the addressee of the report finds no connection of its own that is as quoted. */
static bool quote_is_mistranslated(const struct wt_context *context, const struct wt_report *report)
{
    const struct wt_packet *packet = report->packet;
    const struct wt_address *quoted = &context->reading->quote[0].src;
    if (!report->translated || !report->offender)
        return false;
    return wt_address_equal(&packet->dst, &report->offender->src) ||
           !wt_address_equal(&packet->dst, quoted) || wt_address_equal(&packet->dst, &packet->src);
}

void wt_quote_resolve(const struct wt_context *context, struct wt_report *report)
{
    report->packet = context->packet;
    report->quote = context->reading->quote[0];
    if (!quote_look_up(context, report))
        quote_look_behind_translator(context, report);
    if (!report->path)
        report->path = quote_path(context, &report->quote);
    report->mistranslated = quote_is_mistranslated(context, report);
    bool bad = context->packet->l4_checksum == WT_CHECKSUM_BAD;
    report->doubted = bad || report->mistranslated;
    if (report->mistranslated)
        report->weakness = WT_REASON_REPORT_MISTRANSLATED;
    else if (bad)
        report->weakness = WT_REASON_REPORT_SUM_WRONG;
}

/* --- what a translator did --- */

static enum wt_reason quote_difference(const struct wt_context *context, const struct wt_report *report)
{
    const struct wt_packet *quote = &context->reading->quote[0];
    const struct wt_past *sent = report->offender;
    bool addresses = !wt_address_equal(&quote->src, &sent->src) || !wt_address_equal(&quote->dst, &sent->dst);
    bool ports = quote->src_port != sent->src_port || quote->dst_port != sent->dst_port;
    if (wt_address_equal(&report->packet->src, &report->packet->dst))
        return WT_REASON_QUOTE_TO_ITSELF;
    if (!wt_address_equal(&report->packet->dst, &sent->src))
        return WT_REASON_QUOTE_TO_ANOTHER;
    if (addresses && ports)
        return WT_REASON_QUOTE_OTHER_BOTH;
    return addresses ? WT_REASON_QUOTE_OTHER_ADDRESS : WT_REASON_QUOTE_OTHER_PORT;
}

void wt_quote_judge(struct wt_context *context, const struct wt_report *report)
{
    if (!report->mistranslated)
        return;
    const struct wt_packet *quote = &report->quote;
    const struct wt_ends ends = {quote->src, quote->dst};
    uint64_t packet = quote->has_id ? quote->id : report->offender->frame;
    wt_find(context, WT_FINDING_PMTU_MISTRANSLATED, .reason = quote_difference(context, report),
            .ends = &ends, .value = {0, report->offender->frame},
            .event = (uint64_t)quote->tcp.seq << 32 | (packet + 1));
}
