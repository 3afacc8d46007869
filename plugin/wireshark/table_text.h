/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_text: tables as tshark prints them.
 *
 * What tshark prints by itself is wider than a screen (statistics trees) or out of line (tables), and a wrong
 * filter of a statistics tree does not fail the command. tshark takes the -z name that was registered first:
 * the plugin's, since plugins come before tshark's own.
 */
#ifndef WIRETRUTH_WIRESHARK_TABLE_TEXT_H
#define WIRETRUTH_WIRESHARK_TABLE_TEXT_H

#include "compat.h"

#include "listener.h"
#include "program.h"

/*
 * The display filter in `option`, the argument of -z: the name `cli_name`, then optionally a comma and the
 * filter. NULL without one.
 */
const char *wt_table_text_filter(const char *option, const char *cli_name);

/*
 * Attaches `listener`, with the filter in `option`. One that is none ends the program with a message and exit
 * code 1.
 */
void wt_table_text_listen(const char *option, const char *cli_name, const struct wt_listener *listener);

/* Prints the frame around a table: a rule, the title and the filter; then, after the table, a rule. */
void wt_table_text_begin(const char *title, const char *filter);
void wt_table_text_end(void);

/* Registers `ui` for the GUI and sharkd, and in tshark a print of it whose columns stand in line. */
void wt_table_text_register(stat_tap_table_ui *ui);

#endif
