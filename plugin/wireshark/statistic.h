/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statistic: the tables (plugin/tables) as Wireshark's statistics. tshark prints them, the GUI and sharkd show
 * their rows, and the tree of findings as a tree of their own kind.
 */
#ifndef WIRETRUTH_WIRESHARK_STATISTIC_H
#define WIRETRUTH_WIRESHARK_STATISTIC_H

#include "compat.h"

#include "tables/table.h"

/* Makes all tables known. Call in the handoff of the protocol, when the tap exists. */
void wt_statistic_register(void);

void wt_statistic_print_register(const struct wt_table_type *type);  /* statistic_print.c: tshark */
void wt_statistic_window_register(const struct wt_table_type *type); /* statistic_window.c: GUI and sharkd */
void wt_statistic_tree_register(void);                               /* statistic_tree.c: GUI and sharkd */

#endif
