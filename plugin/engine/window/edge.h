/* SPDX-License-Identifier: GPL-2.0-or-later */
/* edge: data beyond the right edge, and edges that move left. */
#ifndef WIRETRUTH_WINDOW_EDGE_H
#define WIRETRUTH_WINDOW_EDGE_H

#include "engine/context.h"

void wt_window_edge(struct wt_context *context);

#endif
