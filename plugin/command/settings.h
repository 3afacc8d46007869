/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings: the plugin's preferences, by the names and values that they have in Wireshark. */
#ifndef WIRETRUTH_COMMAND_SETTINGS_H
#define WIRETRUTH_COMMAND_SETTINGS_H

#include <wiretruth/engine.h>

struct wt_settings {
    struct wt_preferences engine;
    bool artefacts;
};

/* What holds where nothing is set. */
struct wt_settings wt_settings_new(void);

/* Sets what `text` says, "wiretruth.NAME:VALUE". NULL, or what is wrong with it, to be freed. */
char *wt_settings_set(struct wt_settings *settings, const char *text);

/* Preference `index` from 0: its name without "wiretruth." and what it is; false behind the last one. */
bool wt_settings_describe(unsigned index, const char **name, const char **meaning);

#endif
