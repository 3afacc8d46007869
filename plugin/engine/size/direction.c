/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. What the file itself says comes first: pcapng flags, then the packet type of a cooked header. Most
 * captures say neither, so the rest is learnt for each interface from what its hosts' checksums look like:
 *
 *   local   a stack with checksum offload leaves partial sums, also on segments without payload (SYN, ACK,
 *           FIN), which nothing merges. So a host whose bare segments are partial is captured before its NIC.
 *   remote  a receiving NIC hands up complete sums, and only merged frames lose them: GRO writes a partial one
 *           (tcp4_gro_complete), LRO and fraglist GRO keep the first segment's, RSC a valid one. A host with
 *           complete bare segments whose data comes in super-frames was captured behind such a merge; no stack
 *           computes the sum of a super-frame that it sends.
 *
 * If one end is local or the other remote, the direction follows. Traps: loopback, veth and virtual switches
 * show partial sums both ways, so both ends look local and the direction stays unknown. A NIC that lets
 * partial sums out (checksum.leaked) shows them on data only. Resets are complete even from a local host. UDP
 * has no bare packets, and UDP GRO leaves partial sums too, so it takes several partial and no complete ones.
 * What a bridge or the host's end of a virtual cable shows cannot be told from the guest's own view.
 */
#include "direction.h"

enum {
    DIRECTION_PARTIAL_MIN =
        2, /* partial packets with payload that make a host local if no other evidence is there */
};

static bool direction_is_local(const struct wt_host *host)
{
    bool complete = host->bare_complete > 0 || host->single_complete > 0;
    return host->bare_partial > 0 || (!complete && host->single_partial >= DIRECTION_PARTIAL_MIN);
}

static bool direction_is_remote(const struct wt_host *host)
{
    bool complete = host->bare_complete > 0 || host->single_complete > 0;
    return host->bare_partial == 0 && complete && host->merged > 0;
}

/* Whether anything was seen of it that is not so of every host. */
static bool direction_is_telling(const struct wt_host *host)
{
    return host->bare_partial || host->single_partial || host->merged;
}

static enum wt_direction direction_learnt(const struct wt_host *src, const struct wt_host *dst)
{
    if (!direction_is_telling(src) && !direction_is_telling(dst))
        return WT_DIRECTION_UNKNOWN;
    bool sent = direction_is_local(src) || direction_is_remote(dst);
    bool received = direction_is_local(dst) || direction_is_remote(src);
    if (sent == received)
        return WT_DIRECTION_UNKNOWN;
    return sent ? WT_DIRECTION_SENT : WT_DIRECTION_RECEIVED;
}

/* By the preference: the end that sends most of the payload is the sender. */
static enum wt_direction direction_preferred(const struct wt_context *context, enum wt_capture_point point)
{
    if (point == WT_POINT_BETWEEN || !context->flow)
        return WT_DIRECTION_UNKNOWN;
    uint64_t own = wt_context_side(context)->payload + context->packet->payload_len;
    bool most = own >= wt_context_peer(context)->payload;
    return most == (point == WT_POINT_SENDER) ? WT_DIRECTION_SENT : WT_DIRECTION_RECEIVED;
}

void wt_direction_judge(struct wt_context *context)
{
    struct wt_facts *facts = context->facts;
    enum wt_capture_point point = context->engine->preferences.capture_point;
    if (context->frame->direction != WT_DIRECTION_UNKNOWN) {
        facts->direction = context->frame->direction;
        facts->direction_source = WT_DIRECTION_SOURCE_FLAGS;
        return;
    }
    if (context->reading->direction != WT_DIRECTION_UNKNOWN) {
        facts->direction = context->reading->direction;
        facts->direction_source = WT_DIRECTION_SOURCE_COOKED;
        return;
    }
    enum wt_direction direction = point == WT_POINT_FIND_OUT ? direction_learnt(context->src, context->dst)
                                                             : direction_preferred(context, point);
    if (direction == WT_DIRECTION_UNKNOWN)
        return;
    facts->direction = direction;
    facts->direction_source = WT_DIRECTION_SOURCE_LEARNT;
}

const struct wt_detector wt_direction_detector = {
    .name = "direction",
    .learn = wt_direction_judge,
};
