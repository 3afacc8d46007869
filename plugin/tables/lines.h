/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lines: tables as text for a screen. */
#ifndef WIRETRUTH_TABLES_LINES_H
#define WIRETRUTH_TABLES_LINES_H

#include "rows.h"

/* The frame around a table: a rule, the title and the filter (NULL for none); then, after the table, a rule. */
void wt_lines_begin(GString *out, const char *title, const char *filter);
void wt_lines_end(GString *out);

/* Rows, in columns that stand in line. */
void wt_lines_rows(GString *out, const struct wt_rows *rows, const struct wt_columns *columns);

/* `text` behind `label`, broken between words; nothing where `text` is empty. */
void wt_lines_labelled(GString *out, const char *label, const char *text);

#endif
