/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request: packets that ask for an answer and get none while their sum is not right. */
#ifndef WIRETRUTH_CHECKSUM_REQUEST_H
#define WIRETRUTH_CHECKSUM_REQUEST_H

#include "engine/context.h"

struct wt_map *wt_requests_new(void);

/* Judges the innermost packet of a frame, both as a request and as an answer. */
void wt_request_judge(struct wt_context *context);

#endif
