/* SPDX-License-Identifier: GPL-2.0-or-later */
/* direction: whether the capturing host sent or received a frame. */
#ifndef WIRETRUTH_DIRECTION_H
#define WIRETRUTH_DIRECTION_H

#include "engine/context.h"

/* Sets direction and its source; again once a super-frame told more about its sender. The innermost packet
 * that tells anything decides. */
void wt_direction_judge(struct wt_context *context);

#endif
