/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plain: the short way to read the frames that most captures consist of. */
#ifndef WIRETRUTH_PACKET_PLAIN_H
#define WIRETRUTH_PACKET_PLAIN_H

#include <wiretruth/packet.h>

/*
 * Does what wt_walk() and wt_read() do, if `frame` is plain (see plain.c). Returns false if it is not;
 * `reading` is then to be filled by those two.
 */
bool wt_plain_read(const struct wt_frame *frame, struct wt_reading *reading);

#endif
