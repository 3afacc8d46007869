/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options: what the user asked for. One table of them is the help, the manual page and what a shell completes. */
#ifndef WIRETRUTH_COMMAND_OPTIONS_H
#define WIRETRUTH_COMMAND_OPTIONS_H

#include "settings.h"
#include "tables/table.h"

#include <glib.h>

enum wt_output {
    WT_OUTPUT_TABLES,
    WT_OUTPUT_FINDINGS, /* one line a finding */
    WT_OUTPUT_FRAMES,   /* one object a frame, always JSON */
};

enum wt_parsed {
    WT_PARSED_FILES, /* there are files to judge */
    WT_PARSED_DONE,  /* help, version or another text was asked for, and printed */
    WT_PARSED_WRONG, /* said on standard error */
};

struct wt_options {
    enum wt_output output;
    bool json;
    int jobs;
    GPtrArray *tables; /* of const struct wt_table_type, as asked for; never empty */
    struct wt_settings settings;
    char **files; /* as given */
};

/* Fills `options` from a command line, whose words stay as they are. */
enum wt_parsed wt_options_parse(struct wt_options *options, int argc, char **argv);
void wt_options_clear(struct wt_options *options);

#endif
