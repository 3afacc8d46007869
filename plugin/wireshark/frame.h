/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame: from Wireshark's view of a frame to the core's. */
#ifndef WIRETRUTH_WIRESHARK_FRAME_H
#define WIRETRUTH_WIRESHARK_FRAME_H

#include "compat.h"

#include <wiretruth/packet.h>

/* Looks up the protocols that wt_frame_ip_headers() counts. Call once, when all are registered. */
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

/* How many IP headers Wireshark dissected in the frame, counted as coverage.h says. */
unsigned wt_frame_ip_headers(const packet_info *pinfo);

#endif
