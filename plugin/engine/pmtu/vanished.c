/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vanished.h"

#include <wiretruth/diagnosis.h>

#include "engine/state/mtu_kind.h"
#include "path_record.h"

/* Inside a tunnel: what would fit if Ethernet is what its own packets do not fit; 0 if that explains nothing. */
static uint32_t vanished_tunnel_room(const struct wt_context *context, const struct wt_vanishing *what)
{
    const uint32_t around = context->packet->offset - context->reading->packet[0].offset;
    const bool explains = context->packet->tunnel && around && what->lost <= WT_MTU_ETHERNET &&
                          what->lost + around > WT_MTU_ETHERNET && what->passed + around <= WT_MTU_ETHERNET;
    return explains ? WT_MTU_ETHERNET - around : 0;
}

/* The ends of the tunnel around, in the direction of `ends`. */
static struct wt_ends vanished_tunnel(const struct wt_context *context, const struct wt_ends *ends)
{
    const struct wt_packet *outer = &context->reading->packet[0];
    const bool forward = wt_address_equal(&ends->sender, &context->packet->src);
    return forward ? (struct wt_ends){outer->src, outer->dst} : (struct wt_ends){outer->dst, outer->src};
}

void wt_vanished_tell(const struct wt_context *context, struct wt_vanished *said,
                      const struct wt_vanishing *what)
{
    if (said->count == WT_VANISHED_FRAMES)
        return;
    const uint32_t room = vanished_tunnel_room(context, what);
    const struct wt_ends tunnel = vanished_tunnel(context, &what->ends);
    said->speaks_for = room ? WT_SPEAKS_FOR(WT_DIAGNOSIS_TUNNEL_MTU) : 0;
    wt_find(context, WT_FINDING_PMTU_BLACK_HOLE, .size = room, .suspects = room ? &tunnel : NULL,
            .speaks_for = said->speaks_for, .most = WT_AT_MOST(what->severity), .reason = what->reason,
            .ends = &what->ends, .event = what->event, .shown_in = what->shown_in,
            .value = {what->lost, what->passed, wt_mtu_between(what->passed, what->lost)});
    said->of[said->count] = what->shown_in ? what->shown_in : context->frame->number;
    said->in[said->count++] = context->frame->number;
    struct wt_path_record *record = wt_path_record_get(context, &what->ends.sender, &what->ends.receiver);
    record->link_mtu = context->facts->link_mtu;
    wt_path_lose(record, what->lost);
    if (what->severity > WT_SEVERITY_NOTE)
        wt_path_judge(record, WT_PATH_BLACK_HOLE);
}

void wt_vanished_withdraw(const struct wt_context *context, struct wt_vanished *said,
                          const struct wt_ends *ends, uint64_t event)
{
    for (unsigned i = 0; i < said->count; i++) {
        wt_withdraw(context, said->of[i], WT_FINDING_PMTU_BLACK_HOLE);
        wt_withdraw(context, said->in[i], WT_FINDING_PMTU_BLACK_HOLE);
    }
    wt_log(context, "what was said to vanish arrived in its size: no black hole");
    const struct wt_ends tunnel = vanished_tunnel(context, ends);
    wt_retract(context, WT_FINDING_PMTU_BLACK_HOLE, .ends = ends,
               .suspects = said->speaks_for ? &tunnel : NULL, .event = event, .speaks_for = said->speaks_for,
               .value = {said->count});
    struct wt_path_record *record = wt_path_record_get(context, &ends->sender, &ends->receiver);
    wt_path_clear(record, WT_PATH_BLACK_HOLE);
    if (said->speaks_for)
        wt_path_clear(record, WT_PATH_TUNNEL);
    said->count = 0;
}
