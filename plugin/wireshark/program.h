/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program: what has to be known about the program around the plugin; program.c tells how it is known. */
#ifndef WIRETRUTH_WIRESHARK_PROGRAM_H
#define WIRETRUTH_WIRESHARK_PROGRAM_H

#include "compat.h"

/* When protocol `proto` is registered; and for each file opened, as Wireshark registers expert infos after all
 * protocols. */
void wt_program_register(int proto);
void wt_program_start(void);

/* Whether this is tshark, the only program that prints tables. */
bool wt_program_prints(void);

/* Whether the program may come back to any frame. To be asked at the first frame of a file. */
bool wt_program_comes_again(packet_info *pinfo);

/* Who can see what the plugin says of the frame at hand. */
enum wt_asker {
    WT_ASKER_NOBODY,
    WT_ASKER_TABLES,   /* that can be told of the frame when it is gone, see listener.h */
    WT_ASKER_SEVERITY, /* Wireshark shows the highest severity of all frames */
    WT_ASKER_ALL, /* something shows, filters, colours, counts or exports it: a table, a tree, a field, expert information */
};

enum wt_asker wt_program_asker(const packet_info *pinfo, const proto_tree *tree);

/* Whether somebody will see our fields in `tree`, which may be NULL. */
bool wt_program_shows_fields(const proto_tree *tree);

#endif
