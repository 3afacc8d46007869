/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cause: why a checksum is wrong, by what the wrong ones of its direction have in common. */
#ifndef WIRETRUTH_CHECKSUM_CAUSE_H
#define WIRETRUTH_CHECKSUM_CAUSE_H

#include "engine/context.h"

struct wt_map *wt_causes_new(void);

/* Judges a bad checksum of the packet: of its IPv4 header, or of what is behind it. True if something was
 * said of this frame. */
bool wt_cause_judge(struct wt_context *context, bool ip_header);

/* Whether the wrong sums between these hosts are partial ones of other addresses: a capture that was edited,
 * or a device that rewrites what was left for a NIC. */
bool wt_cause_is_edited(const struct wt_context *context);

/* What a one's complement checksum field lacks to `expected`, folded; never 0xffff. */
uint16_t wt_cause_difference(uint16_t field, uint16_t expected);

/* Pseudo-header sum of the packet, with `length` in place of its own. */
uint16_t wt_cause_pseudo(const struct wt_packet *packet, uint32_t length);

#endif
