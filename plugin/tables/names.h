/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names: what the capture points of a file are called, by their number in struct wt_frame. */
#ifndef WIRETRUTH_TABLES_NAMES_H
#define WIRETRUTH_TABLES_NAMES_H

#include <stdbool.h>
#include <stdint.h>

struct wt_names;

struct wt_names *wt_names_new(void);
void wt_names_free(struct wt_names *names);

/* True if a name has to be learnt for `interface`: it has none, and there is room. */
bool wt_names_lack(const struct wt_names *names, uint32_t interface);
void wt_names_learn(struct wt_names *names, uint32_t interface, const char *name);

/* "" where none was learnt: of frames without an interface nobody knows one. `names` may be NULL. */
const char *wt_names_of(const struct wt_names *names, uint32_t interface);

#endif
