/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table: the statistics, one file for each. All are fed by the tap "wiretruth" with a struct wt_record. */
#ifndef WIRETRUTH_WIRESHARK_TABLE_H
#define WIRETRUTH_WIRESHARK_TABLE_H

/* Registers all tables. Call in the handoff of the protocol, when the tap exists. */
void wt_table_register(void);

void wt_table_tree_register(void);          /* -z wiretruth,tree: table_tree.c */
void wt_table_wire_register(void);          /* -z wiretruth,wire: table_wire.c */
void wt_table_conversations_register(void); /* -z wiretruth,conversations: table_conversations.c */
void wt_table_paths_register(void);         /* -z wiretruth,paths: table_paths.c */
void wt_table_diagnosis_register(void); /* -z wiretruth,diagnosis and -z wiretruth,json: table_diagnosis.c */
void wt_table_points_register(void);    /* -z wiretruth,points: table_points.c */

/* -z wiretruth,offloads: table_offloads.c */
void wt_table_offloads_register(void);

#endif
