/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. The right edge is acknowledgement + scaled window; the window of a SYN or SYN/ACK is never scaled
 * (RFC 7323 2.2). A sender may use every byte up to the highest edge it was granted, so data behind that edge
 * are beyond the window.
 *
 * But a capture may have missed the frame that granted more. An edge does not move left (RFC 9293 3.8.6), so the
 * receiver's next acknowledgement tells: if its edge still lies in front of the end of those data, nothing before
 * it had granted them, captured or not. Until then, and if it has granted them by now, window.exceeded is a Note.
 *
 * Traps. A zero-window probe is one byte behind the edge, a keep-alive one byte before the data (RFC 9293
 * 3.8.6.1, RFC 1122 4.2.3.6). Both sides of a firewall that changes sequence numbers, and edited captures, jump
 * far beyond the window in one step: then nothing is said about that connection. Holes in the data, an
 * acknowledgement for data that were never seen, an echo of a timestamp that was never seen (RFC 7323 3.2) show
 * that frames are missing: a Note. An acknowledgement that was overtaken on its way shows an older edge. Where the
 * sender declined to scale what the receiver offered, it may scale all the same: its own diagnosis.
 */
#include "overrun.h"

#include <wiretruth/diagnosis.h>

#include "engine/state/sequence.h"
#include "windows.h"

enum {
    OVERRUNS_MAX = 1024,
    OVERRUN_FRAMES = 8, /* of one flight; more of them tell no more */
};

struct overrun_frame {
    uint32_t number, end, beyond;
};

/* What one side sent beyond its window, until the other side acknowledges something. */
struct overrun {
    struct wt_entry entry;
    struct wt_side_key key; /* of the sender */
    uint32_t isn;
    unsigned count;
    struct overrun_frame frame[OVERRUN_FRAMES];
};

WT_MAP_KEY(overrun, struct wt_side_key)

struct wt_map *wt_window_overruns_new(void)
{
    return wt_map_new(sizeof(struct overrun), sizeof(struct wt_side_key), OVERRUNS_MAX, overrun_hash,
                      overrun_equal);
}

/* Waits for the receiver's next acknowledgement. */
static void overrun_await(struct wt_context *context, uint32_t end, uint32_t beyond)
{
    struct wt_side *sender = wt_context_side(context);
    const struct wt_side_key key = wt_side_key(context, context->sender);
    struct overrun *overrun = wt_map_get(wt_windows(context)->overruns, &key);
    if (!wt_windows_of(sender)->overruns || overrun->isn != sender->isn)
        overrun->count = 0;
    overrun->isn = sender->isn;
    if (overrun->count < OVERRUN_FRAMES)
        overrun->frame[overrun->count++] = (struct overrun_frame){context->frame->number, end, beyond};
    wt_windows_of(sender)->overruns = true;
}

static void overrun_judge_data(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *receiver = wt_context_peer(context);
    const uint32_t end = packet->tcp.seq + packet->payload_len;
    if (packet->payload_len <= 1 || !receiver->has_edge || packet->tcp.flags & WT_TCP_SYN ||
        wt_flow_scale_used(context->flow, !context->sender) == WT_SCALE_NONE)
        return;
    int32_t beyond = wt_seq_distance(end, receiver->edge);
    if (beyond <= 0)
        return;
    enum wt_reason doubt = wt_windows_doubt(context);
    if (!doubt)
        doubt = wt_windows_gap(context);
    if (!doubt)
        overrun_await(context, end, (uint32_t)beyond);
    wt_find(context, WT_FINDING_WINDOW_EXCEEDED, .most = WT_AT_MOST(WT_SEVERITY_NOTE),
            .reason = doubt ? doubt : WT_REASON_WINDOW_UNSEEN, .value = {(uint32_t)beyond});
}

/* The sender did not take part in scaling that the receiver had offered. */
static bool overrun_is_declined(const struct wt_context *context)
{
    const struct wt_side *receiver = wt_context_side(context), *sender = wt_context_peer(context);
    return receiver->syn && sender->syn && receiver->scale > 0 && sender->scale == WT_SCALE_NONE;
}

static void overrun_tell(struct wt_context *context, const struct overrun_frame *at)
{
    const struct wt_ends ends = {context->packet->dst, context->packet->src};
    wt_find(context, WT_FINDING_WINDOW_EXCEEDED, .value = {at->beyond}, .shown_in = at->number,
            .instead_of = WT_INSTEAD_OF(WT_FINDING_WINDOW_EXCEEDED), .ends = &ends,
            .speaks_for = WT_SPEAKS_FOR(overrun_is_declined(context) ? WT_DIAGNOSIS_SCALE_NOT_NEGOTIATED
                                                                     : WT_DIAGNOSIS_WINDOW_OVERRUN));
}

/* The receiver acknowledges something: does it grant those data now? */
static void overrun_judge_grant(struct wt_context *context)
{
    struct wt_side *sender = wt_context_peer(context);
    const struct wt_side_key key = wt_side_key(context, !context->sender);
    uint32_t edge = 0;
    if (wt_windows_are_overtaken(context) ||
        !wt_flow_edge(context->flow, context->sender, context->packet, &edge))
        return;
    const struct overrun *overrun = wt_map_find(wt_windows(context)->overruns, &key);
    wt_windows_of(sender)->overruns = false;
    if (!overrun || overrun->isn != sender->isn || wt_windows_doubt(context) || wt_windows_gap(context))
        return;
    for (unsigned i = 0; i < overrun->count; i++)
        if (wt_seq_after(overrun->frame[i].end, edge))
            overrun_tell(context, &overrun->frame[i]);
}

void wt_window_overrun(struct wt_context *context)
{
    if (wt_windows_of(wt_context_peer(context))->overruns)
        overrun_judge_grant(context);
    overrun_judge_data(context);
}
