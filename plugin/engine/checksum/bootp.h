/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootp: what a DHCP message over IPv4 is and belongs to (RFC 2131). */
#ifndef WIRETRUTH_CHECKSUM_BOOTP_H
#define WIRETRUTH_CHECKSUM_BOOTP_H

#include "engine/context.h"

struct wt_bootp {
    uint32_t transaction;
    uint8_t type; /* of message (RFC 2132 9.6) */
    bool reply;
};

/* Reads the message in the packet at hand; false if there is none. */
bool wt_bootp_read(const struct wt_context *context, struct wt_bootp *bootp);

/* Whether a message of type `type` shows that one of type `asked` was taken. */
bool wt_bootp_answers(unsigned type, unsigned asked);

#endif
