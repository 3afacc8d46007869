/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present: what is known about a frame, as fields, expert infos and a subtree that reads as a short
 * explanation. */
#ifndef WIRETRUTH_WIRESHARK_PRESENT_H
#define WIRETRUTH_WIRESHARK_PRESENT_H

#include "compat.h"
#include "record.h"

/* Registers fields and subtrees of protocol `proto`. */
void wt_present_register(int proto);

/*
 * Shows `record`. `tree` may be NULL, then only the expert infos are counted. Frames about which nothing is
 * to be said (no IP, nothing missed) get nothing.
 */
void wt_present(const struct wt_record *record, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);

#endif
