/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Behind a black hole, where most people capture, the large packets are never seen. What is seen is a hole: the
 * handshake and short requests pass, of a flight only the short tail arrives, and the receiver asks for the bytes before
 * it again and again. The sender lives, since its small packets go on arriving.
 *
 * Rule. Data arrive beyond what their sender sent so far, and their receiver does not acknowledge what lies between:
 * it is missing here and there, so no capture lost it. Full segments, or the one segment that the hole is, are larger
 * than all that ever arrived from this sender. They are still missing after HOLE_WAIT (with Linux' time-outs, four
 * sendings, as in black_hole.c; or ten round trips) when a packet of the sender arrives; or the hole was as long as some
 * segments of the full size, and is filled by smaller ones. Either is a Warn: what vanished was not seen, so its size is
 * inferred. Who sends less than the receiver allows, for a smaller MTU of its own, say, leaves holes of its own size, and
 * fills them with segments of that size: plain loss.
 *
 * What refutes: a packet of that size that arrives, the hole filled by one included, also when all was said: then it is
 * withdrawn. Bytes of the hole that came damaged were seen and have not vanished. An acknowledgement of what never came
 * by was lost by the capture. A report, an unknown MSS, sizes that every link carries (576, RFC 791 3.1; 1280, RFC 8200
 * 5), and flows whose numbers do not go on from each other say nothing. Holes of what the capturing host itself sent are
 * the capture's.
 */
#include "engine/checksum/fate.h"
#include "engine/context.h"
#include "engine/size/segmentation.h"
#include "engine/size/segmentation_size.h"
#include "engine/state/mtu_kind.h"
#include "engine/state/path.h"
#include "engine/state/sequence.h"
#include "trouble.h"

enum {
    HOLE_LENGTH_MAX = 1 << 20, /* beyond it something else is wrong */
    HOLE_SLACK = 16,           /* options come and go between two sendings */
    HOLE_ROUND_TRIPS = 10,
};

static const int64_t hole_wait = 3 * WT_SECOND;    /* repeats after 0.2, 0.6, 1.4 and 3 s (RFC 6298 5.5) */
static const int64_t hole_lowered = 1 * WT_SECOND; /* who sends smaller pieces sooner had another reason */

static int64_t hole_patience(const struct wt_flow *flow)
{
    return MAX(hole_wait, HOLE_ROUND_TRIPS * (int64_t)flow->rtt * WT_MICROSECOND);
}

/* --- what is said --- */

static uint64_t hole_event(const struct wt_hole *hole)
{
    return (uint64_t)hole->start + 1;
}

/* `forward`: the packet at hand comes from who sends what is missing. */
static void hole_tell(struct wt_context *context, struct wt_trouble *trouble, bool forward)
{
    struct wt_hole *hole = &trouble->hole;
    if (trouble->told.reports > 0)
        return;
    const struct wt_vanishing what = {
        .ends = wt_context_ends(context, forward),
        .event = hole_event(hole),
        .lost = hole->full,
        .passed = hole->largest,
        .severity = WT_SEVERITY_WARN,
        .reason = WT_REASON_LOST_MISSING,
    };
    wt_vanished_tell(context, &hole->said, &what);
}

/* What was missing is here, or was lost by the capture: plain loss. */
static void hole_forget(struct wt_context *context, struct wt_hole *hole, bool forward)
{
    const struct wt_ends ends = wt_context_ends(context, forward);
    if (hole->said.count > 0)
        wt_vanished_withdraw(context, &hole->said, &ends, hole_event(hole));
    hole->open = false;
}

/* --- data --- */

/* Where the hole begins that the data at hand leave; false if they leave none. */
static bool hole_is_left(const struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context), *peer = wt_context_peer(context);
    const struct wt_packet *packet = context->packet;
    return packet->payload_len > 0 && !(packet->tcp.flags & WT_TCP_SYN) && side->has_next &&
           peer->has_acked && wt_seq_after(packet->tcp.seq, side->next) &&
           !wt_seq_after(peer->acked, side->next) &&
           wt_seq_distance(packet->tcp.seq, side->next) <= HOLE_LENGTH_MAX && !side->jumped &&
           !context->flow->foreign && context->facts->direction != WT_DIRECTION_SENT;
}

/* Size on the wire of the largest packet that is missing from `missing` bytes; 0 if it could be a small one. */
static uint32_t hole_size(const struct wt_context *context, uint32_t missing)
{
    const struct wt_packet *packet = context->packet;
    const uint32_t limit = wt_size_limit(context), headers = packet->l3_len - packet->payload_len;
    const uint32_t small = wt_mtu_everywhere(packet->version == 4);
    const uint32_t size = MIN(missing, limit) + headers;
    return limit && size > small ? size : 0;
}

/* The largest packet of this sender that is known to have arrived. */
static uint32_t hole_passed(const struct wt_context *context)
{
    const uint32_t own = wt_segmentation_wire_l3(context);
    return MAX(own, MAX(context->path->passed, wt_context_side(context)->reports.passed));
}

/* Whether the hole can be made of segments as large as one of `size` bytes on the wire. */
static bool hole_is_natural(const struct wt_context *context, uint32_t length, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    const uint32_t headers = wt_size_headers(packet);
    const uint32_t small = wt_mtu_everywhere(packet->version == 4);
    return size > MAX(headers, small) && length % (size - headers) == 0;
}

static void hole_open(struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    const uint32_t length = (uint32_t)wt_seq_distance(context->packet->tcp.seq, side->next);
    const uint32_t size = hole_size(context, length), passed = hole_passed(context);
    if (size == 0 || passed + HOLE_SLACK >= size || hole_is_natural(context, length, passed) ||
        wt_fate_is_damaged(context))
        return;
    struct wt_hole *hole = &wt_trouble_open(context->engine, context->flow, context->sender)->hole;
    *hole = (struct wt_hole){.open = true,
                             .since = context->frame->time,
                             .start = side->next,
                             .from = side->next,
                             .to = context->packet->tcp.seq,
                             .length = length,
                             .whole = length % wt_size_limit(context) == 0,
                             .full = size,
                             .largest = passed};
}

/* A packet of who leaves the hole, while it is open. */
static void hole_take_arrival(struct wt_context *context, struct wt_trouble *trouble)
{
    struct wt_hole *hole = &trouble->hole;
    const struct wt_packet *packet = context->packet;
    const uint32_t size = wt_segmentation_wire_l3(context), end = packet->tcp.seq + packet->payload_len;
    const bool inside =
        packet->payload_len > 0 && wt_seq_after(hole->to, packet->tcp.seq) && wt_seq_after(end, hole->from);
    if (size + HOLE_SLACK >= hole->full ||
        (inside && (hole_is_natural(context, hole->length, size) || wt_fate_is_damaged(context)))) {
        hole_forget(context, hole, true);
        return;
    }
    hole->largest = MAX(hole->largest, size);
    hole->filled += inside ? packet->payload_len : 0;
    if (hole->said.count == 0 && hole->filled == 0 && !(packet->tcp.flags & WT_TCP_RST) &&
        context->frame->time - hole->since >= hole_patience(context->flow))
        hole_tell(context, trouble, true);
}

/* --- acknowledgements --- */

/* The receiver of what is missing has some of it. */
static void hole_take_ack(struct wt_context *context, struct wt_trouble *trouble)
{
    struct wt_hole *hole = &trouble->hole;
    const uint32_t ack = context->packet->tcp.ack;
    if (!wt_seq_after(ack, hole->from))
        return;
    const bool all = !wt_seq_after(hole->to, ack);
    const uint32_t came = (uint32_t)wt_seq_distance(all ? hole->to : ack, hole->from);
    if (hole->filled < came) { /* the capture lost it */
        hole_forget(context, hole, false);
        return;
    }
    hole->filled -= came;
    hole->from = ack;
    if (hole->said.count == 0 && hole->whole && context->frame->time - hole->since >= hole_lowered)
        hole_tell(context, trouble, false);
    hole->open = !all;
}

static void hole_judge(struct wt_context *context)
{
    if (!wt_context_is_tcp(context) || !context->flow)
        return;
    struct wt_trouble *peer = wt_trouble_of(context->engine, context->flow, !context->sender);
    if (peer && peer->hole.open && context->packet->tcp.flags & WT_TCP_ACK)
        hole_take_ack(context, peer);
    struct wt_trouble *own = wt_trouble_of(context->engine, context->flow, context->sender);
    if (own && own->hole.open)
        hole_take_arrival(context, own);
    else if (hole_is_left(context))
        hole_open(context);
}

const struct wt_detector wt_hole_detector = {
    .name = "hole",
    .judge = hole_judge,
};
