/* SPDX-License-Identifier: GPL-2.0-or-later */
/* numbers: constants of the protocols, each once, with its source. */
#ifndef WIRETRUTH_NUMBERS_H
#define WIRETRUTH_NUMBERS_H

/* IANA, "Assigned Internet Protocol Numbers". */
enum wt_proto {
    WT_PROTO_HOP_BY_HOP = 0,
    WT_PROTO_ICMP = 1,
    WT_PROTO_IPV4 = 4,
    WT_PROTO_TCP = 6,
    WT_PROTO_UDP = 17,
    WT_PROTO_IPV6 = 41,
    WT_PROTO_ROUTING = 43,
    WT_PROTO_FRAGMENT = 44,
    WT_PROTO_GRE = 47,
    WT_PROTO_ESP = 50,
    WT_PROTO_AH = 51,
    WT_PROTO_MINIMAL = 55, /* RFC 2004 */
    WT_PROTO_ICMPV6 = 58,
    WT_PROTO_NONE = 59,
    WT_PROTO_DESTINATION = 60,
    WT_PROTO_ETHERIP = 97,
    WT_PROTO_PIM = 103,
    WT_PROTO_IPCOMP = 108,
    WT_PROTO_L2TP = 115,
    WT_PROTO_SCTP = 132,
    WT_PROTO_MOBILITY = 135,
    WT_PROTO_UDPLITE = 136,
    WT_PROTO_MPLS = 137,
    WT_PROTO_SHIM6 = 140,
    WT_PROTO_ETHERNET = 143,
};

enum {
    WT_PORT_L2TP = 1701, /* RFC 2661, 3931 */
    WT_PORT_ESP = 4500,  /* RFC 3948 */
};

/* Lengths of headers without options. */
enum {
    WT_IPV4_HEADER = 20,
    WT_IPV6_HEADER = 40,
    WT_TCP_HEADER = 20,
    WT_HEADERS_V4 = WT_IPV4_HEADER + WT_TCP_HEADER, /* MTU less MSS (RFC 9293 3.7.1) */
    WT_HEADERS_V6 = WT_IPV6_HEADER + WT_TCP_HEADER,
};

/* Sizes of L3 packets. */
enum {
    WT_MTU_MIN_V4 = 68,      /* RFC 791 3.2 */
    WT_MTU_MIN_V6 = 1280,    /* RFC 8200 5 */
    WT_MTU_HOST_V4 = 576,    /* that every host accepts, RFC 791 3.1 */
    WT_MTU_ETHERNET = 1500,  /* RFC 894 */
    WT_MTU_FDDI = 4352,      /* RFC 1390 */
    WT_MTU_PPPOE = 1492,     /* RFC 2516 7 */
    WT_MTU_LOOPBACK = 65536, /* drivers/net/loopback.c */
    WT_GSO_MAX = 8 * 65535,  /* no stack makes a longer packet: include/linux/netdevice.h, GSO_MAX_SIZE */
    WT_L3_FIELD_MAX = 65535, /* that a 16-bit length field can say */
    WT_PMTU_LINUX_MIN = 552, /* net/ipv4/route.c, ip_rt_min_pmtu */
};

enum {
    WT_MSS_ETHERNET = WT_MTU_ETHERNET - WT_HEADERS_V4,
    WT_MSS_DEFAULT_V4 = 536, /* without the option, RFC 9293 3.7.1 */
    WT_MSS_DEFAULT_V6 = 1220,
    WT_SCALE_MAX = 14, /* RFC 7323 2.3: a larger shift is used as 14 */
    WT_WINDOW_RAW_MAX = 65535,
};

/* Nanoseconds. */
#define WT_MICROSECOND INT64_C(1000)
#define WT_MILLISECOND INT64_C(1000000)
#define WT_SECOND      INT64_C(1000000000)

/* Linux forgets a path MTU after ten minutes (net.ipv4.route.mtu_expires), RFC 1191 6.3 asks for that much. */
#define WT_PMTU_EXPIRY (600 * WT_SECOND)

#endif
