/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manual: the manual page and the completion of a shell, written from the table of options. */
#ifndef WIRETRUTH_COMMAND_MANUAL_H
#define WIRETRUTH_COMMAND_MANUAL_H

#include <glib.h>

extern const char wt_manual_summary[];

/* To standard output: wiretruth(1), and what bash reads. */
void wt_manual_print(const GOptionEntry *entries);
void wt_manual_completion(const GOptionEntry *entries);

#endif
