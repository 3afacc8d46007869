/* SPDX-License-Identifier: GPL-2.0-or-later */
/* one_sided: connections of which one direction alone was captured. */
#ifndef WIRETRUTH_ONE_SIDED_H
#define WIRETRUTH_ONE_SIDED_H

#include "engine/detector.h"

extern const struct wt_detector wt_one_sided_detector;

#endif
