/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trouble: what is remembered of one direction of a connection (or of a path, for packets without ports)
 * since its first symptom: a report about it, a repeated segment, a piece or a hole larger than allowed. Most
 * connections have none. The table is bounded and gives up the one not touched for longest.
 */
#ifndef WIRETRUTH_TROUBLE_H
#define WIRETRUTH_TROUBLE_H

#include "engine/detector.h"
#include "engine/state/flow.h"
#include "vanished.h"

enum {
    WT_TOLD_WAITING = 12, /* reports without an answer that are remembered: a first flight has ten segments */
    WT_MERGED_WAITING = 12, /* the same, of merged packets */
};

/* A report without an answer yet. */
struct wt_waiting {
    int64_t time;
    uint32_t frame;
    uint32_t seq;  /* of the segment that it quotes */
    uint32_t id;   /* IP identification of the report itself */
    bool repeated; /* the quoted bytes were sent again since */
};

/* A super-frame whose pieces the identification of the flow's next frame counts, see pieces.c. */
struct wt_doubt {
    int64_t time;
    uint32_t frame; /* 0: none */
    uint32_t seq, payload;
    uint32_t id;
    uint32_t headers;                /* of each piece */
    uint32_t old_pieces, new_pieces; /* in the size before the report, and in the one it asks for */
    bool late;                       /* its sender could know the report */
    bool repeated;                   /* it begins with bytes sent before */
};

/* What its sender was told by reports. */
struct wt_told {
    int64_t time; /* of the first report of `mtu` */
    int64_t last; /* of the latest one */
    uint32_t frame;
    uint32_t mtu;    /* 0: a report that tells none */
    uint32_t before; /* size on the wire of the packet that it quotes */
    uint32_t reports;
    uint32_t ignored;
    struct wt_waiting waiting[WT_TOLD_WAITING];
    uint8_t waiting_count;
    bool answered; /* obeyed once */
    bool df;       /* the quoted packet had DF set */
    bool df_cleared;
    enum wt_reason weakness; /* why none of the reports can be trusted; none if one can */
    bool doubted;            /* their addressee drops them */
    struct wt_address by;    /* who sent the first of them */
    bool larger; /* a larger packet of new bytes was sent, and what becomes of it is not known yet */
    uint32_t larger_end;
    uint32_t confirmed; /* frame of the latest packet that was found to ignore it */
    struct wt_doubt doubt;
};

/* A report about a packet that nobody sent, see merged.c. */
struct wt_merged {
    struct wt_address reporter;
    uint32_t frame; /* of the report; 0: none */
    uint32_t seq;   /* that it quotes */
    uint32_t quoted, sent, mtu;
    bool whole; /* it begins and ends where segments do */
};

/* The oldest segment that does not arrive, see stall.c. */
struct wt_stall {
    int64_t first, last; /* when it was sent again */
    uint32_t seq;
    uint32_t size;   /* on the wire */
    uint32_t tries;  /* how often it was sent in this size; 0: nothing is stalled */
    uint32_t frame;  /* of its first sending; 0 if not captured */
    uint32_t from;   /* larger size in which it was sent before; 0 if there was none */
    uint32_t ack;    /* what the sender had acknowledged when it began */
    uint32_t echo;   /* timestamp that it echoed */
    uint16_t passed; /* largest packet that arrived behind it */
    bool alive;      /* the other end was heard since */
    bool reset;      /* but only by a reset */
    bool small;      /* something smaller arrived behind it */
    bool large;      /* something as large did */
    bool wide;       /* more than one segment is missing */
    unsigned told;   /* WT_AT_MOST() of the severity that was said */
    struct wt_vanished said;
};

/* Bytes that are missing at their receiver, see hole.c. */
struct wt_hole {
    int64_t since;
    uint32_t start;    /* where it began */
    uint32_t from, to; /* what is missing now */
    uint32_t length;   /* of all of it when it was found */
    uint32_t full;     /* size on the wire of what is missing */
    uint32_t largest;  /* of what arrived */
    uint32_t filled;   /* bytes that came since, in smaller packets */
    struct wt_vanished said;
    bool whole; /* it can be made of segments of the full size alone */
    bool open;
};

/* Pieces that follow each other as if cut from one super-frame. */
struct wt_train {
    uint32_t start, next; /* sequence numbers */
    uint32_t id, ack, timestamp;
    uint32_t size;   /* payload of each piece but the last */
    uint32_t limit;  /* of the payload, when it began */
    uint32_t pieces; /* 0: none at hand */
};

/* Proofs of wrong cutting so far, see cutting.c. */
struct wt_cut {
    struct wt_train train;
    uint32_t oversized; /* sequence number of the latest piece larger than the receiver allows */
    uint32_t edge;      /* latest SACK edge looked at */
    uint16_t by_train, by_repeat, by_hole, by_sack;
    uint16_t lone; /* oversized segments that are no piece of anything: the stack sends them so */
    bool has_oversized;
};

/* Super-frames that never arrive, see refusal.c. */
struct wt_refusal {
    uint32_t end;  /* of the single segment that was sent again last */
    uint32_t size; /* its payload */
    uint32_t hits; /* of these that arrived alone */
    bool begun, waiting, refuted;
};

struct wt_trouble_key {
    struct wt_flow_key flow;
    uint32_t sender;
};

struct wt_trouble {
    struct wt_entry entry;
    struct wt_trouble_key key;
    struct wt_told told;
    struct wt_stall stall;
    struct wt_hole hole;
    struct wt_cut cut;
    struct wt_merged merged[WT_MERGED_WAITING];
    uint32_t merged_count;
    struct wt_refusal refusal;
    uint32_t lowered; /* size that the sender settled on without a report; 0 if it did not */
    uint32_t probe;   /* frame of a larger datagram that may be a probe */
    uint32_t probe_size;
};

struct wt_engine;

/* The trouble of side `which` of `flow`; NULL if it has none. */
struct wt_trouble *wt_trouble_of(struct wt_engine *engine, struct wt_flow *flow, unsigned which);

/* The same, made if there is none. */
struct wt_trouble *wt_trouble_open(struct wt_engine *engine, struct wt_flow *flow, unsigned which);

/* The trouble of packets without ports, of the protocol and path of `packet`; made if `open`, else perhaps
 * NULL. */
struct wt_trouble *wt_trouble_portless(struct wt_engine *engine, uint32_t interface,
                                       const struct wt_packet *packet, bool open);

#endif
