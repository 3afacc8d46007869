/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conversation: one direction of a TCP connection, as a row of the table of conversations, and what is
 * counted there. */
#ifndef WIRETRUTH_TABLES_CONVERSATION_H
#define WIRETRUTH_TABLES_CONVERSATION_H

#include "frame_visit.h"
#include "rows.h"

enum wt_conversation_column {
    WT_CONVERSATION_SOURCE,
    WT_CONVERSATION_DESTINATION,
    WT_CONVERSATION_INTERFACE,
    WT_CONVERSATION_FRAMES,
    WT_CONVERSATION_MSS,
    WT_CONVERSATION_LARGEST,
    WT_CONVERSATION_SCALE,
    WT_CONVERSATION_WINDOW_MIN,
    WT_CONVERSATION_WINDOW_MAX,
    WT_CONVERSATION_WINDOW_END,
    WT_CONVERSATION_FLIGHT,
    WT_CONVERSATION_ZERO,
    WT_CONVERSATION_ZERO_TIME,
    WT_CONVERSATION_RETREATS,
    WT_CONVERSATION_BEYOND,
    WT_CONVERSATION_STALLS,
    WT_CONVERSATION_STALL_TIME,
    WT_CONVERSATION_SUPER_FRAMES,
    WT_CONVERSATION_WIRE_FRAMES,
    WT_CONVERSATION_RIGHT_EDGE,
    WT_CONVERSATION_REPORTS,
    WT_CONVERSATION_FINDINGS,
    WT_CONVERSATION_COLUMNS,
};

/* What a row remembers beside its cells: its data. */
struct wt_conversation_memory {
    int64_t zero_since, zero_time; /* the first only while the window is closed */
    int64_t progress, stall_time;  /* time of the last new acknowledgement; of stalls that ended */
    uint32_t next, acked, window_min;
    bool has_next, has_acked, has_window, zero, stalled;
};

/* Counts the frame, and what crossed the wire for it; all that can be added up for several connections. */
void wt_conversation_frame(const struct wt_visit *visit, struct wt_row *row);

/* Counts a TCP segment of the row's source. */
void wt_conversation_segment(const struct wt_visit *visit, struct wt_row *row,
                             const struct wt_packet *packet);

/* Counts an acknowledgement of what the row's source sent. */
void wt_conversation_ack(const struct wt_visit *visit, struct wt_row *row, const struct wt_tcp *tcp);

#endif
