/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fragments: datagrams of which parts never come, and tunnels whose packets are fragmented. */
#ifndef WIRETRUTH_FRAGMENTS_H
#define WIRETRUTH_FRAGMENTS_H

#include "engine/detector.h"

extern const struct wt_detector wt_fragments_detector;

#endif
