/* SPDX-License-Identifier: GPL-2.0-or-later */
/* windows: what the judges of the window share: their tables, and what speaks against what they say. */
#ifndef WIRETRUTH_WINDOWS_H
#define WIRETRUTH_WINDOWS_H

#include "engine/context.h"

/* What is kept of each side of a connection. */
struct wt_side_windows {
    /* As the end that grants. Edges are sequence numbers. */
    uint32_t granted;       /* right edge against which a retreat is measured */
    uint32_t granted_frame; /* that granted it */
    uint32_t unscaled;      /* highest acknowledgement + raw window: all that who ignores scaling allows */
    uint32_t later;         /* the same without the window of its SYN */
    uint32_t wide;          /* such an edge that lay several segments behind its acknowledgement */
    uint32_t stamp;         /* latest timestamp value sent */
    uint16_t raw;           /* latest raw window */
    uint16_t hint_age;      /* of the table of hints when it was asked last */
    uint32_t acked_at;      /* when it last acknowledged more, in milliseconds modulo 2^32 */
    /* As the end that sends. */
    uint32_t watch;       /* end of data under watch, if `watched` */
    unsigned watched : 4; /* what their acknowledgement will prove; 0: nothing */
    unsigned least : 4;   /* least shift that acknowledged data prove for this end's windows */
    unsigned hint : 4;    /* 1 + the shift that this host used in other connections; 0: none, or several */
    unsigned filled : 2;  /* proofs so far that a device removed the scale option */
    unsigned has_granted : 1, has_unscaled : 1, has_wide : 1, has_stamp : 1;
    unsigned unshifted : 1; /* first window equals that of its SYN although a shift is in force */
    unsigned collapsed : 1; /* first window is that of its SYN shifted although no shift is in force */
    unsigned refuted : 4;   /* kinds of devices that its data show not to be there, see tally.h */
    unsigned tallied : 1;   /* it had to send again, see tally.c */
    unsigned finished : 1;  /* it sent its FIN: it needs no window any more */
    unsigned overruns : 1;  /* it sent beyond its window, see overrun.c */
    unsigned retreated : 1; /* it took back what it granted, see retreat.c */
    unsigned unknown_told : 1, invalid_told : 1, declined_told : 1, stripped_told : 1;
};

_Static_assert(sizeof(struct wt_side_windows) <= WT_SIDE_PLACE(windows), "it has a place");

#define wt_windows_of(side) wt_side_kept(side, windows, struct wt_side_windows)

/* Tables of bounded size for what does not fit into a flow. */
struct wt_windows {
    struct wt_map *syns;                /* SYN segments, whatever the interface */
    struct wt_map *hints;               /* the shift that each host used */
    struct wt_map *stalls;              /* sides of flows that had to send again */
    struct wt_map *tallies;             /* what they sent since, and what of it was lost */
    struct wt_map *fillings;            /* sides of flows that send exactly what another shift allows */
    struct wt_map *overruns, *retreats; /* sides of flows that sent too much, or granted less than before */
    uint16_t hints_age;                 /* changes with each new hint */
    bool any_differ;                    /* some SYN was repeated with another offer */
};

/* One side of a connection. */
struct wt_side_key {
    struct wt_flow_key flow;
    uint32_t side;
};

static inline struct wt_side_key wt_side_key(const struct wt_context *context, unsigned which)
{
    return (struct wt_side_key){.flow = context->flow->key, .side = which};
}

static inline struct wt_windows *wt_windows(const struct wt_context *context)
{
    return wt_kept(context, WT_KEEPER_WINDOW);
}

/* Why what is said about the windows of this connection may be wrong; none if nothing speaks
 * against it. */
enum wt_reason wt_windows_doubt(const struct wt_context *context);

/* Why frames seem to be missing from the capture, among them perhaps one that granted more; none if not. */
enum wt_reason wt_windows_gap(const struct wt_context *context);

/* The window scale option of both SYN segments is known, from segments that their receivers took. */
bool wt_windows_are_negotiated(const struct wt_flow *flow);

/* A frame that was sent before one that came earlier: it shows an older window. */
bool wt_windows_are_overtaken(const struct wt_context *context);

/* Largest payload of one segment of this packet's sender, options deducted. */
uint32_t wt_windows_segment(const struct wt_context *context);

/* Data that was not sent before. False before anything was. */
bool wt_windows_are_new_data(const struct wt_context *context);

#endif
