/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. The link MTU is the largest IP packet of the link at the capture point. Nothing in a frame states
 * it, so it is taken from the strongest evidence so far, and what earlier frames were told stays:
 *
 *   preference            what the user knows, of the interface before that of all
 *   DHCP, router          announced by who runs the link (RFC 2132 5.1; RFC 4861 4.6.4, for IPv6 alone)
 *   PPP                   agreed by both ends (RFC 1661 6.1); PPPoE without it 1492 (RFC 2516 7)
 *   LLDP, CDP             what the switch port takes
 *   fragments             a piece was cut to fit some link, so this link carries its length
 *   MSS                   both ends announce more than the default; or the capturing host announces less, and
 *                         what it announces is a link that exists
 *   observed              packets of one length, far above the default, again and again: a jumbo or tun link
 *   default               1500 for Ethernet (RFC 894), 65536 for loopback
 *
 * mtu.exceeded is said only of what crossed the link as it is: super-frames, and packets that claim more than
 * their frame ever held, did not. Where the link MTU is only the largest that was seen to pass (fragments,
 * observed, default, a smaller MSS), a larger packet may just as well prove it wrong: a Note. So too where a
 * datagram may have been fragmented on the link and put together again before it was captured.
 *
 * Traps: what a router forwards is sent by its device, but announced by another host; its TTL tells. Loopback
 * interfaces look like Ethernet; 127.0.0.1, ::1, equal addresses and all-zero MAC addresses tell, but
 * anonymised captures have zero MAC addresses too, and Ethernet's MSS options in them. Trailers, tags and FCS
 * make a frame longer, not its IP packet, so only the latter's length counts.
 */
#include "engine/detector.h"

#include <stddef.h>
#include <string.h>

#include "engine/context.h"
#include "engine/state/mtu_kind.h"

enum {
    MTU_SLACK = 64,        /* no trailer, tag or tunnel header is longer */
    MTU_OBSERVED_HITS = 4, /* equal lengths in a row that make a plateau */
};

static bool mtu_has_zero_macs(const struct wt_reading *reading)
{
    static const uint8_t zero[6];
    return reading->has_mac && memcmp(reading->mac_src, zero, sizeof zero) == 0 &&
           memcmp(reading->mac_dst, zero, sizeof zero) == 0;
}

static bool mtu_has_loopback_end(const struct wt_packet *packet)
{
    const struct wt_address *src = &packet->src, *dst = &packet->dst;
    if (packet->version == 4) /* 127.0.0.0/8, without asking again whether it is IPv4 */
        return src->bytes[12] == 127 || dst->bytes[12] == 127;
    return wt_address_is_loopback(src) || wt_address_is_loopback(dst);
}

static bool mtu_is_loopback(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (mtu_has_loopback_end(packet) || wt_address_equal(&packet->src, &packet->dst))
        return true;
    if (!mtu_has_zero_macs(context->reading))
        return false;
    bool ethernet = wt_context_is_tcp(context) && wt_context_side(context)->mss &&
                    wt_context_side(context)->mss <= WT_MSS_ETHERNET;
    return !ethernet;
}

/* Whether the packet comes from its sender's own link: no router has taken anything from its TTL or hop limit
 * yet. */
static bool mtu_is_fresh(const struct wt_packet *packet)
{
    static const uint8_t initial[] = {32, 64, 128, 255}; /* of common stacks; RFC 1700 recommends 64 */
    return memchr(initial, packet->ttl, sizeof initial) != NULL;
}

static void mtu_take(const struct wt_context *context, uint32_t mtu, enum wt_mtu_source source)
{
    static const char *const by[] = {[WT_MTU_FRAGMENTS] = "a fragment",
                                     [WT_MTU_MSS] = "MSS options",
                                     [WT_MTU_OBSERVED] = "packets seen again and again"};
    wt_log(context, "a link MTU of %u by %s", mtu, by[source]);
    wt_link_learn(context->link, mtu, source);
}

/* Both ends announce more than the default: the smaller of the two passes at least where it was captured. */
static void mtu_learn_mss(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (!wt_context_is_tcp(context) || !(packet->tcp.flags & WT_TCP_SYN))
        return;
    uint32_t headers = packet->version == 4 ? WT_HEADERS_V4 : WT_HEADERS_V6;
    uint32_t own = wt_context_side(context)->mss, peer = wt_context_peer(context)->mss;
    uint32_t both = (own < peer ? own : peer) + headers;
    if (own && peer && both > context->link->mtu)
        mtu_take(context, both, WT_MTU_MSS);
    bool sent = context->facts->direction == WT_DIRECTION_SENT && mtu_is_fresh(packet);
    if (sent && own && own + headers != context->link->mtu && wt_mtu_is_common(own + headers))
        mtu_take(context, own + headers, WT_MTU_MSS);
}

/* Loopback of a small MTU: its MSS options tell it; one of 65535 only says that no field holds more. */
static void mtu_learn_loopback(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (!wt_context_is_tcp(context) || !(packet->tcp.flags & WT_TCP_SYN) || !packet->tcp.has_mss)
        return;
    uint32_t headers = packet->version == 4 ? WT_HEADERS_V4 : WT_HEADERS_V6;
    uint32_t mtu = packet->tcp.mss + headers;
    if (mtu >= WT_MTU_HOST_V4 && mtu < WT_L3_FIELD_MAX)
        context->link->loopback_mtu = MAX(context->link->loopback_mtu, mtu);
}

static void mtu_learn_fragment(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (packet->fragment && packet->l3_len > context->link->mtu)
        mtu_take(context, packet->l3_len, WT_MTU_FRAGMENTS);
}

/* A packet in PPP, whose MTU is its own. */
static bool mtu_is_ppp(const struct wt_reading *reading)
{
    for (unsigned i = 0; i < reading->layers.count && i < WT_LAYERS_MAX; i++) {
        enum wt_layer_kind kind = reading->layers.layer[i].kind;
        if (kind == WT_LAYER_PPPOE || kind == WT_LAYER_PPP)
            return true;
        if (kind == WT_LAYER_IPV4 || kind == WT_LAYER_IPV6)
            return false;
    }
    return false;
}

static void mtu_say(struct wt_facts *facts, uint32_t mtu, enum wt_mtu_source source)
{
    facts->link_mtu = mtu;
    facts->link_mtu_source = source;
}

static void mtu_choose(const struct wt_context *context)
{
    const struct wt_link *link = context->link;
    struct wt_facts *facts = context->facts;
    bool stated = link->source == WT_MTU_PREFERENCE;
    if (!stated && context->loopback)
        mtu_say(facts, link->loopback_mtu ? link->loopback_mtu : WT_MTU_LOOPBACK,
                link->loopback_mtu ? WT_MTU_MSS : WT_MTU_DEFAULT);
    else if (!stated && mtu_is_ppp(context->reading) && (link->ppp_mtu || link->mtu > WT_MTU_PPPOE))
        mtu_say(facts, link->ppp_mtu ? link->ppp_mtu : WT_MTU_PPPOE,
                link->ppp_mtu ? WT_MTU_PPP : WT_MTU_DEFAULT);
    else if (context->packet->version == 6 && link->router_mtu && link->source > WT_MTU_ROUTER_ADVERTISEMENT)
        mtu_say(facts, link->router_mtu, WT_MTU_ROUTER_ADVERTISEMENT);
    else
        mtu_say(facts, link->mtu, link->source);
}

static void mtu_learn(struct wt_context *context)
{
    bool outermost = context->packet == &context->reading->packet[0];
    if (!outermost)
        return;
    context->loopback = mtu_is_loopback(context);
    if (context->loopback) {
        mtu_learn_loopback(context);
    } else {
        mtu_learn_fragment(context);
        mtu_learn_mss(context);
    }
    mtu_choose(context);
}

/* Packets far above a mere default, all of one length: that is what this link carries. */
static void mtu_observe(struct wt_context *context)
{
    struct wt_link *link = context->link;
    uint32_t length = context->facts->l3_len;
    link->above_hits = link->above == length ? link->above_hits + 1 : 1;
    link->above = length;
    if (link->above_hits >= MTU_OBSERVED_HITS && length > context->facts->link_mtu + MTU_SLACK)
        mtu_take(context, length, WT_MTU_OBSERVED);
}

/* Why a packet above the link MTU need be no fault; none if it is one. */
static enum wt_reason mtu_doubt(const struct wt_context *context)
{
    const struct wt_packet *packet = &context->reading->packet[0];
    switch (context->facts->link_mtu_source) {
    case WT_MTU_DEFAULT:
        return WT_REASON_MTU_BY_LINK_TYPE;
    case WT_MTU_OBSERVED:
    case WT_MTU_FRAGMENTS:
        return WT_REASON_MTU_BY_LARGEST;
    default:
        break;
    }
    if (context->link->source == WT_MTU_MSS && context->facts->link_mtu < WT_MTU_ETHERNET)
        return WT_REASON_MTU_BY_HOST;
    if (!packet->df && packet->version == 4)
        return WT_REASON_MTU_REASSEMBLED;
    if (context->flow && wt_checksum_is_left(context->packet))
        return WT_REASON_MTU_LEFT_FOR_NIC;
    return WT_REASON_NONE;
}

static void mtu_judge(struct wt_context *context)
{
    const struct wt_facts *facts = context->facts;
    if (!context->innermost || facts->l3_len <= facts->link_mtu || context->super_frame || context->loopback)
        return;
    if (facts->l3_len > context->frame->length || facts->l3_len > WT_GSO_MAX) /* a mere claim */
        return;
    enum wt_reason doubt = mtu_doubt(context);
    wt_find(context, WT_FINDING_MTU_EXCEEDED, .most = doubt ? WT_AT_MOST(WT_SEVERITY_NOTE) : 0,
            .reason = doubt, .value = {facts->l3_len, facts->link_mtu});
    mtu_observe(context);
}

const struct wt_detector wt_mtu_detector = {
    .name = "link MTU",
    .learn = mtu_learn,
    .judge = mtu_judge,
};
