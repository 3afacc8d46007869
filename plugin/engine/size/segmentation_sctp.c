/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. With GSO, SCTP hands down the chunks of many packets behind one common header (sctp_packet_pack,
 * net/sctp/output.c); the kernel or NIC puts a header of its own in front of each packet's chunks. Packets
 * end between chunks, and each takes as many as fit the path. What is not captured counts as filled up.
 */
#include "segmentation.h"

enum {
    SCTP_CHUNK_HEADER = 4,
    SCTP_CHUNKS_MAX = 4096, /* of one frame */
};

/* Length of the chunk at `at`, padded to 4 (RFC 9260 3.2); 0 if it was not captured or is none. */
static uint32_t sctp_chunk(const struct wt_frame *frame, uint32_t at, uint32_t end)
{
    if (at > frame->captured || frame->captured - at < SCTP_CHUNK_HEADER || !frame->bytes)
        return 0;
    uint32_t length = (uint32_t)(frame->bytes[at + 2] << 8 | frame->bytes[at + 3]);
    uint32_t padded = (length + 3) & ~3U;
    return length < SCTP_CHUNK_HEADER || padded > end - at ? 0 : padded;
}

uint32_t wt_segmentation_sctp(const struct wt_context *context, uint32_t size, uint32_t *last)
{
    const struct wt_packet *packet = context->packet;
    uint32_t at = packet->l4_offset + packet->l4_header_len, end = at + packet->payload_len;
    uint32_t packets = 1, used = 0;
    for (unsigned i = 0; i < SCTP_CHUNKS_MAX && at < end; i++) {
        uint32_t chunk = sctp_chunk(context->frame, at, end);
        if (chunk == 0)
            break;
        packets += used > 0 && used + chunk > size;
        used = used + chunk > size ? chunk : used + chunk;
        at += chunk;
    }
    uint32_t rest = used + (end - at);
    packets += rest > size ? (rest - 1) / size : 0;
    *last = rest > size ? (rest - 1) % size + 1 : rest;
    return packets;
}
