/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally: which transmissions were lost, and on which side of the unscaled edge they lay. */
#ifndef WIRETRUTH_WINDOW_TALLY_H
#define WIRETRUTH_WINDOW_TALLY_H

#include "engine/context.h"

/* What a device that ignores scaling may drop: what begins, or what ends, beyond the edge; the edge may count the
 * window of the SYN, or only what was granted later. */
enum wt_tally_kind {
    WT_TALLY_BEGINS,
    WT_TALLY_ENDS,
    WT_TALLY_BEGINS_LATER,
    WT_TALLY_ENDS_LATER,
    WT_TALLY_KINDS,
};

struct wt_map *wt_window_tallies_new(void);

/* Takes a segment of data, `new` or not, of a side that has had to send again. */
void wt_tally_sent(struct wt_context *context, bool new);

/* Takes an acknowledgement of the other side, before its window counts. */
void wt_tally_acked(struct wt_context *context);

/* Takes the segment that begins at the receiver's acknowledgement, sent again. Returns how many losses speak for a
 * device that ignores scaling; 0 if they do not yet. */
uint32_t wt_tally_lost(struct wt_context *context);

#endif
