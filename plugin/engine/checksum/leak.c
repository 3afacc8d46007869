/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A NIC or hypervisor that segments without completing the checksum sends what the stack left: the
 * pseudo-header sum of the super-frame (its length in it), the same with the segment's own length, or zero.
 * The receiver drops such a segment, and the sender repeats it as a lone one, whose checksum comes out right.
 *
 * Rule: a single segment with payload and such a sum, from a sender whose segments without payload are
 * complete (so it was not captured before the sender's NIC), not acknowledged until the same data come again
 * with a valid sum. Then it was dropped: Error, on the segment, counted where it is repeated.
 *
 * The sum of a super-frame is told from damage by the length in it: field less pseudo-header sum is its TCP
 * length, a multiple of the segment size behind the header; the pieces of one super-frame carry equal sums.
 *
 * Traps: a partial sum merely seen proves nothing, veth and bridges show them rightly, and GRO leaves them on
 * merged frames, which the receiver acknowledges. Where acknowledgements are not captured nothing is said.
 */
#include "leak.h"

#include "cause.h"
#include "engine/state/sequence.h"

enum {
    LEAKS_MAX = 1 << 12, /* segments in flight that wait for their repetition */
};

struct leak_key {
    uint32_t interface, tunnel;
    struct wt_address src, dst;
    uint32_t ports, seq;
};

struct leak {
    struct wt_entry entry;
    struct leak_key key;
    int64_t time;
    uint32_t frame;
};

WT_MAP_KEY(leak, struct leak_key)

static void *leak_new(void)
{
    return wt_map_new(sizeof(struct leak), sizeof(struct leak_key), LEAKS_MAX, leak_hash, leak_equal);
}

static struct leak_key leak_key(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    return (struct leak_key){
        .interface = context->frame->interface,
        .tunnel = packet->tunnel,
        .src = packet->src,
        .dst = packet->dst,
        .ports = (uint32_t)packet->src_port << 16 | packet->dst_port,
        .seq = packet->tcp.seq,
    };
}

/* Payload of the super-frame whose pseudo-header sum this segment carries. */
static uint32_t leak_super_payload(const struct wt_packet *packet)
{
    uint32_t length = wt_cause_difference(packet->l4_checksum_field, wt_cause_pseudo(packet, 0));
    return length > packet->l4_header_len ? length - packet->l4_header_len : 0;
}

static bool leak_is_super_sum(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side_segments *own = &wt_context_side(context)->segments;
    uint32_t payload = leak_super_payload(packet), size = packet->payload_len;
    if (packet->l4_checksum != WT_CHECKSUM_BAD || payload <= size)
        return false;
    return own->leaking || payload % size == 0;
}

bool wt_leak_suspect(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (!wt_context_is_tcp(context) || context->super_frame || packet->payload_len == 0)
        return false;
    if (context->src->bare_partial || !context->src->bare_complete)
        return false;
    bool left = wt_checksum_is_partial(packet->l4_checksum) || packet->l4_checksum == WT_CHECKSUM_UNFILLED;
    if (!left && !leak_is_super_sum(context))
        return false;
    const struct leak_key key = leak_key(context);
    struct leak *leak = wt_map_get(wt_kept(context, WT_KEEPER_LEAK), &key);
    leak->frame = context->frame->number;
    leak->time = context->frame->time;
    wt_context_side(context)->segments.leaking = true;
    return true;
}

void wt_leak_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (!wt_context_is_tcp(context) || !wt_context_side(context)->segments.leaking)
        return;
    const struct wt_side *peer = wt_context_peer(context);
    if (packet->l4_checksum != WT_CHECKSUM_VALID || packet->payload_len == 0 || !peer->has_acked)
        return;
    const struct leak_key key = leak_key(context);
    struct leak *leak = wt_map_find(wt_kept(context, WT_KEEPER_LEAK), &key);
    if (!leak || leak->frame == 0 || wt_seq_after(peer->acked, packet->tcp.seq))
        return;
    wt_find(context, WT_FINDING_CHECKSUM_LEAKED, .shown_in = leak->frame, .value = {context->frame->number},
            .instead_of =
                WT_INSTEAD_OF(WT_FINDING_CHECKSUM_PARTIAL)); /* what came so from the wire is no artefact */
    wt_relate(context, WT_RELATION_ORIGINAL, leak->frame, context->frame->time - leak->time);
    leak->frame = 0; /* said once */
}

const struct wt_detector wt_leak_detector = {
    .name = "checksum leak",
    .keeper = WT_KEEPER_LEAK,
    .create = leak_new,
    .free = wt_map_discard,
};
