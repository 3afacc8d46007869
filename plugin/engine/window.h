/* SPDX-License-Identifier: GPL-2.0-or-later */
/* window: window scaling, right edges, and data beyond them. */
#ifndef WIRETRUTH_WINDOW_H
#define WIRETRUTH_WINDOW_H

#include "context.h"

/* Judges the window scale option and the data of a TCP packet; sets the window facts. Before
 * wt_flow_advance(). */
void wt_window_judge(struct wt_context *context);

/* Sets the facts that hold after this frame. After wt_flow_advance(). */
void wt_window_measure(struct wt_context *context);

#endif
