/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcome: what came of one file. Plain numbers and text, so that it can lie in memory that processes share. */
#ifndef WIRETRUTH_COMMAND_OUTCOME_H
#define WIRETRUTH_COMMAND_OUTCOME_H

#include "tables/coverage.h"

#include <wiretruth/diagnosis.h>

struct wt_outcome {
    bool foreign; /* no capture, found in a folder */
    bool broken;  /* not read whole; `error` says why */
    bool trouble; /* a diagnosis of trouble, or a finding of it (Warn, Error) */
    char error[512];
    uint64_t frames; /* that were judged */
    uint64_t
        dropped; /* frames that the capture itself dropped, as pcapng's interface statistics count them */
    uint64_t missed[WT_MISSED_KINDS];
    bool diagnosed[WT_DIAGNOSES];
    int64_t lost[WT_DIAGNOSES]; /* nanoseconds that connections lost by it */
};

#endif
