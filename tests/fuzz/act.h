/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * act: one packet of a made-up capture in few bytes, so that a fuzzer that changes a byte changes one thing:
 * who sends to whom, sequence numbers, sizes, options, checksums, time. Ends and ports come from a small
 * world, so that packets meet in the same flows, on the same paths, at several points.
 *
 * act_perform() builds the packet as the reader would: lengths add up and the captured bytes are there.
 */
#ifndef WIRETRUTH_FUZZ_ACT_H
#define WIRETRUTH_FUZZ_ACT_H

#include "check.h"

enum act_kind {
    ACT_TCP,
    ACT_UDP,
    ACT_SCTP,
    ACT_ECHO,
    ACT_REPORT, /* quotes the packet `back` frames ago, if it is remembered */
    ACT_UDPLITE,
    ACT_OTHER,    /* a protocol without ports */
    ACT_ANNOUNCE, /* `mtu` of kind `ttl` */
    ACT_KINDS,
};

enum act_bit {
    ACT_V6 = 0x01,
    ACT_DF = 0x02,
    ACT_MORE_FRAGMENTS = 0x04,
    ACT_LENGTH_ZERO = 0x08,
    ACT_LENGTH_SHORT = 0x10,
    ACT_TRUNCATED = 0x20, /* only ACT_SNAP bytes were captured */
    ACT_TUNNEL = 0x40,
    ACT_HAS_ID = 0x80, /* IPv6 */
};

enum act_option {
    ACT_MSS = 0x01,
    ACT_SCALE = 0x02,
    ACT_TIMESTAMP = 0x04,
    ACT_SACK_PERMITTED = 0x08,
    ACT_SACK = 0x10,
    ACT_OPTIONS_CUT = 0x20,
};

enum act_quote {
    ACT_QUOTE_SHORT = 0x01,  /* eight bytes of TCP only */
    ACT_QUOTE_LENGTH = 0x02, /* as long as `payload` says, not as the packet was */
    ACT_QUOTE_NAT = 0x04,    /* from another address */
    ACT_LEAP = 0x80,         /* `time` is any time at all */
};

/* Numbers in the byte order of the machine; no padding. */
struct act {
    uint8_t kind;  /* low 4 bits; high 4 bits: interface */
    uint8_t ends;  /* source and destination, 4 bits each */
    uint8_t ports; /* the same */
    uint8_t bits;  /* enum act_bit */
    int32_t time;  /* microseconds since the last frame */
    uint32_t seq, ack;
    uint16_t flags; /* of TCP; the highest 2 bits: direction by the file */
    uint16_t window;
    uint16_t payload;
    uint16_t id;
    uint32_t mtu; /* of a report or announcement; else offset of a fragment */
    uint16_t mss;
    uint8_t scale;
    uint8_t options;
    uint32_t stamp, echo;
    uint32_t sack_left, sack_right;
    uint8_t ttl;
    uint8_t sums;  /* checksum of L4, of IP: 4 bits each */
    uint8_t back;  /* which earlier packet a report quotes */
    uint8_t quote; /* enum act_quote */
};

_Static_assert(sizeof(struct act) == 52, "as stored in the corpus");

enum {
    ACT_SNAP = 64,
    ACT_PAST = 32, /* packets that a report can quote */
    ACT_ENDS = 16,
};

struct act_stage {
    struct wt_frame frame;
    struct wt_packet past[ACT_PAST];
    uint32_t pasts;
};

/* Gives the frame of `act` to both engines. */
void act_perform(struct act_stage *stage, struct check *check, const struct act *act);

#endif
