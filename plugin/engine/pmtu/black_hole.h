/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blackhole: which sizes pass and which vanish. */
#ifndef WIRETRUTH_BLACKHOLE_H
#define WIRETRUTH_BLACKHOLE_H

#include "engine/context.h"

/* Judges a TCP packet: its data as a sample of what passes, or sent again; its acknowledgement as proof. */
void wt_blackhole_judge(struct wt_context *context);

#endif
