/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path_record.h"

#include "engine/context.h"

enum {
    RECORDS_MAX = 1 << 12, /* of paths with reports or symptoms */
};

WT_MAP_KEY(path, struct wt_path_key)

static void *records_new(void)
{
    return wt_map_new(sizeof(struct wt_path_record), sizeof(struct wt_path_key), RECORDS_MAX, path_hash,
                      path_equal);
}

struct wt_path_record *wt_path_record_get(const struct wt_context *context, const struct wt_address *src,
                                          const struct wt_address *dst)
{
    const struct wt_path_key key = wt_path_key(context->frame->interface, src, dst);
    struct wt_path *path = wt_map_find(context->engine->paths, &key);
    if (path)
        path->troubled = true;
    return wt_map_get(wt_kept(context, WT_KEEPER_PATH_RECORD), &key);
}

void wt_path_tell(const struct wt_context *context, struct wt_path *path, struct wt_path_record *record,
                  const struct wt_path_news *news)
{
    int64_t now = context->frame->time;
    bool expired = now - record->last > WT_PMTU_EXPIRY;
    if (record->mtu == 0 || news->mtu < record->mtu || expired) {
        record->mtu = news->mtu;
        record->since = news->since;
        record->by = news->by;
    }
    record->last = now;
    if (!path)
        return;
    path->vague = news->vague && (path->mtu == 0 || path->vague);
    if (path->mtu == record->mtu)
        return;
    path->mtu = record->mtu;
    path->report_time = now;
}

void wt_path_widen(const struct wt_context *context, const struct wt_address *src,
                   const struct wt_address *dst, uint32_t mtu)
{
    const struct wt_path_key key = wt_path_key(context->frame->interface, src, dst);
    struct wt_path *path = wt_map_find(context->engine->paths, &key);
    struct wt_path_record *record = wt_map_find(wt_kept(context, WT_KEEPER_PATH_RECORD), &key);
    if (path && path->mtu == mtu)
        path->mtu = 0;
    if (record && record->mtu == mtu)
        record->mtu = 0;
}

void wt_path_expire(const struct wt_context *context, struct wt_path *path, struct wt_path_record *record)
{
    if (record->mtu && context->frame->time - record->last > WT_PMTU_EXPIRY)
        path->mtu = record->mtu = 0;
}

/* The verdict that says most: causes before symptoms, symptoms before reactions. */
static enum wt_path_verdict path_verdict(uint32_t verdicts)
{
    for (unsigned verdict = 1; verdict < WT_PATH_VERDICTS; verdict++)
        if (verdicts & 1U << verdict)
            return (enum wt_path_verdict)verdict;
    return WT_PATH_NOTHING;
}

bool wt_engine_path(const struct wt_engine *engine, uint32_t interface, const struct wt_address *src,
                    const struct wt_address *dst, struct wt_path_state *state)
{
    const struct wt_path_key key = wt_path_key(interface, src, dst);
    const struct wt_path_record *record = wt_map_peek(engine->kept[WT_KEEPER_PATH_RECORD], &key);
    if (!record)
        return false;
    const struct wt_path *path = wt_map_peek(engine->paths, &key);
    *state = (struct wt_path_state){
        .link_mtu = record->link_mtu,
        .path_mtu = record->mtu,
        .since = record->since,
        .reports = record->reports,
        .unmatched = record->unmatched,
        .ignored = record->ignored,
        .passed = path ? path->passed : 0,
        .lost = record->lost,
        .reporter = record->by,
        .verdict = path_verdict(record->verdicts),
    };
    return true;
}

const struct wt_detector wt_path_record_detector = {
    .name = "path record",
    .keeper = WT_KEEPER_PATH_RECORD,
    .create = records_new,
    .free = wt_map_discard,
};
