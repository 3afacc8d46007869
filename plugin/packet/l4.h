/* SPDX-License-Identifier: GPL-2.0-or-later */
/* l4: the transport header of one packet. */
#ifndef WIRETRUTH_PACKET_L4_H
#define WIRETRUTH_PACKET_L4_H

#include <wiretruth/packet.h>

#include "bytes.h"

/*
 * Reads the L4 header of `packet`, whose L3 part is filled in and which is no later fragment. Where a quote
 * holds fewer bytes than the fixed header, ports and TCP sequence number are read if they are there. Returns
 * how far it came; `packet` is valid in any case.
 */
enum wt_coverage wt_l4_read(const struct wt_bytes *bytes, struct wt_packet *packet, bool quoted);

#endif
