/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. What becomes of the data of one captured frame shows how it was cut, whatever was expected:
 *   - IP identification: each wire frame takes one, so the gap to the next frame of the flow is the number of
 *     segments that the stack intended (right in 495 of 506 measured super-frames). No gap, or a gap that the
 *     data cannot be divided by, proves nothing: counters may be global, random or 0;
 *   - acknowledgements and SACK edges inside the data of one frame fall on borders of wire segments.
 * One such event may be an accident; WATCH_CANDIDATE_HITS equal ones set `cut`, and a frame that took one
 * identification although it is larger takes it back.
 *
 * A frame a little too large that took two identifications, or was acknowledged at the border of a full
 * segment inside it, shows that its host merges what it receives.
 *
 * Traps: Linux adds a random number to the identification of a datagram that is sent after a pause
 * (ip_idents_reserve, up to the pause in jiffies), so equal steps say something of datagrams only when there are
 * many and no smaller one among them. Data sent again may be cut in other places, so its borders are not watched. A NIC that cuts larger
 * than asked shows borders beyond the expected size: that is no size of the stack, see segmentation.wrong.
 */
#include "segmentation_watch.h"

#include "engine/state/sequence.h"
#include "segmentation_size.h"

enum {
    WATCH_CANDIDATE_HITS = 2,
    WATCH_CANDIDATE_HITS_SMALL = 4,    /* where the data would have fit one segment */
    WATCH_CANDIDATE_HITS_DATAGRAM = 8, /* the same of UDP, where sockets step at random */
    WATCH_GAP_MAX = 2048,              /* segments of one super-frame: BIG TCP of 1 MB */
    WATCH_CLIP = UINT16_MAX,
};

/* A size of `size` bytes, which contradicts the expected one, was seen in data with so many option bytes. */
static void watch_suspect(struct wt_side_segments *own, uint32_t size, uint32_t options, unsigned hits)
{
    uint32_t with = size + options;
    if (size < WT_SIZE_LEAST || with > WATCH_CLIP)
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
static void watch_learn_border(struct wt_side_segments *own, uint32_t offset)
{
    uint32_t size = own->watch_size;
    if (size == 0)
        return;
    if (offset % size == 0) {
        own->merges = true; /* it was cut, or merged, as expected */
        return;
    }
    uint32_t segments = (offset - 1) / size + 1; /* lengths that a packet claims reach up to 2^32 */
    bool small = own->watch_len <= size;         /* taken for a single segment, yet it was cut */
    bool near = offset / segments * 4 >= size * 3;
    if (offset % segments == 0 && (small || near))
        watch_suspect(own, offset / segments, own->watch_options, WATCH_CANDIDATE_HITS);
}

static void watch_learn_acked(struct wt_context *context)
{
    struct wt_side_segments *peer = &wt_context_peer(context)->segments;
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (peer->watch_len == 0 || !(tcp->flags & WT_TCP_ACK))
        return;
    for (unsigned i = 0; i < tcp->sacks && i < WT_SACKS_MAX; i++) {
        uint32_t offset = tcp->sack[i].left - peer->watch_seq;
        if (offset > 0 && offset < peer->watch_len)
            watch_learn_border(peer, offset);
    }
    uint32_t offset = tcp->ack - peer->watch_seq;
    if (offset > 0 && offset < peer->watch_len)
        watch_learn_border(peer, offset);
    else if (wt_seq_distance(tcp->ack, peer->watch_seq) > 0)
        peer->watch_len = 0;
}

/* The frame before had `last_len` bytes and took `gap` identifications. */
static void watch_learn_gap(struct wt_side_segments *own, uint32_t gap, bool udp)
{
    uint32_t payload = own->last_len;
    if (gap == 1) { /* it was one frame, or the counter does not count wire frames */
        own->candidate_hits = 0;
        own->cut = payload + own->last_options > own->cut ? 0 : own->cut;
    }
    if (gap < 2 || gap > WATCH_GAP_MAX || gap > payload)
        return;
    uint32_t least = (payload - 1) / gap + 1, most = (payload - 1) / (gap - 1);
    if (own->last_size >= least && own->last_size <= most) {
        own->candidate_hits = 0;
        own->merges |= payload > own->last_size;
        return;
    }
    uint32_t single = own->single > own->last_options ? own->single - own->last_options : 0;
    bool exact = payload % gap == 0, fits = single >= least && single <= most;
    unsigned small = udp ? WATCH_CANDIDATE_HITS_DATAGRAM : WATCH_CANDIDATE_HITS_SMALL;
    unsigned hits = payload > own->last_size ? WATCH_CANDIDATE_HITS : small;
    if (exact)
        watch_suspect(own, payload / gap, own->last_options, hits);
    else if (fits || udp)
        watch_suspect(own, fits ? single : least, own->last_options, hits);
}

static void watch_learn_id(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    bool tcp = wt_context_is_tcp(context);
    if (own->last_len && packet->has_id && packet->version == 4 && !packet->fragment)
        watch_learn_gap(own, (packet->id - own->last_id) & 0xffff, !tcp);
    own->last_len = 0;
}

void wt_watch_learn(struct wt_context *context)
{
    watch_learn_id(context);
    if (!wt_context_is_tcp(context))
        return;
    watch_learn_acked(context);
    if (context->packet->payload_len && wt_size_is_repeated(context))
        wt_context_side(context)->segments.watch_len = 0;
}

static uint16_t watch_clip(uint32_t size)
{
    return (uint16_t)(size < WATCH_CLIP ? size : WATCH_CLIP);
}

void wt_watch_start(struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    own->last_len = packet->payload_len;
    own->last_size = watch_clip(size);
    own->last_options = (uint8_t)wt_size_options(packet);
    own->last_id = (uint16_t)packet->id;
    if (own->watch_len || !wt_context_is_tcp(context) || wt_size_is_repeated(context))
        return;
    own->watch_seq = packet->tcp.seq;
    own->watch_len = packet->payload_len;
    own->watch_size = own->last_size;
    own->watch_options = own->last_options;
}

void wt_watch_ordinary(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    uint16_t with = watch_clip(packet->payload_len + wt_size_options(packet));
    if (packet->fragment || packet->l3_len > context->facts->link_mtu || with < own->single)
        return;
    if (with > own->single)
        own->single_hits = 0;
    if (own->single_hits < UINT8_MAX)
        own->single_hits++;
    own->single = with;
}
