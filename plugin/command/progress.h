/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress: how far the work is, in a line of standard error that is written again and again; only on a terminal. */
#ifndef WIRETRUTH_COMMAND_PROGRESS_H
#define WIRETRUTH_COMMAND_PROGRESS_H

struct wt_progress;

struct wt_progress *wt_progress_new(unsigned files);
void wt_progress_free(struct wt_progress *progress);

/* So many files are done; or so much of a file, from 0 to 1. */
void wt_progress_files(struct wt_progress *progress, unsigned done);
void wt_progress_part(struct wt_progress *progress, double done);

/* Takes the line away, before something else is printed. */
void wt_progress_clear(struct wt_progress *progress);

#endif
