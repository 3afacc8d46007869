/* SPDX-License-Identifier: GPL-2.0-or-later */
/* refusal: super-frames that never arrive, while the same bytes in single segments do. */
#ifndef WIRETRUTH_REFUSAL_H
#define WIRETRUTH_REFUSAL_H

#include "engine/context.h"

/* Takes a TCP packet, before the history does. */
void wt_refusal_judge(struct wt_context *context);

#endif
