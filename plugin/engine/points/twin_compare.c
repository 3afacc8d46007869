/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A packet seen before and behind a device shows what the device did, with no guess about capture
 * sides:
 *   - a super-frame before and pieces behind were cut in between. A piece larger than the MSS less options,
 *     or than the path MTU that the sender had been told of a round trip before, proves that the segmenter
 *     ignores both: the stack never asks for such a size (tcp_mss_split_point()).
 *   - a window scale option before and none behind was stripped. On a SYN/ACK that leaves one end scaling
 *     and the other not; on a SYN both ends go without it, which is slow and nothing worse (RFC 7323 2.2).
 *   - a partial sum before must be complete on a piece behind. The very number of the super-frame on a piece
 *     of another length is neither complete nor a partial sum of that piece.
 *
 * Traps: a host's own second point (a bridge, a tap) shows super-frames with partial sums uncut, which is no
 * fault; software segmentation leaves each piece with a partial sum of its own length. NAT changes checksums
 * rightly, so unequal numbers say nothing unless both states are known.
 *
 *   - a valid sum before and a bad one behind, between the same addresses and over as much payload: the bytes
 *     were changed in between, whatever else that host sent. Two things make it no damage: a frame merged on
 *     the way keeps the first segment's sum, and a capture whose payload was replaced by its owner has bad
 *     sums throughout; so most other data must have passed intact.
 *   - partial at both points proves nothing, even if the second one is the receiver: virtual NICs and
 * switches hand a partial sum on rightly (VIRTIO_NET_HDR_F_NEEDS_CSUM), and nothing in a capture tells the
 * two cases apart but what the receiver does with the data, see checksum/leak.c. So no finding rests on it.
 */
#include "twin_compare.h"

static bool compare_is_left(enum wt_checksum state)
{
    return wt_checksum_is_partial(state) || state == WT_CHECKSUM_UNFILLED;
}

static bool compare_is_cut(const struct wt_twin_pair *pair)
{
    return pair->kind != WT_TWIN_DATAGRAM && pair->down->payload < pair->up->payload;
}

static unsigned compare_sizes(const struct wt_twin_pair *pair)
{
    if (pair->kind == WT_TWIN_DATAGRAM)
        return pair->down->ip_length < pair->up->ip_length ? 1U << WT_CHANGE_FRAGMENTED : 0;
    if (compare_is_cut(pair))
        return 1U << WT_CHANGE_CUT;
    return pair->down->payload > pair->up->payload ? 1U << WT_CHANGE_MERGED : 0;
}

static unsigned compare_headers(const struct wt_twin_pair *pair)
{
    const struct wt_observation *up = pair->up, *down = pair->down;
    unsigned changes = 0;
    bool same_hosts = up->source_host == down->source_host && up->destination_host == down->destination_host;
    bool same_ends = up->source == down->source && up->destination == down->destination;
    if (!same_hosts || (!same_ends && up->fragment == down->fragment))
        changes |= 1U << WT_CHANGE_TRANSLATED;
    if (up->df && !down->df && up->version == 4)
        changes |= 1U << WT_CHANGE_DF;
    if (!up->tcp || !down->tcp || !(up->flags & WT_TCP_SYN))
        return changes;
    if (up->mss != down->mss)
        changes |= 1U << WT_CHANGE_MSS;
    if (up->scale != down->scale)
        changes |= 1U << WT_CHANGE_SCALE;
    return changes;
}

static unsigned compare_checksums(const struct wt_twin_pair *pair)
{
    enum wt_checksum up = pair->up->checksum, down = pair->down->checksum;
    if (pair->up->fragment || pair->down->fragment)
        return 0;
    if (up == WT_CHECKSUM_VALID)
        return down == WT_CHECKSUM_BAD ? 1U << WT_CHANGE_CHECKSUM_DAMAGED : 0;
    if (!compare_is_left(up) || compare_is_left(down))
        return 0;
    bool same_number = pair->up->checksum_field == pair->down->checksum_field;
    if (compare_is_cut(pair) && same_number && down != WT_CHECKSUM_VALID)
        return 1U << WT_CHANGE_CHECKSUM_LEAKED;
    return down == WT_CHECKSUM_BAD ? 0 : 1U << WT_CHANGE_CHECKSUM_COMPLETED;
}

unsigned wt_twin_changes(const struct wt_twin_pair *pair)
{
    return compare_sizes(pair) | compare_headers(pair) | compare_checksums(pair);
}

struct wt_tally wt_twin_tally(const struct wt_twin_pair *pair, unsigned changes)
{
    const unsigned of_down = 1U << WT_CHANGE_MERGED | 1U << WT_CHANGE_CHECKSUM_LEAKED |
                             1U << WT_CHANGE_CHECKSUM_DAMAGED | 1U << WT_CHANGE_DF;
    struct wt_tally tally = {.matched = pair->up_first};
    for (unsigned i = 0; i < WT_CHANGES; i++) {
        bool first = of_down & (1U << i) ? pair->down_first : pair->up_first;
        tally.changed[i] = (changes & (1U << i)) && first;
    }
    return tally;
}

static void compare_find_cut(const struct wt_context *context, const struct wt_twin_pair *pair)
{
    const struct wt_observation *up = pair->up, *down = pair->down;
    uint32_t headers = down->l3_len - down->payload;
    uint32_t limit = up->mss_limit;
    if (up->path_mtu > headers && (limit == 0 || up->path_mtu - headers < limit))
        limit = up->path_mtu - headers;
    bool asked = compare_is_left(up->checksum) && up->wire_frames > 1 && up->tcp;
    if (asked && limit && down->wire_frames <= 1 && down->payload > limit)
        wt_find(context, WT_FINDING_SEGMENTATION_WRONG, .shown_in = down->frame, .both_sides = true,
                .value = {down->payload, limit});
}

static void compare_find_scale(const struct wt_context *context, const struct wt_twin_pair *pair)
{
    const struct wt_observation *up = pair->up, *down = pair->down;
    if (up->scale == WT_SCALE_NONE)
        return;
    if (up->flags & WT_TCP_ACK)
        wt_find(context, WT_FINDING_WINDOW_SCALE_STRIPPED, .shown_in = down->frame, .both_sides = true,
                .value = {0});
    else if (down->frame == context->frame->number)
        wt_find(context, WT_FINDING_WINDOW_SCALE_STRIPPED, .most = WT_AT_MOST(WT_SEVERITY_WARN),
                .both_sides = true,
                .reason = down->scale == WT_SCALE_NONE ? WT_REASON_POINT_TAKEN_OUT : WT_REASON_POINT_CHANGED,
                .value = {0});
}

bool wt_twin_is_comparable(const struct wt_twin_pair *pair, unsigned changes)
{
    const struct wt_observation *up = pair->up, *down = pair->down;
    bool translated = changes & (1U << WT_CHANGE_TRANSLATED);
    return !up->fragment && !down->fragment && !translated && up->checksum == WT_CHECKSUM_VALID &&
           up->payload > 0 && up->payload == down->payload && up->wire_frames <= 1 && down->wire_frames <= 1;
}

static void compare_find_damage(const struct wt_context *context, const struct wt_twin_pair *pair,
                                unsigned changes)
{
    const struct wt_observation *down = pair->down;
    if (!pair->intact_others || down->corrupt || !wt_twin_is_comparable(pair, changes))
        return;
    bool here = down->frame == context->frame->number;
    wt_find(context, WT_FINDING_CHECKSUM_CORRUPT, .shown_in = down->frame, .both_sides = true,
            .reason = here ? WT_REASON_POINT_WAS_VALID : WT_REASON_NONE,
            .value = {down->checksum_field, down->checksum_expected});
    pair->down->corrupt = true;
}

void wt_twin_find(const struct wt_context *context, const struct wt_twin_pair *pair, unsigned changes)
{
    if (changes & (1U << WT_CHANGE_CHECKSUM_DAMAGED))
        compare_find_damage(context, pair, changes);
    if (changes & (1U << WT_CHANGE_CUT))
        compare_find_cut(context, pair);
    if (changes & (1U << WT_CHANGE_SCALE))
        compare_find_scale(context, pair);
}
