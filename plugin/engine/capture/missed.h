/* SPDX-License-Identifier: GPL-2.0-or-later */
/* missed: what the capture lost, and what stands in it in the wrong place. */
#ifndef WIRETRUTH_MISSED_H
#define WIRETRUTH_MISSED_H

#include "engine/detector.h"

extern const struct wt_detector wt_missed_detector;

#endif
