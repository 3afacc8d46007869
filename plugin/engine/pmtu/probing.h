/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probing: senders that find the path MTU by trial. */
#ifndef WIRETRUTH_PROBING_H
#define WIRETRUTH_PROBING_H

#include "engine/context.h"
#include "trouble.h"

/* The stalled segment of `trouble` is sent again, now in `size` instead of `before` bytes on the wire. */
void wt_probing_judge_lowered(struct wt_context *context, struct wt_trouble *trouble, uint32_t before,
                              uint32_t size);

/* A packet of a flow: larger than what its sender had settled on? */
void wt_probing_judge(struct wt_context *context);

#endif
