/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table: the statistics, one file for each. All are fed by the tap "wiretruth" with a struct wt_record. */
#ifndef WIRETRUTH_WIRESHARK_TABLE_H
#define WIRETRUTH_WIRESHARK_TABLE_H

/* Registers what has to be there before taps are (in the protocol's registration). */
void wt_table_register(void);

/* Registers what needs the tap (in the protocol's handoff). */
void wt_table_handoff(void);

/* -z wiretruth,tree: table_tree.c */
void wt_table_tree_handoff(void);

/* -z wiretruth,wire: table_wire.c */
void wt_table_wire_register(void);

#endif
