/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * point: what the packets of a capture file that holds several capture points tell about the way between two
 * of them.
 *
 * A passage is the way of packets from one point to another, one for each direction. Packets are compared
 * only if both points captured them, or if one did and the other demonstrably was capturing when they should
 * have arrived.
 */
#ifndef WIRETRUTH_POINT_H
#define WIRETRUTH_POINT_H

#include <stdbool.h>
#include <stdint.h>

struct wt_engine;

/* What may happen to a packet between two points. */
enum wt_change {
    WT_CHANGE_CUT,                /* one TCP or UDP super-frame became several frames */
    WT_CHANGE_MERGED,             /* several became one */
    WT_CHANGE_FRAGMENTED,         /* IP fragmentation */
    WT_CHANGE_TRANSLATED,         /* addresses or ports (NAT) */
    WT_CHANGE_MSS,                /* the MSS option of a SYN */
    WT_CHANGE_SCALE,              /* the window scale option of a SYN */
    WT_CHANGE_DF,                 /* don't fragment was cleared */
    WT_CHANGE_CHECKSUM_COMPLETED, /* partial before, complete behind: as it should be */
    WT_CHANGE_CHECKSUM_LEAKED,    /* partial before, and the very same number behind on a piece of it */
    WT_CHANGE_CHECKSUM_DAMAGED,   /* valid before, bad behind */
    WT_CHANGES,
};

extern const char *const wt_change_name[WT_CHANGES];

enum {
    WT_POINTS_MAX = 8 /* interfaces of one file that are compared; others are left out */
};

struct wt_passage {
    uint32_t from, to;       /* interfaces, as in struct wt_frame */
    uint32_t matched;        /* packets at `from` that were seen at `to`, whole or in part */
    uint32_t lost;           /* packets at `from` that should have been seen at `to` and were not */
    uint32_t lost_in_part;   /* super-frames of which pieces are missing */
    uint32_t smallest_lost;  /* l3 bytes of a whole wire packet that was lost; 0 without any */
    uint32_t largest_passed; /* l3 bytes, as seen at `to` */
    uint32_t changed[WT_CHANGES];
    int hops;            /* by how much TTL or hop limit fell; of the latest packet */
    bool clock_known;    /* packets went both ways, so clock and delay can be told apart */
    int64_t clock_ahead; /* clock of `to` less clock of `from`, nanoseconds; 0 while not known */
    int64_t clock_error; /* it is right to within this much; negative if the clocks drift apart */
    int64_t delay_min, delay_mean, delay_max; /* from `from` to `to`, corrected by `clock_ahead` */
};

struct wt_passages {
    struct wt_passage passage[WT_POINTS_MAX * (WT_POINTS_MAX - 1)];
    unsigned count;
    bool more; /* the file has more interfaces than are compared */
};

/*
 * What is known if the capture ends here, in the order of the interfaces; losses include packets whose twins
 * are overdue. Valid until the next frame. Costs a walk over the latest packets, but only once a frame.
 */
const struct wt_passages *wt_engine_passages(struct wt_engine *engine);

#endif
