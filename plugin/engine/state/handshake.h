/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handshake: how a connection begins, and when it begins anew. */
#ifndef WIRETRUTH_HANDSHAKE_H
#define WIRETRUTH_HANDSHAKE_H

#include "flow.h"

/* Takes what a SYN or SYN/ACK announces. One with another ISN starts the connection anew: at once if only SYNs
 * came before, else when the numbers follow it. What does not belong to the connection makes it `foreign`. */
void wt_flow_handshake(struct wt_flow *flow, struct wt_map *strangers, unsigned sender,
                       const struct wt_packet *packet, int64_t time);

#endif
