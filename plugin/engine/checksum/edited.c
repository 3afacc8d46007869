/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. With large send offload a driver may leave a sum of zero on what the NIC will cut. It does so on data
 * alone and only for the host that captures. SYNs and bare acknowledgements with a sum of zero, from both ends of
 * a connection, were written by a program that anonymises captures. Then sums prove nothing.
 */
#include "edited.h"

#include "sums.h"

enum {
    BLANKS_MAX = 1 << 12
};

struct blank {
    struct wt_entry entry;
    struct wt_sum_key key;
    bool told;
};

WT_MAP_KEY(blank, struct wt_sum_key)

struct wt_map *wt_blanks_new(void)
{
    return wt_map_new(sizeof(struct blank), sizeof(struct wt_sum_key), BLANKS_MAX, blank_hash, blank_equal);
}

/* Whether this direction, or the opposite one, had a bare segment with a sum of zero and none with another. */
static struct blank *blank_find(const struct wt_context *context, bool reverse)
{
    const struct wt_side *side = reverse ? wt_context_peer(context) : wt_context_side(context);
    const struct wt_sum_key key = wt_sum_key(context, reverse);
    const bool others = side->segments.intact || side->segments.intact_bare;
    return others ? NULL : wt_map_find(wt_sums(context)->blanks, &key);
}

bool wt_edited_is_blank(const struct wt_context *context)
{
    return wt_context_is_tcp(context) && context->packet->l4_checksum == WT_CHECKSUM_UNFILLED &&
           blank_find(context, false) && blank_find(context, true);
}

bool wt_edited_judge(struct wt_context *context)
{
    if (!wt_context_is_tcp(context) || context->packet->l4_checksum != WT_CHECKSUM_UNFILLED)
        return false;
    if (context->packet->payload_len == 0) {
        const struct wt_sum_key key = wt_sum_key(context, false);
        wt_map_get(wt_sums(context)->blanks, &key);
    }
    struct blank *own = blank_find(context, false), *peer = blank_find(context, true);
    if (!own || !peer)
        return false;
    if (!own->told && !peer->told)
        wt_find(context, WT_FINDING_CAPTURE_EDITED, .reason = WT_REASON_SUM_ALL_ZERO);
    own->told = true;
    return true;
}
