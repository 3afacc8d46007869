/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duplicate: the same packet captured twice at one point. */
#ifndef WIRETRUTH_DUPLICATE_H
#define WIRETRUTH_DUPLICATE_H

#include "engine/detector.h"

extern const struct wt_detector wt_duplicate_detector;

#endif
