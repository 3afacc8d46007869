/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * point: the capture points of one file, the clocks between them, and on which way conversations run.
 *
 * Theory. A packet captured at A at time a and at B at time b gives the difference b - a = clock offset +
 * delay on its way from A to B, and = clock offset - delay on its way from B to A. No packet arrives before
 * it was sent, so the smallest difference of the one direction and the largest of the other enclose the
 * offset, and its middle is the estimate (as NTP does, RFC 5905 8). Wrong twins and jitter of the capturing
 * hosts would move an edge, so of many differences some of the smallest are passed over.
 *
 * Which way a conversation runs: TTL or hop limit fall on the way. Where no router lies between two points
 * both are equal; then the direction with the larger difference goes from A to B, whatever the clocks say.
 * Until both directions were seen the clocks of earlier conversations decide, and at last the times
 * themselves; a guess that proves wrong is corrected.
 */
#ifndef WIRETRUTH_ENGINE_POINT_H
#define WIRETRUTH_ENGINE_POINT_H

#include <wiretruth/point.h>

#include "engine/state/map.h"

enum {
    WT_EARLIEST = 4 /* smallest differences that a passage remembers */
};

/* Times of the twins of one passage: difference of the two frames' times, ascending. */
struct wt_differences {
    uint64_t count;
    int64_t earliest[WT_EARLIEST];
    int64_t latest;
    double sum; /* of distances from `origin`, the first of them */
    int64_t origin;
};

/* What passed between two points in one direction of a conversation, kept until its way is certain. */
struct wt_tally {
    uint32_t matched;
    uint32_t changed[WT_CHANGES];
};

struct wt_correlation_key {
    uint64_t conversation; /* hash of addresses, protocol and ports as seen `here` */
    uint32_t here, there;  /* numbers of points */
};

/* One conversation captured `here`, compared with how it was captured `there`. */
struct wt_correlation {
    struct wt_entry entry;
    struct wt_correlation_key key;
    uint64_t conversation_there; /* differs behind NAT */
    int64_t difference[2];       /* there - here for packets of each side, running mean */
    uint32_t matched[2];
    uint32_t ids_kept, ids_changed; /* IPv4 identifications that are equal at both points, or not */
    int16_t away;                   /* 1: packets of side 0 go from here to there; -1: side 1's; 0: unknown */
    bool certain;
    struct wt_tally guessed[2]; /* counted on the strength of a guess */
};

struct wt_points {
    uint32_t interface[WT_POINTS_MAX];
    int64_t first[WT_POINTS_MAX], last[WT_POINTS_MAX];
    unsigned count;
    bool more;
    struct wt_passage passage[WT_POINTS_MAX][WT_POINTS_MAX];
    struct wt_differences differences[WT_POINTS_MAX][WT_POINTS_MAX];
    struct wt_map *correlations;
};

struct wt_points *wt_points_new(void);
void wt_points_free(struct wt_points *points);

/* The number of the point that `interface` is, added if it is new; WT_POINTS_MAX if there is no room for it. */
unsigned wt_points_of(struct wt_points *points, uint32_t interface, int64_t time);

/* The correlation of `conversation` from `here` to `there`; NULL if it was never seen at both. */
struct wt_correlation *wt_points_correlation(struct wt_points *points, uint64_t conversation, unsigned here,
                                             unsigned there);

/* One end of a pair of twins. */
struct wt_end {
    uint64_t conversation;
    unsigned point, side;
    int64_t time;
    uint8_t ttl;
    bool ids_comparable;
    uint32_t id;
};

/* Learns from a pair of twins which way their conversation runs. Returns true if they went from `a` to `b`. */
bool wt_points_learn(struct wt_points *points, const struct wt_end *a, const struct wt_end *b);

/* Adds to the passage from `up` to `down`, which wt_points_learn() found. `tally` is what this pair adds. */
void wt_points_count(struct wt_points *points, const struct wt_end *up, const struct wt_end *down,
                     const struct wt_tally *tally);

/* The difference of times that a twin of a packet of `side` is expected to have; false while nothing is
 * known. */
bool wt_points_expect(struct wt_points *points, const struct wt_correlation *correlation, unsigned side,
                      int64_t *difference);

/*
 * Whether a packet captured at `time` at `from` must have been captured at `to` by now, had it arrived:
 * `to` captured something before it and after it.
 */
bool wt_points_overdue(const struct wt_points *points, unsigned from, unsigned to, int64_t time);

/* How long after `time` at `from` the latest twin may come, over all other points; INT64_MAX while unknown. */
int64_t wt_points_timeout(const struct wt_points *points, unsigned from);

/* Completes clock and delays of the passage between two points. */
void wt_points_measure(const struct wt_points *points, unsigned from, unsigned to,
                       struct wt_passage *passage);

#endif
