/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. The commonest test of a path MTU there is: echo requests of several sizes. On a path with a black hole they are
 * answered up to a size and never above, and no report comes.
 *
 * Rule. Requests that may not be fragmented wait for their answers. One that has none after ECHO_WAIT (ping sends one
 * a second) is lost. ECHO_LOST requests larger than all that were answered, and an answer to a smaller one after the
 * first of them, which shows that the other end lives, are a black hole, with the bracket of both sizes: a Warn, and
 * from ECHO_SURE on an Error. A sweep that only ascends ends without such an answer; then the other end may be gone as
 * well: a Warn, however many are lost. All requests to one address are one event: whoever sends them chose the sizes.
 *
 * What refutes it: a larger one that is answered, or a report about the path. Nothing is said of sizes that every link
 * carries (576, RFC 791 3.1; 1280, RFC 8200 5), where no answer at all was captured (one direction, a filter), or of
 * requests in fragments, which are lost for other reasons.
 */
#include "engine/context.h"
#include "engine/state/mtu_kind.h"
#include "engine/state/path.h"
#include "vanished.h"

enum {
    ECHOES_MAX = 1 << 12, /* pairs of addresses */
    ECHO_WAITING = 8,     /* requests without an answer at a time */
    ECHO_LOST = 3,
    ECHO_SURE = 4,
    ECHO_ANSWERED = 2,
    ECHO_REQUEST_V4 = 8,
    ECHO_REPLY_V4 = 0,
    ECHO_REQUEST_V6 = 128,
    ECHO_REPLY_V6 = 129,
};

static const int64_t echo_wait = 900 * WT_MILLISECOND;

enum echo_said {
    ECHO_SAID_NOTHING,
    ECHO_SAID_UNHEARD, /* that they vanish, and that the other end was not heard since */
    ECHO_SAID_VANISH,
};

struct echo_key {
    uint32_t interface, tunnel;
    struct wt_address src, dst; /* of the requests */
};

struct request {
    int64_t time;
    uint32_t frame, size; /* frame 0: none */
    uint16_t id, seq;
};

struct echo {
    struct wt_entry entry;
    struct echo_key key;
    struct request waiting[ECHO_WAITING];
    uint32_t passed;         /* largest that was answered */
    uint32_t smallest, lost; /* smallest and number of those lost above it */
    uint32_t lost_frame;     /* the latest of them */
    uint32_t answered;
    bool alive;   /* something was answered since the first loss */
    uint8_t said; /* enum echo_said */
    struct wt_vanished findings;
};

WT_MAP_KEY(echo, struct echo_key)

static void *echoes_new(void)
{
    return wt_map_new(sizeof(struct echo), sizeof(struct echo_key), ECHOES_MAX, echo_hash, echo_equal);
}

static void echoes_free(void *map)
{
    wt_map_free(map);
}

static bool echo_is_reported(const struct wt_context *context, const struct echo *echo)
{
    const struct wt_path_key key = wt_path_key(context->frame->interface, &echo->key.src, &echo->key.dst);
    const struct wt_path *path = wt_map_find(context->engine->paths, &key);
    return path && path->mtu && path->mtu < echo->smallest;
}

static uint64_t echo_event(const struct echo *echo)
{
    return (uint64_t)wt_map_hash(&echo->key, sizeof echo->key) | 1;
}

/* As large a request was answered after all. */
static void echo_withdraw(struct wt_context *context, struct echo *echo)
{
    const struct wt_ends ends = {echo->key.src, echo->key.dst};
    wt_vanished_withdraw(context, &echo->findings, &ends, echo_event(echo));
    echo->said = ECHO_SAID_NOTHING;
}

static void echo_conclude(struct wt_context *context, struct echo *echo)
{
    const bool sure = echo->lost >= ECHO_SURE && echo->alive;
    const uint8_t say = echo->alive ? ECHO_SAID_VANISH : ECHO_SAID_UNHEARD;
    if (echo->lost < ECHO_LOST || echo->answered < ECHO_ANSWERED || (echo->said >= say && !sure) ||
        echo_is_reported(context, echo))
        return;
    const struct wt_vanishing what = {
        .ends = {echo->key.src, echo->key.dst},
        .event = echo_event(echo),
        .shown_in = echo->lost_frame,
        .lost = echo->smallest,
        .passed = echo->passed,
        .severity = sure ? WT_SEVERITY_ERROR : WT_SEVERITY_WARN,
        .reason = echo->alive ? WT_REASON_NONE : WT_REASON_LOST_PING_MORE,
    };
    echo->said = MAX(echo->said, say);
    wt_vanished_tell(context, &echo->findings, &what);
}

static void echo_lose(struct echo *echo, struct request *request)
{
    const uint32_t small = wt_mtu_everywhere(wt_address_is_v4(&echo->key.src));
    if (request->size > MAX(echo->passed, small)) {
        echo->smallest = echo->lost ? MIN(echo->smallest, request->size) : request->size;
        echo->lost++;
        echo->lost_frame = request->frame;
    }
    request->frame = 0;
}

/* Requests whose answer is overdue. */
static void echo_expire(struct wt_context *context, struct echo *echo)
{
    for (unsigned i = 0; i < ECHO_WAITING; i++)
        if (echo->waiting[i].frame && context->frame->time - echo->waiting[i].time > echo_wait)
            echo_lose(echo, &echo->waiting[i]);
}

static void echo_take_request(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct echo_key key = {context->frame->interface, packet->tunnel, packet->src, packet->dst};
    struct echo *echo = wt_map_get(wt_kept(context, WT_KEEPER_ECHO), &key);
    struct request *place = &echo->waiting[0];
    echo_expire(context, echo);
    for (unsigned i = 0; i < ECHO_WAITING; i++)
        if (echo->waiting[i].time < place->time || echo->waiting[i].frame == 0)
            place = &echo->waiting[i];
    /* A flood: what becomes of the oldest is not followed. */
    *place = (struct request){context->frame->time, context->frame->number, packet->l3_len, packet->icmp.id,
                              packet->icmp.seq};
    if (!packet->df && packet->l3_len > WT_MTU_HOST_V4) /* a router may fragment it */
        place->frame = 0;
    echo_conclude(context, echo);
}

static void echo_take_reply(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct echo_key key = {context->frame->interface, packet->tunnel, packet->dst, packet->src};
    struct echo *echo = wt_map_find(wt_kept(context, WT_KEEPER_ECHO), &key);
    for (unsigned i = 0; echo && i < ECHO_WAITING; i++) {
        struct request *request = &echo->waiting[i];
        if (request->frame == 0 || request->id != packet->icmp.id || request->seq != packet->icmp.seq)
            continue;
        const uint32_t size = request->size;
        request->frame = 0;
        echo_expire(context, echo);
        echo->answered++;
        echo->passed = MAX(echo->passed, size);
        echo->alive = echo->lost > 0;
        if (echo->lost && size >= echo->smallest) {
            echo->lost = 0;
            if (echo->said)
                echo_withdraw(context, echo);
        }
        echo_conclude(context, echo);
        return;
    }
}

static void echo_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const bool v4 = packet->version == 4;
    if (wt_context_is_tcp(context) || !packet->has_l4 ||
        packet->proto != (v4 ? WT_PROTO_ICMP : WT_PROTO_ICMPV6) || packet->fragment)
        return;
    if (packet->icmp.type == (v4 ? ECHO_REQUEST_V4 : ECHO_REQUEST_V6))
        echo_take_request(context);
    else if (packet->icmp.type == (v4 ? ECHO_REPLY_V4 : ECHO_REPLY_V6))
        echo_take_reply(context);
}

const struct wt_detector wt_echo_detector = {
    .name = "echo",
    .keeper = WT_KEEPER_ECHO,
    .create = echoes_new,
    .free = echoes_free,
    .judge = echo_judge,
};
