/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_window: the window that tells the story of a capture, and leads to its frames. */
#ifndef WIRETRUTH_WIRESHARK_REPORT_WINDOW_H
#define WIRETRUTH_WIRESHARK_REPORT_WINDOW_H

/* Puts the report into the menus of the program's window, if it has one. Call when the protocol is registered. */
void wt_report_window_register(void);

#endif
