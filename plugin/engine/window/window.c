/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/detector.h"

#include "drop.h"
#include "engine/state/sequence.h"
#include "overrun.h"
#include "retreat.h"
#include "scale.h"
#include "strip.h"
#include "syn.h"
#include "tally.h"
#include "windows.h"

static void *windows_new(void)
{
    struct wt_windows *windows = g_new0(struct wt_windows, 1);
    windows->syns = wt_window_syns_new();
    windows->hints = wt_window_hints_new();
    windows->stalls = wt_window_stalls_new();
    windows->fillings = wt_window_fillings_new();
    windows->tallies = wt_window_tallies_new();
    windows->overruns = wt_window_overruns_new();
    windows->retreats = wt_window_retreats_new();
    return windows;
}

static void windows_free(void *kept)
{
    struct wt_windows *windows = kept;
    wt_map_free(windows->syns);
    wt_map_free(windows->hints);
    wt_map_free(windows->stalls);
    wt_map_free(windows->fillings);
    wt_map_free(windows->tallies);
    wt_map_free(windows->overruns);
    wt_map_free(windows->retreats);
    g_free(windows);
}

enum {
    WINDOW_JUMP = 1 << 20, /* bytes of a hole that is no loss but another numbering */
};

static bool window_is_doubtful(const struct wt_flow *flow)
{
    return flow->side[0].doubtful || flow->side[1].doubtful;
}

/* Compares a SYN with its copies and repeats, and settles which of several was answered. */
static void window_handshake(struct wt_context *context)
{
    const struct wt_preferences *preferences = &context->engine->preferences;
    context->flow->assumed =
        preferences->has_default_scale ? (int8_t)preferences->default_scale : (int8_t)WT_SCALE_NONE;
    if (wt_flow_is_corrupt(context->flow, context->sender, context->packet))
        return;
    if (context->packet->tcp.flags & WT_TCP_SYN)
        wt_window_syn(context);
    wt_window_settle(context);
}

/* What later frames are compared with. */
static void window_remember(struct wt_context *context)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    struct wt_side *side = wt_context_side(context);
    if (tcp->has_timestamp &&
        (!wt_windows_of(side)->has_stamp || wt_seq_after(tcp->timestamp, wt_windows_of(side)->stamp))) {
        wt_windows_of(side)->stamp = tcp->timestamp;
        wt_windows_of(side)->has_stamp = true;
    }
    if ((tcp->flags & WT_TCP_RST) || !(tcp->flags & WT_TCP_ACK))
        return;
    if (!side->has_acked || wt_seq_after(tcp->ack, side->acked))
        wt_windows_of(side)->acked_at = (uint32_t)(context->frame->time / WT_MILLISECOND);
    if (tcp->flags & WT_TCP_SYN)
        return;
    side->settled = true;
    wt_windows_of(side)->finished |= (tcp->flags & WT_TCP_FIN) != 0;
    side->raw_max = MAX(side->raw_max, tcp->window);
    if (!side->has_acked || !wt_seq_after(side->acked, tcp->ack)) {
        wt_windows_of(side)->raw = tcp->window;
    }
}

/* Marks connections whose sequence numbers do not go on from each other; returns whether they do. */
static bool window_goes_on(struct wt_context *context)
{
    struct wt_side *side = wt_context_side(context);
    const struct wt_side *peer = wt_context_peer(context);
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (tcp->flags & WT_TCP_SYN)
        return true;
    bool jump = side->has_next && wt_seq_distance(tcp->seq, side->next) > WINDOW_JUMP;
    jump |=
        (tcp->flags & WT_TCP_ACK) && peer->has_next && wt_seq_distance(tcp->ack, peer->next) > WINDOW_JUMP;
    side->jumped |= jump;
    return !side->jumped && !peer->jumped;
}

static void window_judge(struct wt_context *context)
{
    if (!wt_context_is_tcp(context) || context->flow->foreign)
        return;
    wt_window_scale(context);
    if (wt_flow_is_corrupt(context->flow, context->sender, context->packet))
        return;
    if (!(context->packet->tcp.flags & WT_TCP_RST) && !window_is_doubtful(context->flow)) {
        wt_window_strip(context);
        if (window_goes_on(context)) {
            wt_window_overrun(context);
            wt_window_retreat(context);
        }
        wt_window_drop(context);
    }
    window_remember(context);
}

/* --- facts --- */

static int8_t window_offer(const struct wt_side *side)
{
    if (!side->syn)
        return WT_OFFER_UNSEEN;
    return (int8_t)side->scale;
}

/* A SYN whose connection has not begun, as far as it is known. */
static void window_measure_newcomer(const struct wt_context *context)
{
    struct wt_facts *facts = context->facts;
    const struct wt_tcp *tcp = &context->packet->tcp;
    facts->scale_offer = WT_OFFER_UNSEEN;
    if (!tcp->options_cut || tcp->scale != WT_SCALE_NONE)
        facts->scale_offer = (int8_t)MIN(tcp->scale, WT_SCALE_MAX);
    facts->scale_offer_peer = WT_OFFER_UNSEEN;
    facts->scale_hint = WT_SCALE_NONE;
    facts->window_scale = WT_SCALE_NONE;
}

static void window_measure_scale(struct wt_context *context)
{
    struct wt_facts *facts = context->facts;
    const struct wt_side *side = wt_context_side(context);
    int scale = wt_flow_scale(context->flow, context->sender);
    facts->scale_offer = window_offer(side);
    facts->scale_offer_peer = window_offer(wt_context_peer(context));
    facts->scale_hint = WT_SCALE_NONE;
    facts->window_scale = (int16_t)wt_flow_scale_used(context->flow, context->sender);
    if (scale != WT_SCALE_NONE)
        return;
    facts->scale_assumed = facts->window_scale != WT_SCALE_NONE;
    facts->scale_least = wt_windows_of(side)->least;
    if (side->syn) /* what it offers here says more than what it used elsewhere */
        return;
    wt_window_hint(context);
    if (wt_windows_of(side)->hint)
        facts->scale_hint = (int8_t)(wt_windows_of(side)->hint - 1);
}

static void window_measure(struct wt_context *context)
{
    struct wt_facts *facts = context->facts;
    if (!wt_context_is_tcp(context))
        return;
    const struct wt_side *side = wt_context_side(context);
    const struct wt_side *peer = wt_context_peer(context);
    facts->tcp = true;
    if (context->flow->foreign && context->packet->tcp.flags & WT_TCP_SYN) {
        window_measure_newcomer(context);
        return;
    }
    window_measure_scale(context);
    facts->has_right_edge = wt_flow_edge(context->flow, context->sender, context->packet, &facts->right_edge);
    facts->has_flight = context->packet->payload_len > 0 && side->has_next && peer->has_acked &&
                        !wt_seq_after(peer->acked, side->next);
    if (facts->has_flight)
        facts->flight = side->next - peer->acked;
    facts->has_room = facts->has_flight && peer->has_edge;
    if (facts->has_room)
        facts->room = wt_seq_distance(peer->edge, side->next);
}

const struct wt_detector wt_window_detector = {
    .name = "window",
    .keeper = WT_KEEPER_WINDOW,
    .create = windows_new,
    .free = windows_free,
    .handshake = window_handshake,
    .judge = window_judge,
    .measure = window_measure,
    .expect = wt_window_expect,
};
