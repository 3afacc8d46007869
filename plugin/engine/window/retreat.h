/* SPDX-License-Identifier: GPL-2.0-or-later */
/* retreat: right edges that move left, and data that are lost by it. */
#ifndef WIRETRUTH_WINDOW_RETREAT_H
#define WIRETRUTH_WINDOW_RETREAT_H

#include "engine/context.h"

struct wt_map *wt_window_retreats_new(void);
void wt_window_retreat(struct wt_context *context);

#endif
