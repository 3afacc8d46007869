/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A receiver should not take back what it granted (RFC 9293 3.8.6), but the field holds the window
 * shifted right, so an edge may seem to move left by less than one unit of 1 << shift (RFC 7323 2.4). A retreat
 * is measured against the highest edge since the last retreat: each is told once.
 *
 * It harms nobody unless the sender relied on the grant: data lie between the new edge and the old one, on their
 * way or sent later. If the first byte that its receiver has not got lies at the new edge and those data are sent
 * again, they were refused: a Warn. So it is where the receiver takes back more and more (RETREATS_STREAK times,
 * and the edge never comes back in between) and the sender still uses what it was granted. All else is a Note:
 * of 115 retreats in captures of strangers none had data beyond the new edge.
 *
 * Traps. FIN and RST need not carry a true window, and once an end has sent its FIN it needs none: a Note. A frame
 * overtaken on its way, or a copy of it, shows an older window: an older timestamp or acknowledgement tells. The
 * IP identification does not: a SYN/ACK of Linux has 0, others are random. The first window behind the handshake
 * may be below that of the SYN/ACK, as stacks size the buffer anew for an accepted connection: a Note.
 */
#include "retreat.h"

#include "engine/state/sequence.h"
#include "engine/verdict/event.h"
#include "windows.h"

enum {
    RETREATS_MAX = 1024,
    RETREATS_STREAK = 3, /* in a row: one may be a buffer resized, two an application that read nothing */
};

struct retreat {
    struct wt_entry entry;
    struct wt_side_key key; /* of the receiver */
    uint32_t isn;
    uint32_t edge, granted; /* the new edge; the highest one since it began to move left */
    uint32_t frame, granted_frame, left, event;
    uint32_t streak;
    uint32_t caught; /* end of data that were sent beyond the new edge, if any */
    bool has_caught, told, doubtful;
};

WT_MAP_KEY(retreat, struct wt_side_key)

struct wt_map *wt_window_retreats_new(void)
{
    return wt_map_new(sizeof(struct retreat), sizeof(struct wt_side_key), RETREATS_MAX, retreat_hash,
                      retreat_equal);
}

/* The latest retreat of side `which`; NULL without one. */
static struct retreat *retreat_of(const struct wt_context *context, unsigned which)
{
    const struct wt_side *side = &context->flow->side[which];
    const struct wt_side_key key = wt_side_key(context, which);
    if (!wt_windows_of(side)->retreated)
        return NULL;
    struct retreat *retreat = wt_map_find(wt_windows(context)->retreats, &key);
    return retreat && retreat->isn == side->isn ? retreat : NULL;
}

static void retreat_grant(struct wt_context *context, uint32_t edge)
{
    struct wt_side_windows *windows = wt_windows_of(wt_context_side(context));
    windows->has_granted = true;
    windows->granted = edge;
    windows->granted_frame = context->frame->number;
}

/* --- what the sender does meanwhile --- */

static void retreat_tell_harm(struct wt_context *context, struct retreat *retreat, enum wt_reason reason)
{
    const struct wt_ends ends = {context->packet->dst, context->packet->src};
    retreat->told = true;
    if (!retreat->doubtful)
        wt_find(context, WT_FINDING_WINDOW_RETRACTED, .value = {retreat->left, retreat->granted_frame},
                .shown_in = retreat->frame, .instead_of = WT_INSTEAD_OF(WT_FINDING_WINDOW_RETRACTED),
                .reason = reason, .ends = &ends, .event = retreat->event);
}

static void retreat_take_data(struct wt_context *context, struct retreat *retreat)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *receiver = wt_context_peer(context);
    const uint32_t seq = packet->tcp.seq, end = seq + packet->payload_len;
    if (packet->payload_len <= 1 || retreat->told || !wt_seq_after(end, retreat->edge))
        return;
    if (wt_windows_are_new_data(context)) {
        if (wt_seq_after(end, retreat->granted))
            return;
        retreat->caught = end;
        retreat->has_caught = true;
        if (retreat->streak >= RETREATS_STREAK)
            retreat_tell_harm(context, retreat, WT_REASON_WINDOW_TAKEN_BACK);
    } else if (retreat->has_caught && seq == receiver->acked && wt_seq_after(retreat->caught, seq) &&
               !wt_seq_after(seq, retreat->edge)) {
        retreat_tell_harm(context, retreat, WT_REASON_WINDOW_REFUSED);
    }
}

/* --- the edge --- */

static enum wt_reason retreat_doubt(const struct wt_context *context)
{
    enum wt_reason doubt = wt_windows_doubt(context);
    if (!doubt)
        doubt = wt_windows_gap(context);
    if (!doubt && wt_windows_of(wt_context_peer(context))->finished)
        doubt = WT_REASON_WINDOW_AFTER_FIN;
    if (!doubt && !wt_context_side(context)->settled)
        doubt = WT_REASON_WINDOW_FIRST;
    return doubt;
}

static void retreat_begin(struct wt_context *context, uint32_t edge, uint32_t left, enum wt_reason doubt)
{
    const struct wt_side *sender = wt_context_peer(context);
    struct wt_side *side = wt_context_side(context);
    const struct wt_side_key key = wt_side_key(context, context->sender);
    struct retreat *retreat = wt_map_get(wt_windows(context)->retreats, &key);
    if (!wt_windows_of(side)->retreated || retreat->isn != side->isn)
        retreat->streak = 0;
    if (retreat->streak == 0)
        retreat->granted = edge + left;
    wt_windows_of(side)->retreated = true;
    retreat->isn = side->isn;
    retreat->streak++;
    retreat->edge = edge;
    retreat->left = left;
    retreat->frame = context->frame->number;
    retreat->granted_frame = wt_windows_of(side)->granted_frame;
    retreat->event = wt_event_data(context->packet);
    retreat->told = false;
    retreat->doubtful = doubt != WT_REASON_NONE;
    retreat->has_caught = sender->has_next && wt_seq_after(sender->next, edge);
    retreat->caught = sender->next;
}

/* The edge moves on: what was sent beyond the retreat is granted again, or was taken. */
static void retreat_end(struct wt_context *context, uint32_t edge)
{
    struct retreat *retreat = retreat_of(context, context->sender);
    if (!retreat || !wt_seq_after(edge, retreat->edge))
        return;
    retreat->streak = 0;
    if (!retreat->has_caught || !wt_seq_after(retreat->caught, context->packet->tcp.ack))
        wt_windows_of(wt_context_side(context))->retreated = false;
}

static void retreat_judge_window(struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    const struct wt_side_windows *windows = wt_windows_of(side);
    uint32_t edge = 0;
    if (windows->unshifted || windows->collapsed ||
        !wt_flow_edge(context->flow, context->sender, context->packet, &edge))
        return;
    int32_t left = wt_seq_distance(windows->granted, edge);
    if (!windows->has_granted || left <= 0) {
        retreat_end(context, edge);
        retreat_grant(context, edge);
        return;
    }
    if (left < 1 << wt_flow_scale_used(context->flow, context->sender) ||
        (context->packet->tcp.flags & WT_TCP_FIN) || wt_windows_are_overtaken(context))
        return;
    enum wt_reason doubt = retreat_doubt(context);
    wt_find(context, WT_FINDING_WINDOW_RETRACTED, .most = WT_AT_MOST(WT_SEVERITY_NOTE),
            .reason = doubt ? doubt : WT_REASON_WINDOW_HARMLESS,
            .value = {(uint32_t)left, windows->granted_frame});
    retreat_begin(context, edge, (uint32_t)left, doubt);
    retreat_grant(context, edge);
}

void wt_window_retreat(struct wt_context *context)
{
    uint32_t edge = 0;
    if (context->packet->tcp.flags & WT_TCP_SYN) {
        if (wt_flow_edge(context->flow, context->sender, context->packet, &edge) &&
            !wt_context_side(context)->settled)
            retreat_grant(context, edge);
        return;
    }
    struct retreat *retreat = retreat_of(context, !context->sender);
    if (retreat)
        retreat_take_data(context, retreat);
    retreat_judge_window(context);
}
