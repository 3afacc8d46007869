/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jobs: many files at once, each in a process of its own: wiretap knows no threads, and a file on which a process ends is
 * a file that could not be read, no more. What they say is put aside, and printed in the order of the files.
 */
#ifndef WIRETRUTH_COMMAND_JOBS_H
#define WIRETRUTH_COMMAND_JOBS_H

#include "folder.h"
#include "options.h"
#include "outcome.h"

struct wt_progress;

/*
 * Judges struct wt_file each, and calls done(DATA, INDEX, OUTCOME) after what is said of it was printed. False if the system
 * has no room for this.
 */
bool wt_jobs_run(const GArray *files, const struct wt_options *options, struct wt_progress *progress,
                 void (*done)(void *data, unsigned index, const struct wt_outcome *outcome), void *data);

#endif
