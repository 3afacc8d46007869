/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of what the packet library tells, for tests and tools. */
#ifndef WIRETRUTH_PACKET_TEXT_H
#define WIRETRUTH_PACKET_TEXT_H

#include <wiretruth/packet.h>

static inline const char *packet_coverage_text(enum wt_coverage coverage)
{
    static const char *const names[] = {"complete",      "not_ip",   "truncated", "link_type",
                                        "encapsulation", "too_deep", "malformed"};
    return names[coverage];
}

static inline const char *packet_layer_text(enum wt_layer_kind kind)
{
    static const char *const names[] = {"eth",  "llc",  "vlan", "mpls",    "pppoe", "ppp",   "sll",
                                        "sll2", "null", "ip",   "ipv6",    "gre",   "vxlan", "geneve",
                                        "gtp",  "tcp",  "udp",  "udplite", "sctp",  "icmp",  "icmpv6"};
    return names[kind];
}

static inline const char *packet_checksum_text(enum wt_checksum state)
{
    static const char *const names[] = {"valid", "partial", "partial_no_length", "unfilled",
                                        "bad",   "absent",  "unverifiable"};
    return names[state];
}

#endif
