/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stall: the oldest segment of a TCP sender that does not arrive, and what does meanwhile. */
#ifndef WIRETRUTH_STALL_H
#define WIRETRUTH_STALL_H

#include "engine/context.h"
#include "trouble.h"

enum {
    WT_STALL_HEAD = 3, /* sendings after which the repeated segment is surely the oldest */
};

/* The path of what side `which` of the packet's flow sends. */
struct wt_path *wt_stall_path(const struct wt_context *context, unsigned which);

/* A packet of `size` bytes of side `which` arrived. */
void wt_stall_passed(const struct wt_context *context, unsigned which, uint32_t size);

/* Takes data sent again, `size` bytes on the wire; the trouble in whose stall it belongs, or NULL. */
struct wt_trouble *wt_stall_repeated(struct wt_context *context, uint32_t size);

/* Takes an acknowledgement that does not cover the stalled segment of side `which`. */
void wt_stall_acked(struct wt_context *context, unsigned which, struct wt_trouble *trouble);

/* Takes the first selective acknowledgement of what lies behind a hole: a stall may begin there. */
void wt_stall_hole(struct wt_context *context, unsigned which);

/* The sender of the packet at hand itself shows that it hears the other end. Returns whether it does. */
bool wt_stall_echo(const struct wt_context *context, struct wt_stall *stall);

#endif
