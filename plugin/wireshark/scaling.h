/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scaling: in words, what is known of the window scaling of a connection, and how. */
#ifndef WIRETRUTH_WIRESHARK_SCALING_H
#define WIRETRUTH_WIRESHARK_SCALING_H

#include <wiretruth/engine.h>

#include "line.h"

/* The window of `tcp` in bytes, and what is in flight. */
void wt_scaling_window(const struct wt_facts *facts, const struct wt_tcp *tcp, struct wt_line *line);

/* What each side offered, what is in force, and what the numbers -1 and -2 of the TCP dissector mean here. */
void wt_scaling_explain(const struct wt_facts *facts, struct wt_line *line);

#endif
