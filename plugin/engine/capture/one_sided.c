/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A mirror port of one direction, routes that differ there and back, or a capture filter show one side of a
 * connection. It is told from a host that nobody answers by what the side itself says: it acknowledges more and more
 * bytes of the other, or sends far more new data than any sender may without an answer (ten segments, RFC 6928).
 * Then what is not seen (answers, acknowledgements, windows) proves nothing. Told once for a connection, and taken
 * back for later frames when the other side does appear.
 */
#include "engine/context.h"
#include "engine/state/sequence.h"

enum {
    ONE_SIDED_SENT = 40 * WT_MSS_ETHERNET, /* four initial windows: other stacks begin with more than ten */
};

static bool one_sided_is_answered(const struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (side->has_acked && tcp->flags & WT_TCP_ACK && wt_seq_after(tcp->ack, side->acked))
        return true;
    return side->has_next && side->payload > ONE_SIDED_SENT && !wt_seq_after(side->next, tcp->seq) &&
           context->packet->payload_len > 0;
}

static void one_sided_judge(struct wt_context *context)
{
    if (!wt_context_is_tcp(context) || context->packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST))
        return;
    struct wt_side *side = wt_context_side(context);
    const struct wt_side *peer = wt_context_peer(context);
    if (peer->has_next || side->one_sided || !one_sided_is_answered(context))
        return;
    side->one_sided = true;
    context->link->one_sided++;
    wt_find(context, WT_FINDING_CAPTURE_ONE_SIDED, .value = {0});
}

const struct wt_detector wt_one_sided_detector = {
    .name = "one-sided",
    .judge = one_sided_judge,
};
