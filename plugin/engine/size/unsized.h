/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unsized: super-frames of which nothing captured so far tells how they are cut. */
#ifndef WIRETRUTH_UNSIZED_H
#define WIRETRUTH_UNSIZED_H

#include "engine/context.h"

/* Remembers the packet, a super-frame whose segment size is not known. */
void wt_unsized_add(const struct wt_context *context);

/* What is cut at `size` in this direction of the flow: earlier frames that waited for it are told. */
void wt_unsized_settle(const struct wt_context *context, uint32_t size);

#endif
