/* SPDX-License-Identifier: GPL-2.0-or-later */
/* windows: what the judges of the window share: their tables, and what speaks against what they say. */
#ifndef WIRETRUTH_WINDOWS_H
#define WIRETRUTH_WINDOWS_H

#include "engine/context.h"

/* Tables of bounded size for what does not fit into a flow. */
struct wt_windows {
    struct wt_map *syns;   /* SYN segments, whatever the interface */
    struct wt_map *hints;  /* the shift that each host used */
    struct wt_map *stalls; /* sides of flows that had to send again */
    uint16_t hints_age;    /* changes with each new hint */
    bool any_differ;       /* some SYN was repeated with another offer */
};

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

/* Largest payload of one segment of this packet's sender, options deducted. */
uint32_t wt_windows_segment(const struct wt_context *context);

/* Data that was not sent before. False before anything was. */
bool wt_windows_are_new_data(const struct wt_context *context);

#endif
