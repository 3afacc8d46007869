/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mtu: the MTU of the link at the capture point, and packets that do not fit it. */
#ifndef WIRETRUTH_MTU_H
#define WIRETRUTH_MTU_H

#include "engine/detector.h"

/* Takes evidence of the link MTU from the packet, sets the link facts, and judges the outermost packet against
 * it: after segmentation, which explains most large frames. */
extern const struct wt_detector wt_mtu_detector;

#endif
