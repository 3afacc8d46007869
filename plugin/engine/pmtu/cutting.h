/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cutting: super-frames that the sender's NIC cut at the wrong size. */
#ifndef WIRETRUTH_CUTTING_H
#define WIRETRUTH_CUTTING_H

#include "engine/context.h"
#include "report.h"

/* At the sender: a report quotes a piece that no stack would have asked for. */
void wt_cutting_judge_report(struct wt_context *context, const struct wt_report *report);

/* On the wire and at the receiver: pieces and holes larger than allowed; at the sender: SACK edges. */
void wt_cutting_judge(struct wt_context *context);

#endif
