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
        .passed = MAX(record->passed, path ? path->passed : 0),
        .lost = record->lost,
        .overhead = record->overhead,
        .evidence = record->evidence | (record->reports ? 1U << WT_PATH_BY_REPORTS : 0),
        .reporter = record->by,
        .verdict = path_verdict(record->verdicts),
    };
    return true;
}

/* --- what other detectors find of a path --- */

static enum wt_path_evidence path_evidence(const struct wt_packet *packet)
{
    switch (packet->proto) {
    case WT_PROTO_TCP:
        return WT_PATH_BY_TCP;
    case WT_PROTO_UDP:
        return WT_PATH_BY_UDP;
    case WT_PROTO_ICMP:
    case WT_PROTO_ICMPV6:
        return WT_PATH_BY_ECHO;
    default:
        return WT_PATH_BY_OTHER;
    }
}

static void path_hear(const struct wt_context *context, uint32_t number, struct wt_finding *finding,
                      const struct wt_evidence *evidence)
{
    const struct wt_packet *packet = context->packet;
    const bool lost = finding->id == WT_FINDING_FRAGMENT_LOST && finding->severity > WT_SEVERITY_NOTE;
    const bool tunnel = finding->id == WT_FINDING_FRAGMENT_TUNNEL;
    const bool vanished = finding->id == WT_FINDING_PMTU_BLACK_HOLE;
    const bool refused = finding->id == WT_FINDING_PMTU_IGNORED && evidence->size;
    (void)number;
    if (!vanished && !refused && !lost && !tunnel)
        return;
    const struct wt_ends ends = evidence->ends ? *evidence->ends : (struct wt_ends){packet->src, packet->dst};
    struct wt_path_record *record = wt_path_record_get(context, &ends.sender, &ends.receiver);
    record->link_mtu = context->facts->link_mtu;
    if (evidence->size) {
        const uint32_t mtu = refused ? (uint32_t)finding->value[1] : WT_MTU_ETHERNET;
        wt_path_judge(record, WT_PATH_TUNNEL);
        record->overhead = tunnel ? (uint32_t)finding->value[2] : mtu - evidence->size;
    } else if (lost) {
        wt_path_judge(record, WT_PATH_FRAGMENTS);
    }
    if (lost || tunnel)
        record->evidence |= 1U << WT_PATH_BY_FRAGMENTS;
    if (!vanished)
        return;
    record->evidence |= 1U << path_evidence(packet);
    record->passed = MAX(record->passed, (uint32_t)finding->value[1]);
}

const struct wt_detector wt_path_record_detector = {
    .name = "path record",
    .keeper = WT_KEEPER_PATH_RECORD,
    .create = records_new,
    .free = wt_map_discard,
    .hear = path_hear,
};
