/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp: fixed header and options (RFC 9293 3.1, RFC 7323, RFC 2018). */
#ifndef WIRETRUTH_PACKET_TCP_H
#define WIRETRUTH_PACKET_TCP_H

#include <wiretruth/packet.h>

#include "bytes.h"

enum {
    WT_TCP_CHECKSUM = 16 /* offset of the field */
};

/*
 * Reads the header at `offset`, of which at least the fixed 20 bytes are there, in a segment of `length`
 * bytes. Returns false if the header claims to be shorter than those or longer than the segment; its options
 * are then not read.
 */
bool wt_tcp_read(const struct wt_bytes *bytes, uint32_t offset, uint32_t length, struct wt_tcp *tcp);

#endif
