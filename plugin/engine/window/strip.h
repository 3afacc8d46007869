/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strip: windows that make sense only if one end scales and the other does not know. */
#ifndef WIRETRUTH_WINDOW_STRIP_H
#define WIRETRUTH_WINDOW_STRIP_H

#include "engine/context.h"

struct wt_map *wt_window_fillings_new(void);
void wt_window_strip(struct wt_context *context);

#endif
