/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segmentation: super-frames, the wire frames they stand for, and segments larger than
 * their receiver allows. */
#ifndef WIRETRUTH_SEGMENTATION_H
#define WIRETRUTH_SEGMENTATION_H

#include "engine/context.h"

/* L3 length of the largest wire packet that this frame's innermost packet stands for. */
uint32_t wt_segmentation_wire_l3(const struct wt_context *context);

/* Wire packets of at most `size` payload bytes that the chunks of an SCTP packet are cut into
 * (segmentation_sctp.c); `last`: payload of the last one. */
uint32_t wt_segmentation_sctp(const struct wt_context *context, uint32_t size, uint32_t *last);

#endif
