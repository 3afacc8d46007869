/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Equal keys make candidates; what makes one a twin:
 *
 * 1. It holds some of the same bytes (or is the same packet without payload).
 * 2. IPv4 identifications agree: equal where both begin with the same byte, and counting up from the earlier
 *    to the later piece of a super-frame. Routers and NAT keep them; where a conversation shows that some
 *    device does not, they are no longer asked.
 * 3. Addresses and ports agree. Where they differ, NAT may have changed one end or both: then the numbers
 *    must be too many to agree by chance, and once a conversation has its counterpart it keeps it.
 * 4. Of several (retransmissions without identification or time stamps, duplicates) the one counts that is
 *    not found yet, then the one nearest to the expected time.
 *
 * Traps. Scanners send many SYNs with one sequence number, services send the same datagram again and again to
 * everybody: so content alone never outweighs different addresses, and where nothing but content speaks for
 * a candidate it must also come near the expected time.
 */
#include "twin_match.h"

#include <stdlib.h>

#include "engine/state/sequence.h"

enum {
    MATCH_CONTENT_NAT = 8,            /* payload bytes that agree by chance too rarely */
    MATCH_SERIES = 64,                /* datagrams of one UDP super-frame (UDP_MAX_SEGMENTS, linux/udp.h) */
    MATCH_WEAK_DISTANCE = 1000000000, /* nanoseconds around the expected time */
    MATCH_SEGMENT = 512,              /* bytes; full segments are hardly ever smaller */
    MATCH_DOUBT_FOUND = 1,
    MATCH_DOUBT_ENDS = 2,
    MATCH_DOUBT_ID = 4,
    MATCH_DOUBT_SERIES = 8,
};

struct match_search {
    struct wt_points *points;
    const struct wt_sighting *sighting;
    struct wt_twin_matches *matches;
};

/* --- the same bytes --- */

static bool match_sequence(struct wt_twin_match *match, const struct wt_sighting *sighting)
{
    const struct wt_sighting *twin = match->twin;
    int32_t start = wt_seq_distance(twin->seq, sighting->seq);
    int64_t end = (int64_t)start + twin->payload;
    if (twin->train != sighting->train)
        return false;
    match->start = start > 0 ? (uint32_t)start : 0;
    match->end = (uint32_t)CLAMP(end, 0, (int64_t)sighting->payload);
    return match->start < match->end;
}

static bool match_datagram(struct wt_twin_match *match, const struct wt_sighting *sighting)
{
    const struct wt_sighting *twin = match->twin;
    if (!twin->fragment && !sighting->fragment)
        return false;
    bool same_hosts =
        twin->source_host == sighting->source_host && twin->destination_host == sighting->destination_host;
    bool same_piece = twin->ip_start == sighting->ip_start && twin->ip_length == sighting->ip_length &&
                      twin->content == sighting->content && sighting->content_len >= MATCH_CONTENT_NAT;
    if (twin->id != sighting->id || twin->proto != sighting->proto || (!same_hosts && !same_piece))
        return false;
    int64_t start = (int64_t)twin->ip_start - sighting->ip_start;
    int64_t end = start + twin->ip_length;
    match->start = start > 0 ? (uint32_t)start : 0;
    match->end = (uint32_t)CLAMP(end, 0, (int64_t)sighting->ip_length);
    return match->start < match->end;
}

static bool match_content(struct wt_twin_match *match, const struct wt_sighting *sighting)
{
    const struct wt_sighting *twin = match->twin;
    match->start = 0;
    match->end = wt_sighting_size(sighting);
    return twin->content == sighting->content && twin->proto == sighting->proto && !twin->fragment;
}

/* A datagram and a UDP super-frame that still lacks as many bytes as the datagram has. */
static bool match_series(struct wt_twin_match *match, const struct wt_sighting *sighting)
{
    const struct wt_sighting *twin = match->twin;
    const struct wt_sighting *large = twin->wire_frames > 1 ? twin : sighting;
    const struct wt_sighting *small = large == twin ? sighting : twin;
    if (large->wire_frames <= 1 || small->wire_frames > 1 || small->payload >= large->payload)
        return false;
    if (twin->source != sighting->source || twin->destination != sighting->destination)
        return false;
    uint32_t number = (small->id - large->id) & 0xffff;
    if (large->has_id && (number >= MATCH_SERIES || (uint64_t)number * small->payload >= large->payload))
        return false;
    uint32_t room = wt_sighting_size(twin) - MIN(twin->found[sighting->point], wt_sighting_size(twin));
    if (!large->has_id && room < small->payload)
        return false;
    match->start = large == twin ? 0 : large->has_id ? number : twin->frame;
    match->end = match->start + 1;
    match->bytes = small->payload;
    return true;
}

static bool match_bytes(struct wt_twin_match *match, const struct wt_sighting *sighting)
{
    switch (match->kind) {
    case WT_TWIN_SEQUENCE:
        return match_sequence(match, sighting);
    case WT_TWIN_DATAGRAM:
        return match_datagram(match, sighting);
    case WT_TWIN_CONTENT:
        return match_content(match, sighting);
    case WT_TWIN_SERIES:
        return match_series(match, sighting);
    }
    return false;
}

/* --- the same identification --- */

/* Whether both carry one at all that says something: 0 stands for none (RFC 6864 4.1). */
static bool match_has_ids(const struct wt_sighting *a, const struct wt_sighting *b)
{
    return a->has_id && b->has_id && (a->id || b->id);
}

/* By how much the identification of a piece may be ahead of that of the packet it was cut from. */
static uint32_t match_pieces(const struct wt_sighting *first, const struct wt_sighting *second)
{
    uint32_t size = MAX(MIN(first->payload, second->payload), MATCH_SEGMENT);
    if (first->wire_frames > 1)
        return first->wire_frames;
    return (uint32_t)wt_seq_distance(second->seq, first->seq) / size + 1;
}

static bool match_ids(const struct wt_twin_match *match, const struct wt_sighting *sighting)
{
    const struct wt_sighting *twin = match->twin;
    if (match->kind == WT_TWIN_DATAGRAM || match->kind == WT_TWIN_SERIES || !match_has_ids(twin, sighting))
        return true;
    if (match->kind == WT_TWIN_CONTENT || twin->seq == sighting->seq)
        return twin->id == sighting->id;
    bool twin_first = wt_seq_after(sighting->seq, twin->seq);
    const struct wt_sighting *first = twin_first ? twin : sighting;
    const struct wt_sighting *second = twin_first ? sighting : twin;
    return ((second->id - first->id) & 0xffff) <= match_pieces(first, second);
}

static bool match_ids_asked(const struct wt_course *course)
{
    return course && course->ids_kept > course->ids_changed;
}

/* --- the same ends --- */

static bool match_numbers(const struct wt_twin_match *match, const struct wt_sighting *sighting, bool one_end)
{
    const struct wt_sighting *twin = match->twin;
    bool id = match_has_ids(twin, sighting) && twin->id == sighting->id;
    bool content = twin->content_len >= MATCH_CONTENT_NAT && twin->content_len == sighting->content_len &&
                   twin->content == sighting->content;
    if (match->kind == WT_TWIN_DATAGRAM)
        return true;
    if (!sighting->tcp)
        return content && (id || (one_end && !sighting->has_id));
    bool timestamps = sighting->has_timestamp && twin->train == sighting->train;
    if (id || timestamps)
        return sighting->seq != 0;
    return (sighting->flags & WT_TCP_ACK) && !(sighting->flags & WT_TCP_SYN) && (one_end || content);
}

static bool match_ends(const struct wt_twin_match *match, const struct wt_sighting *sighting,
                       const struct wt_course *course)
{
    const struct wt_sighting *twin = match->twin;
    bool source = twin->source == sighting->source;
    bool destination = twin->destination == sighting->destination;
    if ((source && destination) || match->kind == WT_TWIN_DATAGRAM)
        return true;
    if (course && course->conversation_there != twin->conversation)
        return false;
    if (sighting->local || twin->local)
        return false;
    return course || match_numbers(match, sighting, source || destination);
}

/* --- choice --- */

/* Whether another copy of a packet found already may be one made on the way: then it is seen behind, not
 * before. */
static bool match_is_copy(const struct wt_course *course, const struct wt_sighting *sighting)
{
    return course && course->away == (sighting->side == 0 ? -1 : 1);
}

static bool match_judge(struct match_search *search, struct wt_twin_match *match)
{
    const struct wt_sighting *sighting = search->sighting;
    const struct wt_sighting *twin = match->twin;
    if (!match_bytes(match, sighting))
        return false;
    if (match->kind != WT_TWIN_SERIES)
        match->bytes = match->end - match->start;
    const struct wt_course *course =
        wt_points_course(search->points, sighting->conversation, sighting->point, twin->point);
    bool ids = match_ids(match, sighting);
    if ((!ids && match_ids_asked(course)) || !match_ends(match, sighting, course))
        return false;
    int64_t expected = 0;
    bool known = wt_points_expect(search->points, course, sighting->side, &expected);
    match->distance = llabs(twin->time - sighting->time - expected);
    bool same_ends = twin->source == sighting->source && twin->destination == sighting->destination;
    bool found = twin->found[sighting->point] + match->bytes > wt_sighting_size(twin);
    bool weak = !(match_has_ids(twin, sighting) && ids) && match->kind == WT_TWIN_CONTENT;
    if (weak && (found || (known && match->distance > MATCH_WEAK_DISTANCE)))
        return false;
    if (found && !match_has_ids(twin, sighting) && match->kind == WT_TWIN_SEQUENCE &&
        !match_is_copy(course, sighting))
        return false;
    match->doubt =
        (ids ? 0U : MATCH_DOUBT_ID) + (same_ends ? 0U : MATCH_DOUBT_ENDS) + (found ? MATCH_DOUBT_FOUND : 0U);
    return true;
}

static void match_gather(struct match_search *search, struct wt_twin_store *store, uint64_t key,
                         enum wt_twin_key kind)
{
    struct wt_twin_matches *matches = search->matches;
    struct wt_twin_search chain = wt_twin_store_search(store, key);
    for (struct wt_sighting *twin = wt_twin_search_next(&chain); twin; twin = wt_twin_search_next(&chain)) {
        struct wt_twin_match match = {.twin = twin, .kind = kind};
        if (twin->point == search->sighting->point || matches->count == WT_TWIN_MATCHES_MAX)
            continue;
        if (match_judge(search, &match))
            matches->match[matches->count++] = match;
    }
}

static int match_compare(const void *one, const void *two)
{
    const struct wt_twin_match *a = one, *b = two;
    if (a->doubt != b->doubt)
        return a->doubt < b->doubt ? -1 : 1;
    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    return a->twin->frame < b->twin->frame ? -1 : a->twin->frame > b->twin->frame;
}

/* Whether one of `accepted` holds the same bytes, or all of them together leave no room. */
static bool match_is_taken(const struct wt_twin_match *accepted, unsigned count,
                           const struct wt_twin_match *match, uint32_t size)
{
    uint64_t bytes = match->bytes;
    for (unsigned i = 0; i < count; i++) {
        const struct wt_twin_match *other = &accepted[i];
        bool apart = other->end <= match->start || match->end <= other->start;
        if (other->twin->point != match->twin->point)
            continue;
        bytes += other->bytes;
        if (!apart || other->twin == match->twin)
            return true;
    }
    return match->kind == WT_TWIN_SERIES && bytes > size;
}

void wt_twin_match(struct wt_twin_store *store, struct wt_points *points, const struct wt_sighting *sighting,
                   const struct wt_twin_keys *keys, struct wt_twin_matches *matches)
{
    struct match_search search = {points, sighting, matches};
    matches->count = 0;
    for (unsigned i = 0; i < keys->count; i++)
        match_gather(&search, store, keys->key[i], keys->kind[i]);
    qsort(matches->match, matches->count, sizeof *matches->match, match_compare);
    unsigned accepted = 0;
    for (unsigned i = 0; i < matches->count; i++)
        if (!match_is_taken(matches->match, accepted, &matches->match[i], sighting->payload))
            matches->match[accepted++] = matches->match[i];
    matches->count = accepted;
}
