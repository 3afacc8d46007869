/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A UDP super-frame does not say how long its datagrams are, its program chose that (UDP_SEGMENT); nor does what
 * is in the frame. Only what follows in the flow shows it: a lone datagram, or the step of the identification. Until then
 * the number of wire frames is not known, and a guess by the link's MTU is mostly wrong (QUIC sends 1200 to 1350). So
 * such frames say nothing of the wire; when the size shows, those that can be visited again are told.
 *
 * Bounds: UNSIZED_FRAMES of a direction, the latest ones, of UNSIZED_MAX directions.
 */
#include "unsized.h"

#include "engine/state/record.h"

enum {
    UNSIZED_MAX = 1 << 10,
    UNSIZED_FRAMES = 32,
};

struct unsized_key {
    struct wt_flow_key flow;
    uint32_t sender;
};

struct waiting {
    uint32_t frame, length; /* on the link, as captured */
    uint32_t payload, headers;
};

struct unsized {
    struct wt_entry entry;
    struct unsized_key key;
    struct waiting waiting[UNSIZED_FRAMES];
    uint32_t count; /* so many were added */
};

WT_MAP_KEY(unsized, struct unsized_key)

static void *unsized_new(void)
{
    return wt_map_new(sizeof(struct unsized), sizeof(struct unsized_key), UNSIZED_MAX, unsized_hash,
                      unsized_equal);
}

static void unsized_free(void *map)
{
    wt_map_free(map);
}

void wt_unsized_add(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct unsized_key key = {context->flow->key, context->sender};
    struct unsized *unsized = wt_map_get(wt_kept(context, WT_KEEPER_UNSIZED), &key);
    unsized->waiting[unsized->count++ % UNSIZED_FRAMES] =
        (struct waiting){context->frame->number, context->frame->length, packet->payload_len,
                         packet->l4_offset + packet->l4_header_len};
    wt_context_side(context)->segments.unsized = true;
}

static void unsized_tell(const struct wt_context *context, const struct waiting *waiting, uint32_t size)
{
    struct wt_finding finding = {.id = WT_FINDING_SUPERFRAME_UDP,
                                 .severity = WT_SEVERITY_NOTE,
                                 .shown = true,
                                 .reason = WT_REASON_SIZE_LATER};
    const uint32_t frames = (waiting->payload - 1) / size + 1;
    const struct wt_wire wire = {.frames = frames,
                                 .size = size,
                                 .last = waiting->payload - (frames - 1) * size,
                                 .len = waiting->length + (uint64_t)(frames - 1) * waiting->headers};
    finding.value[0] = frames;
    finding.value[1] = size;
    wt_records_replace(context->engine->records, waiting->frame, &finding);
    wt_records_resize(context->engine->records, waiting->frame, &wire);
}

void wt_unsized_settle(const struct wt_context *context, uint32_t size)
{
    const struct unsized_key key = {context->flow->key, context->sender};
    struct unsized *unsized = wt_map_find(wt_kept(context, WT_KEEPER_UNSIZED), &key);
    wt_context_side(context)->segments.unsized = false;
    for (uint32_t i = 0; unsized && size && i < MIN(unsized->count, UNSIZED_FRAMES); i++)
        unsized_tell(context, &unsized->waiting[i], size);
    if (unsized)
        unsized->count = 0;
}

const struct wt_detector wt_unsized_detector = {
    .name = "unsized",
    .keeper = WT_KEEPER_UNSIZED,
    .create = unsized_new,
    .free = unsized_free,
};
