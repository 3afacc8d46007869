/* SPDX-License-Identifier: GPL-2.0-or-later */
/* window: window scaling, right edges, and data beyond them. Its parts are called by window.c alone. */
#ifndef WIRETRUTH_WINDOW_H
#define WIRETRUTH_WINDOW_H

#include "engine/detector.h"

/* Judges the window scale option, the window and the data of TCP packets. */
extern const struct wt_detector wt_window_detector;

#endif
