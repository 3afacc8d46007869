/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merged: reports about packets that nobody sent, because the reporter merged them. */
#ifndef WIRETRUTH_MERGED_H
#define WIRETRUTH_MERGED_H

#include "engine/context.h"
#include "report.h"

/* Judges the length that `report`, whose offender is known, quotes. Returns whether the sender has anything to
 * change. */
bool wt_merged_judge_report(struct wt_context *context, struct wt_report *report);

/* Takes a TCP packet: what such a report refused is sent again, or arrives as it was. */
void wt_merged_take(struct wt_context *context);

#endif
