/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. The oldest segment that does not arrive is sent again and again (RFC 6298 5.4). It is known from the
 * first selective acknowledgement of what lies behind it, or else from its first repeat. The former matters: it
 * comes before the first repeat, since it causes that, and it is often all that is heard of the other end. It
 * shows what passed behind the hole, and that the other end lived after the segment was lost.
 *
 * What arrives behind it shows by its size what matters: something smaller passes while it does not, or
 * something as large does, which is plain loss.
 */
#include "stall.h"

#include "engine/state/history.h"
#include "engine/state/sequence.h"
#include "probing.h"

enum {
    STALL_SLACK = 16, /* options come and go between two sendings */
};

struct wt_path *wt_stall_path(const struct wt_context *context, unsigned which)
{
    const struct wt_packet *packet = context->packet;
    bool forward = which == context->sender;
    const struct wt_path_key key =
        wt_path_key(context->frame->interface, forward ? &packet->src : &packet->dst,
                    forward ? &packet->dst : &packet->src);
    return wt_map_recall(context->engine->paths, &context->flow->side[which].path, &key);
}

void wt_stall_passed(const struct wt_context *context, unsigned which, uint32_t size)
{
    struct wt_side_reports *reports = &context->flow->side[which].reports;
    uint16_t passed = (uint16_t)MIN(size, WT_L3_FIELD_MAX);
    if (passed <= reports->passed)
        return;
    reports->passed = passed;
    struct wt_path *path = wt_stall_path(context, which);
    path->passed = MAX(path->passed, passed);
}

static uint32_t stall_newest(const struct wt_context *context, unsigned which)
{
    return context->flow->side[which].reports.newest;
}

/* --- data --- */

static void stall_start(const struct wt_context *context, struct wt_stall *stall, uint32_t size)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    *stall = (struct wt_stall){
        .first = context->frame->time,
        .seq = tcp->seq,
        .size = size,
        .tries = 2, /* with the first sending */
        .frame =
            wt_history_original(context->engine->history, stall_newest(context, context->sender), tcp->seq),
        .ack = tcp->ack,
        .echo = tcp->timestamp_echo,
    };
}

/* No acknowledgement was captured; but what lies before `seq`, the oldest byte missing, arrived. */
static void stall_learn_before(const struct wt_context *context, uint32_t seq)
{
    struct wt_history_walk walk =
        wt_history_walk(context->engine->history, stall_newest(context, context->sender));
    const struct wt_past *past = NULL;
    while ((past = wt_history_next(&walk)))
        if (!wt_seq_after(past->end, seq))
            wt_stall_passed(context, context->sender, past->wire_l3);
}

/* The stalled segment is sent once more. */
static void stall_repeat(struct wt_context *context, struct wt_trouble *trouble, uint32_t size)
{
    struct wt_stall *stall = &trouble->stall;
    if (stall->tries == 1 && stall->from == 0) { /* known by what lies behind it: it stalls from here on */
        stall->first = context->frame->time;
        stall->ack = context->packet->tcp.ack;
        stall->echo = context->packet->tcp.timestamp_echo;
        stall->alive = false;
    }
    if (size + STALL_SLACK < stall->size) {
        if (stall->tries >= WT_STALL_HEAD) {
            wt_probing_judge_lowered(context, trouble, stall->size, size);
            stall->from = MAX(stall->from, stall->size);
        }
        stall->size = size;
        stall->tries = 1;
        return;
    }
    stall->size = MIN(stall->size, size);
    stall->tries++;
    if (stall->tries >= WT_STALL_HEAD && !wt_context_peer(context)->has_acked)
        stall_learn_before(context, stall->seq);
}

struct wt_trouble *wt_stall_repeated(struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *peer = wt_context_peer(context);
    uint32_t seq = packet->tcp.seq, end = seq + packet->payload_len;
    if (peer->has_acked && wt_seq_after(peer->acked, seq))
        return NULL;
    if (peer->has_edge && wt_seq_after(end, peer->edge))
        return NULL;
    struct wt_trouble *trouble = wt_trouble_open(context->engine, context->flow, context->sender);
    struct wt_stall *stall = &trouble->stall;
    if (stall->tries && stall->seq == seq)
        stall_repeat(context, trouble, size);
    else if (stall->tries == 0 || wt_seq_after(stall->seq, seq) ||
             (peer->has_acked && wt_seq_after(peer->acked, stall->seq)))
        stall_start(context, stall, size);
    stall->last = context->frame->time;
    return trouble;
}

/* --- acknowledgements --- */

/* `past` arrived, or `covered` bytes of it. */
static void stall_take_arrived(const struct wt_context *context, unsigned which, struct wt_stall *stall,
                               const struct wt_past *past, uint32_t covered)
{
    uint32_t whole = MIN(past->segment, past->end - past->seq);
    uint32_t size = past->headers + MIN(covered, whole);
    if (size + STALL_SLACK >= stall->size) {
        stall->large = true;
        wt_stall_passed(context, which, past->wire_l3);
        return;
    }
    stall->small = true;
    stall->passed = (uint16_t)MAX(stall->passed, MIN(size, WT_L3_FIELD_MAX));
    wt_stall_passed(context, which, size);
}

/* Part of a range of sequence numbers; empty if both are equal. */
struct range {
    uint32_t from, to;
};

static struct range range_cut(struct range range, uint32_t from, uint32_t to)
{
    range.from = wt_seq_max(range.from, from);
    range.to = wt_seq_after(range.to, to) ? to : range.to;
    return wt_seq_after(range.to, range.from) ? range : (struct range){0, 0};
}

static bool range_holds(struct range range, struct range part)
{
    return wt_seq_distance(part.from, range.from) >= 0 && wt_seq_distance(range.to, part.to) >= 0;
}

/* Both together, if they touch; else the second. */
static struct range range_join(struct range a, struct range b)
{
    bool touch = wt_seq_distance(b.to, a.from) >= 0 && wt_seq_distance(a.to, b.from) >= 0;
    if (!touch)
        return b;
    return (struct range){wt_seq_after(a.from, b.from) ? b.from : a.from, wt_seq_max(a.to, b.to)};
}

/* What arrived out of order behind the stalled segment; what was sent again arrived in its latest packet. */
static void stall_take_sack(const struct wt_context *context, unsigned which, struct wt_stall *stall,
                            struct range sack)
{
    struct wt_history_walk walk = wt_history_walk(context->engine->history, stall_newest(context, which));
    struct range known = {sack.from, sack.from};
    const struct wt_past *past = NULL;
    while ((past = wt_history_next(&walk)) && wt_seq_after(past->end, stall->seq)) {
        const struct range arrived = range_cut(sack, past->seq, past->end);
        if (arrived.from == arrived.to || (known.from != known.to && range_holds(known, arrived)))
            continue;
        stall_take_arrived(context, which, stall, past, arrived.to - arrived.from);
        known = range_join(known, arrived);
    }
}

static void stall_take_sacks(const struct wt_context *context, unsigned which, struct wt_stall *stall)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    for (unsigned i = 0; i < tcp->sacks; i++)
        if (wt_seq_after(tcp->sack[i].left, stall->seq))
            stall_take_sack(context, which, stall, (struct range){tcp->sack[i].left, tcp->sack[i].right});
}

/* The other end was heard. Others may send resets in its name, but hardly with both its numbers. */
static void stall_take_life(const struct wt_context *context, struct wt_stall *stall)
{
    const struct wt_side *peer = wt_context_side(context);
    const struct wt_tcp *tcp = &context->packet->tcp;
    int64_t round_trip = (int64_t)context->flow->rtt * WT_MICROSECOND;
    bool reset = tcp->flags & WT_TCP_RST;
    bool genuine = peer->has_next && tcp->seq == peer->next && tcp->ack == stall->seq;
    if (context->frame->time - stall->first <= round_trip || (reset && !genuine))
        return;
    stall->reset = reset && !stall->alive;
    stall->alive = true;
}

void wt_stall_acked(struct wt_context *context, unsigned which, struct wt_trouble *trouble)
{
    stall_take_life(context, &trouble->stall);
    stall_take_sacks(context, which, &trouble->stall);
}

/* The latest packet of side `which` that holds the byte at `seq`; NULL if it is not known any more. */
static const struct wt_past *stall_holder(const struct wt_context *context, unsigned which, uint32_t seq)
{
    struct wt_history_walk walk = wt_history_walk(context->engine->history, stall_newest(context, which));
    const struct wt_past *past = NULL;
    while ((past = wt_history_next(&walk)))
        if (wt_seq_distance(seq, past->seq) >= 0 && wt_seq_after(past->end, seq))
            break;
    return past;
}

void wt_stall_hole(struct wt_context *context, unsigned which)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (tcp->sacks == 0 || !wt_seq_after(tcp->sack[0].left, tcp->ack))
        return;
    struct wt_stall *stall = &wt_trouble_open(context->engine, context->flow, which)->stall;
    const struct wt_past *past = NULL;
    if ((stall->tries && stall->seq == tcp->ack) || !(past = stall_holder(context, which, tcp->ack)))
        return;
    *stall = (struct wt_stall){
        .first = context->frame->time,
        .seq = tcp->ack,
        .size = past->wire_l3,
        .tries = 1,
        .frame = past->frame,
        .wide = (uint32_t)wt_seq_distance(tcp->sack[0].left, tcp->ack) >= 2 * past->segment,
    };
    stall_take_sacks(context, which, stall);
}

bool wt_stall_echo(const struct wt_context *context, struct wt_stall *stall)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    bool later = tcp->has_timestamp && wt_seq_after(tcp->timestamp_echo, stall->echo);
    if (!later && (!(tcp->flags & WT_TCP_ACK) || !wt_seq_after(tcp->ack, stall->ack)))
        return false;
    stall->alive = true;
    return true;
}
