/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A packet is looked for among the latest packets of all other points, then remembered itself. Each
 * observation notes how much of it was found at each other point.
 *
 * Lost is a packet whose conversation was seen at both points, that left for the other point, and was not
 * found there although that point captured before and after its twin was due. This is settled when its twin
 * is long overdue, or when the ring needs its place; one that turns up later all the same is taken back.
 *
 * Traps: before the second interface appears nobody knows that there is one, so the first packets of every
 * file are remembered for a while. Several frames of one interface with the same packet (cooked captures of
 * all interfaces) are no twins.
 */
#include "twin.h"

#include "twin_compare.h"

enum {
    TWIN_SETTLED_PER_FRAME = 8, /* each frame adds one, so this catches up */
    TWIN_INTACT = 4,            /* packets that passed intact for each damaged one, and at the least */
};

/* Data whose checksum was valid at one point, and what became of it at another. */
struct twin_data {
    uint32_t intact, damaged;
};

struct wt_twins {
    struct wt_twin_store *store; /* NULL once the file has shown one interface for long enough */
    struct wt_points *points;
    struct twin_data data[WT_POINTS_MAX][WT_POINTS_MAX];
    struct wt_twin_matches matches; /* of the current frame; too large for the stack */
    uint32_t settled;               /* position of the latest settled observation */
    struct wt_passages summary;     /* as asked for last, when `summarised` was the latest observation */
    uint32_t summarised;
};

static void *twins_new(void)
{
    struct wt_twins *twins = g_new0(struct wt_twins, 1);
    twins->store = wt_twin_store_new();
    twins->points = wt_points_new();
    return twins;
}

static void twins_free(void *kept)
{
    struct wt_twins *twins = kept;
    wt_twin_store_free(twins->store);
    wt_points_free(twins->points);
    g_free(twins);
}

/* --- losses --- */

static bool twin_leaves(struct wt_twins *twins, const struct wt_observation *observation, unsigned to)
{
    const struct wt_correlation *correlation =
        wt_points_correlation(twins->points, observation->conversation, observation->point, to);
    return correlation && correlation->away == (observation->side == 0 ? 1 : -1);
}

/* It may still turn up at a point that has not yet captured anything later. */
static bool twin_is_pending(struct wt_twins *twins, const struct wt_observation *observation)
{
    for (unsigned to = 0; to < twins->points->count; to++)
        if (to != observation->point && observation->found[to] < wt_observation_size(observation) &&
            twin_leaves(twins, observation, to) &&
            !wt_points_overdue(twins->points, observation->point, to, observation->time))
            return true;
    return false;
}

/* Length of the packet as it would have been on the wire, headers included; 0 if it was to be cut. */
static uint32_t twin_wire_len(const struct wt_observation *observation)
{
    return observation->wire_frames > 1 ? 0 : observation->l3_len;
}

static void twin_count_lost(struct wt_passage *passage, struct wt_observation *observation, unsigned to)
{
    uint32_t length = twin_wire_len(observation);
    if (observation->found[to]) {
        passage->lost_in_part++;
        return;
    }
    passage->lost++;
    if (length && (passage->smallest_lost == 0 || length < passage->smallest_lost))
        passage->smallest_lost = length;
}

/* Counts into `passage[to]` for each point that should have seen `observation`; returns a bit for each. */
static unsigned twin_losses(struct wt_twins *twins, struct wt_observation *observation,
                            struct wt_passage passage[WT_POINTS_MAX])
{
    unsigned lost = 0;
    for (unsigned to = 0; to < twins->points->count; to++) {
        if (to == observation->point || observation->found[to] >= wt_observation_size(observation))
            continue;
        if (!wt_points_overdue(twins->points, observation->point, to, observation->time) ||
            !twin_leaves(twins, observation, to))
            continue;
        twin_count_lost(&passage[to], observation, to);
        lost |= 1U << to;
    }
    return lost;
}

static void twin_settle(struct wt_twins *twins, int64_t now)
{
    uint32_t count = wt_twin_store_count(twins->store);
    for (unsigned i = 0; i < TWIN_SETTLED_PER_FRAME && twins->settled != count; i++) {
        struct wt_observation *observation = wt_twin_store_at(twins->store, twins->settled + 1);
        if (observation) {
            bool crowded = count - twins->settled >= WT_TWIN_RING - TWIN_SETTLED_PER_FRAME;
            int64_t timeout = wt_points_timeout(twins->points, observation->point);
            bool early = timeout == INT64_MAX || now - observation->time <= timeout;
            if (!crowded && (early || twin_is_pending(twins, observation)))
                return;
            observation->lost =
                (uint8_t)twin_losses(twins, observation, twins->points->passage[observation->point]);
        }
        twins->settled++;
    }
}

/* It turned up after all. */
static void twin_take_back(struct wt_twins *twins, struct wt_observation *observation, unsigned to)
{
    struct wt_passage *passage = &twins->points->passage[observation->point][to];
    if (!(observation->lost & (1U << to)))
        return;
    if (observation->found[to])
        passage->lost_in_part--;
    else
        passage->lost--;
    observation->lost &= (uint8_t) ~(1U << to);
}

/* --- twins --- */

static void twin_relate(const struct wt_context *context, const struct wt_observation *twin, unsigned changes)
{
    struct wt_relation relation = {
        .kind = WT_RELATION_TWIN,
        .frame = twin->frame,
        .delay = context->frame->time - twin->time,
        .changes = changes,
    };
    wt_relate_with(context, context->frame->number, &relation);
    relation.frame = context->frame->number;
    relation.delay = -relation.delay;
    wt_relate_with(context, twin->frame, &relation);
}

/* A fragment knows no ports: then only the addresses make the conversation. */
static struct wt_end twin_end(const struct wt_observation *observation, const struct wt_observation *twin)
{
    struct wt_end end = wt_observation_end(observation);
    if (twin->fragment && !observation->fragment) {
        end.conversation = twin->conversation;
        end.side = twin->side;
    }
    end.ids_comparable = end.ids_comparable && observation->seq == twin->seq;
    return end;
}

/* Counts the pair, and says whether most of what passes between the two points is intact. */
static bool twin_passes_intact(struct wt_twins *twins, const struct wt_twin_pair *pair, unsigned changes)
{
    struct twin_data *data = &twins->data[pair->up->point][pair->down->point];
    bool comparable = wt_twin_is_comparable(pair, changes);
    data->intact += comparable && pair->down->checksum == WT_CHECKSUM_VALID;
    data->damaged += comparable && pair->down->checksum == WT_CHECKSUM_BAD;
    return data->intact / TWIN_INTACT >= MAX(data->damaged, 1);
}

static void twin_note(const struct wt_context *context, struct wt_observation *observation,
                      const struct wt_twin_match *match)
{
    struct wt_twins *twins = wt_kept(context, WT_KEEPER_TWIN);
    struct wt_observation *twin = match->twin;
    const struct wt_end here = twin_end(observation, twin), there = twin_end(twin, observation);
    bool up_here = wt_points_learn(twins->points, &here, &there);
    struct wt_twin_pair pair = {
        .up = up_here ? observation : twin,
        .down = up_here ? twin : observation,
        .kind = match->kind,
    };
    pair.up_first = pair.up->found[pair.down->point] == 0;
    pair.down_first = pair.down->found[pair.up->point] == 0;
    twin_take_back(twins, twin, observation->point);
    observation->found[twin->point] += match->bytes;
    twin->found[observation->point] += match->bytes;
    unsigned changes = wt_twin_changes(&pair);
    wt_log(context, "the same packet as in frame %" G_GUINT32_FORMAT ", %u of %u bytes, changes 0x%x",
           twin->frame, match->bytes, wt_observation_size(observation), changes);
    pair.intact_others = twin_passes_intact(twins, &pair, changes);
    const struct wt_tally tally = wt_twin_tally(&pair, changes);
    wt_points_count(twins->points, up_here ? &here : &there, up_here ? &there : &here, &tally);
    struct wt_passage *passage = &twins->points->passage[pair.up->point][pair.down->point];
    passage->largest_passed = MAX(passage->largest_passed, twin_wire_len(pair.down));
    twin_relate(context, twin, changes);
    wt_twin_find(context, &pair, changes);
}

static void twin_drop_store(struct wt_twins *twins)
{
    wt_twin_store_free(twins->store);
    twins->store = NULL;
}

static bool twin_is_alone(const struct wt_twins *twins)
{
    return twins->points->count == 1 && wt_twin_store_count(twins->store) >= WT_TWIN_PRELUDE;
}

static void twin_compare(struct wt_context *context, struct wt_twins *twins)
{
    struct wt_observation observation;
    struct wt_twin_keys keys;
    uint32_t interface = context->frame->interface;
    unsigned point = wt_points_of(twins->points, interface, context->frame->time);
    if (point == WT_POINTS_MAX || interface == 0)
        return;
    if (!twins->store)
        twins->store = wt_twin_store_new();
    else if (twin_is_alone(twins)) {
        twin_drop_store(twins);
        return;
    }
    wt_observation_fill(&observation, context, point);
    wt_observation_keys(&observation, &keys);
    twins->matches.count = 0;
    if (twins->points->count > 1)
        wt_twin_match(twins->store, twins->points, &observation, &keys, &twins->matches);
    for (unsigned i = 0; i < twins->matches.count; i++)
        twin_note(context, &observation, &twins->matches.match[i]);
    wt_twin_store_add(twins->store, &observation, &keys);
    if (twins->points->count > 1)
        twin_settle(twins, context->frame->time);
}

static void twin_judge(struct wt_context *context)
{
    struct wt_twins *twins = wt_kept(context, WT_KEEPER_TWIN);
    uint32_t interface = context->frame->interface;
    bool first = twins->points->count && interface == twins->points->interface[0];
    if (!first || (twins->store && interface != 0))
        twin_compare(context, twins);
}

/* --- the summary --- */

/* Losses among the latest packets, if the capture ended here. */
static void twin_count_tail(struct wt_twins *twins, struct wt_passage passage[WT_POINTS_MAX][WT_POINTS_MAX])
{
    uint32_t count = wt_twin_store_count(twins->store);
    for (uint32_t position = twins->settled + 1; position != count + 1; position++) {
        struct wt_observation *observation = wt_twin_store_at(twins->store, position);
        if (observation)
            twin_losses(twins, observation, passage[observation->point]);
    }
}

static void twin_summarise(struct wt_twins *twins, struct wt_passages *passages)
{
    const struct wt_points *points = twins->points;
    struct wt_passage all[WT_POINTS_MAX][WT_POINTS_MAX];
    passages->count = 0;
    passages->more = points->more;
    memcpy(all, points->passage, sizeof all);
    twin_count_tail(twins, all);
    for (unsigned from = 0; from < points->count; from++)
        for (unsigned to = 0; to < points->count; to++) {
            struct wt_passage *passage = &all[from][to];
            if (from == to || !(passage->matched || passage->lost))
                continue;
            wt_points_measure(points, from, to, passage);
            passages->passage[passages->count++] = *passage;
        }
}

const struct wt_passages *wt_engine_passages(struct wt_engine *engine)
{
    struct wt_twins *twins = engine->kept[WT_KEEPER_TWIN];
    uint32_t count = twins->store ? wt_twin_store_count(twins->store) : 0;
    if (count != twins->summarised)
        twin_summarise(twins, &twins->summary);
    twins->summarised = count;
    return &twins->summary;
}

const struct wt_detector wt_twin_detector = {
    .name = "twin",
    .keeper = WT_KEEPER_TWIN,
    .create = twins_new,
    .free = twins_free,
    .frame = twin_judge,
};
