/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Datagrams have no acknowledgement that could be read, QUIC's are encrypted. But who waits for an answer sends
 * again, in rounds that lie further apart each time (RFC 9002 6.2: the probe time-out doubles), and where a black hole
 * is, large datagrams of one direction are never answered while smaller ones are, before and after.
 *
 * Rule, for one direction of a UDP flow: datagrams that may not be fragmented, larger than all that were answered, in
 * DATAGRAM_ROUNDS rounds at least DATAGRAM_APART apart, without an answer; then a smaller one, sent alone, that is
 * answered. A Warn; with DATAGRAM_SURE rounds an Error. All of a flow's direction is one event.
 *
 * An answer belongs to the datagram before it. Where a small one followed large ones at once, it counts for the large
 * ones; where it comes later than the round trips of this flow so far allow, it is no answer but the other end's own
 * retransmission, and counts for nothing.
 *
 * No black hole: probes of a larger size that are lost while the flow goes on (RFC 8899, RFC 9000 14.3), since its
 * answers go on; media, and everything else that sends one way; a report about the path; sizes that every link carries.
 */
#include "engine/context.h"
#include "engine/state/mtu_kind.h"
#include "engine/state/path.h"
#include "vanished.h"

enum {
    DATAGRAMS_MAX = 1 << 12,
    DATAGRAM_ROUNDS = 3,
    DATAGRAM_SURE = 4,
    DATAGRAM_TRIPS = 4, /* round trips within which an answer comes */
};

static const int64_t datagram_apart = 150 * WT_MILLISECOND;
static const int64_t datagram_slack = 50 * WT_MILLISECOND;

struct datagram_side_key {
    struct wt_flow_key flow;
    uint32_t sender;
};

struct datagram_side {
    struct wt_entry entry;
    struct datagram_side_key key;
    int64_t sent;  /* time of its latest datagram */
    int64_t trip;  /* shortest time until an answer; 0 while unknown */
    int64_t large; /* time of the latest large one */
    uint32_t size; /* of the large ones without an answer, the smallest; 0 without any */
    uint32_t rounds;
    uint32_t frame;  /* of the latest of them */
    uint32_t passed; /* largest that was answered */
    uint32_t latest; /* size of its latest datagram; 0 if that was answered */
    struct wt_vanished said;
    bool alone; /* it is small, and came DATAGRAM_APART behind the large ones */
};

WT_MAP_KEY(datagram_side, struct datagram_side_key)

static void *datagrams_new(void)
{
    return wt_map_new(sizeof(struct datagram_side), sizeof(struct datagram_side_key), DATAGRAMS_MAX,
                      datagram_side_hash, datagram_side_equal);
}

static void datagrams_free(void *map)
{
    wt_map_free(map);
}

static void datagram_tell(struct wt_context *context, struct datagram_side *side)
{
    const struct wt_ends ends = {context->packet->dst, context->packet->src};
    const struct wt_path_key key = wt_path_key(context->frame->interface, &ends.sender, &ends.receiver);
    const struct wt_path *path = wt_map_find(context->engine->paths, &key);
    if (path && path->mtu && path->mtu < side->size)
        return;
    const struct wt_vanishing what = {
        .ends = ends,
        .event = (uint64_t)wt_map_hash(&side->key, sizeof side->key) | 1,
        .shown_in = side->frame,
        .lost = side->size,
        .passed = side->passed,
        .severity = side->rounds >= DATAGRAM_SURE ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN,
    };
    wt_vanished_tell(context, &side->said, &what);
}

static void datagram_take_sent(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct datagram_side_key key = {context->flow->key, context->sender};
    const uint32_t size = packet->l3_len, small = wt_mtu_everywhere(packet->version == 4);
    struct wt_map *map = wt_kept(context, WT_KEEPER_DATAGRAM);
    const int64_t now = context->frame->time;
    const bool candidate = packet->df && size > small;
    struct datagram_side *side = wt_map_get(map, &key);
    if (candidate && size > side->passed && (side->size == 0 || size >= side->size)) {
        side->size = side->size ? side->size : size;
        side->rounds += side->rounds == 0 || now - side->large >= datagram_apart;
        side->large = now;
        side->frame = context->frame->number;
        side->alone = false;
    } else {
        side->alone = side->size && now - side->large >= datagram_apart;
    }
    side->sent = now;
    side->latest = size;
}

/* A datagram of the other side: what it may answer. */
static void datagram_take_answer(struct wt_context *context)
{
    const struct datagram_side_key key = {context->flow->key, !context->sender};
    struct datagram_side *side = wt_map_find(wt_kept(context, WT_KEEPER_DATAGRAM), &key);
    if (!side || side->latest == 0)
        return;
    const int64_t trip = context->frame->time - side->sent;
    if (trip < 0 || (side->trip && trip > DATAGRAM_TRIPS * side->trip + datagram_slack))
        return;
    side->trip = side->trip ? MIN(side->trip, MAX(trip, 1)) : MAX(trip, 1);
    if (side->alone) {
        side->passed = MAX(side->passed, side->latest);
        if (side->rounds >= DATAGRAM_ROUNDS)
            datagram_tell(context, side);
    } else {
        side->passed = MAX(side->passed, MAX(side->latest, side->size));
    }
    side->size = side->rounds = 0;
    side->latest = 0;
}

static void datagram_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (packet->proto != WT_PROTO_UDP || !context->flow || !context->innermost || packet->fragment ||
        packet->payload_len == 0 || context->super_frame)
        return;
    datagram_take_answer(context);
    datagram_take_sent(context);
}

const struct wt_detector wt_datagram_detector = {
    .name = "datagram",
    .keeper = WT_KEEPER_DATAGRAM,
    .create = datagrams_new,
    .free = datagrams_free,
    .judge = datagram_judge,
};
