/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checksum: what the checksums of a packet tell about offloading, or about damage. */
#ifndef WIRETRUTH_CHECKSUM_H
#define WIRETRUTH_CHECKSUM_H

#include "engine/context.h"

/* Judges both checksums of the packet. After segmentation, since a merged frame's stale sum is no damage. */
void wt_checksum_judge(struct wt_context *context);

/* Counts the packet's checksum for its sender. After the judgement, which asks what was known before. */
void wt_checksum_learn(struct wt_context *context);

#endif
