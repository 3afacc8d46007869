/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fate: what became of segments whose sum is wrong. */
#ifndef WIRETRUTH_CHECKSUM_FATE_H
#define WIRETRUTH_CHECKSUM_FATE_H

#include "engine/context.h"

struct wt_map *wt_fates_new(void);

/* Waits for what becomes of the damaged segment at hand; `noted` says that its damage was told. */
void wt_fate_await(struct wt_context *context, bool noted);

/* Takes what the packet tells about damaged ones before it: data acknowledged, or sent again. */
void wt_fate_learn(struct wt_context *context);

/* Whether the packet is damaged so that its receiver drops it: it was seen, and has not vanished. */
bool wt_fate_is_damaged(const struct wt_context *context);

#endif
