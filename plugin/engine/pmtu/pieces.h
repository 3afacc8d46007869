/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pieces: into how many segments the sender's stack cuts a super-frame, where its length does not tell. */
#ifndef WIRETRUTH_PIECES_H
#define WIRETRUTH_PIECES_H

#include "engine/context.h"
#include "trouble.h"

enum wt_pieces {
    WT_PIECES_UNKNOWN, /* nothing tells */
    WT_PIECES_FIT,     /* as large as a report asked for, or smaller */
    WT_PIECES_LIKELY,  /* as large as expected: nothing speaks against it */
    WT_PIECES_OLD,     /* as large as before it */
    WT_PIECES_LATER,   /* the next packet of the flow tells */
};

/* What the packet at hand, a super-frame of a sender that was told `told`, shows by itself. */
enum wt_pieces wt_pieces_judge(const struct wt_context *context, const struct wt_told *told,
                               struct wt_doubt *doubt);

/* What the identification of the packet at hand shows of the super-frame before it. */
enum wt_pieces wt_pieces_resolve(const struct wt_context *context, const struct wt_doubt *doubt);

#endif
