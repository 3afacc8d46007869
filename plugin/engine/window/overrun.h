/* SPDX-License-Identifier: GPL-2.0-or-later */
/* overrun: data beyond the right edge that their receiver granted. */
#ifndef WIRETRUTH_WINDOW_OVERRUN_H
#define WIRETRUTH_WINDOW_OVERRUN_H

#include "engine/context.h"

struct wt_map *wt_window_overruns_new(void);
void wt_window_overrun(struct wt_context *context);

#endif
