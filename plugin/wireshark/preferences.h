/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preferences: what the user can set, Edit > Preferences > Protocols > WireTruth or -o wiretruth.NAME:VALUE. */
#ifndef WIRETRUTH_WIRESHARK_PREFERENCES_H
#define WIRETRUTH_WIRESHARK_PREFERENCES_H

#include <stdbool.h>
#include <wiretruth/engine.h>

/* Registers the preferences of protocol `proto`. */
void wt_preferences_register(int proto);

/* What the engine has to know, with defaults in place of values that cannot be. */
struct wt_preferences wt_preferences_engine(void);

/* Whether the headers of a frame are to be found in Wireshark's dissection instead of the frame's bytes. */
bool wt_preferences_dissection(void);

/* Whether findings that are artefacts of capturing are shown and counted. */
bool wt_preferences_artefacts(void);

/* Whether the most severe finding is to be added to the Info column. */
bool wt_preferences_info(void);

#endif
