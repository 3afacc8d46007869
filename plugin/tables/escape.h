/* SPDX-License-Identifier: GPL-2.0-or-later */
/* escape: text from a file, made fit for a terminal and for JSON. */
#ifndef WIRETRUTH_TABLES_ESCAPE_H
#define WIRETRUTH_TABLES_ESCAPE_H

/*
 * `text` as valid UTF-8 of characters that print: each byte of any other is written as \xNN. Free it with
 * g_free().
 */
char *wt_escape(const char *text);

#endif
