/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * debug: why the plugin and its detectors decide as they do, among Wireshark's own messages:
 *
 *   tshark --log-level debug --log-domains wiretruth ...
 *
 * Nothing is written, or put together, unless that is asked for.
 */
#ifndef WIRETRUTH_WIRESHARK_DEBUG_H
#define WIRETRUTH_WIRESHARK_DEBUG_H

#include "compat.h"

#include <wiretruth/engine.h>

/* Writes a message, as printf does. */
void wt_debug(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Has `engine` tell what its detectors decide, if somebody wants to know. */
void wt_debug_engine(struct wt_engine *engine);

#endif
