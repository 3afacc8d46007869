/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder: the files that words of a command line stand for. */
#ifndef WIRETRUTH_COMMAND_FOLDER_H
#define WIRETRUTH_COMMAND_FOLDER_H

#include <glib.h>
#include <stdbool.h>

struct wt_file {
    char *path;
    bool listed; /* in a folder, where there may be other files than captures too; false: named by the user */
    char *error; /* why it, or the folder, cannot be looked at; NULL as a rule */
};

/*
 * struct wt_file of each file named, and of each one below a folder named, by name; links to folders are not followed there.
 */
GArray *wt_folder_files(char *const *words);

#endif
