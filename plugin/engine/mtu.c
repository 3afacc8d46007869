/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. The link MTU is the largest IP packet of the link at the capture point. Nothing in a frame states
 * it, so it is taken from the strongest evidence at hand: the preference, fragments (a piece was cut to fit
 * some link, so a captured one proves that this link carries its length), the MSS options of a connection
 * when both ends announce more than the link type's default, else that default (1500 for Ethernet, RFC 894;
 * 65536 for loopback).
 *
 * mtu.exceeded is said only if no super-frame explains the length. While the MTU is merely a default it is a
 * Note: a jumbo network captured without a handshake looks the same.
 *
 * Traps: loopback interfaces look like Ethernet; 127.0.0.1, ::1 and all-zero MAC addresses tell. Trailers and
 * FCS make a frame longer, not its IP packet, so only the latter's length counts.
 */
#include "mtu.h"

#include <stddef.h>

#include "context.h"

enum {
    MTU_LOOPBACK = 65536,
    MTU_HEADERS_V4 = 40, /* IP and TCP without options: MTU less MSS (RFC 9293 3.7.1) */
    MTU_HEADERS_V6 = 60,
};

const char *wt_mtu_kind(uint32_t mtu)
{
    static const struct {
        uint32_t mtu;
        const char *kind;
    } kinds[] = {
        {65536, "loopback"},
        {65535, "loopback or Hyperchannel"},
        {9216, "jumbo Ethernet"},
        {9001, "jumbo Ethernet of a cloud"},
        {9000, "jumbo Ethernet"},
        {4352, "FDDI"},
        {1500, "Ethernet"},
        {1492, "PPPoE"},
        {1480, "IPIP or 6in4 tunnel"},
        {1476, "GRE tunnel"},
        {1454, "PPPoE over some DSL lines"},
        {1450, "VXLAN"},
        {1440, "WireGuard over IPv4"},
        {1420, "WireGuard"},
        {1280, "IPv6 minimum"},
        {576, "IPv4 minimum that every host accepts"},
        {68, "IPv4 minimum"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].mtu == mtu)
            return kinds[i].kind;
    return "no common link type";
}

static bool mtu_is_loopback(const struct wt_context *context)
{
    static const uint8_t zero[6];
    const struct wt_reading *reading = context->reading;
    if (wt_address_is_loopback(&context->packet->src) || wt_address_is_loopback(&context->packet->dst))
        return true;
    return context->frame->link_type == WT_LINK_ETHERNET && reading->has_mac &&
           memcmp(reading->mac_src, zero, sizeof zero) == 0 &&
           memcmp(reading->mac_dst, zero, sizeof zero) == 0;
}

/* Both ends announce more than the default: the smaller of the two passes at least where it was captured. */
static void mtu_learn_mss(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (!wt_context_is_tcp(context) || !(packet->tcp.flags & WT_TCP_SYN))
        return;
    uint32_t own = wt_context_side(context)->mss;
    uint32_t peer = wt_context_peer(context)->mss;
    uint32_t mtu = (own < peer ? own : peer) + (packet->version == 4 ? MTU_HEADERS_V4 : MTU_HEADERS_V6);
    if (own && peer && mtu > context->link->mtu)
        wt_link_learn(context->link, mtu, WT_MTU_MSS);
}

static void mtu_learn_fragment(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (packet->fragment && packet->l3_len > context->link->mtu)
        wt_link_learn(context->link, packet->l3_len, WT_MTU_FRAGMENTS);
}

void wt_mtu_learn(struct wt_context *context)
{
    struct wt_facts *facts = context->facts;
    bool outermost = context->packet == &context->reading->packet[0];
    if (!outermost)
        return;
    bool loopback = mtu_is_loopback(context);
    if (!loopback) {
        mtu_learn_fragment(context);
        mtu_learn_mss(context);
    }
    facts->link_mtu = loopback ? MTU_LOOPBACK : context->link->mtu;
    facts->link_mtu_source = loopback ? WT_MTU_DEFAULT : context->link->source;
    if (context->engine->preferences.link_mtu) {
        facts->link_mtu = context->engine->preferences.link_mtu;
        facts->link_mtu_source = WT_MTU_PREFERENCE;
    }
}

void wt_mtu_judge(struct wt_context *context)
{
    const struct wt_facts *facts = context->facts;
    if (context->super_frame || facts->l3_len <= facts->link_mtu)
        return;
    const struct wt_values values = WT_VALUES_OF(facts->l3_len, facts->link_mtu);
    if (facts->link_mtu_source == WT_MTU_DEFAULT)
        wt_find_because(context, WT_FINDING_MTU_EXCEEDED, WT_SEVERITY_NOTE,
                        "nothing but the link type tells the MTU; set the preference if you know it", values);
    else
        wt_find(context, WT_FINDING_MTU_EXCEEDED, values);
}
