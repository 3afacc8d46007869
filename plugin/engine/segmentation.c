/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A stack with segmentation offload hands down one large segment, a super-frame; NIC or kernel cut it
 * into segments of
 *
 *     size = min(receiver's MSS, path MTU - IP and TCP headers) - TCP options that this segment carries
 *
 * and send ceil(payload / size) of them, all but the last full (tcp_mss_split_point, skb_segment). A receiver
 * with GRO or LRO does the reverse. The MSS option counts fixed headers only, so options are deducted by the
 * sender (RFC 9293 3.7.1).
 *
 * A packet is a super-frame if
 *   - its payload is larger than size and its checksum was left for the NIC (no false positive in some 10,000
 * frames of known truth; the same without the checksum had 38, the length against the link MTU alone 21), or
 * its IPv4 header checksum or TCP checksum is unfilled, or
 *   - its length does not fit the length field (BIG TCP, LSOv2), or
 *   - it is larger than the link MTU and exceeds size by more than any encapsulation explains: merged
 * segments keep or lose their checksum depending on who merged them (LRO, RSC), so a valid one proves
 * nothing. Anything else whose payload is larger than the receiver's MSS allows is a wire segment that should
 * not exist.
 *
 * Traps: an MSS option missing from a captured SYN means 536 or 1220 by the RFC, but middleboxes and capture
 * tools drop it, so its absence is no proof of anything. Without the handshake the flow's own ordinary
 * segments tell the size, else the link MTU. A capture cut short still shows a partial checksum, which needs
 * headers only.
 */
#include "segmentation.h"

enum {
    SEGMENTATION_SLACK =
        64, /* trailers, tags and tunnel headers make a packet this much larger, merging far more */
    SEGMENTATION_TCP = 6,
    SEGMENTATION_UDP = 17,
    SEGMENTATION_L3_FIELD_MAX = 65535,
};

static uint32_t segmentation_headers(const struct wt_packet *packet)
{
    return packet->ip_header_len - packet->jumbo_len + packet->l4_header_len;
}

uint32_t wt_segmentation_wire_l3(const struct wt_context *context)
{
    const struct wt_facts *facts = context->facts;
    if (facts->wire_frames <= 1)
        return context->packet->l3_len;
    return facts->segment_size + segmentation_headers(context->packet);
}

/* The most payload that fits a path or link of `mtu`; 0 if not even the headers do. */
static uint32_t segmentation_fits(const struct wt_packet *packet, uint32_t mtu)
{
    uint32_t headers = segmentation_headers(packet);
    return mtu > headers ? mtu - headers : 0;
}

/* The most payload that the receiver allows in this very segment; 0 while its MSS is not known. */
static uint32_t segmentation_mss_limit(const struct wt_context *context)
{
    const struct wt_side *receiver = wt_context_peer(context);
    uint32_t options = context->packet->tcp.options_len;
    return receiver->mss > options ? receiver->mss - options : 0;
}

/* Size of a full segment, from the best evidence there is. */
static uint32_t segmentation_size(const struct wt_context *context)
{
    uint32_t size = wt_context_is_tcp(context) ? context->facts->mss_limit : 0;
    if (size == 0)
        size = wt_context_side(context)->segments.single;
    if (size == 0)
        size = segmentation_fits(context->packet, context->facts->link_mtu);
    uint32_t path = context->path->mtu ? segmentation_fits(context->packet, context->path->mtu) : 0;
    return path && path < size ? path : size;
}

static bool segmentation_left_to_nic(const struct wt_packet *packet)
{
    return wt_checksum_is_partial(packet->l4_checksum) || packet->l4_checksum == WT_CHECKSUM_UNFILLED ||
           packet->ip_checksum == WT_CHECKSUM_UNFILLED;
}

static bool segmentation_is_super(const struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    if (size == 0 || packet->payload_len <= size || packet->fragment)
        return false;
    if (packet->length_zero || packet->length_short || packet->l3_len > SEGMENTATION_L3_FIELD_MAX)
        return true;
    if (segmentation_left_to_nic(packet))
        return true;
    return packet->proto == SEGMENTATION_TCP && packet->l3_len > context->facts->link_mtu &&
           packet->payload_len > size + SEGMENTATION_SLACK;
}

/* Bytes on the wire: every wire frame repeats all headers in front of the payload, those of tunnels and tags
 * too. */
static void segmentation_count(struct wt_context *context, uint32_t size)
{
    const struct wt_packet *packet = context->packet;
    struct wt_facts *facts = context->facts;
    uint64_t headers = packet->l4_offset + packet->l4_header_len - packet->jumbo_len;
    facts->segment_size = size;
    facts->wire_frames = (packet->payload_len + size - 1) / size;
    facts->segment_last = packet->payload_len - (facts->wire_frames - 1) * size;
    facts->wire_len = context->frame->length - packet->jumbo_len + (facts->wire_frames - 1) * headers;
    context->super_frame = true;
}

static void segmentation_tell_super(struct wt_context *context)
{
    static const enum wt_finding_id by_direction[] = {
        [WT_DIRECTION_UNKNOWN] = WT_FINDING_SUPERFRAME_UNKNOWN,
        [WT_DIRECTION_SENT] = WT_FINDING_SUPERFRAME_SENT,
        [WT_DIRECTION_RECEIVED] = WT_FINDING_SUPERFRAME_RECEIVED,
    };
    const struct wt_facts *facts = context->facts;
    const struct wt_packet *packet = context->packet;
    const struct wt_values values = WT_VALUES_OF(facts->wire_frames, facts->segment_size);
    if (packet->proto == SEGMENTATION_UDP)
        wt_find(context, WT_FINDING_SUPERFRAME_UDP, values);
    else
        wt_find(context, by_direction[facts->direction], values);
    if (packet->length_zero || packet->l3_len > SEGMENTATION_L3_FIELD_MAX)
        wt_find(context, WT_FINDING_SUPERFRAME_BIG_TCP, WT_VALUES_OF(packet->l3_len, packet->l3_field));
}

/* A segment on the wire that its receiver did not allow. */
static void segmentation_judge_single(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    uint32_t limit = context->facts->mss_limit;
    if (!wt_context_is_tcp(context) || limit == 0 || packet->payload_len <= limit || packet->fragment)
        return;
    const struct wt_values values = WT_VALUES_OF(packet->payload_len, limit);
    if (packet->l4_checksum == WT_CHECKSUM_VALID)
        wt_find(context, WT_FINDING_MSS_EXCEEDED, values);
    else
        wt_find_because(context, WT_FINDING_MSS_EXCEEDED, WT_SEVERITY_NOTE,
                        "its checksum cannot be verified, so it may have been merged", values);
}

/* Remembers the largest ordinary segment of the flow, which tells the size where no handshake does. */
static void segmentation_learn(struct wt_context *context)
{
    struct wt_side *side = wt_context_side(context);
    const struct wt_packet *packet = context->packet;
    bool ordinary = packet->l3_len <= context->facts->link_mtu && !packet->fragment;
    if (ordinary && packet->payload_len > side->segments.single)
        side->segments.single = packet->payload_len;
}

void wt_segmentation_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (!context->flow)
        return;
    if (wt_context_is_tcp(context))
        context->facts->mss_limit = segmentation_mss_limit(context);
    uint32_t size = segmentation_size(context);
    bool whole = packet->proto == SEGMENTATION_TCP || packet->l3_len > context->facts->link_mtu;
    if (size && whole && segmentation_is_super(context, size)) {
        segmentation_count(context, size);
        segmentation_tell_super(context);
        return;
    }
    segmentation_judge_single(context);
    segmentation_learn(context);
}
