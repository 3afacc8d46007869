/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch: frames put aside, to be judged many at once.
 *
 * Between two frames Wireshark runs through so much code that none of ours is left in the processor's first
 * caches, and to fetch it anew takes longer than to run it. Frames that nobody looks at one by one (the first
 * of two passes, tables that tshark prints at the end) can wait for each other.
 */
#ifndef WIRETRUTH_WIRESHARK_BATCH_H
#define WIRETRUTH_WIRESHARK_BATCH_H

#include "compat.h"

#include <wiretruth/packet.h>

enum {
    WT_BATCH_FRAMES = 64,
    WT_BATCH_LONGEST = 4096, /* captured bytes of a frame: to copy more takes longer than to fetch the code */
};

struct wt_waiting {
    struct wt_frame frame;
    unsigned ip_headers; /* that Wireshark dissected, where somebody wants to know */
};

/* Where one more frame can be put aside, of which so many bytes were captured; NULL if there is no room. */
struct wt_waiting *wt_batch_place(uint32_t captured);

/* Puts the frame aside that was written to this place, with a copy of its bytes. */
void wt_batch_add(struct wt_waiting *place);

/* Takes out the frame that came first; NULL if there is none. It is valid until the next one is put aside. */
const struct wt_waiting *wt_batch_take(void);

#endif
