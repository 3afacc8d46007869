/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judgement: one file read, judged and told. A single pass, so memory is bounded whatever the size of the file: what is
 * known of a frame is told before the next one is looked at, or goes into a table.
 */
#ifndef WIRETRUTH_COMMAND_JUDGEMENT_H
#define WIRETRUTH_COMMAND_JUDGEMENT_H

#include "folder.h"
#include "options.h"
#include "outcome.h"

#include <stdio.h>

struct wt_progress;

/*
 * Tells of `file` to `out`, and puts what came of it into `outcome`. `titled`: there are several files, so text begins
 * with the name of this one. `progress` is told of each part that was read; NULL for nobody.
 */
void wt_judgement(const struct wt_file *file, const struct wt_options *options, bool titled, FILE *out,
                  struct wt_progress *progress, struct wt_outcome *outcome);

#endif
