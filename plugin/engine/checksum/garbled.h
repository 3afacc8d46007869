/* SPDX-License-Identifier: GPL-2.0-or-later */
/* garbled: IPv6 super-frames that a NIC cut as if they were IPv4. */
#ifndef WIRETRUTH_CHECKSUM_GARBLED_H
#define WIRETRUTH_CHECKSUM_GARBLED_H

#include "engine/context.h"

/* True if the packet at hand is a piece of such a super-frame. */
bool wt_garbled_judge(struct wt_context *context);

#endif
