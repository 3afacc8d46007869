/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story: display filters that show what a diagnosis rests on. */
#ifndef WIRETRUTH_TABLES_STORY_H
#define WIRETRUTH_TABLES_STORY_H

#include <glib.h>
#include <wiretruth/diagnosis.h>

/* All frames that speak for `c`. */
void wt_story_put_frames(GString *out, const struct wt_engine *engine, const struct wt_case *c);

enum {
    WT_STORY_FRAMES = 64
};

/*
 * Puts the numbers of the frames that `c` rests on into `frames`, each once and in order, and returns how many there are:
 * those that its proof needed, and those that they refer to, of which an engine that keeps nothing knows none.
 */
unsigned wt_story_frames(const struct wt_engine *engine, const struct wt_case *c, uint32_t *frames);

/* The frames that prove it, with the handshakes between its two ends. */
void wt_story_put(GString *out, const struct wt_engine *engine, const struct wt_case *c);

#endif
