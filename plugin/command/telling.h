/* SPDX-License-Identifier: GPL-2.0-or-later */
/* telling: what is printed of one file, as text or as lines of JSON. */
#ifndef WIRETRUTH_COMMAND_TELLING_H
#define WIRETRUTH_COMMAND_TELLING_H

#include "options.h"
#include "outcome.h"

#include <stdio.h>

struct wt_telling {
    FILE *out;
    const char *path;
    enum wt_output output;
    bool json;
    bool live;   /* a diagnosis is told when its proof is complete */
    bool titled; /* text begins with the file's name */
};

/* Tells what is to be told of a frame before the next one comes. */
void wt_telling_frame(const struct wt_telling *telling, const struct wt_visit *visit);

/* Tells the tables (struct wt_table), and what was not looked at. */
void wt_telling_end(const struct wt_telling *telling, const GPtrArray *tables,
                    const struct wt_outcome *outcome);

#endif
