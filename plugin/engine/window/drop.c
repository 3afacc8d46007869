/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A stateful device that ignores window scaling lets data pass up to the highest acknowledgement +
 * raw window (the window of the SYN counts too) and drops what lies beyond, or what begins beyond: devices
 * differ by one segment. Below the edge nothing is lost. With Linux's conntrack the edge is td_maxend
 * (nf_conntrack_proto_tcp.c). Where the edge goes on to move, repeats pass: see tally.c. Here the sender repeats
 * the same segment again and again.
 *
 * Evidence for window.unscaled_drop, all of it:
 *  - a shift above 0 is in force for the receiver, by a captured handshake, and its windows do look scaled;
 *  - no byte beyond that edge ever arrived, neither acknowledged nor by SACK;
 *  - DROP_LOST transmissions of the segment at the acknowledgement were lost, and that segment crosses the
 *    edge or begins at most one segment behind it; below the edge hardly anything was sent again;
 *  - segments of this size arrived before, so it is no black hole for large packets;
 *  - it is no accident that the loss begins there: several segments passed between the grant and the edge, or
 *    the same happened at DROP_POINTS places.
 *
 * Traps. A peer that died, a cut cable: the loss begins anywhere. Small receive buffers and zero windows: the
 * sender does not send then, and a probe is one byte. A path MTU report under way explains the loss.
 * A capture behind the device sees nothing of it.
 */
#include "drop.h"

#include "engine/state/sequence.h"
#include "tally.h"
#include "windows.h"

enum {
    STALLS_MAX = 4096, /* 0.5 MiB at most */
    DROP_LOST = 3,     /* two may be one burst of loss and its repair */
    DROP_POINTS = 3,
    DROP_WIDE = 4, /* segments between grant and edge that make the place of the loss no accident */
    DROP_RARE = 4, /* one loss below the edge for so many beyond it */
};

struct stall {
    struct wt_entry entry;
    struct wt_side_key key;
    uint32_t isn;           /* of the sender: another one is another connection */
    uint32_t at;            /* sequence number where it hangs */
    uint32_t frame;         /* that sent `at` last */
    uint32_t lost;          /* transmissions from `at` that were lost */
    uint32_t points;        /* places where it hung beyond the edge */
    uint32_t beyond, below; /* segments sent again, beyond and below the edge */
};

WT_MAP_KEY(stall, struct wt_side_key)

struct wt_map *wt_window_stalls_new(void)
{
    return wt_map_new(sizeof(struct stall), sizeof(struct wt_side_key), STALLS_MAX, stall_hash, stall_equal);
}

/* --- what arrives beyond the edge --- */

/* Acknowledges something behind `edge`. */
static bool drop_is_taken(const struct wt_tcp *tcp, uint32_t edge)
{
    if (wt_seq_after(tcp->ack, edge))
        return true;
    for (unsigned i = 0; i < tcp->sacks && i < WT_SACKS_MAX; i++)
        if (wt_seq_after(tcp->sack[i].right, edge))
            return true;
    return false;
}

/* What arrived shows that there is no such device in front of the receiver of this packet. */
static bool drop_is_refuted(const struct wt_context *context, enum wt_tally_kind kind)
{
    return ((unsigned)wt_windows_of(wt_context_side(context))->refuted >> kind) & 1U;
}

/* An acknowledgement: what arrived, and whether some of it was beyond the edge granted before. */
static void drop_take_ack(struct wt_context *context)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    struct wt_side *receiver = wt_context_side(context);
    struct wt_side *sender = wt_context_peer(context);
    const struct wt_side_windows *granted = wt_windows_of(receiver);
    if (!granted->has_unscaled)
        return;
    unsigned refuted = (unsigned)drop_is_taken(tcp, granted->unscaled + receiver->mss) << WT_TALLY_BEGINS;
    refuted |= (unsigned)drop_is_taken(tcp, granted->unscaled + 1) << WT_TALLY_ENDS; /* a probe has a byte */
    if (receiver->settled) {
        refuted |= (unsigned)drop_is_taken(tcp, granted->later + receiver->mss) << WT_TALLY_BEGINS_LATER;
        refuted |= (unsigned)drop_is_taken(tcp, granted->later + 1) << WT_TALLY_ENDS_LATER;
    }
    wt_windows_of(sender)->refuted |= refuted & 15U;
}

/* The unscaled edge after this frame. `wide` stays while the edge creeps on by less than a segment. */
static void drop_take_window(struct wt_context *context)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    struct wt_side *side = wt_context_side(context), *peer = wt_context_peer(context);
    uint32_t edge = tcp->ack + tcp->window;
    if (!wt_windows_of(side)->has_unscaled || wt_seq_after(edge, wt_windows_of(side)->unscaled))
        wt_windows_of(side)->unscaled = edge;
    wt_windows_of(side)->has_unscaled = true;
    if (!side->settled || wt_seq_after(edge, wt_windows_of(side)->later))
        wt_windows_of(side)->later = edge;
    if (tcp->window >= DROP_WIDE * side->mss &&
        (!wt_windows_of(side)->has_wide || wt_seq_after(edge, wt_windows_of(side)->wide))) {
        wt_windows_of(side)->wide = edge;
        wt_windows_of(side)->has_wide = true;
    }
    if ((tcp->flags & WT_TCP_SYN) && peer->syn) { /* the client's SYN granted this much of what follows */
        wt_windows_of(peer)->unscaled = wt_windows_of(peer)->later = wt_windows_of(peer)->wide =
            tcp->seq + 1 + peer->raw_max;
        wt_windows_of(peer)->has_unscaled = wt_windows_of(peer)->has_wide = true;
    }
}

/* --- what is sent --- */

/* Packets as large as this one, or as its pieces on the wire, arrived before, and no report forbids them. */
static bool drop_is_size_known(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_path *path = context->path;
    uint32_t size =
        packet->ip_header_len + packet->l4_header_len + MIN(packet->payload_len, wt_windows_segment(context));
    return size <= MAX(path->passed, wt_context_side(context)->reports.passed) &&
           (!wt_path_is_told(path) || size <= path->mtu);
}

static struct stall *drop_stall(struct wt_context *context)
{
    const struct wt_side_key key = wt_side_key(context, context->sender);
    struct stall *stall = wt_map_get(wt_windows(context)->stalls, &key);
    const struct wt_side *side = wt_context_side(context);
    if (stall->frame == 0 || stall->isn != side->isn) {
        const struct wt_entry entry = stall->entry;
        *stall = (struct stall){.entry = entry, .key = key, .isn = side->isn};
    }
    return stall;
}

/* Counts a segment sent again. `stall->lost` counts the first transmission too: it is sent again as it was
 * lost. */
static void drop_count(struct wt_context *context, struct stall *stall, bool beyond)
{
    const struct wt_packet *packet = context->packet;
    if (packet->tcp.seq != wt_context_peer(context)->acked) /* perhaps only in disorder */
        return;
    if (beyond)
        stall->beyond++;
    else
        stall->below++;
    if (stall->frame == 0 || stall->at != packet->tcp.seq) {
        stall->at = packet->tcp.seq;
        stall->lost = 0;
        stall->points += beyond;
    }
    stall->lost++;
}

/* Several segments passed before the edge was reached. Meanwhile it may have crept on by less
 * than a segment. */
static bool drop_is_wide(const struct wt_context *context)
{
    const struct wt_side_windows *windows = wt_windows_of(wt_context_peer(context));
    return windows->has_wide &&
           wt_seq_distance(windows->unscaled, windows->wide) <= (int32_t)wt_windows_segment(context);
}

static bool drop_is_proven(const struct wt_context *context, const struct stall *stall)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *receiver = wt_context_peer(context);
    int32_t room = wt_seq_distance(wt_windows_of(receiver)->unscaled, packet->tcp.seq); /* below the edge */
    bool here = packet->tcp.seq == receiver->acked && room < (int32_t)packet->payload_len &&
                room > -(int32_t)wt_windows_segment(context);
    if (room > 0 && drop_is_refuted(context, WT_TALLY_ENDS))
        return false; /* it begins in front of the edge, and such pass */
    bool again = stall->lost >= DROP_LOST;
    bool only = stall->below * DROP_RARE <= stall->beyond;
    bool placed = drop_is_wide(context) || stall->points >= DROP_POINTS;
    return here && again && only && placed && drop_is_size_known(context);
}

static void drop_tell(struct wt_context *context, uint32_t lost, uint32_t before)
{
    const struct wt_side_windows *receiver = wt_windows_of(wt_context_peer(context));
    uint32_t stalled = (uint32_t)(context->frame->time / WT_MILLISECOND) - receiver->acked_at;
    wt_find(context, WT_FINDING_WINDOW_UNSCALED_DROP,
            .value = {lost, (uint64_t)stalled * WT_MILLISECOND, receiver->raw});
    if (before)
        wt_relate(context, WT_RELATION_ORIGINAL, before, 0);
}

/* Data sent before and not acknowledged. */
static void drop_take_again(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *receiver = wt_context_peer(context);
    uint32_t end = packet->tcp.seq + packet->payload_len;
    if (drop_is_refuted(context, WT_TALLY_BEGINS) || wt_seq_after(receiver->acked, packet->tcp.seq))
        return;
    struct stall *stall = drop_stall(context);
    uint32_t before = stall->at == packet->tcp.seq ? stall->frame : 0;
    drop_count(context, stall,
               wt_seq_after(end, drop_is_wide(context) ? wt_windows_of(receiver)->wide
                                                       : wt_windows_of(receiver)->unscaled));
    uint32_t lost = packet->tcp.seq == receiver->acked ? wt_tally_lost(context) : 0;
    if (drop_is_proven(context, stall))
        drop_tell(context, stall->lost, before);
    else if (lost && drop_is_size_known(context))
        drop_tell(context, lost, 0);
    stall->frame = context->frame->number;
}

/* It had to send again, and some device may yet be the cause. */
static bool drop_is_tallied(const struct wt_side *sender)
{
    return wt_windows_of(sender)->tallied && wt_windows_of(sender)->refuted != (1U << WT_TALLY_KINDS) - 1;
}

void wt_window_drop(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *receiver = wt_context_peer(context);
    uint16_t flags = packet->tcp.flags;
    if (!wt_windows_are_negotiated(context->flow) || wt_windows_doubt(context) || (flags & WT_TCP_RST))
        return;
    if ((flags & WT_TCP_ACK) && wt_flow_scale(context->flow, context->sender) > 0) {
        drop_take_ack(context);
        if (drop_is_tallied(wt_context_peer(context)))
            wt_tally_acked(context);
        drop_take_window(context);
    }
    if (flags & WT_TCP_SYN)
        return;
    if (packet->payload_len <= 1 || wt_flow_scale(context->flow, !context->sender) <= 0 ||
        wt_windows_of(receiver)->unshifted || !wt_windows_of(receiver)->has_unscaled || !receiver->has_acked)
        return;
    if (!wt_windows_are_new_data(context))
        drop_take_again(context);
    if (drop_is_tallied(wt_context_side(context)))
        wt_tally_sent(context, wt_windows_are_new_data(context));
}
