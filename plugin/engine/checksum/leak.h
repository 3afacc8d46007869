/* SPDX-License-Identifier: GPL-2.0-or-later */
/* leak: checksums that the sender's offload never completed. */
#ifndef WIRETRUTH_CHECKSUM_LEAK_H
#define WIRETRUTH_CHECKSUM_LEAK_H

#include "engine/context.h"

struct wt_map *wt_leaks_new(void);

/* Whether the wrong sum of a segment is the partial one of a super-frame that it was cut out of. */
bool wt_leak_is_super_sum(const struct wt_context *context);

/* True if the packet's checksum may have leaked from its sender; then it is remembered. */
bool wt_leak_suspect(struct wt_context *context);

/* Judges a packet that repeats one with a leaked checksum. */
void wt_leak_judge(struct wt_context *context);

#endif
