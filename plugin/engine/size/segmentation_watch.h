/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segmentation_watch: what the data sent and their acknowledgements show of the size of wire segments. */
#ifndef WIRETRUTH_SEGMENTATION_WATCH_H
#define WIRETRUTH_SEGMENTATION_WATCH_H

#include "engine/context.h"

/* Takes what this packet tells about data sent before it: by its acknowledgement, its IP identification. */
void wt_watch_learn(struct wt_context *context);

/* Watches what becomes of this packet. `size` is the payload of a segment as expected of it. */
void wt_watch_start(struct wt_context *context, uint32_t size);

/* Takes the packet for an ordinary segment or datagram. */
void wt_watch_ordinary(struct wt_context *context);

#endif
