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

WT_MAP_KEY(course, struct wt_course_key)

struct wt_points *wt_points_new(void)
{
    struct wt_points *points = g_new0(struct wt_points, 1);
    points->courses = wt_map_new(sizeof(struct wt_course), sizeof(struct wt_course_key), POINT_COURSES_MAX,
                                 course_hash, course_equal);
    return points;
}

void wt_points_free(struct wt_points *points)
{
    if (!points)
        return;
    wt_map_free(points->courses);
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

static struct wt_course_key point_key(uint64_t conversation, unsigned here, unsigned there)
{
    return (struct wt_course_key){conversation, here, there};
}

struct wt_course *wt_points_course(struct wt_points *points, uint64_t conversation, unsigned here,
                                   unsigned there)
{
    const struct wt_course_key key = point_key(conversation, here, there);
    return wt_map_find(points->courses, &key);
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

static void course_resolve(struct wt_course *course, int away, bool certain)
{
    course->away = (int16_t)away;
    course->certain = certain;
}

/* Away from `here` for packets of side 0, by the differences of both sides; 0 while one is missing. */
static int course_by_times(const struct wt_course *course)
{
    if (!course->matched[0] || !course->matched[1] || course->difference[0] == course->difference[1])
        return 0;
    return course->difference[0] > course->difference[1] ? 1 : -1;
}

static int course_by_clock(const struct wt_points *points, const struct wt_course *course, unsigned side)
{
    int64_t ahead = 0, error = 0;
    bool known = point_clock(points, course->key.here, course->key.there, &ahead, &error);
    int64_t beyond = course->difference[side] - ahead;
    if (known && llabs(beyond) <= llabs(error) && course->away)
        return course->away;
    return (beyond >= 0) == (side == 0) ? 1 : -1;
}

static void course_judge(const struct wt_points *points, struct wt_course *course, unsigned side, int hops)
{
    int toward = side == 0 ? 1 : -1;
    int by_times = course_by_times(course);
    if (course->certain)
        return;
    if (hops != 0)
        course_resolve(course, hops > 0 ? toward : -toward, true);
    else if (by_times)
        course_resolve(course, by_times,
                       course->matched[0] >= POINT_SURE && course->matched[1] >= POINT_SURE);
    else
        course_resolve(course, course_by_clock(points, course, side), false);
}

static struct wt_course *course_update(struct wt_points *points, const struct wt_end *here,
                                       const struct wt_end *there)
{
    const struct wt_course_key key = point_key(here->conversation, here->point, there->point);
    struct wt_course *course = wt_map_get(points->courses, &key);
    int64_t difference = point_difference(here, there);
    int64_t *mean = &course->difference[here->side];
    course->conversation_there = there->conversation;
    *mean = course->matched[here->side] ? *mean + (difference - *mean) / POINT_MEAN_WEIGHT : difference;
    course->matched[here->side]++;
    if (here->ids_comparable && there->ids_comparable) {
        course->ids_kept += here->id == there->id;
        course->ids_changed += here->id != there->id;
    }
    return course;
}

/* Takes back what was counted for the wrong way and counts it for the right one. */
static void point_turn(struct wt_points *points, struct wt_course *course, int before)
{
    for (unsigned side = 0; side < 2; side++) {
        bool was_away = (before > 0) == (side == 0);
        unsigned from = was_away ? course->key.here : course->key.there;
        unsigned to = was_away ? course->key.there : course->key.here;
        struct wt_tally *tally = &course->guessed[side];
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
    bool ordered = a->point < b->point; /* what is counted hangs on the course from the lower point */
    const struct wt_end *low = ordered ? a : b;
    const struct wt_end *high = ordered ? b : a;
    struct wt_course *back = course_update(points, high, low);
    struct wt_course *course = course_update(points, low, high);
    int before = course->away;
    course_judge(points, course, low->side, low->ttl - high->ttl);
    int away = course->away * (low->side == 0 ? 1 : -1);
    course_resolve(back, away * (high->side == 0 ? -1 : 1), course->certain);
    if (before && before != course->away)
        point_turn(points, course, before);
    return (away > 0) == ordered;
}

void wt_points_count(struct wt_points *points, const struct wt_end *up, const struct wt_end *down,
                     const struct wt_tally *tally)
{
    const struct wt_end *low = up->point < down->point ? up : down;
    const struct wt_end *high = low == up ? down : up;
    struct wt_course *course = wt_points_course(points, low->conversation, low->point, high->point);
    struct wt_passage *passage = &points->passage[up->point][down->point];
    passage->matched += tally->matched;
    for (unsigned i = 0; i < WT_CHANGES; i++)
        passage->changed[i] += tally->changed[i];
    passage->hops = up->ttl - down->ttl;
    bool two_way = course && course_by_times(course) != 0;
    if (course && (course->certain || two_way))
        differences_add(&points->differences[up->point][down->point], point_difference(up, down));
    if (!course || course->certain)
        return;
    course->guessed[low->side].matched += tally->matched;
    for (unsigned i = 0; i < WT_CHANGES; i++)
        course->guessed[low->side].changed[i] += tally->changed[i];
}

/* --- what to expect --- */

bool wt_points_expect(struct wt_points *points, const struct wt_course *course, unsigned side,
                      int64_t *difference)
{
    int64_t error = 0;
    if (course && course->matched[side]) {
        *difference = course->difference[side];
        return true;
    }
    if (course && course->matched[!side]) {
        *difference = course->difference[!side];
        return true;
    }
    *difference = 0;
    return course && point_clock(points, course->key.here, course->key.there, difference, &error);
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

int64_t wt_points_patience(const struct wt_points *points, unsigned from)
{
    int64_t patience = INT64_MAX;
    for (unsigned to = 0; to < points->count; to++) {
        const struct wt_differences *d = &points->differences[from][to];
        int64_t wait = d->latest + point_spread(d) + POINT_PATIENCE_MIN;
        if (d->count && (patience == INT64_MAX || wait > patience))
            patience = wait;
    }
    return patience;
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
