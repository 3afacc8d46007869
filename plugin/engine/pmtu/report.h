/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report: ICMP messages about the path MTU, who sent them, what they quote, and whether they can be right. */
#ifndef WIRETRUTH_REPORT_H
#define WIRETRUTH_REPORT_H

#include "engine/detector.h"
#include "quote.h"

/* Judges the report that `context` is about, and fills `report`; false if it quotes nothing. */
bool wt_report_judge(struct wt_context *context, struct wt_report *report);

/* Whether `addressee` got a report whose quote the capture cut off. */
bool wt_report_is_unread(const struct wt_context *context, const struct wt_address *addressee);

#endif
