/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCP clients read from raw sockets and verify checksums themselves, so an offer with a partial sum, normal
 * on a virtual network, is dropped (the reason for netfilter's CHECKSUM target). A client that took an offer
 * sends a request for it, one that did not asks again.
 */
#include "bootp.h"

#include "packet/bytes.h"

enum {
    BOOTP_SERVER = 67,
    BOOTP_CLIENT = 68,
    BOOTP_REQUEST = 1,
    BOOTP_REPLY = 2,
    BOOTP_TRANSACTION = 4,
    BOOTP_FIXED = 236, /* then the cookie, then options (RFC 2131 2) */
    BOOTP_OPTIONS = BOOTP_FIXED + 4,
    BOOTP_OPTIONS_MAX = 64,
    BOOTP_PAD = 0,
    BOOTP_TYPE = 53,
};

#define BOOTP_COOKIE UINT32_C(0x63825363)

enum {
    BOOTP_DISCOVER = 1,
    BOOTP_OFFER = 2,
    BOOTP_ASK = 3,
    BOOTP_ACK = 5,
    BOOTP_NAK = 6,
};

/* The type of message; 0 without one. */
static uint8_t bootp_type(const struct wt_bytes *bytes, uint32_t at)
{
    for (unsigned i = 0; i < BOOTP_OPTIONS_MAX && wt_bytes_left(bytes, at) >= 3; i++) {
        const uint8_t option = wt_bytes_u8(bytes, at);
        if (option == BOOTP_TYPE)
            return wt_bytes_u8(bytes, at + 2);
        at += option == BOOTP_PAD ? 1U : 2U + wt_bytes_u8(bytes, at + 1);
    }
    return 0;
}

bool wt_bootp_read(const struct wt_context *context, struct wt_bootp *bootp)
{
    const struct wt_packet *packet = context->packet;
    const bool up = packet->src_port == BOOTP_CLIENT && packet->dst_port == BOOTP_SERVER;
    const bool down = packet->src_port == BOOTP_SERVER && packet->dst_port == BOOTP_CLIENT;
    if (packet->proto != WT_PROTO_UDP || packet->version != 4 || packet->fragment || (!up && !down))
        return false;
    const struct wt_bytes bytes = {context->frame->bytes,
                                   context->frame->bytes ? context->frame->captured : 0};
    const uint32_t at = packet->l4_offset + packet->l4_header_len;
    if (!wt_bytes_hold(&bytes, at, BOOTP_OPTIONS) || wt_bytes_u32(&bytes, at + BOOTP_FIXED) != BOOTP_COOKIE)
        return false;
    bootp->reply = wt_bytes_u8(&bytes, at) == BOOTP_REPLY;
    bootp->transaction = wt_bytes_u32(&bytes, at + BOOTP_TRANSACTION);
    bootp->type = bootp_type(&bytes, at + BOOTP_OPTIONS);
    return bootp->type != 0 && (bootp->reply || wt_bytes_u8(&bytes, at) == BOOTP_REQUEST);
}

bool wt_bootp_answers(unsigned type, unsigned asked)
{
    switch (asked) {
    case BOOTP_DISCOVER:
        return type == BOOTP_OFFER;
    case BOOTP_OFFER:
        return type == BOOTP_ASK;
    case BOOTP_ASK:
        return type == BOOTP_ACK || type == BOOTP_NAK;
    default:
        return false;
    }
}
