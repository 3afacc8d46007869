/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Who opens a connection asks for segments no larger than its own link takes (RFC 9293 3.7.1). Where a narrower
 * link lies behind it, a router lowers what is asked for (RFC 4459 3.2): it clamps the MSS of SYNs in both directions, or
 * should. mss.unfit names an MSS that cannot be right, and the one that would be.
 *
 *   link      Both ends ask for more than the link at the capture point takes, whose MTU is known (preference, DHCP, router
 *             advertisement, PPP, LLDP). In a tunnel the outer headers come off.
 *   family    In IPv6, an MSS that IPv4 would have on a common link and no IPv6 link has: 20 bytes too many. Only around
 *             Ethernet's MTU, since below it other links have each of these values.
 *   one way   Large packets vanish, or a router refuses them (pmtu.black_hole, pmtu.report). Their sender's own MSS would
 *             fit, and yet the packet is larger than it allows: so it was clamped on its way, and the other one not. Or the
 *             other end's full segments fit a common link and are smaller than they are allowed to be: it was told less.
 *
 * No misfit: an ordinary host whose path leads through somebody's tunnel. Nothing is said of what a report repairs unless
 * the two directions differ. One end that asks for more than the link takes while the other has a smaller link itself:
 * both ask, and the smaller one holds. Nor is it one where the other was clamped to what just fits: the router behind the
 * capture point may clamp this one next, as it clamped that one before. Who stands on the link (nothing was taken from its
 * TTL yet) limits itself, so only what it asks of others counts. An MTU that is a guess (default, largest seen) proves nothing.
 */
#include <wiretruth/diagnosis.h>

#include "engine/context.h"
#include "engine/state/mtu_kind.h"

enum {
    UNFIT_HITS = 2, /* full segments of one size */
};

static uint32_t unfit_headers(uint8_t version)
{
    return version == 4 ? WT_HEADERS_V4 : WT_HEADERS_V6;
}

static void unfit_tell(const struct wt_context *context, struct wt_flow *flow, unsigned which,
                       const struct wt_evidence *evidence)
{
    if (which ? flow->unfit_high : flow->unfit_low)
        return;
    if (which)
        flow->unfit_high = true;
    else
        flow->unfit_low = true;
    wt_find_with(context, WT_FINDING_MSS_UNFIT, evidence);
}

/* --- by the SYN alone --- */

static bool unfit_is_known(enum wt_mtu_source source)
{
    return source <= WT_MTU_LLDP;
}

static void unfit_judge_family(const struct wt_context *context)
{
    const uint32_t mss = context->side->mss;
    const struct wt_facts *facts = context->facts;
    const uint32_t as_v4 = mss + WT_HEADERS_V4, as_v6 = mss + WT_HEADERS_V6;
    const bool wide = unfit_is_known(facts->link_mtu_source) && facts->link_mtu >= as_v6;
    if (context->packet->version == 4 || context->loopback || wide || as_v4 > WT_MTU_ETHERNET ||
        as_v6 <= WT_MTU_ETHERNET || !wt_mtu_is_common(as_v4))
        return;
    unfit_tell(context, context->flow, context->sender,
               &(struct wt_evidence){.reason = WT_REASON_UNFIT_FAMILY,
                                     .value = {mss, 0, mss - (WT_HEADERS_V6 - WT_HEADERS_V4)}});
}

/* --- both SYNs against the link --- */

static void unfit_tell_link(const struct wt_context *context, unsigned which, uint32_t room)
{
    const struct wt_packet *packet = context->packet;
    const bool own = which == context->sender;
    const struct wt_ends ends = {own ? packet->src : packet->dst, own ? packet->dst : packet->src};
    unfit_tell(context, context->flow, which,
               &(struct wt_evidence){.reason = WT_REASON_UNFIT_LINK,
                                     .ends = &ends,
                                     .shown_in = context->flow->syn_frame[which],
                                     .value = {context->flow->side[which].mss, context->facts->link_mtu,
                                               room - unfit_headers(packet->version)}});
}

static void unfit_judge_link(const struct wt_context *context)
{
    const struct wt_facts *facts = context->facts;
    const struct wt_flow *flow = context->flow;
    const uint32_t around = context->packet->offset - context->reading->packet[0].offset;
    const uint32_t headers = unfit_headers(context->packet->version);
    if (!unfit_is_known(facts->link_mtu_source) || context->loopback ||
        facts->link_mtu < around + WT_MTU_HOST_V4)
        return;
    const uint32_t room = facts->link_mtu - around;
    const bool near[2] = {flow->near_low, flow->near_high};
    const bool between = near[0] == near[1];
    for (unsigned which = 0; which < 2; which++) {
        const uint32_t asked = flow->side[which].mss + headers, other = flow->side[!which].mss + headers;
        if (flow->side[which].mss == 0 || asked <= room || (!between && !near[which]))
            continue;
        if (other > room)
            unfit_tell_link(context, which, room);
    }
}

/* Nothing was taken from the initial TTL of common stacks: its sender is on this link. */
static bool unfit_is_near(const struct wt_packet *packet)
{
    return packet->ttl == 64 || packet->ttl == 128 || packet->ttl == 255;
}

static void unfit_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (!context->tcp || !(packet->tcp.flags & WT_TCP_SYN) || context->flow->foreign || !packet->tcp.has_mss)
        return;
    struct wt_flow *flow = context->flow;
    flow->syn_frame[context->sender] = context->frame->number;
    if (context->sender)
        flow->near_high = unfit_is_near(packet);
    else
        flow->near_low = unfit_is_near(packet);
    unfit_judge_family(context);
    if ((packet->tcp.flags & WT_TCP_ACK) && context->peer->syn && flow->syn_frame[!context->sender])
        unfit_judge_link(context);
}

/* --- by what happens to large packets --- */

/* Packets of side `from` that do not pass: which, and what would. */
struct barrier {
    struct wt_flow *flow;
    unsigned from;
    uint32_t size;  /* of the packet that does not pass */
    uint32_t width; /* largest that would; 0 while unknown */
    uint8_t version;
    bool vanished;
};

/* The MSS to which the other direction was clamped; 0 if nothing shows that it was. */
static uint32_t unfit_clamped(const struct barrier *barrier)
{
    const struct wt_side *sender = &barrier->flow->side[barrier->from];
    const struct wt_side *receiver = &barrier->flow->side[!barrier->from];
    const uint32_t headers = unfit_headers(barrier->version);
    const uint32_t most = barrier->width ? barrier->width : barrier->size - 1;
    if (sender->mss && sender->mss < receiver->mss && sender->mss + headers <= most)
        return sender->mss;
    const uint32_t single = receiver->segments.single;
    if (barrier->vanished && receiver->segments.single_hits >= UNFIT_HITS && single < sender->mss &&
        single + headers <= most && single + headers > WT_MTU_HOST_V4 && wt_mtu_is_common(single + headers))
        return single;
    return 0;
}

static void unfit_judge_barrier(const struct wt_context *context, const struct barrier *barrier,
                                const struct wt_ends *ends)
{
    const struct wt_side *receiver = &barrier->flow->side[!barrier->from];
    const uint32_t fits = unfit_clamped(barrier);
    if (!fits || fits >= receiver->mss || !barrier->flow->syn_frame[!barrier->from])
        return;
    const struct wt_ends asking = {ends->receiver, ends->sender};
    unfit_tell(
        context, barrier->flow, !barrier->from,
        &(struct wt_evidence){.reason = WT_REASON_UNFIT_ONE_WAY,
                              .ends = &asking,
                              .shown_in = barrier->flow->syn_frame[!barrier->from],
                              .speaks_for = barrier->vanished ? WT_SPEAKS_FOR(WT_DIAGNOSIS_BLACK_HOLE) : 0,
                              .value = {receiver->mss, barrier->size, fits}});
}

static void unfit_hear_black_hole(const struct wt_context *context, const struct wt_finding *finding,
                                  const struct wt_evidence *evidence)
{
    const struct wt_packet *packet = context->packet;
    if (!context->tcp || finding->severity < WT_SEVERITY_WARN || !evidence->ends)
        return;
    const bool forward = wt_address_equal(&evidence->ends->sender, &packet->src);
    const struct barrier barrier = {.flow = context->flow,
                                    .from = forward ? context->sender : !context->sender,
                                    .size = (uint32_t)finding->value[0],
                                    .version = packet->version,
                                    .vanished = true};
    unfit_judge_barrier(context, &barrier, evidence->ends);
}

static void unfit_hear_report(const struct wt_context *context)
{
    const struct wt_packet *quote = &context->reading->quote[0];
    if (context->reading->quotes == 0 || quote->proto != WT_PROTO_TCP || !quote->has_l4)
        return;
    struct barrier barrier = {.size = quote->l3_len, .width = context->packet->icmp.mtu};
    barrier.flow = wt_flow_find(context->engine->flows, context->frame->interface, quote, &barrier.from);
    barrier.version = quote->version;
    if (!barrier.flow || barrier.width == 0 || barrier.width >= barrier.size)
        return;
    const struct wt_ends ends = {quote->src, quote->dst};
    unfit_judge_barrier(context, &barrier, &ends);
}

static void unfit_hear(const struct wt_context *context, uint32_t number, struct wt_finding *finding,
                       const struct wt_evidence *evidence)
{
    (void)number;
    if (finding->id == WT_FINDING_PMTU_BLACK_HOLE)
        unfit_hear_black_hole(context, finding, evidence);
    else if (finding->id == WT_FINDING_PMTU_REPORT)
        unfit_hear_report(context);
}

const struct wt_detector wt_unfit_mss_detector = {
    .name = "MSS that does not fit",
    .judge = unfit_judge,
    .hear = unfit_hear,
};
