/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * window: window scaling, right edges, and data beyond them.
 *
 *   window_syn     SYN segments seen twice: offers that changed, or that a device removed; what hosts use
 *   window_scale   the option, the negotiation, and what the data prove where the handshake is missing
 *   window_strip   windows that make sense only if one end scales and the other does not know
 *   window_edge    data beyond the right edge, and edges that move left
 *   window_drop    data that is lost beyond acknowledgement + unscaled window
 */
#ifndef WIRETRUTH_WINDOW_H
#define WIRETRUTH_WINDOW_H

#include "engine/context.h"

/* Tables of bounded size for what does not fit into a flow. */
struct wt_windows {
    struct wt_map *syns;   /* SYN segments, whatever the interface */
    struct wt_map *hints;  /* the shift that each host used */
    struct wt_map *stalls; /* sides of flows that had to send again */
    uint16_t hints_age;    /* changes with each new hint */
    bool any_differ;       /* some SYN was repeated with another offer */
};

/* Judges the window scale option, the window and the data of TCP packets. */
extern const struct wt_detector wt_window_detector;

/* --- between the files of this detector --- */

static inline struct wt_windows *wt_windows(const struct wt_context *context)
{
    return wt_kept(context, WT_KEEPER_WINDOW);
}

/* Has the processor fetch where a SYN will be looked for; it changes nothing. */
void wt_window_expect(const void *windows, const struct wt_packet *packet);

struct wt_map *wt_window_syns_new(void);
struct wt_map *wt_window_hints_new(void);
struct wt_map *wt_window_stalls_new(void);

void wt_window_syn(struct wt_context *context);
void wt_window_settle(struct wt_context *context);
void wt_window_hint(struct wt_context *context);
void wt_window_scale(struct wt_context *context);
void wt_window_strip(struct wt_context *context);
void wt_window_edge(struct wt_context *context);
void wt_window_drop(struct wt_context *context);

/* Why what is said about the windows of this connection may be wrong; none if nothing speaks
 * against it. */
enum wt_reason wt_window_doubt(const struct wt_context *context);

/* Why frames seem to be missing from the capture, among them perhaps one that granted more; none if not. */
enum wt_reason wt_window_gap(const struct wt_context *context);

/* The window scale option of both SYN segments is known, from segments that their receivers took. */
bool wt_window_is_negotiated(const struct wt_flow *flow);

/* Largest payload of one segment of this packet's sender, options deducted. */
uint32_t wt_window_segment(const struct wt_context *context);

/* Data that was not sent before. False before anything was. */
bool wt_window_is_new(const struct wt_context *context);

#endif
