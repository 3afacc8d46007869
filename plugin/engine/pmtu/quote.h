/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quote: which captured packet a report quotes, and whether its addressee can find it. */
#ifndef WIRETRUTH_QUOTE_H
#define WIRETRUTH_QUOTE_H

#include "engine/context.h"
#include "report.h"

/* Finds flow, path and offender of the report at hand, and how much it can be trusted. */
void wt_quote_resolve(const struct wt_context *context, struct wt_report *report);

/* Says so if a translator made the quote useless for its addressee. */
void wt_quote_judge(struct wt_context *context, const struct wt_report *report);

#endif
