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
#include "sums.h"

enum {
    LEAKS_MAX = 1 << 12, /* segments in flight that wait for their repetition */
};

struct leak {
    struct wt_entry entry;
    struct wt_sum_key key;
    int64_t time;
    uint32_t frame;
};

WT_MAP_KEY(leak, struct wt_sum_key)

struct wt_map *wt_leaks_new(void)
{
    return wt_map_new(sizeof(struct leak), sizeof(struct wt_sum_key), LEAKS_MAX, leak_hash, leak_equal);
}

/* One segment; only TCP leaks are waited for here. */
static struct wt_sum_key leak_key(const struct wt_context *context)
{
    struct wt_sum_key key = wt_sum_key(context, false);
    key.kind = context->packet->tcp.seq;
    return key;
}

/* Payload of the super-frame whose pseudo-header sum this segment carries. */
static uint32_t leak_super_payload(const struct wt_packet *packet)
{
    uint32_t length = wt_cause_difference(packet->l4_checksum_field, wt_cause_pseudo(packet, 0));
    return length > packet->l4_header_len ? length - packet->l4_header_len : 0;
}

bool wt_leak_is_super_sum(const struct wt_context *context)
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
    if (!left && !wt_leak_is_super_sum(context))
        return false;
    const struct wt_sum_key key = leak_key(context);
    struct leak *leak = wt_map_get(wt_sums(context)->leaks, &key);
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
    const struct wt_sum_key key = leak_key(context);
    struct leak *leak = wt_map_find(wt_sums(context)->leaks, &key);
    if (!leak || leak->frame == 0 || wt_seq_after(peer->acked, packet->tcp.seq))
        return;
    wt_withdraw(context, leak->frame, WT_FINDING_CHECKSUM_PARTIAL); /* no artefact of capturing */
    wt_withdraw(context, leak->frame, WT_FINDING_CHECKSUM_UNFILLED);
    wt_find(context, WT_FINDING_CHECKSUM_LEAKED, .shown_in = leak->frame, .value = {context->frame->number});
    wt_relate(context, WT_RELATION_ORIGINAL, leak->frame, context->frame->time - leak->time);
    wt_sums_leak(context, &packet->src);
    leak->frame = 0; /* said once */
}
