/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A stack cuts its data into segments of
 *
 *     size = min(receiver's MSS, path MTU - IP and TCP headers) - TCP options that this segment carries
 *
 * (tcp_mss_split_point, tcp_current_mss). The MSS option counts fixed headers only, so options are deducted
 * by the sender (RFC 9293 3.7.1). All that can be captured of the two terms is used, strongest first:
 *
 *   - the receiver's MSS option, or the sender's own if that is smaller: a jumbo receiver behind a 1500
 *     sender, a router that reduced the option on the other side of the capture point. Unless the data are
 *     full segments by the receiver's and not by the sender's (a route's advmss changes what is announced,
 *     not what is sent);
 *   - the path MTU by the reports so far. Linux never goes below 552 (ip_rt_min_pmtu), IPv6 not below 1280. A
 *     report takes a moment to be obeyed, and its socket may be busy sending meanwhile: until the sender
 *     repeats data in the new size, new data that is a multiple of the old one is still of the old one;
 *   - without any MSS option, the flow's own full segments; else those of the other direction; else what
 *     fits the link. Both directions are bounded by the same two MSS options and mostly by the same narrow
 *     link, so the other one is good evidence, but only of a size that is certainly a full segment: one
 *     that it was seen to be cut to; one that came repeatedly and divides this payload, which the link's
 *     does not; one that came repeatedly and fills the MTU of a common kind of link. Requests that happen
 *     to be equally long are none.
 *
 * Where the data show another size than expected, they are right (tunnels that lower the size further down,
 * probing after a black hole, reports that were not captured), see segmentation_watch.c. Sizes are remembered
 * with the options added, since these change from segment to segment.
 */
#include "segmentation_size.h"

#include "engine/state/mtu_kind.h"
#include "engine/state/sequence.h"

enum {
    SIZE_SINGLE_HITS = 2,        /* equal largest segments that make their size a full one */
    SIZE_OBEY_WITHIN = 10000000, /* nanoseconds from a report until only the new size is plausible */
    SIZE_CLIP = UINT16_MAX,
};

uint32_t wt_size_headers(const struct wt_packet *packet)
{
    return packet->ip_header_len - packet->jumbo_len + packet->l4_header_len;
}

uint32_t wt_size_limit(const struct wt_context *context)
{
    const struct wt_side *receiver = wt_context_peer(context);
    uint32_t options = context->packet->tcp.options_len;
    return receiver->mss > options ? receiver->mss - options : 0;
}

static bool size_is_tcp(const struct wt_packet *packet)
{
    return packet->proto == WT_PROTO_TCP;
}

uint32_t wt_size_options(const struct wt_packet *packet)
{
    return size_is_tcp(packet) ? packet->tcp.options_len : 0;
}

/* The most payload, options included, in an L3 packet of `mtu`. */
static uint32_t size_fit(const struct wt_packet *packet, uint32_t mtu)
{
    uint32_t headers = wt_size_headers(packet) - wt_size_options(packet);
    return mtu > headers ? mtu - headers : 0;
}

/* The same for the link, which carries the headers of tunnels as well. */
static uint32_t size_fit_link(const struct wt_context *context)
{
    uint32_t around = context->packet->offset - context->reading->packet[0].offset;
    uint32_t mtu = context->facts->link_mtu;
    return mtu > around ? size_fit(context->packet, mtu - around) : 0;
}

/* --- what is expected, options included --- */

struct estimate {
    uint32_t mss;
    enum wt_reason evidence;
    bool guessed; /* nothing in the flow tells it */
};

/*
 * Whether `single`, the flow's largest ordinary segment, is a full one: it came repeatedly, or it divides
 * this payload and what fits the link, `fit`, does not. Datagrams have a size that their program chose,
 * seldom far below the link's.
 */
static bool size_is_full(const struct wt_context *context, uint32_t single, uint32_t fit)
{
    const struct wt_packet *packet = context->packet;
    if (single < WT_SIZE_LEAST || single > fit)
        return false;
    if (wt_context_side(context)->segments.single_hits >= SIZE_SINGLE_HITS)
        return true;
    if (!size_is_tcp(packet) && single >= fit / 2)
        return true;
    return packet->payload_len % single == 0 && packet->payload_len % fit != 0;
}

/* Whether the packet's payload consists of full segments by `with` (options included), and not by `other`. */
static bool size_divides(const struct wt_packet *packet, uint32_t with, uint32_t other)
{
    uint32_t options = wt_size_options(packet);
    if (with <= options || other <= options)
        return false;
    return packet->payload_len % (with - options) == 0 && packet->payload_len % (other - options) != 0;
}

/* The size of the other direction's full segments, at most `fit`; 0 if none of its segments is known to be
 * one. */
static uint32_t size_of_peer(const struct wt_context *context, uint32_t fit)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side_segments *peer = &wt_context_peer(context)->segments;
    uint32_t single = peer->single;
    if (peer->cut)
        return peer->cut <= fit ? peer->cut : 0;
    if (single < WT_SIZE_LEAST || single > fit || peer->single_hits < SIZE_SINGLE_HITS)
        return 0;
    uint32_t l3_len = single + wt_size_headers(packet) - wt_size_options(packet);
    return size_divides(packet, single, fit) || wt_mtu_is_common(l3_len) ? single : 0;
}

/* Without any MSS option: the full segments of this direction, else of the other, else what fits the link. */
static struct estimate size_by_flow(const struct wt_context *context)
{
    const struct wt_side_segments *own = &wt_context_side(context)->segments;
    uint32_t fit = size_fit_link(context), options = wt_size_options(context->packet);
    if (fit > options && own->single > options && size_is_full(context, own->single - options, fit - options))
        return (struct estimate){own->single, WT_REASON_SIZE_BY_SEGMENTS, false};
    uint32_t peer = size_is_tcp(context->packet) ? size_of_peer(context, fit) : 0;
    if (peer)
        return (struct estimate){peer, WT_REASON_SIZE_BY_PEER, false};
    return (struct estimate){fit, WT_REASON_SIZE_BY_LINK, true};
}

/* The MSS in force for a sender whose receiver's SYN was captured without the option. */
static uint32_t size_default_mss(const struct wt_packet *packet)
{
    return packet->version == 4 ? WT_MSS_DEFAULT_V4 : WT_MSS_DEFAULT_V6;
}

/* By the MSS options; a sender's own one tells the MTU of its link, or what a router on the path made of it. */
static struct estimate size_by_options(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *own = wt_context_side(context), *receiver = wt_context_peer(context);
    const struct estimate by_receiver = {receiver->mss, WT_REASON_SIZE_BY_RECEIVER, false};
    const struct estimate by_own = {own->mss, WT_REASON_SIZE_BY_SENDER, false};
    uint32_t none = size_default_mss(packet);
    if (receiver->mss == 0 && receiver->syn && size_divides(packet, none, own->mss))
        return (struct estimate){none, WT_REASON_SIZE_BY_DEFAULT, false};
    if (receiver->mss == 0)
        return by_own;
    if (own->mss == 0 || own->mss >= receiver->mss || size_divides(packet, receiver->mss, own->mss))
        return by_receiver;
    return by_own;
}

/*
 * Whether the packet was merged of segments as large as the flow's ordinary ones, `single`, rather than of
 * the expected size. Of what a host sends nobody can say that: its program's writes may have been put
 * together.
 */
static bool size_is_merged_of(const struct wt_context *context, uint32_t single, uint32_t expected)
{
    bool merged = context->facts->direction == WT_DIRECTION_RECEIVED || !wt_checksum_is_left(context->packet);
    return merged && single >= WT_SIZE_LEAST &&
           wt_context_side(context)->segments.single_hits >= SIZE_SINGLE_HITS &&
           size_divides(context->packet, single, expected);
}

static struct estimate size_by_mss(const struct wt_context *context)
{
    const struct wt_side *own = wt_context_side(context), *receiver = wt_context_peer(context);
    if (!size_is_tcp(context->packet) || (own->mss == 0 && receiver->mss == 0))
        return size_by_flow(context);
    struct estimate estimate = size_by_options(context);
    uint32_t fit = size_fit_link(context);
    bool beyond = estimate.mss > size_fit(context->packet, WT_MTU_ETHERNET) && context->packet->tunnel == 0;
    if (beyond && fit < estimate.mss)
        estimate = (struct estimate){fit, WT_REASON_SIZE_BY_LINK, false};
    uint32_t single = own->segments.single;
    if ((single > estimate.mss && single <= receiver->mss) ||
        size_is_merged_of(context, single, estimate.mss))
        estimate = (struct estimate){single, WT_REASON_SIZE_BY_SEGMENTS, false};
    return estimate;
}

/* A path MTU as the stack uses it. */
static uint32_t size_fit_path(const struct wt_packet *packet, uint32_t mtu)
{
    uint32_t least = packet->version == 4 ? WT_PMTU_LINUX_MIN : WT_MTU_MIN_V6;
    return size_fit(packet, mtu < least ? least : mtu);
}

static struct estimate size_estimate(const struct wt_context *context, uint32_t path_mtu)
{
    const struct wt_side_segments *own = &wt_context_side(context)->segments;
    struct estimate estimate = size_by_mss(context);
    uint32_t fit = path_mtu ? size_fit_path(context->packet, path_mtu) : 0;
    if (fit && fit < estimate.mss)
        estimate = (struct estimate){fit, WT_REASON_SIZE_BY_PATH, false};
    if (own->cut)
        estimate = (struct estimate){own->cut, WT_REASON_SIZE_AS_CUT, false};
    return estimate;
}

/* --- a path MTU that changed --- */

static void size_learn_path(struct wt_context *context)
{
    struct wt_side *side = wt_context_side(context);
    struct wt_side_segments *own = &side->segments;
    uint32_t mtu = context->path->mtu;
    if (mtu == own->path_mtu)
        return;
    uint32_t before = size_estimate(context, own->path_mtu).mss;
    own->before = (uint16_t)(before < SIZE_CLIP ? before : SIZE_CLIP);
    own->obeyed = side->payload == 0;
    own->path_mtu = mtu;
    own->cut = 0;
}

/*
 * Linux answers to a report below its least path MTU with that one, and lets routers fragment from then on
 * (__ip_rt_update_pmtu: the route's MTU is locked), so data of that size without DF tell that it is in force.
 */
static void size_learn_df(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    if (packet->payload_len == 0 || packet->version != 4)
        return;
    uint32_t least = size_fit(packet, WT_PMTU_LINUX_MIN);
    bool locked = own->df && !packet->df && context->path->troubled;
    if (locked && own->cut != least && size_divides(packet, least, size_estimate(context, own->path_mtu).mss))
        own->cut = (uint16_t)least;
    own->df |= packet->df;
}

bool wt_size_is_repeated(const struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    return side->has_next && wt_seq_after(side->next, context->packet->tcp.seq);
}

/* Whether the packet is still of the size `old` from before the report, `size` being the one to obey. */
static bool size_is_old(struct wt_context *context, uint32_t old, uint32_t size)
{
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    uint32_t payload = context->packet->payload_len;
    if (own->obeyed || size == 0 || old <= size || payload <= size)
        return false;
    if (wt_size_is_repeated(context)) {
        own->obeyed = payload != old;
        return !own->obeyed;
    }
    if (payload % size == 0 && payload % old != 0) {
        own->obeyed = true;
        return false;
    }
    return payload % old == 0 || context->frame->time - context->path->report_time < SIZE_OBEY_WITHIN;
}

struct wt_size wt_size_expect(struct wt_context *context)
{
    const struct wt_side_segments *own = &wt_context_side(context)->segments;
    const struct estimate estimate = size_estimate(context, own->path_mtu);
    uint32_t options = wt_size_options(context->packet);
    uint32_t size = estimate.mss > options ? estimate.mss - options : 0;
    uint32_t old = own->before > options ? own->before - options : 0;
    if (own->path_mtu && size_is_tcp(context->packet) && size_is_old(context, old, size))
        return (struct wt_size){false, old, WT_REASON_SIZE_BEFORE_REPORT};
    const bool guessed = context->packet->proto == WT_PROTO_UDP && estimate.guessed;
    return (struct wt_size){guessed, size, estimate.evidence};
}

void wt_size_learn(struct wt_context *context)
{
    size_learn_path(context);
    if (size_is_tcp(context->packet))
        size_learn_df(context);
}
