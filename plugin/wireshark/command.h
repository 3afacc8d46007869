/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command: what the command line of this program says, and Wireshark does not. */
#ifndef WIRETRUTH_WIRESHARK_COMMAND_H
#define WIRETRUTH_WIRESHARK_COMMAND_H

#include "compat.h"

/*
 * True if nothing of a visible tree is printed but fields (-T fields), and none of them is ours or expert
 * information. False where that cannot be told for sure.
 */
bool wt_command_prints_others(void);

#endif
