/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A datagram asks for an answer where its protocol is one of request and answer; the headers tell so
 * for names (port 53) and for QUIC, whose first packets have a long header and are padded to 1200 bytes
 * (RFC 9000 14.1, 17.2). A request is repeated if the same bytes (length and checksum) go out again, a QUIC one
 * if another padded long header does, before anything came back. What is asked once and not answered is not
 * known to have been lost: the capture may end, or hold one direction only.
 */
#include "symptoms.h"

enum {
    REQUEST_NAMES = 53,
    REQUEST_QUIC_PORT = 443,
    REQUEST_QUIC_LEAST = 1200,
    REQUEST_QUIC_LONG = 0x80, /* RFC 9000 17.2 */
    REQUEST_TRIES_MAX = 255,
};

static bool request_is_quic(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const uint32_t payload = packet->l4_offset + packet->l4_header_len;
    if (packet->dst_port != REQUEST_QUIC_PORT || packet->payload_len < REQUEST_QUIC_LEAST ||
        !context->frame->bytes)
        return false;
    return packet->payload_captured > 0 && payload < context->frame->captured &&
           context->frame->bytes[payload] & REQUEST_QUIC_LONG;
}

static bool request_is_one(const struct wt_context *context)
{
    const bool names =
        context->packet->dst_port == REQUEST_NAMES && context->packet->src_port != REQUEST_NAMES;
    return names || request_is_quic(context);
}

static void request_ask(const struct wt_context *context, struct wt_ailing *ailing)
{
    const struct wt_packet *packet = context->packet;
    const uint32_t now = (uint32_t)(context->frame->time / WT_MILLISECOND);
    const uint16_t sum = packet->dst_port == REQUEST_NAMES ? packet->l4_checksum_field : REQUEST_QUIC_PORT;
    const bool same = ailing->waits && ailing->size == sum;
    if (!same) {
        ailing->since = now;
        ailing->since_frame = context->frame->number;
        ailing->size = sum;
        ailing->tries = 0;
        ailing->waits = true;
    }
    ailing->tries = (uint8_t)MIN(ailing->tries + 1, REQUEST_TRIES_MAX);
    ailing->last = now;
    ailing->last_frame = context->frame->number;
    if (same)
        wt_symptom_mark(context, WT_SYMPTOM_UNANSWERED);
}

/* Whatever comes back is an answer. */
static void request_answer(const struct wt_context *context, struct wt_ailing *ailing)
{
    const uint32_t now = (uint32_t)(context->frame->time / WT_MILLISECOND);
    struct wt_symptom symptom = wt_ailment_begin(context, !context->sender, WT_SYMPTOM_UNANSWERED);
    const uint32_t lasted = (int32_t)(now - ailing->since) > 0 ? now - ailing->since : 0;
    if (ailing->tries > 1 && wt_symptoms_judge(context->flow, ailing, lasted, false, &symptom.ordinary)) {
        symptom.lasted = lasted * WT_MILLISECOND;
        symptom.begin = context->frame->time - symptom.lasted;
        symptom.first_frame = ailing->since_frame;
        wt_ailment_add(wt_ailments_of(context->engine), &symptom);
        wt_symptom_mark(context, WT_SYMPTOM_UNANSWERED);
    }
    ailing->waits = false;
}

void wt_requests_judge(struct wt_context *context)
{
    if (!context->flow || context->packet->proto != WT_PROTO_UDP || context->packet->fragment_offset)
        return;
    struct wt_ailing *asked = wt_ailing_of(context->peer);
    if (asked->waits)
        request_answer(context, asked);
    else if (request_is_one(context))
        request_ask(context, wt_ailing_of(context->side));
}
