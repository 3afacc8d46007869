/* SPDX-License-Identifier: GPL-2.0-or-later */
/* overhead: what a tunnel's headers leave for the packets inside. */
#ifndef WIRETRUTH_OVERHEAD_H
#define WIRETRUTH_OVERHEAD_H

#include "engine/context.h"

/*
 * The largest packet that fits into one of `mtu` bytes of the tunnel that `outer` belongs to: by the packet inside, where
 * it can be read (`inner`, else NULL), or by what wraps it (ESP, ESP in UDP, WireGuard, L2TP). 0 if that is no tunnel, or
 * nothing fits.
 */
uint32_t wt_overhead_room(const struct wt_context *context, const struct wt_packet *outer,
                          const struct wt_packet *inner, uint32_t mtu);

#endif
