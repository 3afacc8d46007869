/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wtap_frame: from a record of a capture file, as wiretap reads it, to the core's frame. Needs no dissection, so
 * that programs without one see the same frames as the plugin.
 */
#ifndef WIRETRUTH_WIRESHARK_WTAP_FRAME_H
#define WIRETRUTH_WIRESHARK_WTAP_FRAME_H

#include "compat_wtap.h"

#include <wiretruth/packet.h>

/*
 * Fills `frame` from `rec` and its `bytes`, all but its number. False if the record is no captured packet (a system
 * call, a log entry).
 */
bool wt_wtap_fill(struct wt_frame *frame, const wtap_rec *rec, const uint8_t *bytes);

/* Nanoseconds; 0 for times that struct wt_frame does not allow. */
int64_t wt_wtap_time(const nstime_t *time);

/* The device that a frame of a capture of all devices came by; 0 where the file does not say. */
uint32_t wt_wtap_device(const struct wt_frame *frame);

#endif
