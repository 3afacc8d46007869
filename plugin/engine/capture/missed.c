/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A receiver acknowledges what it has. So bytes that are acknowledged and never came by were lost by the
 * capture (a full buffer, a busy mirror port, another way) and not by the network: "measurement drops" (Paxson,
 * "Automated packet trace analysis of TCP implementations", SIGCOMM 1997, 3).
 *
 * Rule. A hole in what one side sends, or an acknowledgement beyond all that it sent, is kept with its bounds. What
 * is sent again fills it. Once it is acknowledged whole and MISSED_WAIT has passed without its bytes, they were
 * missed. If they come within that time after all, the two frames stand in the wrong order: several queues or
 * processors stamp and hand over frames by themselves, some ten microseconds apart; that is capture.disordered.
 * So is time that goes backwards at one capture point.
 *
 * Traps. One byte is a SYN or FIN, or a keep-alive's, and no data. An acknowledgement far beyond everything belongs
 * to other sequence numbers (a firewall changes them): nothing is said. A direction of which nothing was captured
 * has no holes, see one_sided.c. What is not acknowledged may have been lost by the network.
 */
#include "engine/context.h"
#include "engine/state/sequence.h"

enum {
    MISSED_MAX = 1 << 12,  /* sides of connections with a hole at the same time */
    MISSED_HOLES = 4,      /* of one side */
    MISSED_JUMP = 1 << 24, /* bytes that are no hole but another numbering */
};

static const int64_t missed_wait = 10 * WT_MILLISECOND;
static const int64_t missed_backwards = 1000; /* nanoseconds: what clocks of one point may round */

struct missed_key {
    struct wt_flow_key flow;
    uint32_t sender;
};

struct hole {
    uint32_t begin, end; /* sequence numbers; equal: no hole */
    uint32_t acked_in;   /* frame that acknowledged it whole; 0: none yet */
    int64_t acked;       /* when */
};

struct missed {
    struct wt_entry entry;
    struct missed_key key;
    struct hole hole[MISSED_HOLES];
};

WT_MAP_KEY(missed, struct missed_key)

static void *missed_new(void)
{
    return wt_map_new(sizeof(struct missed), sizeof(struct missed_key), MISSED_MAX, missed_hash,
                      missed_equal);
}

static void missed_free(void *map)
{
    wt_map_free(map);
}

static struct missed_key missed_key(const struct wt_context *context, unsigned which)
{
    return (struct missed_key){context->flow->key, which};
}

/* --- holes --- */

static void hole_open(struct missed *missed, uint32_t begin, uint32_t end)
{
    if (wt_seq_distance(end, begin) <= 1 || wt_seq_distance(end, begin) > MISSED_JUMP)
        return;
    for (unsigned i = 0; i < MISSED_HOLES; i++) {
        struct hole *hole = &missed->hole[i];
        if (hole->begin != hole->end && hole->begin == begin) {
            hole->end = wt_seq_max(hole->end, end);
            return;
        }
    }
    for (unsigned i = 0; i < MISSED_HOLES; i++) {
        if (missed->hole[i].begin == missed->hole[i].end) {
            missed->hole[i] = (struct hole){.begin = begin, .end = end};
            return;
        }
    }
}

/* Takes `begin` to `end` out of `hole`, if they reach into it from either side; whether they did. */
static bool hole_fill(struct hole *hole, uint32_t begin, uint32_t end)
{
    if (hole->begin == hole->end || !wt_seq_after(end, hole->begin) || !wt_seq_after(hole->end, begin))
        return false;
    bool front = !wt_seq_after(begin, hole->begin), back = !wt_seq_after(hole->end, end);
    if (front && back)
        hole->end = hole->begin;
    else if (front)
        hole->begin = end;
    else
        hole->end = begin; /* what is left behind it in the middle of a large hole is not followed */
    return true;
}

/* --- data --- */

static void missed_tell_late(struct wt_context *context, const struct hole *hole)
{
    const int64_t late = context->frame->time - hole->acked;
    context->link->disordered++;
    wt_find(context, WT_FINDING_CAPTURE_DISORDERED, .value = {hole->acked_in, (uint64_t)MAX(late, 0)},
            .reason = WT_REASON_BEHIND_ACKNOWLEDGEMENT);
}

static void missed_take_data(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *side = wt_context_side(context);
    struct wt_map *map = wt_kept(context, WT_KEEPER_MISSED);
    const uint32_t begin = packet->tcp.seq, end = begin + packet->payload_len;
    const bool hole = side->has_next && wt_seq_after(begin, side->next);
    context->link->data += packet->payload_len;
    if (!hole && !side->holes)
        return;
    const struct missed_key key = missed_key(context, context->sender);
    struct missed *missed = hole ? wt_map_get(map, &key) : wt_map_find(map, &key);
    if (!missed)
        return;
    for (unsigned i = 0; i < MISSED_HOLES; i++) {
        struct hole *each = &missed->hole[i];
        bool late = each->acked_in && context->frame->time - each->acked < missed_wait;
        if (hole_fill(each, begin, end) && late)
            missed_tell_late(context, each);
    }
    if (hole) {
        hole_open(missed, side->next, begin);
        wt_context_side(context)->holes = true;
    }
}

/* --- acknowledgements --- */

static void missed_take_ack(struct wt_context *context)
{
    struct wt_side *peer = wt_context_peer(context);
    const uint32_t ack = context->packet->tcp.ack;
    struct wt_map *map = wt_kept(context, WT_KEEPER_MISSED);
    const bool beyond = peer->has_next && wt_seq_after(ack, peer->next);
    if (!beyond && !peer->holes)
        return;
    const struct missed_key key = missed_key(context, !context->sender);
    struct missed *missed = beyond ? wt_map_get(map, &key) : wt_map_find(map, &key);
    if (!missed)
        return;
    if (beyond)
        hole_open(missed, peer->next, ack);
    peer->holes |= beyond;
    for (unsigned i = 0; i < MISSED_HOLES; i++) {
        struct hole *hole = &missed->hole[i];
        if (hole->begin == hole->end || hole->acked_in || wt_seq_after(hole->end, ack))
            continue;
        hole->acked_in = context->frame->number;
        hole->acked = context->frame->time;
    }
}

/* What was acknowledged and did not come since. */
static void missed_settle(struct wt_context *context, unsigned which)
{
    struct wt_side *side = &context->flow->side[which];
    const struct missed_key key = missed_key(context, which);
    struct missed *missed = wt_map_find(wt_kept(context, WT_KEEPER_MISSED), &key);
    bool open = false;
    for (unsigned i = 0; missed && i < MISSED_HOLES; i++) {
        struct hole *hole = &missed->hole[i];
        bool due = hole->acked_in && context->frame->time - hole->acked >= missed_wait;
        if (hole->begin != hole->end && due) {
            const uint32_t bytes = hole->end - hole->begin;
            context->link->missed += bytes;
            wt_find(context, WT_FINDING_CAPTURE_MISSED, .shown_in = hole->acked_in, .value = {bytes});
        }
        if (due)
            *hole = (struct hole){0};
        open |= hole->begin != hole->end;
    }
    side->holes = open;
}

static void missed_judge_time(struct wt_context *context)
{
    struct wt_link *link = context->link;
    const int64_t back = link->latest - context->frame->time;
    const bool first = link->packets <= 1; /* times may be 0, or before 1970 */
    if (!first && back > missed_backwards) {
        link->disordered++;
        wt_find(context, WT_FINDING_CAPTURE_DISORDERED, .value = {0, (uint64_t)back},
                .reason = WT_REASON_EARLIER_THAN_BEFORE);
    }
    link->latest = first ? context->frame->time : MAX(link->latest, context->frame->time);
}

static void missed_judge(struct wt_context *context)
{
    if (context->innermost)
        missed_judge_time(context);
    if (!wt_context_is_tcp(context))
        return;
    const uint16_t flags = context->packet->tcp.flags;
    if (flags & (WT_TCP_SYN | WT_TCP_RST) || wt_flow_is_bad(context->packet))
        return;
    for (unsigned which = 0; which < 2; which++)
        if (context->flow->side[which].holes)
            missed_settle(context, which);
    if (flags & WT_TCP_ACK)
        missed_take_ack(context);
    if (context->packet->payload_len)
        missed_take_data(context);
}

const struct wt_detector wt_missed_detector = {
    .name = "missed",
    .keeper = WT_KEEPER_MISSED,
    .create = missed_new,
    .free = missed_free,
    .judge = missed_judge,
};
