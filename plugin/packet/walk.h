/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk: from one header to the next.
 *
 * A step reads the header at walk->offset, records it as a layer, moves the offset behind it and names the
 * step for what follows; the walk ends where none is named. A step that only chooses the next one (by version,
 * say) records nothing, and the next one does; so the number of layers bounds the work.
 */
#ifndef WIRETRUTH_PACKET_WALK_H
#define WIRETRUTH_PACKET_WALK_H

#include <wiretruth/packet.h>

#include "bytes.h"

struct wt_walk;
typedef void wt_step(struct wt_walk *walk);

struct wt_walk {
    struct wt_bytes bytes; /* captured, less what lies behind the packet being walked */
    uint32_t captured;     /* of the frame: tells a cut capture from a header that contradicts itself */
    uint32_t offset;
    uint32_t end;    /* where the packet being walked ends on the link; may lie beyond the captured bytes */
    bool quoted;     /* inside the quote of an ICMP error */
    unsigned ips;    /* IP headers so far, quotes apart */
    unsigned quotes; /* IP headers in quotes so far */
    wt_step *next;
    struct wt_layers *layers;
};

/* Records a layer at the current offset. False, and the walk ends, if there is no room. */
bool wt_walk_enter(struct wt_walk *walk, enum wt_layer_kind kind);

/* True if `length` bytes are there from the current offset on; else the walk ends. */
bool wt_walk_need(struct wt_walk *walk, uint32_t length);

/* What it means that bytes are missing: cut by the capture, by the packet's own length, or by who quotes it. */
enum wt_coverage wt_walk_shortage(const struct wt_walk *walk);

/* wt_walk_enter() and wt_walk_need(): how a header of fixed length begins. */
bool wt_walk_header(struct wt_walk *walk, enum wt_layer_kind kind, uint32_t length);

/* Ends the walk. */
void wt_walk_stop(struct wt_walk *walk, enum wt_coverage coverage);

/* Ends the walk at something that is not IP and carries none. */
void wt_walk_stop_plain(struct wt_walk *walk);

/* Moves the end of the packet being walked to `end`, if that is nearer. */
void wt_walk_narrow(struct wt_walk *walk, uint32_t end);

/* What follows: by Ethernet type, PPP protocol, IP protocol; by the version nibble of an IP header. */
void wt_walk_ethertype(struct wt_walk *walk, uint16_t type);
void wt_walk_ppp_protocol(struct wt_walk *walk, uint16_t protocol);
void wt_walk_ip_protocol(struct wt_walk *walk, uint8_t protocol);

/* Ethernet types that more than one file names (IEEE "EtherType" registry). */
enum {
    WT_ETHERTYPE_IPV4 = 0x0800,
    WT_ETHERTYPE_VLAN = 0x8100,
    WT_ETHERTYPE_IPV6 = 0x86dd,
};

/* True if Cisco ISL has put its own header, addressed like this, around the frame. */
static inline bool wt_walk_is_isl(const uint8_t *ethernet)
{
    uint32_t high = wt_load32(ethernet);
    return (high == 0x01000c00 || high == 0x0c000c00) && ethernet[4] == 0;
}

/* True for an Ethernet type that is common enough to recognise an Ethernet header by. */
bool wt_walk_ethertype_known(uint16_t type);

wt_step wt_walk_fddi, wt_walk_nflog;
wt_step wt_walk_ethernet, wt_walk_llc, wt_walk_vlan, wt_walk_sll, wt_walk_sll2, wt_walk_null;
wt_step wt_walk_mpls, wt_walk_pppoe, wt_walk_ppp;
wt_step wt_walk_ip, wt_walk_ipv4, wt_walk_ipv6;
wt_step wt_walk_icmp, wt_walk_icmpv6;
wt_step wt_walk_gre, wt_walk_vxlan, wt_walk_vxlan_gpe, wt_walk_geneve, wt_walk_gtpu, wt_walk_l2tp;
wt_step wt_walk_etherip, wt_walk_pim;

/* Step for the payload of the UDP datagram from `at` to `end`, whose header is there; NULL if it is no tunnel. */
wt_step *wt_walk_udp_tunnel(const struct wt_bytes *bytes, uint32_t at, uint32_t end);

/* True for a UDP port by which a tunnel is known. */
bool wt_walk_is_tunnel_port(uint16_t port);

#endif
