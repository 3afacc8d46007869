/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vanished: says that packets of a size vanish between two ends, and takes it back when one of that size arrives. */
#ifndef WIRETRUTH_VANISHED_H
#define WIRETRUTH_VANISHED_H

#include "engine/context.h"

enum {
    WT_VANISHED_FRAMES =
        16, /* findings of one event: Linux gives up a segment after 15 repeats (tcp_retries2) */
};

/* The frames that tell of one event. */
struct wt_vanished {
    uint32_t of[WT_VANISHED_FRAMES]; /* frames that the findings are about */
    uint32_t in[WT_VANISHED_FRAMES]; /* frames in which they were made */
    unsigned count;
    unsigned speaks_for; /* as in struct wt_evidence: of a tunnel's MTU */
};

/* What is said. */
struct wt_vanishing {
    struct wt_ends ends; /* who sends what vanishes, and to whom */
    uint64_t event;
    uint32_t shown_in; /* frame that it is about; 0 for the one at hand */
    uint32_t lost, passed;
    enum wt_severity severity;
    enum wt_reason reason;
};

/* Says it, unless so much was said of this event already; the record of the path learns of it. */
void wt_vanished_tell(const struct wt_context *context, struct wt_vanished *said,
                      const struct wt_vanishing *what);

/* Takes back all that was said of the event: nothing vanished for its size. */
void wt_vanished_withdraw(const struct wt_context *context, struct wt_vanished *said,
                          const struct wt_ends *ends, uint64_t event);

#endif
