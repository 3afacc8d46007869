/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checksum: what the checksums of a packet tell about offloading, or about damage. */
#ifndef WIRETRUTH_CHECKSUM_H
#define WIRETRUTH_CHECKSUM_H

#include "engine/context.h"

/* Judges both checksums of the packet, and counts them for its sender. After segmentation, since a merged
 * frame's stale sum is no damage. */
extern const struct wt_detector wt_checksum_detector;

#endif
