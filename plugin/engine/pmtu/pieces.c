/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A super-frame does not show the size of its pieces. Its length tells that a report is obeyed if it is
 * a multiple of the new size and not of the old one. The reverse tells nothing: Linux 6.1 and 6.12 send a whole
 * old super-frame again, with a new gso_size (2896 = 2 x 1448 becomes 1348 + 1348 + 200), in about one path MTU
 * discovery of four.
 *
 * What tells is the IP identification of the flow's next packet: it has advanced by the number of pieces that
 * the stack asked for (ip_select_ident_segs(); it agreed with the kernel's gso_size every time). So judgement
 * waits for that packet. IPv6 has no identification: there the size stays unknown. So it does if both sizes
 * make the same number of pieces, or if the step is neither of the two: counters may be global or random.
 */
#include "pieces.h"

#include "engine/size/segmentation.h"
#include "engine/state/sequence.h"

static uint32_t pieces_count(uint32_t payload, uint32_t size)
{
    return size ? (payload - 1) / size + 1 : 0;
}

static bool pieces_is_multiple(uint32_t payload, uint32_t size)
{
    return size && payload % size == 0;
}

enum wt_pieces wt_pieces_judge(const struct wt_context *context, const struct wt_told *told,
                               struct wt_doubt *doubt)
{
    const struct wt_packet *packet = context->packet;
    uint32_t headers = wt_segmentation_wire_l3(context) - context->facts->segment_size;
    uint32_t before = told->before > headers ? told->before - headers : 0;
    uint32_t after = told->mtu > headers ? told->mtu - headers : 0;
    if (pieces_is_multiple(packet->payload_len, after) && !pieces_is_multiple(packet->payload_len, before))
        return WT_PIECES_FIT;
    *doubt = (struct wt_doubt){
        .time = context->frame->time,
        .frame = context->frame->number,
        .seq = packet->tcp.seq,
        .payload = packet->payload_len,
        .id = packet->id,
        .headers = headers,
        .old_pieces = pieces_count(packet->payload_len, before),
        .new_pieces = pieces_count(packet->payload_len, after),
    };
    if (packet->has_id && doubt->old_pieces != doubt->new_pieces)
        return WT_PIECES_LATER;
    return pieces_is_multiple(packet->payload_len, before) ? WT_PIECES_UNKNOWN : WT_PIECES_LIKELY;
}

enum wt_pieces wt_pieces_resolve(const struct wt_context *context, const struct wt_doubt *doubt)
{
    uint32_t step = (context->packet->id - doubt->id) & 0xffff;
    if (!context->packet->has_id || step == 0) /* the same packet, seen again */
        return WT_PIECES_LATER;
    if (step == doubt->new_pieces)
        return WT_PIECES_FIT;
    return step == doubt->old_pieces ? WT_PIECES_OLD : WT_PIECES_UNKNOWN;
}
