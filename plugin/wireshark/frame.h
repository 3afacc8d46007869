/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame: from Wireshark's view of a frame to the core's, and a comparison of what both saw in it. */
#ifndef WIRETRUTH_WIRESHARK_FRAME_H
#define WIRETRUTH_WIRESHARK_FRAME_H

#include "compat.h"

#include <wiretruth/packet.h>

/* Looks up the protocols that wt_frame_not_looked_at() compares with. Call once, when all are registered. */
void wt_frame_handoff(void);

/*
 * Fills `frame` from `pinfo` and the frame's own bytes `tvb`. False if the record is no captured packet (a
 * system call, a log entry).
 */
bool wt_frame_fill(struct wt_frame *frame, const packet_info *pinfo, tvbuff_t *tvb);

/*
 * Why (a part of) the frame was not looked at, as static text; NULL if nothing was missed. Besides the
 * coverage that the walk reports, the IP headers that Wireshark dissected are counted: a tunnel that only
 * Wireshark knows shows here.
 */
const char *wt_frame_not_looked_at(const packet_info *pinfo, const struct wt_reading *reading);

/*
 * Whether the program keeps its frames, so that any of them can be visited again. tshark in a single pass
 * does not. To be asked at frame number WT_FRAMES_KEPT_KNOWN_AT or later.
 */
enum {
    WT_FRAMES_KEPT_KNOWN_AT = 5
};
bool wt_frames_kept(const packet_info *pinfo);

#endif
