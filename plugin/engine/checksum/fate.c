/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A receiver drops a segment with a wrong sum, so its data are sent again. If they come again intact,
 * the first one was damaged on its way: a Warn, on the damaged frame, where only a Note stood before; the
 * next such segment is another event. If they come three times and are wrong each time, while the other end
 * acknowledges nothing of them, something on the way damages them all (a device that rewrites fields and not
 * the sum). If they are acknowledged without being sent again, they were right on the wire: whoever edited
 * the capture, or merged the segment, left that sum.
 *
 * A frame captured whole but shorter than its IP length was cut by something, so it counts as damaged too;
 * yet no sum proves it, so that is a Note (capture.edited).
 *
 * Traps: a cumulative acknowledgement covers many segments, a selective one some. The sequence number may be
 * what was damaged, so one far away from all others is not waited for. A copy of the frame (a mirror port: the
 * same identification, within tens of milliseconds; without one, the same sum within 100 us) is no repetition.
 * Where the wrong sums of an interface were taken by their receivers, or are partial sums of other addresses,
 * repetitions have other reasons.
 */
#include "fate.h"

#include "cause.h"
#include "engine/state/sequence.h"
#include "leak.h"
#include "sums.h"

enum {
    FATES_MAX = 1 << 12,
    FATE_SEGMENTS = 8, /* of one direction at a time */
    FATE_TRIES = 3,    /* with Linux' time-outs: within a second */
};

#define FATE_COPY       (50 * WT_MILLISECOND)
#define FATE_COPY_NO_ID (100 * WT_MICROSECOND)

struct fate_segment {
    uint32_t seq, end;
    uint32_t frame, id;
    int64_t time;
    uint16_t field, expected;
    uint16_t times; /* sent, copies not counted; 0: nothing is waited for */
    bool noted, cut;
    bool leaked; /* its sum is the partial one of a super-frame */
};

struct fate {
    struct wt_entry entry;
    struct wt_sum_key key;
    struct fate_segment segment[FATE_SEGMENTS];
    uint32_t next;
    bool cut_told;
};

WT_MAP_KEY(fate, struct wt_sum_key)

struct wt_map *wt_fates_new(void)
{
    return wt_map_new(sizeof(struct fate), sizeof(struct wt_sum_key), FATES_MAX, fate_hash, fate_equal);
}

/* Whether the packet is another picture of the one that was sent as `before`. */
static bool fate_is_copy(const struct wt_context *context, const struct fate_segment *before)
{
    const struct wt_packet *packet = context->packet;
    int64_t since = context->frame->time - before->time;
    if (packet->has_id && packet->id)
        return packet->id == before->id && since < FATE_COPY;
    return packet->l4_checksum_field == before->field && since < FATE_COPY_NO_ID;
}

/* The damaged segment whose data `seq` to `end` belong to; NULL if none is waited for. */
static struct fate_segment *fate_find(struct fate *fate, uint32_t seq, uint32_t end)
{
    for (unsigned i = 0; i < FATE_SEGMENTS; i++) {
        struct fate_segment *segment = &fate->segment[i];
        if (segment->times && wt_seq_distance(segment->seq, seq) >= 0 && wt_seq_after(end, segment->seq))
            return segment;
    }
    return NULL;
}

/* Data sent before: its receiver may have them from then. */
static bool fate_was_sent(const struct wt_context *context, uint32_t seq)
{
    const struct wt_side *own = wt_context_side(context);
    return own->has_next && wt_seq_after(own->next, seq);
}

static void fate_tell_cut(const struct wt_context *context, struct fate *fate)
{
    if (fate->cut_told)
        return;
    fate->cut_told = true;
    wt_find(context, WT_FINDING_CAPTURE_EDITED, .reason = WT_REASON_CUT_SHORT);
}

/* The same data, damaged again and again. */
static void fate_tell_always(const struct wt_context *context, const struct fate *fate,
                             const struct fate_segment *segment)
{
    if (segment->times < FATE_TRIES || segment->cut || !wt_context_peer(context)->has_acked ||
        wt_sums_are_edited(context) || wt_cause_is_edited(context))
        return;
    wt_find(context, WT_FINDING_CHECKSUM_CORRUPT, .reason = WT_REASON_SUM_ALWAYS_WRONG,
            .value = {segment->field, segment->expected, segment->times},
            .event = wt_sum_event(&fate->key, segment->seq));
}

static void fate_remember(const struct wt_context *context, struct fate_segment *segment, bool noted)
{
    const struct wt_packet *packet = context->packet;
    const bool header = packet->l4_checksum != WT_CHECKSUM_BAD;
    segment->times = (uint16_t)MIN(segment->times + 1U, UINT16_MAX);
    segment->frame = context->frame->number;
    segment->time = context->frame->time;
    segment->id = packet->id;
    segment->field = header ? packet->ip_checksum_field : packet->l4_checksum_field;
    segment->expected = header ? packet->ip_checksum_expected : packet->l4_checksum_expected;
    segment->noted = noted;
    segment->cut = wt_sums_is_cut(context);
    segment->leaked = packet->l4_checksum == WT_CHECKSUM_BAD && wt_leak_is_super_sum(context);
    if (segment->leaked)
        wt_context_side(context)->segments.leaking = true;
}

void wt_fate_await(struct wt_context *context, bool noted)
{
    const struct wt_packet *packet = context->packet;
    const uint32_t seq = packet->tcp.seq, end = seq + packet->payload_len;
    if (!wt_context_is_tcp(context) || packet->payload_len == 0 || context->super_frame ||
        !wt_sums_are_plausible(context))
        return;
    const struct wt_sum_key key = wt_sum_key(context, false);
    struct fate *fate = wt_map_get(wt_sums(context)->fates, &key);
    wt_context_side(context)->segments.wrong = true;
    struct fate_segment *segment = fate_find(fate, seq, end);
    if (segment && fate_is_copy(context, segment))
        return;
    if (!segment && fate_was_sent(context, seq))
        return;
    if (!segment) {
        segment = &fate->segment[fate->next++ % FATE_SEGMENTS];
        *segment = (struct fate_segment){.seq = seq, .end = end};
    }
    fate_remember(context, segment, noted);
    fate_tell_always(context, fate, segment);
    if (segment->cut)
        fate_tell_cut(context, fate);
}

static void fate_prove_leaked(const struct wt_context *context, const struct fate *fate,
                              const struct fate_segment *segment)
{
    wt_sums_leak(context, &context->packet->src);
    wt_find(context, WT_FINDING_CHECKSUM_LEAKED, .shown_in = segment->frame,
            .value = {context->frame->number}, .event = wt_sum_event(&fate->key, segment->seq),
            .instead_of = WT_INSTEAD_OF(WT_FINDING_CHECKSUM_CORRUPT));
}

static void fate_prove_damaged(const struct wt_context *context, const struct fate *fate,
                               const struct fate_segment *segment)
{
    const bool edited = wt_sums_are_edited(context);
    wt_find(context, WT_FINDING_CHECKSUM_CORRUPT, .shown_in = segment->frame, .uncounted = segment->noted,
            .most = edited ? WT_AT_MOST(WT_SEVERITY_NOTE) : 0, .proven = !edited,
            .value = {segment->field, segment->expected, context->frame->number},
            .reason = WT_REASON_SUM_RIGHT_AGAIN, .event = wt_sum_event(&fate->key, segment->seq));
}

/* The damaged segment came again intact: it had been dropped. */
static void fate_prove(const struct wt_context *context, const struct fate *fate,
                       struct fate_segment *segment)
{
    segment->times = 0;
    wt_sums_dropped(context);
    if (segment->cut || wt_cause_is_edited(context))
        return;
    if (segment->leaked)
        fate_prove_leaked(context, fate, segment);
    else
        fate_prove_damaged(context, fate, segment);
    wt_relate(context, WT_RELATION_ORIGINAL, segment->frame, context->frame->time - segment->time);
}

static void fate_learn_repeated(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (packet->payload_len == 0 || packet->l4_checksum != WT_CHECKSUM_VALID ||
        packet->ip_checksum == WT_CHECKSUM_BAD)
        return;
    const struct wt_sum_key key = wt_sum_key(context, false);
    struct fate *fate = wt_map_find(wt_sums(context)->fates, &key);
    struct fate_segment *segment = NULL;
    const uint32_t end = packet->tcp.seq + packet->payload_len;
    while (fate && (segment = fate_find(fate, packet->tcp.seq, end)) && !fate_is_copy(context, segment))
        fate_prove(context, fate, segment);
}

/* Its receiver has it, and did not need to get it again. */
static void fate_take(const struct wt_context *context, struct fate_segment *segment)
{
    segment->times = 0;
    if (segment->cut)
        return;
    wt_sums_taken(context);
    if (segment->noted)
        wt_find(context, WT_FINDING_CHECKSUM_CORRUPT, .shown_in = segment->frame, .uncounted = true,
                .most = WT_AT_MOST(WT_SEVERITY_NOTE), .reason = WT_REASON_SUM_TAKEN,
                .value = {segment->field, segment->expected});
}

static bool fate_is_taken(const struct wt_tcp *tcp, const struct fate_segment *segment)
{
    if (wt_seq_distance(tcp->ack, segment->end) >= 0)
        return true;
    for (unsigned i = 0; i < tcp->sacks; i++)
        if (wt_seq_distance(segment->seq, tcp->sack[i].left) >= 0 &&
            wt_seq_distance(tcp->sack[i].right, segment->end) >= 0)
            return true;
    return false;
}

static void fate_learn_acked(const struct wt_context *context)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    const struct wt_side *peer = wt_context_peer(context);
    if (!(tcp->flags & WT_TCP_ACK) || (tcp->flags & WT_TCP_RST))
        return;
    if (peer->has_next && wt_seq_distance(tcp->ack, peer->next) > WT_SUMS_FLIGHT_MAX)
        return;
    const struct wt_sum_key key = wt_sum_key(context, true);
    struct fate *fate = wt_map_find(wt_sums(context)->fates, &key);
    for (unsigned i = 0; fate && i < FATE_SEGMENTS; i++)
        if (fate->segment[i].times && fate_is_taken(tcp, &fate->segment[i]))
            fate_take(context, &fate->segment[i]);
}

void wt_fate_learn(struct wt_context *context)
{
    if (!wt_context_is_tcp(context))
        return;
    if (wt_context_side(context)->segments.wrong)
        fate_learn_repeated(context);
    if (wt_context_peer(context)->segments.wrong)
        fate_learn_acked(context);
}

bool wt_fate_is_damaged(const struct wt_context *context)
{
    if (wt_sums_is_cut(context))
        return true;
    return wt_flow_is_bad(context->packet) && !wt_sums_are_edited(context) && !wt_cause_is_edited(context);
}
