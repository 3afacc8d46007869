/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report: ICMP messages about the path MTU, who sent them, what they quote, and whether they can be right. */
#ifndef WIRETRUTH_REPORT_H
#define WIRETRUTH_REPORT_H

#include "engine/detector.h"
#include "quote.h"

/* Judges the report that `context` is about, and fills `report`; false if it quotes nothing. */
bool wt_report_judge(struct wt_context *context, struct wt_report *report);

/* Keeps which report came last, and how many of late match nothing; the detector of path MTUs asks it. */
extern const struct wt_detector wt_report_detector;

#endif
