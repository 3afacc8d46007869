/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reaction: what a sender makes of reports: it obeys, clears DF, or ignores them. */
#ifndef WIRETRUTH_REACTION_H
#define WIRETRUTH_REACTION_H

#include "engine/context.h"
#include "trouble.h"

/* Judges a packet of a sender that was told something. Returns whether it is larger than that, and its sender
 * could know. */
bool wt_reaction_judge(struct wt_context *context, struct wt_trouble *trouble);

/* Judges the super-frame before it, if the packet at hand tells the size of its pieces. */
void wt_reaction_resolve(struct wt_context *context, struct wt_trouble *trouble);

/* Whether the sender of `context`'s packet could know a report told at `told->time` when it sent it. */
bool wt_reaction_could_know(const struct wt_context *context, const struct wt_told *told);

#endif
