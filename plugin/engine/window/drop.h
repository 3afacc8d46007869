/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drop: data that is lost beyond acknowledgement + unscaled window. */
#ifndef WIRETRUTH_WINDOW_DROP_H
#define WIRETRUTH_WINDOW_DROP_H

#include "engine/context.h"

struct wt_map *wt_window_stalls_new(void);
void wt_window_drop(struct wt_context *context);

#endif
