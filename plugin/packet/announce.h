/* SPDX-License-Identifier: GPL-2.0-or-later */
/* announce: what somebody on the link announces of its MTU. */
#ifndef WIRETRUTH_PACKET_ANNOUNCE_H
#define WIRETRUTH_PACKET_ANNOUNCE_H

#include <wiretruth/packet.h>

/* Fills reading->announcement from a frame whose packets were read. */
void wt_announce(const struct wt_frame *frame, struct wt_reading *reading);

#endif
