/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "windows.h"

#include "engine/state/sequence.h"

bool wt_windows_are_negotiated(const struct wt_flow *flow)
{
    return flow->side[0].syn && flow->side[1].syn && (flow->side[0].syn_ack || flow->side[1].syn_ack);
}

enum wt_reason wt_windows_doubt(const struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    if (wt_flow_is_bad(context->packet) && !side->sums_hold)
        return WT_REASON_NO_SUM_RIGHT;
    bool handshake =
        wt_flow_scale(context->flow, 0) != WT_SCALE_NONE && wt_flow_scale(context->flow, 1) != WT_SCALE_NONE;
    return handshake ? WT_REASON_NONE : WT_REASON_NO_HANDSHAKE;
}

enum wt_reason wt_windows_gap(const struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context), *peer = wt_context_peer(context);
    const struct wt_tcp *tcp = &context->packet->tcp;
    bool hole = side->has_next && wt_seq_after(tcp->seq, side->next);
    bool echo = tcp->has_timestamp && wt_windows_of(peer)->has_stamp && (tcp->flags & WT_TCP_ACK) &&
                wt_seq_after(tcp->timestamp_echo, wt_windows_of(peer)->stamp);
    if (side->unseen_acked || peer->unseen_acked || hole || echo)
        return WT_REASON_FRAMES_MISSING;
    return WT_REASON_NONE;
}

bool wt_windows_are_overtaken(const struct wt_context *context)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    const struct wt_side *side = wt_context_side(context);
    const struct wt_side_windows *windows = wt_windows_of(side);
    if (side->has_acked && wt_seq_after(side->acked, tcp->ack))
        return true;
    if (tcp->has_timestamp && windows->has_stamp && tcp->timestamp != windows->stamp)
        return !wt_seq_after(tcp->timestamp, windows->stamp);
    return side->has_next && wt_seq_after(side->next, tcp->seq);
}

uint32_t wt_windows_segment(const struct wt_context *context)
{
    uint32_t limit = context->facts->mss_limit;
    uint32_t mss = wt_context_peer(context)->mss;
    return limit ? limit : mss ? mss : WT_MSS_ETHERNET;
}

bool wt_windows_are_new_data(const struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    return !side->has_next || !wt_seq_after(side->next, context->packet->tcp.seq);
}
