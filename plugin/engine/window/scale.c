/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Both SYN segments must carry the window scale option, or scaling is off for both directions (RFC
 * 7323 2.2). The option means nothing in any other segment, a SYN/ACK may carry it only in answer to a SYN
 * that did, and a shift over 14 counts as 14 (2.3).
 *
 * Where the handshake is missing the data prove a lower bound. No end may send beyond acknowledgement +
 * window, so data that end D bytes behind the highest acknowledgement, and are acknowledged later without
 * having been sent again, need a window of at least D. The largest raw window w that the receiver showed
 * gives the least shift n with w << n >= D.
 *
 * Traps. An acknowledgement that the capture missed makes D too large: nothing is concluded while frames seem
 * to be missing. Scanners and traffic generators put the option into segments without SYN: said once for each
 * direction, and only noted where the segment is a probe without ACK. Two wrong checksums make an option that
 * is no evidence at all.
 */
#include "scale.h"

#include "engine/state/sequence.h"
#include "windows.h"

static void scale_tell_invalid(struct wt_context *context, enum wt_severity severity, enum wt_reason reason)
{
    wt_windows_of(wt_context_side(context))->invalid_told = true;
    wt_find(context, WT_FINDING_WINDOW_SCALE_INVALID, .most = WT_AT_MOST(severity), .reason = reason,
            .value = {(uint64_t)context->packet->tcp.scale, 0});
}

/* The option itself, in whichever segment it stands. A segment whose checksum is wrong proves nothing. */
static void scale_judge_option(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *peer = wt_context_peer(context);
    uint16_t flags = packet->tcp.flags;
    if (packet->tcp.scale == WT_SCALE_NONE || wt_flow_is_bad(packet))
        return;
    if (!(flags & WT_TCP_SYN)) {
        if (!wt_windows_of(wt_context_side(context))->invalid_told)
            scale_tell_invalid(context, flags & WT_TCP_ACK ? WT_SEVERITY_WARN : WT_SEVERITY_NOTE,
                               WT_REASON_SCALE_OUTSIDE_SYN);
    } else if (packet->tcp.scale > WT_SCALE_MAX) {
        scale_tell_invalid(context, WT_SEVERITY_WARN, WT_REASON_SCALE_OVER_14);
    } else if ((flags & WT_TCP_ACK) && peer->syn && peer->scale == WT_SCALE_NONE) {
        scale_tell_invalid(context, WT_SEVERITY_WARN, WT_REASON_SCALE_NOT_OFFERED);
    }
}

/* On the SYN/ACK, where it is known that one side alone offers scaling. */
static void scale_judge_negotiation(struct wt_context *context)
{
    struct wt_side *side = wt_context_side(context);
    const struct wt_side *peer = wt_context_peer(context);
    if (!(context->packet->tcp.flags & WT_TCP_ACK) || !side->syn || !peer->syn ||
        wt_windows_of(side)->declined_told)
        return;
    if ((side->scale == WT_SCALE_NONE) == (peer->scale == WT_SCALE_NONE))
        return;
    wt_windows_of(side)->declined_told = true;
    wt_find(context, WT_FINDING_WINDOW_SCALE_DECLINED, .value = {0});
}

/* --- without the handshake --- */

static void scale_tell_unknown(struct wt_context *context, unsigned least)
{
    wt_find(context, WT_FINDING_WINDOW_SCALE_UNKNOWN,
            .reason = least ? WT_REASON_SCALE_AT_LEAST : WT_REASON_NONE, .value = {least});
}

static void scale_judge_unknown(struct wt_context *context)
{
    struct wt_flow *flow = context->flow;
    if (wt_windows_of(&flow->side[0])->unknown_told || !(context->packet->tcp.flags & WT_TCP_ACK))
        return;
    wt_windows_of(&flow->side[0])->unknown_told = wt_windows_of(&flow->side[1])->unknown_told = true;
    scale_tell_unknown(context, 0);
}

/* The least shift with which a window of raw value `raw` holds `size` bytes; over 14 if none does. */
static unsigned scale_least(uint32_t raw, uint32_t size)
{
    unsigned shift = 0;
    while (shift <= WT_SCALE_MAX && (uint64_t)raw << shift < size)
        shift++;
    return shift;
}

/* Data that a small shift of the receiver would forbid go under watch. */
static void scale_watch(struct wt_context *context)
{
    struct wt_side *side = wt_context_side(context);
    const struct wt_side *receiver = wt_context_peer(context);
    const struct wt_packet *packet = context->packet;
    uint32_t end = packet->tcp.seq + packet->payload_len;
    if (packet->payload_len <= 1 || !receiver->has_acked || receiver->raw_max == 0)
        return;
    if (!wt_windows_are_new_data(context) || wt_windows_gap(context)) {
        wt_windows_of(side)->watched = 0;
        return;
    }
    int32_t flight = wt_seq_distance(end, receiver->acked);
    unsigned least = flight > 0 ? scale_least(receiver->raw_max, (uint32_t)flight) : 0;
    if (least > WT_SCALE_MAX || least <= wt_windows_of(receiver)->least ||
        least <= wt_windows_of(side)->watched)
        return;
    wt_windows_of(side)->watch = end;
    wt_windows_of(side)->watched = least & 15U;
}

/* An acknowledgement of what is under watch proves the shift of its sender. */
static void scale_prove(struct wt_context *context)
{
    struct wt_side *receiver = wt_context_side(context);
    struct wt_side *sender = wt_context_peer(context);
    unsigned least = wt_windows_of(sender)->watched;
    if (!least || !(context->packet->tcp.flags & WT_TCP_ACK) ||
        wt_seq_after(wt_windows_of(sender)->watch, context->packet->tcp.ack))
        return;
    wt_windows_of(sender)->watched = 0;
    if (wt_windows_gap(context) || least <= wt_windows_of(receiver)->least)
        return;
    wt_windows_of(receiver)->least = least & 15U;
    scale_tell_unknown(context, least);
}

void wt_window_scale(struct wt_context *context)
{
    uint16_t flags = context->packet->tcp.flags;
    scale_judge_option(context);
    if (flags & WT_TCP_SYN)
        scale_judge_negotiation(context);
    if (flags & (WT_TCP_SYN | WT_TCP_RST))
        return;
    if (wt_flow_scale(context->flow, context->sender) == WT_SCALE_NONE) {
        scale_judge_unknown(context);
        scale_prove(context);
    }
    if (wt_flow_scale(context->flow, !context->sender) == WT_SCALE_NONE)
        scale_watch(context);
}
