/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reaction: what a sender makes of reports: it obeys, clears DF, or ignores them. */
#ifndef WIRETRUTH_REACTION_H
#define WIRETRUTH_REACTION_H

#include "engine/context.h"

/* Waits for the reaction to `report`, whose offender is known; confirms that earlier ones were ignored. */
void wt_reaction_await(struct wt_context *context, const struct wt_report *report);

/* Judges a packet of a sender that was told something. Returns whether it ignores that. */
bool wt_reaction_judge(struct wt_context *context, struct wt_trouble *trouble);

/* Whether the sender of `context`'s packet could know a report told at `told->time` when it sent it. */
bool wt_reaction_could_know(const struct wt_context *context, const struct wt_told *told);

#endif
