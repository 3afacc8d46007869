/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. The right edge is acknowledgement + scaled window; the window of a SYN or SYN/ACK is never scaled
 * (RFC 7323 2.2). A sender may use every byte up to the highest edge it was granted, so data behind that edge
 * are beyond the window. A receiver should not take back what it granted (RFC 9293 3.8.6), but the field
 * holds the window shifted right, so an edge may seem to move left by less than one unit of 1 << shift (RFC
 * 7323 2.4). A retreat is measured against the highest edge since the last retreat: each is told once.
 *
 * Traps. A zero-window probe is one byte behind the edge, a keep-alive one byte before the data (RFC 9293
 * 3.8.6.1, RFC 1122 4.2.3.6). FIN and RST need not carry a true window, and once an end has sent its FIN it
 * needs none: a Note. A frame overtaken on its way shows an older window: older timestamp, or IP identification,
 * or an older acknowledgement. Both sides of a firewall
 * that changes sequence numbers, and edited captures, jump far beyond the window in one step: then nothing is
 * said about that connection. If the capture missed the frame that granted more, data look as if beyond: an
 * acknowledgement for data that were never seen, a hole in the data, or an echo of a timestamp that was never
 * seen (RFC 7323 3.2) shows that, and the finding is a Note. The first window behind the handshake may be
 * somewhat below that of the SYN/ACK, as stacks size the buffer anew for an accepted connection: a Note.
 */
#include "edge.h"

#include "engine/state/sequence.h"
#include "windows.h"

enum {
    EDGE_JUMP = 1 << 20, /* bytes of a hole that is no loss but another numbering */
};

static void edge_tell_exceeded(struct wt_context *context, uint32_t beyond)
{
    enum wt_reason doubt = wt_windows_doubt(context);
    if (!doubt)
        doubt = wt_windows_gap(context);
    wt_find(context, WT_FINDING_WINDOW_EXCEEDED, .most = doubt ? WT_AT_MOST(WT_SEVERITY_NOTE) : 0,
            .reason = doubt, .value = {beyond});
}

/* Marks connections whose sequence numbers do not go on from each other. */
static void edge_check_jump(struct wt_context *context)
{
    struct wt_side *side = wt_context_side(context);
    const struct wt_side *peer = wt_context_peer(context);
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (side->has_next && wt_seq_distance(tcp->seq, side->next) > EDGE_JUMP)
        wt_windows_of(side)->jumped = true;
    if ((tcp->flags & WT_TCP_ACK) && peer->has_next && wt_seq_distance(tcp->ack, peer->next) > EDGE_JUMP)
        wt_windows_of(side)->jumped = true;
}

static void edge_judge_data(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *receiver = wt_context_peer(context);
    if (packet->payload_len <= 1 || !receiver->has_edge ||
        wt_flow_scale_used(context->flow, !context->sender) == WT_SCALE_NONE)
        return;
    int32_t beyond = wt_seq_distance(packet->tcp.seq + packet->payload_len, receiver->edge);
    if (beyond > 0)
        edge_tell_exceeded(context, (uint32_t)beyond);
}

/* A frame that was sent before the one that granted more. */
static bool edge_is_overtaken(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_tcp *tcp = &packet->tcp;
    const struct wt_side *side = wt_context_side(context);
    if (side->has_acked && wt_seq_after(side->acked, tcp->ack))
        return true;
    if (tcp->has_timestamp && wt_windows_of(side)->has_stamp && tcp->timestamp != wt_windows_of(side)->stamp)
        return !wt_seq_after(tcp->timestamp, wt_windows_of(side)->stamp);
    if (side->has_next && wt_seq_after(side->next, tcp->seq))
        return true;
    return packet->has_id && packet->id < 65536 &&
           (int16_t)(uint16_t)(packet->id - wt_windows_of(side)->granted_id) < 0;
}

static void edge_grant(struct wt_context *context, uint32_t edge)
{
    struct wt_side_windows *windows = wt_windows_of(wt_context_side(context));
    windows->has_granted = true;
    windows->granted = edge;
    windows->granted_frame = context->frame->number;
    windows->granted_id = (uint16_t)context->packet->id;
}

static void edge_tell_retracted(struct wt_context *context, uint32_t left)
{
    const struct wt_side *side = wt_context_side(context);
    enum wt_reason doubt = wt_windows_doubt(context);
    if (!doubt && !side->settled)
        doubt = WT_REASON_WINDOW_FIRST;
    if (!doubt && wt_windows_of(wt_context_peer(context))->finished)
        doubt = WT_REASON_WINDOW_AFTER_FIN;
    wt_find(context, WT_FINDING_WINDOW_RETRACTED, .most = doubt ? WT_AT_MOST(WT_SEVERITY_NOTE) : 0,
            .reason = doubt, .value = {left, wt_windows_of(side)->granted_frame});
}

static void edge_judge_window(struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    int scale = wt_flow_scale_used(context->flow, context->sender);
    uint32_t edge = 0;
    if (wt_windows_of(side)->unshifted || wt_windows_of(side)->collapsed ||
        !wt_flow_edge(context->flow, context->sender, context->packet, &edge))
        return;
    int32_t left = wt_seq_distance(wt_windows_of(side)->granted, edge);
    if (!wt_windows_of(side)->has_granted || left <= 0) {
        edge_grant(context, edge);
        return;
    }
    if (left < 1 << scale || (context->packet->tcp.flags & WT_TCP_FIN) || edge_is_overtaken(context))
        return;
    edge_tell_retracted(context, (uint32_t)left);
    edge_grant(context, edge);
}

void wt_window_edge(struct wt_context *context)
{
    uint32_t edge = 0;
    uint16_t flags = context->packet->tcp.flags;
    if (flags & WT_TCP_SYN) {
        if (wt_flow_edge(context->flow, context->sender, context->packet, &edge) &&
            !wt_context_side(context)->settled)
            edge_grant(context, edge);
        return;
    }
    edge_check_jump(context);
    if (wt_windows_of(wt_context_side(context))->jumped || wt_windows_of(wt_context_peer(context))->jumped)
        return;
    edge_judge_data(context);
    edge_judge_window(context);
}
