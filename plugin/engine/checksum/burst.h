/* SPDX-License-Identifier: GPL-2.0-or-later */
/* burst: UDP datagrams that were cut out of a burst without mending their headers. */
#ifndef WIRETRUTH_CHECKSUM_BURST_H
#define WIRETRUTH_CHECKSUM_BURST_H

#include "engine/context.h"

struct wt_map *wt_bursts_new(void);

/* True if the datagram at hand carries the length or the sum of the burst that it was cut out of. */
bool wt_burst_judge(struct wt_context *context);

#endif
