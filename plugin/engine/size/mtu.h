/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mtu: the MTU of the link at the capture point, and packets that do not fit it. */
#ifndef WIRETRUTH_MTU_H
#define WIRETRUTH_MTU_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/detector.h"

/* Takes evidence of the link MTU from the packet, sets the link facts, and judges the outermost packet against
 * it: after segmentation, which explains most large frames. */
extern const struct wt_detector wt_mtu_detector;

/* Whether `mtu` is that of a common kind of link. */
bool wt_mtu_is_common(uint32_t mtu);

/* The kind of link that `mtu` suggests, as a phrase; "unusual" for a value that suggests none. */
const char *wt_mtu_kind(uint32_t mtu);

#endif
