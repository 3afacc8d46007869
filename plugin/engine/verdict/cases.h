/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cases: gathers findings into cases. See wiretruth/diagnosis.h for what is made of them. */
#ifndef WIRETRUTH_CASES_H
#define WIRETRUTH_CASES_H

#include <wiretruth/diagnosis.h>

#include "engine/detector.h"

/* Hears every finding, and writes into it the cases that it supports. */
extern const struct wt_detector wt_verdict_detector;

#endif
