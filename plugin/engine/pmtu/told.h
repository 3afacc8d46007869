/* SPDX-License-Identifier: GPL-2.0-or-later */
/* told: what reports tell a sender, until it acts on them or they turn out to be wrong. */
#ifndef WIRETRUTH_TOLD_H
#define WIRETRUTH_TOLD_H

#include "engine/context.h"
#include "report.h"
#include "trouble.h"

/* Takes `report`, whose offender is known: waits for the reaction, confirms that earlier ones were ignored. */
void wt_told_hear(struct wt_context *context, const struct wt_report *report);

/* Takes an acknowledgement: it may refute what the other end was told. */
void wt_told_take_ack(struct wt_context *context);

/* Says that the packet in `frame`, `size` bytes long and like `sent`, ignores what was told. */
void wt_told_ignored(struct wt_context *context, struct wt_told *told, const struct wt_packet *sent,
                     uint32_t frame, uint32_t size);

#endif
