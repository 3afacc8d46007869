/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet: what a captured frame holds, read from its own bytes.
 *
 * wt_walk() finds the layers of a frame, wt_read() turns them into one plain wt_packet for every IP packet in
 * it, outer before inner, and wt_verify() judges their checksums. wt_read_frame() does the first two at once,
 * and faster. None of them keeps state or guesses: the same bytes give the same answer in every pass. Every
 * read is bounded by the captured length.
 *
 * Units: offsets and lengths are bytes, offsets count from the first byte of the frame, times are nanoseconds
 * since the epoch, multi-byte header fields are in host order.
 */
#ifndef WIRETRUTH_PACKET_H
#define WIRETRUTH_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include <wiretruth/numbers.h>

/* Bounds. A frame that needs more is reported as WT_COVERAGE_TOO_DEEP, never cut silently. */
enum {
    WT_LAYERS_MAX = 32, /* headers of one frame */
    WT_PACKETS_MAX = 6, /* IP packets inside each other */
    WT_QUOTES_MAX = 2,  /* a quoted packet, and the one inside it when a tunnel is quoted */
    WT_VLANS_MAX = 4,
};

/* IPv4 is kept as an IPv4-mapped IPv6 address (RFC 4291 2.5.5.2), so both versions compare and hash alike. */
struct wt_address {
    uint8_t bytes[16];
};

enum wt_link_type {
    WT_LINK_UNKNOWN,
    WT_LINK_ETHERNET,
    WT_LINK_SLL,
    WT_LINK_SLL2,
    WT_LINK_RAW_IP,
    WT_LINK_NULL, /* DLT_NULL: address family in the capturing host's byte order; DLT_LOOP: in network order */
    WT_LINK_PPP,
    WT_LINK_FDDI,
    WT_LINK_NFLOG,
};

enum wt_direction {
    WT_DIRECTION_UNKNOWN,
    WT_DIRECTION_SENT,
    WT_DIRECTION_RECEIVED,
};

/* One frame as the capture file holds it. `bytes` is only borrowed. */
struct wt_frame {
    uint32_t number;
    /* Unique for section and interface of the file, and the device in a cooked capture; 0 where it has none. */
    uint32_t interface;
    int64_t time; /* from -2^60 to 2^62 (years 1933 to 2116), so that differences cannot overflow */
    enum wt_link_type link_type;
    enum wt_direction direction; /* by pcapng flags; WT_DIRECTION_UNKNOWN where they say nothing */
    uint32_t length;             /* on the link, as recorded */
    uint32_t captured;           /* bytes present; more than `length` never happens */
    uint32_t link_mtu;           /* of its interface, where the user states it; 0 otherwise */
    const uint8_t *bytes;
};

enum wt_layer_kind {
    WT_LAYER_ETHERNET,
    WT_LAYER_LLC, /* 802.3 length, LLC and SNAP */
    WT_LAYER_VLAN,
    WT_LAYER_MPLS,
    WT_LAYER_PPPOE,
    WT_LAYER_PPP,
    WT_LAYER_SLL,
    WT_LAYER_SLL2,
    WT_LAYER_NULL,
    WT_LAYER_IPV4,
    WT_LAYER_IPV6,
    WT_LAYER_GRE,
    WT_LAYER_VXLAN,
    WT_LAYER_GENEVE,
    WT_LAYER_GTPU,
    WT_LAYER_TCP,
    WT_LAYER_UDP,
    WT_LAYER_UDPLITE,
    WT_LAYER_SCTP,
    WT_LAYER_ICMP,
    WT_LAYER_ICMPV6,
};

struct wt_layer {
    enum wt_layer_kind kind;
    uint32_t offset;
    bool quoted; /* inside the quote of an ICMP error: not a packet of its own */
};

/* How far a frame was looked at. Everything but COMPLETE is counted and named for the user. */
enum wt_coverage {
    WT_COVERAGE_COMPLETE,
    WT_COVERAGE_NOT_IP,        /* ARP, LLDP and the like: nothing to say, nothing missed */
    WT_COVERAGE_TRUNCATED,     /* the captured bytes end inside a header */
    WT_COVERAGE_LINK_TYPE,     /* link type that the walk does not know */
    WT_COVERAGE_ENCAPSULATION, /* an encapsulation behind which IP may be, unknown to the walk */
    WT_COVERAGE_TOO_DEEP,      /* more layers than WT_LAYERS_MAX or WT_PACKETS_MAX */
    WT_COVERAGE_MALFORMED,     /* a header contradicts itself (IHL under 5, data offset under 5 ...) */
};

struct wt_layers {
    struct wt_layer layer[WT_LAYERS_MAX];
    unsigned count;
    enum wt_coverage coverage;
};

enum wt_checksum {
    WT_CHECKSUM_VALID,
    WT_CHECKSUM_PARTIAL,           /* folded pseudo-header sum with length (tcp_v4_send_check) */
    WT_CHECKSUM_PARTIAL_NO_LENGTH, /* pseudo-header sum without length (Windows LSO, BSD TSO drivers) */
    WT_CHECKSUM_UNFILLED,          /* zero where a NIC fills it in */
    WT_CHECKSUM_BAD,
    WT_CHECKSUM_ABSENT,       /* the protocol has none here (IPv6 header, UDP 0 over IPv4) */
    WT_CHECKSUM_UNVERIFIABLE, /* truncated, fragmented, or verification switched off */
};

enum wt_tcp_flag {
    WT_TCP_FIN = 0x001,
    WT_TCP_SYN = 0x002,
    WT_TCP_RST = 0x004,
    WT_TCP_PSH = 0x008,
    WT_TCP_ACK = 0x010,
    WT_TCP_URG = 0x020,
    WT_TCP_ECE = 0x040,
    WT_TCP_CWR = 0x080,
};

enum {
    WT_SCALE_NONE = -1,
    WT_SACKS_MAX = 4
};

struct wt_tcp {
    uint32_t seq;
    uint32_t ack;
    uint16_t flags;
    uint16_t window;     /* raw */
    uint8_t header_len;  /* 20 to 60 */
    uint8_t options_len; /* header_len - 20: what these options take from a segment's payload */
    bool options_cut;    /* options not all captured: absence of one proves nothing */
    bool has_mss;
    uint16_t mss;
    int16_t scale; /* window scale option as sent, 0 to 255; WT_SCALE_NONE without the option */
    bool has_timestamp;
    uint32_t timestamp, timestamp_echo;
    bool sack_permitted;
    uint8_t sacks; /* number of entries in sack[] */
    struct {
        uint32_t left, right;
    } sack[WT_SACKS_MAX];
};

struct wt_icmp {
    uint8_t type, code;
    uint32_t mtu;     /* next-hop MTU of a report, as it stands in the message */
    uint16_t id, seq; /* of an echo */
    bool error;       /* quotes a packet */
    bool report;      /* ICMPv4 3/4 (RFC 1191) or ICMPv6 type 2 (RFC 8201) */
};

/*
 * One IP packet. Where captured bytes end early the lengths still say what the headers claim; `truncated` is
 * set when not all of the packet's bytes were captured, and L4 fields are valid only if `has_l4`.
 *
 * A quote may hold no more than eight bytes of a TCP header: `has_l4` is then set for ports and sequence
 * number alone, and tcp.header_len, l4_header_len and payload_len are 0.
 */
struct wt_packet {
    struct wt_address src, dst;
    uint8_t version; /* 4 or 6 */
    uint8_t proto;   /* after IPv6 extension headers */
    uint8_t ttl, tos;
    bool df; /* always true for IPv6 without fragment header: routers never fragment it */
    bool more_fragments;
    bool fragment; /* a piece: offset or more_fragments */
    bool truncated;
    bool length_zero;  /* header length field 0: BIG TCP, LSOv2 */
    bool length_short; /* header length field shorter than the segment really captured (BSD TSO) */
    bool has_id;       /* IPv4, or IPv6 with fragment header */
    uint32_t id;
    uint32_t fragment_offset; /* bytes */
    uint32_t offset;          /* of the IP header in the frame */
    uint32_t l3_len;          /* length as it really is, see length_zero and length_short */
    uint32_t l3_field;        /* total length as the header states it (IPv6: payload length + 40) */
    uint32_t ip_header_len;   /* with options or extension headers */
    uint32_t
        jumbo_len; /* bytes of a hop-by-hop header that exists for the jumbo option alone (BIG TCP), else 0 */
    uint32_t tunnel; /* hash of the encapsulation around it (VNI, key, outer addresses); 0 outside tunnels */

    bool has_l4; /* TCP, UDP, UDP-Lite, SCTP, ICMP or ICMPv6 header, captured as far as its fixed fields */
    uint32_t l4_offset; /* in the frame */
    uint32_t l4_len;    /* header and payload, real length */
    uint32_t l4_header_len;
    uint32_t payload_len;      /* behind the L4 header, real length */
    uint32_t payload_captured; /* how much of it is there */
    uint16_t src_port, dst_port;
    struct wt_tcp tcp;   /* proto 6 */
    struct wt_icmp icmp; /* proto 1 or 58 */

    enum wt_checksum ip_checksum, l4_checksum;        /* set by wt_verify() */
    uint16_t ip_checksum_field, ip_checksum_expected; /* IPv4; as the two below */
    uint16_t l4_checksum_field;                       /* as captured (SCTP: 0) */
    uint16_t l4_checksum_expected;                    /* what a valid packet would carry; 0 unless verified */
};

/* An MTU of the link that somebody on it announces. */
enum wt_announcement_kind {
    WT_ANNOUNCEMENT_NONE,
    WT_ANNOUNCEMENT_DHCP,
    WT_ANNOUNCEMENT_ROUTER,       /* IPv6 router advertisement: for IPv6 only */
    WT_ANNOUNCEMENT_PPP,          /* for packets in PPP only */
    WT_ANNOUNCEMENT_LLDP,         /* or CDP */
    WT_ANNOUNCEMENT_DHCP_REQUEST, /* nothing yet, but an answer with its transaction number may come */
};

struct wt_announcement {
    enum wt_announcement_kind kind;
    uint32_t mtu;         /* largest L3 packet */
    uint32_t transaction; /* of DHCP: chosen by the client, repeated in the answer (RFC 2131 2) */
    bool on_link;         /* DHCP: to everybody on the link, so no router brought it here */
};

struct wt_reading {
    struct wt_layers layers;
    struct wt_packet packet[WT_PACKETS_MAX]; /* outermost first */
    unsigned packets;
    struct wt_packet quote[WT_QUOTES_MAX]; /* what an ICMP error in the innermost packet quotes */
    unsigned quotes;
    uint32_t quote_captured;     /* bytes of the quoted packet that the ICMP message holds */
    enum wt_direction direction; /* by the packet type of a cooked header */
    unsigned vlans;
    uint16_t vlan[WT_VLANS_MAX];    /* VLAN ids, outermost first */
    uint8_t mac_src[6], mac_dst[6]; /* outermost Ethernet header; zero where there is none */
    bool has_mac;
    struct wt_announcement announcement;
};

/* Finds the layers of `frame`. Always leaves `layers` valid; its `coverage` says how far it came. */
void wt_walk(const struct wt_frame *frame, struct wt_layers *layers);

/*
 * Reads every IP packet along `reading->layers` (filled by wt_walk() or from a dissection). Checksums are
 * left WT_CHECKSUM_UNVERIFIABLE. A header that the captured bytes do not hold lowers the coverage.
 */
void wt_read(const struct wt_frame *frame, struct wt_reading *reading);

/* Fills `reading` as wt_walk() and wt_read() do, in a shorter way for the most common frames. */
void wt_read_frame(const struct wt_frame *frame, struct wt_reading *reading);

/*
 * Judges the checksums of all packets in `reading` (never of quotes). With `payload` false no payload byte is
 * read: partial and unfilled sums are still told, as they need headers only; the rest is
 * WT_CHECKSUM_UNVERIFIABLE.
 */
void wt_verify(const struct wt_frame *frame, struct wt_reading *reading, bool payload);

/* True for two equal addresses. */
bool wt_address_equal(const struct wt_address *a, const struct wt_address *b);

/* Writes `address` as text (RFC 5952 for IPv6); `text` takes at least WT_ADDRESS_TEXT bytes. */
enum {
    WT_ADDRESS_TEXT = 46
};
void wt_address_text(const struct wt_address *address, char *text);

/* 127.0.0.0/8 or ::1. */
bool wt_address_is_loopback(const struct wt_address *address);

/* True for an IPv4-mapped address. */
bool wt_address_is_v4(const struct wt_address *address);

#endif
