/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checksum_cause: why a checksum is wrong. */
#ifndef WIRETRUTH_CHECKSUM_CAUSE_H
#define WIRETRUTH_CHECKSUM_CAUSE_H

#include "engine/context.h"

/* Keeps what was seen of each sender of wrong checksums; the detector of checksums asks it. */
extern const struct wt_detector wt_cause_detector;

/* Judges a bad checksum of the packet: of its IPv4 header, or of what is behind it. */
void wt_cause_judge(struct wt_context *context, bool ip_header);

/* Takes what the packet tells about wrong ones before it: data acknowledged, or sent again. */
void wt_cause_learn(struct wt_context *context);

/* What a one's complement checksum field lacks to `expected`, folded; never 0xffff. */
uint16_t wt_cause_difference(uint16_t field, uint16_t expected);

/* Pseudo-header sum of the packet, with `length` in place of its own. */
uint16_t wt_cause_pseudo(const struct wt_packet *packet, uint32_t length);

#endif
