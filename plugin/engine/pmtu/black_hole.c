/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Behind a black hole everything above a size vanishes: the oldest segment is sent again and again in
 * that size and never acknowledged, while smaller packets of the same direction arrive and the other end
 * lives. No report says so. Proof needs all of:
 *   - the segment was sent BLACKHOLE_TRIES times (with Linux' time-outs: within 1 to 2 s), or the sender
 *     lowered its size after three of them and that passed;
 *   - nothing of its size ever arrived in this direction, neither in this connection nor between these hosts;
 *   - something smaller did: acknowledged, or selectively while the segment was stalled;
 *   - the other end was heard since: a packet of its own (nothing but a reset: a Warn), or, where only the
 *     sender's direction was captured, a new acknowledgement or time stamp that the sender echoes;
 *   - no report for the connection told why.
 * The sizes give the bracket: the largest that passed, the smallest that vanished.
 *
 * What passes is learnt from samples, one at a time: the first segment larger than any that passed so far,
 * until its end is acknowledged. If only data were captured, a segment sent again and again stands in for the
 * acknowledgement of all before it, since the oldest one is repeated first.
 *
 * No black hole: loss and congestion (full segments arrived before), a dead peer (not heard), a closed window
 * (what lies beyond the right edge is not judged), anything of at most 576 or 1280 bytes (every IPv4 host
 * accepts the former, RFC 791 3.1; every IPv6 link carries the latter, RFC 8200 5). If one proof is missing
 * after BLACKHOLE_TRIES_DOUBT, it is a Note that says which.
 */
#include "black_hole.h"

#include "engine/checksum/fate.h"
#include "engine/size/segmentation.h"
#include "engine/state/history.h"
#include "engine/state/sequence.h"
#include "path_record.h"
#include "probing.h"
#include "trouble.h"

enum {
    BLACKHOLE_TRIES = 4,
    BLACKHOLE_TRIES_DOUBT = 6,
    BLACKHOLE_TRIES_HEAD = 3, /* then the repeated segment is surely the oldest */
    BLACKHOLE_SLACK = 16,     /* options come and go between two sendings */
};

/* The largest common link MTU that a packet of `lost` bytes exceeds and one of `passed` does not; 0 without. */
static uint32_t blackhole_common_mtu(uint32_t passed, uint32_t lost)
{
    static const uint32_t common[] = {9000, 4352, 1500, 1492, 1480, 1476, 1454,
                                      1450, 1440, 1420, 1400, 1280, 576};
    for (size_t i = 0; i < G_N_ELEMENTS(common); i++)
        if (common[i] < lost)
            return common[i] >= passed ? common[i] : 0;
    return 0;
}

static struct wt_path *blackhole_path(const struct wt_context *context, unsigned which)
{
    const struct wt_packet *packet = context->packet;
    bool forward = which == context->sender;
    const struct wt_path_key key =
        wt_path_key(context->frame->interface, forward ? &packet->src : &packet->dst,
                    forward ? &packet->dst : &packet->src);
    return wt_map_recall(context->engine->paths, &context->flow->side[which].path, &key);
}

/* A packet of `size` bytes of side `which` arrived. */
static void blackhole_learn_passed(const struct wt_context *context, unsigned which, uint32_t size)
{
    struct wt_side_reports *reports = &context->flow->side[which].reports;
    uint16_t passed = (uint16_t)MIN(size, WT_L3_FIELD_MAX);
    if (passed <= reports->passed)
        return;
    reports->passed = passed;
    struct wt_path *path = blackhole_path(context, which);
    path->passed = MAX(path->passed, passed);
}

/* --- the verdict --- */

static void blackhole_tell(const struct wt_context *context, unsigned which, struct wt_trouble *trouble,
                           uint32_t lost, enum wt_severity severity, enum wt_reason reason)
{
    const struct wt_packet *packet = context->packet;
    bool forward = which == context->sender;
    uint32_t passed = blackhole_path(context, which)->passed;
    wt_find(context, WT_FINDING_PMTU_BLACK_HOLE, .most = WT_AT_MOST(severity), .reason = reason,
            .value = {lost, passed, blackhole_common_mtu(passed, lost)});
    if (forward && trouble->stall.frame && trouble->stall.frame != context->frame->number)
        wt_relate(context, WT_RELATION_ORIGINAL, trouble->stall.frame, 0);
    struct wt_path_record *record = wt_path_record_get(context, forward ? &packet->src : &packet->dst,
                                                       forward ? &packet->dst : &packet->src);
    record->link_mtu = context->facts->link_mtu;
    if (record->lost == 0 || lost < record->lost)
        record->lost = lost;
    if (severity > WT_SEVERITY_NOTE)
        wt_path_judge(record, WT_PATH_BLACK_HOLE);
}

/* Whether packets of `size` bytes of side `which` can vanish in a black hole at all. */
static bool blackhole_is_possible(const struct wt_context *context, unsigned which,
                                  const struct wt_trouble *trouble, uint32_t size)
{
    const struct wt_path *path = blackhole_path(context, which);
    uint32_t small = context->packet->version == 4 ? WT_MTU_HOST_V4 : WT_MTU_MIN_V6;
    if (size <= small || path->passed >= size || context->flow->side[which].reports.passed >= size)
        return false;
    return trouble->told.reports == 0 && (!wt_path_is_told(path) || path->mtu >= size);
}

static void blackhole_conclude(const struct wt_context *context, unsigned which, struct wt_trouble *trouble)
{
    struct wt_stall *stall = &trouble->stall;
    bool small = stall->small || blackhole_path(context, which)->passed > 0;
    bool sent = which == context->sender && context->packet->payload_len > 0;
    if (stall->tries < BLACKHOLE_TRIES || !blackhole_is_possible(context, which, trouble, stall->size))
        return;
    if (small && stall->alive) {
        if (!stall->told || sent)
            blackhole_tell(context, which, trouble, stall->size,
                           stall->reset ? WT_SEVERITY_WARN : WT_SEVERITY_ERROR,
                           stall->reset ? WT_REASON_LOST_RESET_ONLY : WT_REASON_NONE);
        stall->told = true;
    } else if (stall->tries == BLACKHOLE_TRIES_DOUBT && sent) {
        blackhole_tell(context, which, trouble, stall->size, WT_SEVERITY_NOTE,
                       small ? WT_REASON_LOST_NOTHING_HEARD : WT_REASON_LOST_NONE_SMALLER);
    }
}

/* --- data --- */

static void blackhole_start(const struct wt_context *context, struct wt_stall *stall, uint32_t size)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    uint32_t newest = wt_context_side(context)->reports.newest;
    *stall = (struct wt_stall){
        .first = context->frame->time,
        .seq = tcp->seq,
        .size = size,
        .tries = 2, /* with the first sending */
        .frame = wt_history_original(context->engine->history, newest, tcp->seq),
        .ack = tcp->ack,
        .echo = tcp->timestamp_echo,
    };
}

/* No acknowledgement was captured; but what lies before `seq`, the oldest byte missing, arrived. */
static void blackhole_learn_before(const struct wt_context *context, uint32_t seq)
{
    struct wt_history_walk walk =
        wt_history_walk(context->engine->history, wt_context_side(context)->reports.newest);
    const struct wt_past *past = NULL;
    while ((past = wt_history_next(&walk)))
        if (!wt_seq_after(past->end, seq))
            blackhole_learn_passed(context, context->sender, past->wire_l3);
}

/* The stalled segment is sent once more. */
static void blackhole_repeat(struct wt_context *context, struct wt_trouble *trouble, uint32_t size)
{
    struct wt_stall *stall = &trouble->stall;
    if (size + BLACKHOLE_SLACK < stall->size) {
        if (stall->tries >= BLACKHOLE_TRIES_HEAD) {
            wt_probing_judge_lowered(context, trouble, stall->size, size);
            stall->from = MAX(stall->from, stall->size);
        }
        stall->size = size;
        stall->tries = 1;
        return;
    }
    stall->size = MIN(stall->size, size);
    stall->tries++;
    if (stall->tries >= BLACKHOLE_TRIES_HEAD && !wt_context_peer(context)->has_acked)
        blackhole_learn_before(context, stall->seq);
}

static void blackhole_take_repeated(struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *peer = wt_context_peer(context);
    uint32_t seq = packet->tcp.seq, end = seq + packet->payload_len;
    if (peer->has_acked && wt_seq_after(peer->acked, seq))
        return;
    if (peer->has_edge && wt_seq_after(end, peer->edge))
        return;
    struct wt_trouble *trouble = wt_trouble_open(context->engine, context->flow, context->sender);
    struct wt_stall *stall = &trouble->stall;
    if (stall->tries && stall->seq == seq)
        blackhole_repeat(context, trouble, size);
    else if (stall->tries == 0 || wt_seq_after(stall->seq, seq) ||
             (peer->has_acked && wt_seq_after(peer->acked, stall->seq)))
        blackhole_start(context, stall, size);
    stall->last = context->frame->time;
    blackhole_conclude(context, context->sender, trouble);
}

/* New data may be the next sample; a part of the sample sent again in a smaller packet spoils it. */
static void blackhole_take_sample(struct wt_context *context, uint32_t size, bool repeated)
{
    struct wt_side_reports *reports = &wt_context_side(context)->reports;
    const struct wt_packet *packet = context->packet;
    uint32_t end = packet->tcp.seq + packet->payload_len;
    bool overlaps = wt_seq_after(reports->sample_end, packet->tcp.seq) &&
                    wt_seq_distance(end, reports->sample_end) > -(int32_t)reports->sample;
    if (repeated && reports->sample && overlaps && size < reports->sample)
        reports->sample = 0;
    if (repeated || reports->sample || size <= reports->passed)
        return;
    reports->sample = (uint16_t)MIN(size, WT_L3_FIELD_MAX);
    reports->sample_end = end;
}

static void blackhole_take_data(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *side = wt_context_side(context);
    uint32_t size = wt_segmentation_wire_l3(context);
    bool repeated = side->has_next && wt_seq_after(side->next, packet->tcp.seq);
    if (packet->payload_len <= 1 || packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST))
        return;
    blackhole_take_sample(context, size, repeated);
    if (repeated)
        blackhole_take_repeated(context, size);
}

/* --- acknowledgements --- */

static bool blackhole_is_sacked(const struct wt_tcp *tcp, uint32_t end)
{
    for (unsigned i = 0; i < tcp->sacks; i++)
        if (wt_seq_after(end, tcp->sack[i].left) && !wt_seq_after(end, tcp->sack[i].right))
            return true;
    return false;
}

static void blackhole_take_fate(const struct wt_context *context, unsigned which)
{
    struct wt_side_reports *reports = &context->flow->side[which].reports;
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (!reports->sample)
        return;
    if (wt_seq_after(reports->sample_end, tcp->ack) && !blackhole_is_sacked(tcp, reports->sample_end))
        return;
    blackhole_learn_passed(context, which, reports->sample);
    reports->sample = 0;
}

/* What arrived out of order behind the stalled segment: smaller packets prove one thing,
 * others the contrary. */
static void blackhole_take_sack(const struct wt_context *context, unsigned which, struct wt_stall *stall,
                                uint32_t left, uint32_t right)
{
    struct wt_history_walk walk =
        wt_history_walk(context->engine->history, context->flow->side[which].reports.newest);
    const struct wt_past *past = NULL;
    while ((past = wt_history_next(&walk)) && wt_seq_after(past->end, stall->seq)) {
        uint32_t from = wt_seq_max(left, past->seq);
        uint32_t to = wt_seq_after(past->end, right) ? right : past->end;
        int32_t covered = wt_seq_distance(to, from);
        if (covered <= 0)
            continue;
        uint32_t whole = MIN(past->segment, past->end - past->seq);
        if ((uint32_t)covered < whole || past->wire_l3 < stall->size)
            stall->small = true;
        else
            blackhole_learn_passed(context, which, past->wire_l3);
    }
}

/* The stalled segment arrived at last. */
static void blackhole_resolve(struct wt_context *context, unsigned which, struct wt_trouble *trouble)
{
    struct wt_stall *stall = &trouble->stall;
    uint32_t from = stall->from;
    stall->tries = 0;
    blackhole_learn_passed(context, which, stall->size);
    if (from && blackhole_is_possible(context, which, trouble, from))
        blackhole_tell(context, which, trouble, from, WT_SEVERITY_ERROR, WT_REASON_NONE);
}

/* The other end was heard. Others may send resets in its name, but hardly with both its numbers. */
static void blackhole_take_life(const struct wt_context *context, struct wt_stall *stall)
{
    const struct wt_side *peer = wt_context_side(context);
    const struct wt_tcp *tcp = &context->packet->tcp;
    int64_t round_trip = (int64_t)context->flow->rtt * 1000;
    bool reset = tcp->flags & WT_TCP_RST;
    bool genuine = peer->has_next && tcp->seq == peer->next && tcp->ack == stall->seq;
    if (context->frame->time - stall->first <= round_trip || (reset && !genuine))
        return;
    stall->reset = reset && !stall->alive;
    stall->alive = true;
}

static void blackhole_take_ack(struct wt_context *context)
{
    unsigned which = !context->sender;
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (!(tcp->flags & WT_TCP_ACK) || tcp->flags & WT_TCP_SYN)
        return;
    blackhole_take_fate(context, which);
    struct wt_trouble *trouble = wt_trouble_of(context->engine, context->flow, which);
    if (!trouble || trouble->stall.tries == 0)
        return;
    struct wt_stall *stall = &trouble->stall;
    if (wt_seq_after(tcp->ack, stall->seq) && !(tcp->flags & WT_TCP_RST)) {
        blackhole_resolve(context, which, trouble);
        return;
    }
    blackhole_take_life(context, stall);
    for (unsigned i = 0; i < tcp->sacks; i++)
        if (wt_seq_after(tcp->sack[i].left, stall->seq))
            blackhole_take_sack(context, which, stall, tcp->sack[i].left, tcp->sack[i].right);
    blackhole_conclude(context, which, trouble);
}

/* The sender itself shows that it hears the other end. */
static void blackhole_take_echo(struct wt_context *context)
{
    struct wt_trouble *trouble = wt_trouble_of(context->engine, context->flow, context->sender);
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (!trouble || trouble->stall.tries == 0)
        return;
    struct wt_stall *stall = &trouble->stall;
    bool later = tcp->has_timestamp && wt_seq_after(tcp->timestamp_echo, stall->echo);
    if (!later && (!(tcp->flags & WT_TCP_ACK) || !wt_seq_after(tcp->ack, stall->ack)))
        return;
    stall->alive = true;
    blackhole_conclude(context, context->sender, trouble);
}

void wt_blackhole_judge(struct wt_context *context)
{
    blackhole_take_ack(context);
    blackhole_take_echo(context);
    if (!wt_fate_is_damaged(context)) /* what is seen damaged has not vanished */
        blackhole_take_data(context);
}
