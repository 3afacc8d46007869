/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pathmtu: reports, the packets they quote, and what the sender makes of them. */
#ifndef WIRETRUTH_PATHMTU_H
#define WIRETRUTH_PATHMTU_H

#include "engine/context.h"

/* Judges a report, or a packet of a path that was reported about. After segmentation. Remembers the packet. */
extern const struct wt_detector wt_pmtu_detector;

#endif
