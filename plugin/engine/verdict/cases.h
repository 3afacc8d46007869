/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cases: gathers findings into cases. See wiretruth/diagnosis.h for what is made of them. */
#ifndef WIRETRUTH_CASES_H
#define WIRETRUTH_CASES_H

#include <wiretruth/diagnosis.h>

struct wt_context;
struct wt_evidence;
struct wt_cases;

struct wt_cases *wt_cases_new(void);
void wt_cases_free(struct wt_cases *cases);

/*
 * Takes a finding about frame `number` into account, just before it is recorded, and writes into it the cases
 * that it supports. Called once for each finding, in the frame in which it became known.
 */
void wt_diagnosis_hear(const struct wt_context *context, uint32_t number, struct wt_finding *finding,
                       const struct wt_evidence *evidence);

#endif
