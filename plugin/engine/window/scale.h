/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scale: the option, the negotiation, and what the data prove where the handshake is missing. */
#ifndef WIRETRUTH_WINDOW_SCALE_H
#define WIRETRUTH_WINDOW_SCALE_H

#include "engine/context.h"

void wt_window_scale(struct wt_context *context);

#endif
