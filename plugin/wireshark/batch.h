/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch: frames put aside, to be judged many at once.
 *
 * Between two frames Wireshark runs through so much code that none of ours is left in the processor's first
 * caches, and to fetch it anew takes longer than to run it. Frames that nobody looks at one by one (the first
 * of two passes, tables that tshark prints at the end) can wait for each other: with a first cache of 32 KiB that saves 306
 * misses of instructions and 102 of data for each small frame (cachegrind), which is 1 to 3 % of tshark's time.
 */
#ifndef WIRETRUTH_WIRESHARK_BATCH_H
#define WIRETRUTH_WIRESHARK_BATCH_H

#include "compat.h"

#include "tables/frame_visit.h"

/*
 * For each file: the engine that judges, whether checksums are verified, and what is called for each frame once it
 * is judged. It gets the frame and what was read in it, and the number that was given with the frame.
 */
void wt_batch_start(struct wt_engine *engine, bool verify, void (*judged)(struct wt_visit *, unsigned));

/*
 * Puts `frame` aside, with a copy of its bytes; what there is no room for is judged before. False if the frame is
 * too large to be copied.
 */
bool wt_batch_add(const struct wt_frame *frame, unsigned ip_headers);

/* Judges all that was put aside. To be called before any other frame is judged, and before the engine goes. */
void wt_batch_judge(void);

#endif
