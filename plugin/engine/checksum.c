/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A stack with checksum offload leaves the pseudo-header sum for the NIC: with the length of the
 * segment (Linux,
 * __tcp_v4_send_check; Windows checksum offload; FreeBSD) or without it (Windows LSO, FreeBSD TSO drivers).
 * Such a sum, or a zero where a NIC fills one in, says where the frame was captured and is an artefact.
 *
 * A wrong sum that is none of these is damage, unless offloading explains it: a frame merged by LRO or
 * fraglist GRO keeps the first segment's sum.
 *
 * Evidence. Damage is rare: a sender of which no intact packet was seen more likely had its packets rewritten
 * after they were captured (addresses made anonymous, payload removed), so then it is a Note.
 *
 * Traps: a fragment or a truncated packet cannot be verified; what an ICMP error quotes is not judged; a
 * tunnel's outer sum may count on the inner one being completed. The reader takes care of these and says
 * "unverifiable" or "valid".
 */
#include "checksum.h"

static void checksum_judge_bad(struct wt_context *context, uint16_t field, uint16_t expected)
{
    const struct wt_values values = WT_VALUES_OF(field, expected);
    if (context->super_frame)
        return;
    if (context->src->single_complete > 0)
        wt_find(context, WT_FINDING_CHECKSUM_CORRUPT, values);
    else
        wt_find_because(context, WT_FINDING_CHECKSUM_CORRUPT, WT_SEVERITY_NOTE,
                        "no intact packet of this sender was seen yet", values);
}

void wt_checksum_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (wt_checksum_is_partial(packet->l4_checksum))
        wt_find(context, WT_FINDING_CHECKSUM_PARTIAL, WT_VALUES_OF(0));
    if (packet->ip_checksum == WT_CHECKSUM_UNFILLED || packet->l4_checksum == WT_CHECKSUM_UNFILLED)
        wt_find(context, WT_FINDING_CHECKSUM_UNFILLED, WT_VALUES_OF(0));
    if (packet->ip_checksum == WT_CHECKSUM_BAD)
        checksum_judge_bad(context, packet->ip_checksum_field, packet->ip_checksum_expected);
    if (packet->l4_checksum == WT_CHECKSUM_BAD)
        checksum_judge_bad(context, packet->l4_checksum_field, packet->l4_checksum_expected);
}

void wt_checksum_learn(struct wt_context *context)
{
    if (context->flow)
        wt_host_learn(context->src, context->packet->l4_checksum, context->super_frame);
}
