/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "passage.h"

#include <stdlib.h>

enum {
    POINT_COURSES_MAX = 1 << 14, /* conversations compared at a time, some 4 MiB */
    POINT_SURE = 8,              /* twins of each direction, after which a comparison of times is certain */
    POINT_SHARE = 32,            /* one in so many differences may be wrong or too early */
    POINT_MEAN_WEIGHT = 8,       /* a new difference counts one part in so many */
    POINT_PATIENCE_MIN = 100000000, /* nanoseconds: interrupts and timers of both hosts are over by then */
};

static const int64_t POINT_DIFFERENCE_MAX =
    INT64_MAX / 4; /* nanoseconds, 73 years: a clock that starts in 1970 */

const char *const wt_change_name[WT_CHANGES] = {
    [WT_CHANGE_CUT] = "cut",
    [WT_CHANGE_MERGED] = "merged",
    [WT_CHANGE_FRAGMENTED] = "fragmented",
    [WT_CHANGE_TRANSLATED] = "address or port translated",
    [WT_CHANGE_MSS] = "MSS changed",
    [WT_CHANGE_SCALE] = "window scale changed",
    [WT_CHANGE_DF] = "DF cleared",
    [WT_CHANGE_CHECKSUM_COMPLETED] = "checksum completed",
    [WT_CHANGE_CHECKSUM_LEAKED] = "checksum leaked",
    [WT_CHANGE_CHECKSUM_DAMAGED] = "damaged",
};

WT_MAP_KEY(correlation, struct wt_correlation_key)

struct wt_points *wt_points_new(void)
{
    struct wt_points *points = g_new0(struct wt_points, 1);
    points->correlations = wt_map_new(sizeof(struct wt_correlation), sizeof(struct wt_correlation_key),
                                      POINT_COURSES_MAX, correlation_hash, correlation_equal);
    return points;
}

void wt_points_free(struct wt_points *points)
{
    if (!points)
        return;
    wt_map_free(points->correlations);
    g_free(points);
}

unsigned wt_points_of(struct wt_points *points, uint32_t interface, int64_t time)
{
    unsigned point = 0;
    while (point < points->count && points->interface[point] != interface)
        point++;
    if (point == WT_POINTS_MAX) {
        points->more = true;
        return point;
    }
    if (point == points->count) {
        points->interface[points->count++] = interface;
        points->first[point] = points->last[point] = time;
    }
    if (time > points->last[point])
        points->last[point] = time;
    return point;
}

static struct wt_correlation_key point_key(uint64_t conversation, unsigned here, unsigned there)
{
    return (struct wt_correlation_key){conversation, here, there};
}

struct wt_correlation *wt_points_correlation(struct wt_points *points, uint64_t conversation, unsigned here,
                                             unsigned there)
{
    const struct wt_correlation_key key = point_key(conversation, here, there);
    return wt_map_find(points->correlations, &key);
}

/* --- differences of times --- */

/* Bounded, so that the sum of three of them cannot overflow. */
static int64_t point_difference(const struct wt_end *here, const struct wt_end *there)
{
    return CLAMP(there->time - here->time, -POINT_DIFFERENCE_MAX, POINT_DIFFERENCE_MAX);
}

static void differences_add(struct wt_differences *d, int64_t difference)
{
    unsigned held = d->count < WT_EARLIEST ? (unsigned)d->count : WT_EARLIEST;
    if (d->count == 0)
        d->origin = d->latest = difference;
    d->sum += (double)(difference - d->origin);
    d->count++;
    if (difference > d->latest)
        d->latest = difference;
    unsigned at = held;
    while (at > 0 && d->earliest[at - 1] > difference)
        at--;
    if (at == WT_EARLIEST)
        return;
    for (unsigned i = held < WT_EARLIEST ? held : WT_EARLIEST - 1; i > at; i--)
        d->earliest[i] = d->earliest[i - 1];
    d->earliest[at] = difference;
}

/* The smallest difference to be trusted. */
static int64_t differences_edge(const struct wt_differences *d)
{
    uint64_t skip = d->count / POINT_SHARE;
    return d->earliest[skip < WT_EARLIEST ? skip : WT_EARLIEST - 1];
}

/* Clock of `b` less clock of `a`, and its error; false unless packets went both ways. */
static bool point_clock(const struct wt_points *points, unsigned a, unsigned b, int64_t *ahead,
                        int64_t *error)
{
    const struct wt_differences *there = &points->differences[a][b];
    const struct wt_differences *back = &points->differences[b][a];
    *ahead = *error = 0;
    if (!there->count || !back->count)
        return false;
    *ahead = (differences_edge(there) - differences_edge(back)) / 2;
    *error = (differences_edge(there) + differences_edge(back)) / 2;
    return true;
}

/* --- which way --- */

static void correlation_resolve(struct wt_correlation *correlation, int away, bool certain)
{
    correlation->away = (int16_t)away;
    correlation->certain = certain;
}

/* Away from `here` for packets of side 0, by the differences of both sides; 0 while one is missing. */
static int correlation_by_times(const struct wt_correlation *correlation)
{
    if (!correlation->matched[0] || !correlation->matched[1] ||
        correlation->difference[0] == correlation->difference[1])
        return 0;
    return correlation->difference[0] > correlation->difference[1] ? 1 : -1;
}

static int correlation_by_clock(const struct wt_points *points, const struct wt_correlation *correlation,
                                unsigned side)
{
    int64_t ahead = 0, error = 0;
    bool known = point_clock(points, correlation->key.here, correlation->key.there, &ahead, &error);
    int64_t beyond = correlation->difference[side] - ahead;
    if (known && llabs(beyond) <= llabs(error) && correlation->away)
        return correlation->away;
    return (beyond >= 0) == (side == 0) ? 1 : -1;
}

static void correlation_judge(const struct wt_points *points, struct wt_correlation *correlation,
                              unsigned side, int hops)
{
    int toward = side == 0 ? 1 : -1;
    int by_times = correlation_by_times(correlation);
    if (correlation->certain)
        return;
    if (hops != 0)
        correlation_resolve(correlation, hops > 0 ? toward : -toward, true);
    else if (by_times)
        correlation_resolve(correlation, by_times,
                            correlation->matched[0] >= POINT_SURE && correlation->matched[1] >= POINT_SURE);
    else
        correlation_resolve(correlation, correlation_by_clock(points, correlation, side), false);
}

static struct wt_correlation *correlation_update(struct wt_points *points, const struct wt_end *here,
                                                 const struct wt_end *there)
{
    const struct wt_correlation_key key = point_key(here->conversation, here->point, there->point);
    struct wt_correlation *correlation = wt_map_get(points->correlations, &key);
    int64_t difference = point_difference(here, there);
    int64_t *mean = &correlation->difference[here->side];
    correlation->conversation_there = there->conversation;
    *mean = correlation->matched[here->side] ? *mean + (difference - *mean) / POINT_MEAN_WEIGHT : difference;
    correlation->matched[here->side]++;
    if (here->ids_comparable && there->ids_comparable) {
        correlation->ids_kept += here->id == there->id;
        correlation->ids_changed += here->id != there->id;
    }
    return correlation;
}

/* Takes back what was counted for the wrong way and counts it for the right one. */
static void point_turn(struct wt_points *points, struct wt_correlation *correlation, int before)
{
    for (unsigned side = 0; side < 2; side++) {
        bool was_away = (before > 0) == (side == 0);
        unsigned from = was_away ? correlation->key.here : correlation->key.there;
        unsigned to = was_away ? correlation->key.there : correlation->key.here;
        struct wt_tally *tally = &correlation->guessed[side];
        points->passage[from][to].matched -= tally->matched;
        points->passage[to][from].matched += tally->matched;
        for (unsigned i = 0; i < WT_CHANGES; i++) {
            points->passage[from][to].changed[i] -= tally->changed[i];
            points->passage[to][from].changed[i] += tally->changed[i];
        }
    }
}

bool wt_points_learn(struct wt_points *points, const struct wt_end *a, const struct wt_end *b)
{
    bool ordered = a->point < b->point; /* what is counted hangs on the correlation from the lower point */
    const struct wt_end *low = ordered ? a : b;
    const struct wt_end *high = ordered ? b : a;
    struct wt_correlation *back = correlation_update(points, high, low);
    struct wt_correlation *correlation = correlation_update(points, low, high);
    int before = correlation->away;
    correlation_judge(points, correlation, low->side, low->ttl - high->ttl);
    int away = correlation->away * (low->side == 0 ? 1 : -1);
    correlation_resolve(back, away * (high->side == 0 ? -1 : 1), correlation->certain);
    if (before && before != correlation->away)
        point_turn(points, correlation, before);
    return (away > 0) == ordered;
}

void wt_points_count(struct wt_points *points, const struct wt_end *up, const struct wt_end *down,
                     const struct wt_tally *tally)
{
    const struct wt_end *low = up->point < down->point ? up : down;
    const struct wt_end *high = low == up ? down : up;
    struct wt_correlation *correlation =
        wt_points_correlation(points, low->conversation, low->point, high->point);
    struct wt_passage *passage = &points->passage[up->point][down->point];
    passage->matched += tally->matched;
    for (unsigned i = 0; i < WT_CHANGES; i++)
        passage->changed[i] += tally->changed[i];
    passage->hops = up->ttl - down->ttl;
    bool two_way = correlation && correlation_by_times(correlation) != 0;
    if (correlation && (correlation->certain || two_way))
        differences_add(&points->differences[up->point][down->point], point_difference(up, down));
    if (!correlation || correlation->certain)
        return;
    correlation->guessed[low->side].matched += tally->matched;
    for (unsigned i = 0; i < WT_CHANGES; i++)
        correlation->guessed[low->side].changed[i] += tally->changed[i];
}

/* --- what to expect --- */

bool wt_points_expect(struct wt_points *points, const struct wt_correlation *correlation, unsigned side,
                      int64_t *difference)
{
    int64_t error = 0;
    if (correlation && correlation->matched[side]) {
        *difference = correlation->difference[side];
        return true;
    }
    if (correlation && correlation->matched[!side]) {
        *difference = correlation->difference[!side];
        return true;
    }
    *difference = 0;
    return correlation &&
           point_clock(points, correlation->key.here, correlation->key.there, difference, &error);
}

/* How much the differences of a passage scatter. */
static int64_t point_spread(const struct wt_differences *d)
{
    return d->count ? d->latest - differences_edge(d) : 0;
}

bool wt_points_overdue(const struct wt_points *points, unsigned from, unsigned to, int64_t time)
{
    const struct wt_differences *d = &points->differences[from][to];
    if (!d->count)
        return false;
    return points->first[to] - time <= d->latest && points->last[to] - time > d->latest + point_spread(d);
}

int64_t wt_points_timeout(const struct wt_points *points, unsigned from)
{
    int64_t timeout = INT64_MAX;
    for (unsigned to = 0; to < points->count; to++) {
        const struct wt_differences *d = &points->differences[from][to];
        int64_t wait = d->latest + point_spread(d) + POINT_PATIENCE_MIN;
        if (d->count && (timeout == INT64_MAX || wait > timeout))
            timeout = wait;
    }
    return timeout;
}

void wt_points_measure(const struct wt_points *points, unsigned from, unsigned to, struct wt_passage *passage)
{
    const struct wt_differences *d = &points->differences[from][to];
    passage->from = points->interface[from];
    passage->to = points->interface[to];
    passage->clock_known = point_clock(points, from, to, &passage->clock_ahead, &passage->clock_error);
    if (!d->count)
        return;
    passage->delay_min = d->earliest[0] - passage->clock_ahead;
    passage->delay_mean = d->origin + (int64_t)(d->sum / (double)d->count) - passage->clock_ahead;
    passage->delay_max = d->latest - passage->clock_ahead;
}
