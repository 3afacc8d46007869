/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A stack with segmentation offload hands down one large segment, a super-frame; NIC or kernel cut it
 * into ceil(payload / size) segments, all but the last full (skb_segment; see segmentation_size.c for the
 * size). A receiver with GRO, LRO or RSC does the reverse.
 *
 * A TCP packet is a super-frame if its payload is larger than a segment's size and
 *   - its checksum was left for the NIC: no false positive in some 10,000 frames of known truth. (The same
 *     without the checksum had 38, the length against the link MTU alone 21.) Or
 *   - its length does not fit the length field (BIG TCP, LSOv2), or
 *   - it is larger than the link MTU and exceeds what the receiver allows by more than any trailer or tunnel
 *     header explains. Merged segments keep or lose their checksum depending on who merged them (LRO, RSC,
 *     fraglist GRO), so their sum proves nothing. Or
 *   - it is smaller than the link MTU and a multiple of the segment size: merged likewise. Or
 *   - its host was seen to merge: other such frames, or an acknowledgement on the border of a full segment
 *     inside one. A full segment and a tail of less than 64 bytes (1448 + 56, 1460 + 24: 4 % of what LRO and RSC
 *     merge of two) look like one segment that is a little too large.
 * Any other segment with more than the receiver's MSS allows is a wire segment that should not exist. Where it
 * may still be a full one with a tail the first of its size is a Note; tails vary, so the same size again is
 * none.
 *
 * A UDP datagram larger than the link is a super-frame if its checksum was left for the NIC: without GSO it
 * would have been fragmented. Smaller ones are told only in flows that were seen to cut such datagrams. SCTP:
 * larger than the link.
 *
 * Not super-frames: what stays on loopback, unless it is larger than its receiver's MSS and was left for the
 * NIC (loopback takes any MTU, and cuts by it); fragments; packets that claim more than their frame ever held;
 * packets around another packet (the tunnel's payload is judged instead); a segment as large as its receiver
 * allows, whatever the link MTU is believed to be (jumbo links); a valid checksum on a large segment of an
 * unknown flow, unless its length is a multiple of a segment's: tun devices and jumbo links show the same.
 *
 * Traps: an MSS option missing from a captured SYN means 536 or 1220 by the RFC, but middleboxes and capture
 * tools drop it, so its absence is no proof of anything. A capture cut short still shows a partial checksum,
 * which needs headers only. Segments of an upward MTU probe are no larger than the receiver's MSS allows.
 */
#include "segmentation.h"

#include "direction.h"
#include "engine/checksum/edited.h"
#include "segmentation_size.h"
#include "segmentation_watch.h"
#include "unsized.h"

enum {
    SEGMENTATION_SLACK =
        64, /* trailers, tags and tunnel headers make a packet this much larger, merging far more */
    SEGMENTATION_TAIL = 64, /* payload of a segment so short that it is taken for an option or a trailer */
    SEGMENTATION_UDP_MAX = 128, /* UDP_MAX_SEGMENTS, include/linux/udp.h */
};

uint32_t wt_segmentation_wire_l3(const struct wt_context *context)
{
    const struct wt_facts *facts = context->facts;
    if (facts->wire_frames <= 1)
        return context->packet->l3_len;
    return facts->segment_size + wt_size_headers(context->packet);
}

static uint64_t segmentation_end(const struct wt_packet *packet)
{
    return (uint64_t)packet->offset + packet->l3_len;
}

/* The packet claims more than its frame held on the link, or the packet around it, or than any stack makes: cut
 * by an editor, or nonsense. */
static bool segmentation_is_claim(const struct wt_context *context)
{
    const uint64_t end = segmentation_end(context->packet);
    return end > context->frame->length || end > segmentation_end(&context->reading->packet[0]) ||
           context->packet->l3_len > WT_GSO_MAX;
}

/* Larger than any length field says, in either sense. */
static bool segmentation_has_odd_length(const struct wt_packet *packet)
{
    return packet->length_zero || packet->length_short || packet->l3_len > WT_L3_FIELD_MAX;
}

/* Its host is known to merge what it receives. */
static bool segmentation_merges(const struct wt_context *context)
{
    return wt_context_side(context)->segments.merges || context->src->merged > 0;
}

/* Merged by a NIC that leaves a sum which need not be wrong. */
static bool segmentation_is_merged_tcp(const struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    uint32_t limit = context->facts->mss_limit;
    bool multiple = packet->payload_len % size == 0;
    if (packet->payload_len == wt_context_side(context)->segments.oversized)
        return false;
    bool tail = limit > 0 && packet->payload_len > limit && segmentation_merges(context);
    if (packet->l3_len <= context->facts->link_mtu)
        return (multiple && limit > 0 && packet->payload_len > limit) || tail;
    if (limit == 0 || packet->payload_len <= limit)
        return multiple || context->src->merged > 0;
    return packet->payload_len > size + SEGMENTATION_SLACK || tail;
}

static bool segmentation_is_super_tcp(const struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    if (packet->payload_len <= size)
        return false;
    if (segmentation_has_odd_length(packet))
        return true;
    const struct wt_side *own = wt_context_side(context);
    bool full = packet->payload_len == context->facts->mss_limit && !own->mss;
    bool known = own->mss || context->facts->mss_limit || own->segments.cut;
    if (!known && packet->l3_len <= context->facts->link_mtu)
        return false;
    if (wt_checksum_is_left(packet) && !wt_edited_is_blank(context))
        return !full;
    return segmentation_is_merged_tcp(context, size);
}

static bool segmentation_is_super_udp(const struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    if (packet->payload_len <= size || packet->payload_len > size * SEGMENTATION_UDP_MAX)
        return false;
    if (!wt_checksum_is_partial(packet->l4_checksum))
        return false;
    const struct wt_side_segments *own = &wt_context_side(context)->segments;
    return packet->l3_len > context->facts->link_mtu ||
           (own->cut && (own->small || packet->payload_len % size == 0));
}

/* What a loopback device of a small MTU will cut. */
static bool segmentation_leaves_loopback(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const uint32_t limit = context->facts->mss_limit;
    return wt_context_is_tcp(context) && limit > 0 && packet->payload_len > limit &&
           wt_checksum_is_left(packet);
}

static bool segmentation_is_super(const struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    if (size == 0 || packet->fragment || segmentation_is_claim(context))
        return false;
    if (context->loopback && !segmentation_leaves_loopback(context))
        return false;
    switch (packet->proto) {
    case WT_PROTO_TCP:
        return segmentation_is_super_tcp(context, size);
    case WT_PROTO_UDP:
        return segmentation_is_super_udp(context, size);
    case WT_PROTO_SCTP:
        return packet->payload_len > size && packet->l3_len > context->facts->link_mtu;
    default:
        return false;
    }
}

/* Hop-by-hop headers that no wire frame has, of this packet and those around it. */
static uint32_t segmentation_jumbo(const struct wt_context *context)
{
    uint32_t jumbo = 0;
    for (unsigned i = 0; i < context->reading->packets; i++)
        jumbo += context->reading->packet[i].jumbo_len;
    return jumbo;
}

/* Bytes on the wire: every wire frame repeats all headers in front of the payload, those of tunnels and tags
 * too. */
static void segmentation_count(struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    struct wt_facts *facts = context->facts;
    uint32_t jumbo = segmentation_jumbo(context);
    uint64_t headers = packet->l4_offset + packet->l4_header_len - jumbo;
    facts->segment_size = size;
    if (packet->proto == WT_PROTO_SCTP) {
        facts->wire_frames = wt_segmentation_sctp(context, size, &facts->segment_last);
    } else {
        facts->wire_frames = (packet->payload_len - 1) / size + 1;
        facts->segment_last = packet->payload_len - (facts->wire_frames - 1) * size;
    }
    facts->wire_len = (uint64_t)context->frame->length - jumbo + (facts->wire_frames - 1) * headers;
    context->super_frame = true;
    context->pieces = facts->wire_frames;
}

static void segmentation_tell_super(struct wt_context *context, enum wt_reason evidence)
{
    static const enum wt_finding_id by_direction[] = {
        [WT_DIRECTION_UNKNOWN] = WT_FINDING_SUPERFRAME_UNKNOWN,
        [WT_DIRECTION_SENT] = WT_FINDING_SUPERFRAME_SENT,
        [WT_DIRECTION_RECEIVED] = WT_FINDING_SUPERFRAME_RECEIVED,
    };
    const struct wt_facts *facts = context->facts;
    const struct wt_packet *packet = context->packet;
    bool udp = packet->proto == WT_PROTO_UDP;
    enum wt_finding_id id = udp ? WT_FINDING_SUPERFRAME_UDP : by_direction[facts->direction];
    wt_find(context, id, .most = WT_AT_MOST(WT_SEVERITY_NOTE), .reason = evidence,
            .value = {facts->wire_frames, facts->segment_size});
    if (packet->length_zero || packet->l3_len > WT_L3_FIELD_MAX)
        wt_find(context, WT_FINDING_SUPERFRAME_BIG_TCP, .value = {packet->l3_len, packet->l3_field});
}

/* How many frames it is on the wire cannot be known yet. */
static void segmentation_forget(struct wt_context *context)
{
    struct wt_facts *facts = context->facts;
    facts->wire_frames = facts->segment_size = facts->segment_last = 0;
    facts->wire_len = 0;
    wt_unsized_add(context);
}

/* A super-frame tells at once where its sender stands, see direction.c. */
static void segmentation_take_super(struct wt_context *context, const struct wt_size *size)
{
    segmentation_count(context, size->size);
    if (size->guessed)
        segmentation_forget(context);
    wt_host_learn(context->src, context->packet, true);
    wt_direction_judge(context);
    segmentation_tell_super(context, size->guessed ? WT_REASON_SIZE_NOT_SHOWN : size->evidence);
    wt_watch_start(context, size->size);
}

/* Why a segment above its receiver's MSS need not have been one on the wire; none if it was. */
static enum wt_reason segmentation_doubt(const struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    const bool repeated = packet->payload_len == wt_context_side(context)->segments.oversized;
    const bool tail = packet->payload_len - size < SEGMENTATION_TAIL && context->facts->mss_limit == size;
    if (wt_checksum_is_left(packet))
        return WT_REASON_LEFT_FOR_NIC;
    if (packet->l4_checksum == WT_CHECKSUM_BAD)
        return WT_REASON_SUM_WRONG_MERGED;
    if (packet->l4_checksum != WT_CHECKSUM_VALID)
        return WT_REASON_SUM_UNKNOWN_MERGED;
    return tail && !repeated ? WT_REASON_MERGED_TAIL : WT_REASON_NONE;
}

/* A segment on the wire that its receiver did not allow. */
static void segmentation_judge_single(struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    uint32_t limit = context->facts->mss_limit;
    if (limit == 0 || packet->payload_len <= limit || packet->fragment || segmentation_is_claim(context))
        return;
    enum wt_reason doubt = segmentation_doubt(context, size);
    wt_find(context, WT_FINDING_MSS_EXCEEDED, .most = doubt ? WT_AT_MOST(WT_SEVERITY_NOTE) : 0,
            .reason = doubt, .value = {packet->payload_len, limit});
    if (packet->l4_checksum == WT_CHECKSUM_VALID)
        wt_context_side(context)->segments.oversized = (uint16_t)MIN(packet->payload_len, UINT16_MAX);
    if (doubt)
        wt_watch_start(context, size);
}

static void segmentation_judge(struct wt_context *context)
{
    if (!context->flow || !context->innermost)
        return;
    const struct wt_packet *packet = context->packet;
    bool tcp = wt_context_is_tcp(context);
    if (tcp)
        context->facts->mss_limit = wt_size_limit(context);
    wt_watch_learn(context);
    wt_size_learn(context);
    if (packet->payload_len == 0)
        return;
    const struct wt_size size = wt_size_expect(context);
    if (wt_context_side(context)->segments.unsized && !size.guessed)
        wt_unsized_settle(context, size.size);
    if (packet->payload_len > size.size)
        wt_log(context, "%u bytes of payload where segments of %u were expected: %s", packet->payload_len,
               size.size, wt_reason_text[size.evidence] ? wt_reason_text[size.evidence] : "size unknown");
    if (segmentation_is_super(context, size.size)) {
        segmentation_take_super(context, &size);
        return;
    }
    if (tcp)
        segmentation_judge_single(context, size.size);
    wt_watch_ordinary(context);
    if (wt_checksum_is_partial(packet->l4_checksum) && !segmentation_is_claim(context))
        wt_watch_start(context, size.size);
}

const struct wt_detector wt_segmentation_detector = {
    .name = "segmentation",
    .judge = segmentation_judge,
};
