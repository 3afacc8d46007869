/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trouble.h"

#include "engine/context.h"

enum {
    TROUBLES_MAX = 1 << 14
};

WT_MAP_KEY(trouble, struct wt_trouble_key)

static void *troubles_new(void)
{
    return wt_map_new(sizeof(struct wt_trouble), sizeof(struct wt_trouble_key), TROUBLES_MAX, trouble_hash,
                      trouble_equal);
}

static struct wt_map *troubles_of(const struct wt_engine *engine)
{
    return engine->kept[WT_KEEPER_TROUBLE];
}

struct wt_trouble *wt_trouble_open(struct wt_engine *engine, struct wt_flow *flow, unsigned which)
{
    struct wt_handle *handle = &flow->side[which].reports.trouble;
    const struct wt_trouble_key key = {flow->key, which};
    bool first = handle->number == 0;
    struct wt_trouble *trouble = wt_map_recall(troubles_of(engine), handle, &key);
    if (first) /* what is there belongs to an earlier connection between these ports */
        *trouble = (struct wt_trouble){.entry = trouble->entry, .key = key};
    return trouble;
}

struct wt_trouble *wt_trouble_of(struct wt_engine *engine, struct wt_flow *flow, unsigned which)
{
    return flow->side[which].reports.trouble.number ? wt_trouble_open(engine, flow, which) : NULL;
}

struct wt_trouble *wt_trouble_portless(struct wt_engine *engine, uint32_t interface,
                                       const struct wt_packet *packet, bool open)
{
    const struct wt_trouble_key key = {
        .flow = {.interface = interface,
                 .tunnel = packet->tunnel,
                 .low = packet->src,
                 .high = packet->dst,
                 .proto = packet->proto},
    };
    return open ? wt_map_get(troubles_of(engine), &key) : wt_map_find(troubles_of(engine), &key);
}

const struct wt_detector wt_trouble_detector = {
    .name = "trouble",
    .keeper = WT_KEEPER_TROUBLE,
    .create = troubles_new,
    .free = wt_map_discard,
};
