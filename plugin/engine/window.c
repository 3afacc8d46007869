/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Both SYN segments must carry the window scale option, or scaling is off for both directions (RFC
 * 7323 2.2). The windows of SYN and SYN/ACK are never scaled. The option means nothing in any other segment,
 * a SYN/ACK may carry it only in answer to a SYN that did, and a shift over 14 counts as 14 (2.3).
 *
 * The right edge is acknowledgement + scaled window. A sender may use every byte up to the highest edge it
 * was granted, so data behind that edge is beyond the window. Stacks round windows to the scaling unit: the
 * edge has a slack of 1 << shift.
 *
 * Evidence. Without both SYN segments nothing is said but that the scale is unknown. An acknowledgement for
 * data that the capture does not hold shows that frames are missing, perhaps the very one that granted more:
 * then it is a Note.
 *
 * Traps: a zero-window probe is one byte at or behind the edge, a keep-alive one byte before it; SYN, FIN and
 * RST segments are not judged; a repeated SYN may lack the option, the SYN/ACK decides. Scanners put options
 * into segments without SYN.
 */
#include "window.h"

#include "sequence.h"

enum {
    WINDOW_SCALE_MAX = 14
}; /* RFC 7323 2.3 */

static void window_tell_invalid(struct wt_context *context, const char *reason)
{
    const int16_t shift = context->packet->tcp.scale;
    if (wt_context_side(context)->windows.invalid_told)
        return;
    wt_context_side(context)->windows.invalid_told = true;
    wt_find_because(context, WT_FINDING_WINDOW_SCALE_INVALID, WT_SEVERITY_WARN, reason,
                    WT_VALUES_OF((uint64_t)shift, 0));
}

/* The option itself, in whichever segment it stands. A segment whose checksum is wrong proves nothing. */
static void window_judge_option(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *peer = wt_context_peer(context);
    if (packet->tcp.scale == WT_SCALE_NONE || packet->l4_checksum == WT_CHECKSUM_BAD)
        return;
    if (packet->tcp.scale > WINDOW_SCALE_MAX)
        window_tell_invalid(context, "more than 14");
    else if (!(packet->tcp.flags & WT_TCP_SYN))
        window_tell_invalid(context, "outside a SYN");
    else if ((packet->tcp.flags & WT_TCP_ACK) && peer->syn && peer->scale == WT_SCALE_NONE)
        window_tell_invalid(context, "answered without having been offered");
}

/* On the SYN/ACK, where it is known that one side alone offers scaling. */
static void window_judge_negotiation(struct wt_context *context)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    const struct wt_side *peer = wt_context_peer(context);
    bool answer = (tcp->flags & WT_TCP_SYN) && (tcp->flags & WT_TCP_ACK);
    if (answer && !tcp->options_cut && peer->syn && peer->scale != WT_SCALE_NONE &&
        tcp->scale == WT_SCALE_NONE)
        wt_find(context, WT_FINDING_WINDOW_SCALE_DECLINED, WT_VALUES_OF(0));
}

static void window_judge_unknown(struct wt_context *context)
{
    struct wt_flow *flow = context->flow;
    uint32_t flags = context->packet->tcp.flags;
    if (flow->side[0].windows.scale_told || (flags & (WT_TCP_SYN | WT_TCP_RST)) || !(flags & WT_TCP_ACK))
        return;
    if (wt_flow_scale(flow, context->sender) != WT_SCALE_NONE)
        return;
    flow->side[0].windows.scale_told = flow->side[1].windows.scale_told = true;
    wt_find(context, WT_FINDING_WINDOW_SCALE_UNKNOWN, WT_VALUES_OF(0));
}

/* One byte at the edge of a closed window asks whether it has opened (RFC 9293 3.8.6.1). */
static bool window_is_probe(const struct wt_packet *packet, uint32_t edge)
{
    return packet->payload_len == 1 && wt_seq_distance(packet->tcp.seq, edge) <= 1;
}

static void window_judge_data(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *receiver = wt_context_peer(context);
    int scale = wt_flow_scale(context->flow, !context->sender);
    if (packet->payload_len == 0 || (packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST)))
        return;
    if (scale == WT_SCALE_NONE || !receiver->has_edge || window_is_probe(packet, receiver->edge))
        return;
    int32_t beyond = wt_seq_distance(packet->tcp.seq + packet->payload_len, receiver->edge);
    if (beyond <= 1 << scale)
        return;
    const struct wt_values values = WT_VALUES_OF((uint64_t)beyond);
    if (receiver->unseen_acked || wt_context_side(context)->unseen_acked)
        wt_find_because(context, WT_FINDING_WINDOW_EXCEEDED, WT_SEVERITY_NOTE,
                        "frames are missing from this capture", values);
    else
        wt_find(context, WT_FINDING_WINDOW_EXCEEDED, values);
}

void wt_window_judge(struct wt_context *context)
{
    if (!wt_context_is_tcp(context))
        return;
    window_judge_option(context);
    window_judge_negotiation(context);
    window_judge_unknown(context);
    window_judge_data(context);
}

void wt_window_measure(struct wt_context *context)
{
    struct wt_facts *facts = context->facts;
    if (!wt_context_is_tcp(context))
        return;
    const struct wt_side *side = wt_context_side(context);
    const struct wt_side *peer = wt_context_peer(context);
    facts->tcp = true;
    facts->window_scale = (int16_t)wt_flow_scale(context->flow, context->sender);
    facts->has_right_edge = wt_flow_edge(context->flow, context->sender, context->packet, &facts->right_edge);
    facts->has_flight = context->packet->payload_len > 0 && side->has_next && peer->has_acked &&
                        !wt_seq_after(peer->acked, side->next);
    if (facts->has_flight)
        facts->flight = side->next - peer->acked;
}
