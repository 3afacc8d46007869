/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame: from Wireshark's view of a frame to the core's, and a comparison of what both saw in it. */
#ifndef WIRETRUTH_WIRESHARK_FRAME_H
#define WIRETRUTH_WIRESHARK_FRAME_H

#include "compat.h"

#include <wiretruth/packet.h>

/* Looks up the protocols that wt_frame_missed() compares with. Call once, when all are registered. */
void wt_frame_handoff(void);

/*
 * Fills `frame` from `pinfo` and the frame's own bytes `tvb`. False if the record is no captured packet (a
 * system call, a log entry).
 */
bool wt_frame_fill(struct wt_frame *frame, const packet_info *pinfo, tvbuff_t *tvb);

/* The interface that a frame was captured on, as the file describes it. */
struct wt_interface {
    unsigned number;                /* in its section of the file, from 0 */
    const char *name, *description; /* NULL where the file is silent; valid as long as the file is open */
};

void wt_frame_interface(struct wt_interface *interface, const packet_info *pinfo);

/* The name of the frame's capture point: its interface as the file has it, else "interface N", and the device
 * in a cooked capture; valid as long as the packet is. */
const char *wt_frame_point_name(const struct wt_frame *frame, const packet_info *pinfo);

/* Why a frame, or a part of it, was not looked at. */
enum wt_missed {
    WT_MISSED_NOTHING,
    WT_MISSED_TRUNCATED,
    WT_MISSED_LINK_TYPE,
    WT_MISSED_ENCAPSULATION,
    WT_MISSED_TOO_DEEP,
    WT_MISSED_MALFORMED,
    WT_MISSED_TUNNEL, /* Wireshark found more IP headers than the walk did */
    WT_MISSED_KINDS,
};

/*
 * What was missed in a frame: what the walk itself reports, or else an IP header that only Wireshark found,
 * because it sits in an encapsulation that the walk does not know.
 */
enum wt_missed wt_frame_missed(const packet_info *pinfo, const struct wt_frame *frame,
                               const struct wt_reading *reading);

/* The same in two steps, for a frame that is judged when it is no longer at hand: the number of IP headers
 * that Wireshark dissected, and what follows from it. */
unsigned wt_frame_ip_headers(const packet_info *pinfo);
enum wt_missed wt_frame_missed_of(const struct wt_reading *reading, unsigned ip_headers);

/* The reason as text; NULL for WT_MISSED_NOTHING. */
const char *wt_missed_text(enum wt_missed missed);

/*
 * Whether the program keeps its frames, so that any of them can be visited again. tshark in a single pass
 * does not. To be asked at frame number WT_FRAMES_KEPT_KNOWN_AT or later.
 */
enum {
    WT_FRAMES_KEPT_KNOWN_AT = 5
};
bool wt_frames_kept(const packet_info *pinfo);

#endif
