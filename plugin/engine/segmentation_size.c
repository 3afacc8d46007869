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
 * sender, a router that reduced the option on the other side of the capture point. Unless the data are full
 * segments by the receiver's and not by the sender's (a route's advmss changes what is announced, not what is
 * sent);
 *   - the path MTU by the reports so far. Linux never goes below 552 (ip_rt_min_pmtu), IPv6 not below 1280. A
 *     report takes a moment to be obeyed, and its socket may be busy sending meanwhile: until the sender
 *     repeats data in the new size, new data that is a multiple of the old one is still of the old one;
 *   - without any MSS option, the flow's own full segments; else what fits the link.
 *
 * Where the data show another size than expected, they are right (tunnels that lower the size further down,
 * probing after a black hole, reports that were not captured). Two things show it:
 *   - IP identification: each wire frame takes one, so the gap to the next frame of the flow is the number of
 *     segments that the stack intended (right in 495 of 506 measured super-frames). No gap, or a gap that the
 *     data cannot be divided by, proves nothing: counters may be global, random or 0;
 *   - acknowledgements and SACK edges inside the data of one frame fall on borders of wire segments.
 * One such event may be an accident; SIZE_CANDIDATE_HITS equal ones set `cut`, and a frame that took one
 * identification although it is larger takes it back. Sizes are remembered with the
 * options added, since these change from segment to segment.
 *
 * Traps: data sent again may be cut in other places, so its borders are not watched. A NIC that cuts larger
 * than asked shows borders beyond the expected size: that is no size of the stack, see segmentation.wrong.
 */
#include "segmentation_size.h"

#include "sequence.h"

enum {
    SIZE_TCP = 6,
    SIZE_TCP_HEADER = 20,
    SIZE_ETHERNET = 1500,
    SIZE_MSS_V4 = 536, /* RFC 9293 3.7.1 */
    SIZE_MSS_V6 = 1220,
    SIZE_LEAST = 256,        /* of a size learnt from the data: below it chance agrees too easily */
    SIZE_PMTU_MIN_V4 = 552,  /* net/ipv4/route.c, ip_rt_min_pmtu */
    SIZE_PMTU_MIN_V6 = 1280, /* RFC 8200 5 */
    SIZE_SINGLE_HITS = 2,    /* equal largest segments that make their size a full one */
    SIZE_CANDIDATE_HITS = 2,
    SIZE_CANDIDATE_HITS_SMALL = 4, /* where the data would have fit one segment */
    SIZE_GAP_MAX = 2048,           /* segments of one super-frame: BIG TCP of 1 MB */
    SIZE_OBEY_WITHIN = 10000000,   /* nanoseconds from a report until only the new size is plausible */
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
    return packet->proto == SIZE_TCP;
}

static uint32_t size_options(const struct wt_packet *packet)
{
    return size_is_tcp(packet) ? packet->tcp.options_len : 0;
}

/* The most payload, options included, in an L3 packet of `mtu`. */
static uint32_t size_fit(const struct wt_packet *packet, uint32_t mtu)
{
    uint32_t headers = wt_size_headers(packet) - size_options(packet);
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
    const char *evidence;
};

/*
 * Whether `single`, the flow's largest ordinary segment, is a full one: it came repeatedly, or it divides
 * this payload and what fits the link, `fit`, does not. Datagrams have a size that their program chose,
 * seldom far below the link's.
 */
static bool size_is_full(const struct wt_context *context, uint32_t single, uint32_t fit)
{
    const struct wt_packet *packet = context->packet;
    if (single < SIZE_LEAST || single > fit)
        return false;
    if (wt_context_side(context)->segments.single_hits >= SIZE_SINGLE_HITS)
        return true;
    if (!size_is_tcp(packet) && single >= fit / 2)
        return true;
    return packet->payload_len % single == 0 && packet->payload_len % fit != 0;
}

/* Without any MSS option: the flow's full segments, else what fits the link. */
static struct estimate size_by_flow(const struct wt_context *context)
{
    const struct wt_side_segments *own = &wt_context_side(context)->segments;
    uint32_t fit = size_fit_link(context), options = size_options(context->packet);
    if (fit > options && own->single > options && size_is_full(context, own->single - options, fit - options))
        return (struct estimate){own->single, "size by ordinary segments of this flow"};
    return (struct estimate){fit, "size by the link MTU"};
}

/* Whether the packet's payload consists of full segments by `with` (options included), and not by `other`. */
static bool size_divides(const struct wt_packet *packet, uint32_t with, uint32_t other)
{
    uint32_t options = size_options(packet);
    if (with <= options || other <= options)
        return false;
    return packet->payload_len % (with - options) == 0 && packet->payload_len % (other - options) != 0;
}

/* The MSS in force for a sender whose receiver's SYN was captured without the option. */
static uint32_t size_default_mss(const struct wt_packet *packet)
{
    return packet->version == 4 ? SIZE_MSS_V4 : SIZE_MSS_V6;
}

/* By the MSS options; a sender's own one tells the MTU of its link, or what a router on the path made of it.
 */
static struct estimate size_by_options(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *own = wt_context_side(context), *receiver = wt_context_peer(context);
    const struct estimate by_receiver = {receiver->mss, "size by the receiver's MSS"};
    const struct estimate by_own = {own->mss, "size by the sender's own MSS"};
    uint32_t none = size_default_mss(packet);
    if (receiver->mss == 0 && receiver->syn && size_divides(packet, none, own->mss))
        return (struct estimate){none, "size by the default, as the receiver states no MSS"};
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
    return merged && single >= SIZE_LEAST &&
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
    bool beyond = estimate.mss > size_fit(context->packet, SIZE_ETHERNET) && context->packet->tunnel == 0;
    if (beyond && fit < estimate.mss)
        estimate = (struct estimate){fit, "size by the link MTU"};
    uint32_t single = own->segments.single;
    if ((single > estimate.mss && single <= receiver->mss) ||
        size_is_merged_of(context, single, estimate.mss))
        estimate = (struct estimate){single, "size by ordinary segments of this flow"};
    return estimate;
}

/* A path MTU as the stack uses it. */
static uint32_t size_fit_path(const struct wt_packet *packet, uint32_t mtu)
{
    uint32_t least = packet->version == 4 ? SIZE_PMTU_MIN_V4 : SIZE_PMTU_MIN_V6;
    return size_fit(packet, mtu < least ? least : mtu);
}

static struct estimate size_estimate(const struct wt_context *context, uint32_t path_mtu)
{
    const struct wt_side_segments *own = &wt_context_side(context)->segments;
    struct estimate estimate = size_by_mss(context);
    uint32_t fit = path_mtu ? size_fit_path(context->packet, path_mtu) : 0;
    if (fit && fit < estimate.mss)
        estimate = (struct estimate){fit, "size by the path MTU"};
    if (own->cut)
        estimate = (struct estimate){own->cut, "size as this flow was seen to be cut"};
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
    uint32_t least = size_fit(packet, SIZE_PMTU_MIN_V4);
    bool locked = own->df && !packet->df && context->path->troubled;
    if (locked && own->cut != least && size_divides(packet, least, size_estimate(context, own->path_mtu).mss))
        own->cut = (uint16_t)least;
    own->df |= packet->df;
}

static bool size_is_repeated(const struct wt_context *context)
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
    if (size_is_repeated(context)) {
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
    uint32_t options = size_options(context->packet);
    uint32_t size = estimate.mss > options ? estimate.mss - options : 0;
    uint32_t old = own->before > options ? own->before - options : 0;
    if (own->path_mtu && size_is_tcp(context->packet) && size_is_old(context, old, size))
        return (struct wt_size){old, "size from before the report, which takes a moment to be obeyed"};
    return (struct wt_size){size, estimate.evidence};
}

/* --- what the data show --- */

/* A size of `size` bytes, which contradicts the expected one, was seen in data with so many option bytes. */
static void size_suspect(struct wt_side_segments *own, uint32_t size, uint32_t options, unsigned hits)
{
    uint32_t with = size + options;
    if (size < SIZE_LEAST || with > SIZE_CLIP)
        return;
    if (own->candidate != with)
        own->candidate_hits = 0;
    own->candidate = (uint16_t)with;
    if (++own->candidate_hits < hits)
        return;
    own->cut = own->candidate;
    own->candidate_hits = 0;
}

/* Somewhere inside `length` bytes, which were expected to be cut at `watch_size`, a wire segment ended at
 * `offset`. */
static void size_learn_border(struct wt_side_segments *own, uint32_t offset)
{
    uint32_t size = own->watch_size;
    if (size == 0 || offset % size == 0)
        return;
    uint32_t segments = (offset + size - 1) / size;
    bool small = own->watch_len <= size; /* taken for a single segment, yet it was cut */
    bool near = offset / segments * 4 >= size * 3;
    if (offset % segments == 0 && (small || near))
        size_suspect(own, offset / segments, own->watch_options, SIZE_CANDIDATE_HITS);
}

static void size_learn_acked(struct wt_context *context)
{
    struct wt_side_segments *peer = &wt_context_peer(context)->segments;
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (peer->watch_len == 0 || !(tcp->flags & WT_TCP_ACK))
        return;
    for (unsigned i = 0; i < tcp->sacks && i < WT_SACKS_MAX; i++) {
        uint32_t offset = tcp->sack[i].left - peer->watch_seq;
        if (offset > 0 && offset < peer->watch_len)
            size_learn_border(peer, offset);
    }
    uint32_t offset = tcp->ack - peer->watch_seq;
    if (offset > 0 && offset < peer->watch_len)
        size_learn_border(peer, offset);
    else if (wt_seq_distance(tcp->ack, peer->watch_seq) > 0)
        peer->watch_len = 0;
}

/* The frame before had `last_len` bytes and took `gap` identifications. */
static void size_learn_gap(struct wt_side_segments *own, uint32_t gap, bool udp)
{
    uint32_t payload = own->last_len;
    if (gap == 1) { /* it was one frame, or the counter does not count wire frames */
        own->candidate_hits = 0;
        own->cut = payload + own->last_options > own->cut ? 0 : own->cut;
    }
    if (gap < 2 || gap > SIZE_GAP_MAX || gap > payload)
        return;
    uint32_t least = (payload + gap - 1) / gap, most = (payload - 1) / (gap - 1);
    if (own->last_size >= least && own->last_size <= most) {
        own->candidate_hits = 0;
        return;
    }
    uint32_t single = own->single > own->last_options ? own->single - own->last_options : 0;
    bool exact = payload % gap == 0, fits = single >= least && single <= most;
    unsigned hits = payload > own->last_size ? SIZE_CANDIDATE_HITS : SIZE_CANDIDATE_HITS_SMALL;
    if (exact)
        size_suspect(own, payload / gap, own->last_options, hits);
    else if (fits || udp)
        size_suspect(own, fits ? single : least, own->last_options, hits);
}

static void size_learn_id(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    bool tcp = size_is_tcp(packet);
    if (own->last_len && packet->has_id && packet->version == 4 && !packet->fragment)
        size_learn_gap(own, (packet->id - own->last_id) & 0xffff, !tcp);
    own->last_len = 0;
}

void wt_size_learn(struct wt_context *context)
{
    size_learn_id(context);
    if (size_is_tcp(context->packet)) {
        size_learn_acked(context);
        if (context->packet->payload_len && size_is_repeated(context))
            wt_context_side(context)->segments.watch_len = 0;
    }
    size_learn_path(context);
    if (size_is_tcp(context->packet))
        size_learn_df(context);
}

static uint16_t size_clip(uint32_t size)
{
    return (uint16_t)(size < SIZE_CLIP ? size : SIZE_CLIP);
}

void wt_size_watch(struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    own->last_len = packet->payload_len;
    own->last_size = size_clip(size);
    own->last_options = (uint8_t)size_options(packet);
    own->last_id = (uint16_t)packet->id;
    if (own->watch_len || !size_is_tcp(packet) || size_is_repeated(context))
        return;
    own->watch_seq = packet->tcp.seq;
    own->watch_len = packet->payload_len;
    own->watch_size = own->last_size;
    own->watch_options = own->last_options;
}

void wt_size_ordinary(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    uint16_t with = size_clip(packet->payload_len + size_options(packet));
    if (packet->fragment || packet->l3_len > context->facts->link_mtu || with < own->single)
        return;
    if (with > own->single)
        own->single_hits = 0;
    if (own->single_hits < UINT8_MAX)
        own->single_hits++;
    own->single = with;
}
