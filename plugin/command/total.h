/* SPDX-License-Identifier: GPL-2.0-or-later */
/* total: what came of many files, added up. */
#ifndef WIRETRUTH_COMMAND_TOTAL_H
#define WIRETRUTH_COMMAND_TOTAL_H

#include "outcome.h"

#include <glib.h>

struct wt_total {
    unsigned files, trouble, broken, foreign;
    uint64_t frames, missed;
    unsigned diagnosed[WT_DIAGNOSES]; /* files */
    int64_t lost[WT_DIAGNOSES];       /* nanoseconds */
};

void wt_total_add(struct wt_total *total, const struct wt_outcome *outcome);

/* Appends it as text, or as an object of JSON in one line. */
void wt_total_text(const struct wt_total *total, GString *out);
void wt_total_json(const struct wt_total *total, GString *out);

#endif
