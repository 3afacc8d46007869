/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow: the state of one TCP connection or UDP association at one capture point, at most 512 bytes.
 *
 * A connection has two sides. Side 0 is the one with the lower address (or port), so both directions find one
 * flow. The capturing interface and the tunnel belong to its identity: the same packet at two points is two
 * packets.
 */
#ifndef WIRETRUTH_FLOW_H
#define WIRETRUTH_FLOW_H

#include <wiretruth/engine.h>

#include "map.h"

struct wt_flow_key {
    uint32_t interface;
    uint32_t tunnel;
    struct wt_address low, high;
    uint16_t low_port, high_port;
    uint32_t proto;
};

/*
 * What each detector remembers of one side, 40 bytes at most. What needs more lives in a bounded table of the
 * detector, with an entry made at the first symptom.
 */
struct wt_side_segments {
    uint32_t watch_seq, watch_len; /* data sent in one captured frame, watched for where it is acknowledged */
    uint32_t last_len; /* payload of the frame sent last, if what follows can tell how it was cut */
    uint32_t path_mtu; /* the path MTU that its segments were judged by last; 0 without one */
    uint16_t watch_size, last_size; /* segments of this size were expected of the two */
    uint16_t last_id;               /* IP identification of the frame sent last */
    /* Sizes below count TCP options, so that they hold for segments with other options too. */
    uint16_t single;    /* largest ordinary segment or datagram */
    uint16_t cut;       /* size that this side was seen to cut its data to, against what was expected */
    uint16_t candidate; /* the same, not yet seen often enough */
    uint16_t before;    /* size in force before the path MTU changed */
    uint8_t watch_options, last_options;
    uint8_t single_hits, candidate_hits;
    uint8_t intact, intact_bare; /* packets with and without payload whose checksum is valid, up to 255 */
    bool obeyed : 1;             /* the path MTU shows in what this side sends */
    bool df : 1;                 /* it has sent data that may not be fragmented */
    bool small : 1;              /* it sends super-frames even below the link MTU (UDP GSO) */
    bool leaking : 1;            /* some of its checksums never got completed, see leak.c */
    bool wrong : 1;              /* some of its checksums are wrong, see fate.c */
    bool asking : 1;             /* it asked for an answer with a sum that may be dropped, see request.c */
    bool answered : 1;           /* UDP: it was answered, or never will be */
    bool merges : 1;             /* its segments were seen merged, see segmentation.c */
    bool unsized : 1;            /* super-frames of it wait for their size to show, see unsized.c */
    uint16_t oversized;          /* payload of the latest segment that was larger than its receiver allows */
};

struct wt_side_reports {
    struct wt_handle trouble; /* struct wt_trouble since its first symptom */
    uint32_t newest;          /* its latest packet in the history */
    uint32_t delay;           /* microseconds from the capture point to it and back; 0 while unknown */
    uint32_t sample_end;      /* sequence number behind a segment whose fate is awaited */
    uint16_t sample;          /* its size on the wire; 0 if none is awaited */
    uint16_t passed;          /* largest size on the wire that arrived; UDP: that was sent */
    uint16_t id;              /* IP identification of its last wire frame */
    bool has_id;
    uint8_t full;        /* UDP: datagrams of the size `passed`, 255 at most */
    uint8_t lower_count; /* UDP: datagrams of the size `lower` since the last full one */
    uint16_t lower;
};

/*
 * Places for what detectors keep of a side, known to them alone, and zeroed whenever a connection begins anew. A
 * detector that keeps something of each side has a row here, and reaches it as struct symptoms, say, by
 *
 *     #define symptoms_of(side) wt_side_kept(side, symptoms, struct symptoms)
 *
 * with an assertion that it fits: sizeof(struct symptoms) <= WT_SIDE_PLACE(symptoms).
 */
struct wt_side_places {
    _Alignas(uint64_t) unsigned char windows[40];
    _Alignas(uint64_t) unsigned char symptoms[32];
};

#define WT_SIDE_PLACE(place) sizeof(((struct wt_side_places *)NULL)->place)

#define wt_side_kept(side, place, type)                                                                      \
    _Generic((side), struct wt_side *                                                                        \
             : (type *)(void *)(side)->kept.place, const struct wt_side *                                    \
             : (const type *)(const void *)(side)->kept.place)

/* What one end announced and did, as far as it was captured. */
struct wt_side {
    uint32_t next;  /* highest sequence number sent, plus one */
    uint32_t acked; /* highest acknowledgement sent */
    uint32_t edge;  /* highest right edge granted: acknowledgement + scaled window */
    uint32_t isn;   /* sequence number of its SYN */
    uint16_t mss;   /* of its SYN; 0 without the option */
    int16_t scale;  /* offered in its SYN, at most 14; WT_SCALE_NONE without the option */
    bool has_next : 1, has_acked : 1, has_edge : 1;
    bool syn : 1, syn_ack : 1; /* its SYN was captured; it was a SYN/ACK */
    bool unseen_acked : 1;     /* it acknowledged data that this capture does not hold */
    bool settled : 1;          /* it sent something after the handshake */
    bool sums_hold : 1;        /* a right checksum was seen: a wrong one is damage, not an edited capture */
    bool doubtful : 1;         /* its SYN had a wrong checksum, or a shift over 14 that cannot be its own */
    bool holes : 1;            /* bytes of it are missing from the capture so far, see capture/missed.c */
    bool strayed : 1;          /* its latest segment was a stray one */
    bool jumped : 1;           /* its numbers do not go on from each other */
    bool one_sided : 1;        /* it is all that was captured of the connection, see capture/one_sided.c */
    uint16_t raw_max;          /* largest raw window (that of its SYN until `settled`) */
    uint64_t payload;          /* bytes sent, repeated ones counted again */
    struct wt_handle host;     /* its sender's */
    struct wt_handle path;     /* from it to the other side */
    struct wt_side_segments segments;
    struct wt_side_reports reports;
    struct wt_side_places kept;
};

struct wt_flow {
    struct wt_entry entry;
    struct wt_flow_key key;
    struct wt_side side[2];
    uint32_t rtt;          /* microseconds, from the handshake; 0 while unknown */
    int8_t assumed;        /* shift to be used where the handshake is missing, WT_SCALE_NONE for none */
    int8_t scale[2];       /* in force for each side's windows, see wt_flow_scale() */
    bool begun : 1;        /* it has been reset once, as every new one is */
    bool awaits : 1;       /* a SYN was put aside that may begin it anew, see stranger.h */
    bool foreign : 1;      /* the numbers of the packet at hand are not its own */
    bool has_syn_time : 1; /* of the client's SYN; all times may be 0, or before 1970 */
    bool near_low : 1, near_high : 1;   /* no router had touched the SYN of this side, see size/unfit_mss.c */
    bool unfit_low : 1, unfit_high : 1; /* the MSS of this side was said not to fit */
    int64_t syn_time;
    uint32_t syn_frame[2]; /* of each side's latest SYN */
};

_Static_assert(sizeof(struct wt_side_segments) <= 40, "a detector's part of a side");
_Static_assert(sizeof(struct wt_side_reports) <= 40, "a detector's part of a side");
_Static_assert(sizeof(struct wt_flow) <= 480,
               "a connection may cost 512 bytes, its place in the hash table included");

struct wt_map *wt_flows_new(void);

/* Remembers the flows used last, zeroed at first: most packets find theirs there by comparing one key. */
enum {
    WT_FLOWS_RECENT = 256
};
struct wt_flow_recent {
    struct wt_flow *flow;
    uint32_t tag; /* of its key: who has another one need not look at the flow */
};

/* The flow of `packet`, which must have ports; `sender` says which of its sides sent it. */
struct wt_flow *wt_flow_of(struct wt_map *flows, struct wt_flow_recent *recent, uint32_t interface,
                           const struct wt_packet *packet, unsigned *sender);

/* Has the processor fetch where wt_flow_of() will look; it changes nothing. */
void wt_flow_expect(const struct wt_map *flows, uint32_t interface, const struct wt_packet *packet);

/* As above, but NULL if there is none: for packets that are only quoted. */
struct wt_flow *wt_flow_find(struct wt_map *flows, uint32_t interface, const struct wt_packet *packet,
                             unsigned *sender);

/* Forgets all that is known of the connection, but not where its ends stand. */
void wt_flow_reset(struct wt_flow *flow);

/* Takes the acknowledgement and window of a TCP header of side `sender`. */
void wt_flow_take_ack(struct wt_flow *flow, unsigned sender, const struct wt_tcp *tcp);

/*
 * The shift in force for the windows of side `which` (RFC 7323 2.2): what it offered if both offered, 0 if
 * one is known to have not, WT_SCALE_NONE while unknown. The SYN/ACK decides, since the last SYN need not be
 * the one it answers; a SYN/ACK with the option says that the SYN it answers had it too.
 */
static inline int wt_flow_scale(const struct wt_flow *flow, unsigned which)
{
    return flow->scale[which];
}

/* As above, but where the handshake is missing what `flow->assumed` says. */
int wt_flow_scale_used(const struct wt_flow *flow, unsigned which);

/* What side `which` offers is the option `scale` (a larger shift than 14 is used as 14, RFC 7323 2.3), or
 * none. */
void wt_flow_offer(struct wt_flow *flow, unsigned which, int16_t scale);

/* Whether a checksum of `packet` is wrong. */
static inline bool wt_flow_is_bad(const struct wt_packet *packet)
{
    return packet->l4_checksum == WT_CHECKSUM_BAD || packet->ip_checksum == WT_CHECKSUM_BAD;
}

/* Whether `packet` was damaged on its way, so that its receiver never took it. Super-frames, which may keep a
 * stale checksum, and flows whose checksums are all wrong (an edited capture) are not. */
bool wt_flow_is_corrupt(const struct wt_flow *flow, unsigned sender, const struct wt_packet *packet);

/* Takes sequence number, acknowledgement and window of a TCP packet; call it after the detectors. */
void wt_flow_advance(struct wt_flow *flow, unsigned sender, const struct wt_packet *packet);

/* The right edge that `packet` grants (its acknowledgement + scaled window); false while the scale is
 * unknown. */
bool wt_flow_edge(const struct wt_flow *flow, unsigned sender, const struct wt_packet *packet,
                  uint32_t *edge);

/* Sequence number behind the last byte of `packet`; SYN and FIN count one each (RFC 9293 3.4). */
uint32_t wt_flow_end(const struct wt_packet *packet);

#endif
