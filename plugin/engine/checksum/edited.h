/* SPDX-License-Identifier: GPL-2.0-or-later */
/* edited: sums of zero that no stack leaves. */
#ifndef WIRETRUTH_CHECKSUM_EDITED_H
#define WIRETRUTH_CHECKSUM_EDITED_H

#include "engine/context.h"

struct wt_map *wt_blanks_new(void);

/* Judges a TCP segment with a sum of zero; true if an editor wrote it. */
bool wt_edited_judge(struct wt_context *context);

/* Whether the sums of this connection were all set to zero, so that they tell nothing about offloading. */
bool wt_edited_is_blank(const struct wt_context *context);

#endif
