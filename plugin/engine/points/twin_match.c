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
};

struct match_search {
    struct wt_points *points;
    const struct wt_observation *observation;
    struct wt_twin_matches *matches;
};

/* --- the same bytes --- */

static bool match_sequence(struct wt_twin_match *match, const struct wt_observation *observation)
{
    const struct wt_observation *twin = match->twin;
    int32_t start = wt_seq_distance(twin->seq, observation->seq);
    int64_t end = (int64_t)start + twin->payload;
    if (twin->train != observation->train)
        return false;
    match->start = start > 0 ? (uint32_t)start : 0;
    match->end = (uint32_t)CLAMP(end, 0, (int64_t)observation->payload);
    return match->start < match->end;
}

static bool match_datagram(struct wt_twin_match *match, const struct wt_observation *observation)
{
    const struct wt_observation *twin = match->twin;
    if (!twin->fragment && !observation->fragment)
        return false;
    bool same_hosts = twin->source_host == observation->source_host &&
                      twin->destination_host == observation->destination_host;
    bool same_piece = twin->ip_start == observation->ip_start && twin->ip_length == observation->ip_length &&
                      twin->content == observation->content && observation->content_len >= MATCH_CONTENT_NAT;
    if (twin->id != observation->id || twin->proto != observation->proto || (!same_hosts && !same_piece))
        return false;
    int64_t start = (int64_t)twin->ip_start - observation->ip_start;
    int64_t end = start + twin->ip_length;
    match->start = start > 0 ? (uint32_t)start : 0;
    match->end = (uint32_t)CLAMP(end, 0, (int64_t)observation->ip_length);
    return match->start < match->end;
}

static bool match_content(struct wt_twin_match *match, const struct wt_observation *observation)
{
    const struct wt_observation *twin = match->twin;
    match->start = 0;
    match->end = wt_observation_size(observation);
    return twin->content == observation->content && twin->proto == observation->proto && !twin->fragment;
}

/* A datagram and a UDP super-frame that still lacks as many bytes as the datagram has. */
static bool match_series(struct wt_twin_match *match, const struct wt_observation *observation)
{
    const struct wt_observation *twin = match->twin;
    const struct wt_observation *large = twin->wire_frames > 1 ? twin : observation;
    const struct wt_observation *small = large == twin ? observation : twin;
    if (large->wire_frames <= 1 || small->wire_frames > 1 || small->payload >= large->payload)
        return false;
    if (twin->source != observation->source || twin->destination != observation->destination)
        return false;
    uint32_t number = (small->id - large->id) & 0xffff;
    if (large->has_id && (number >= MATCH_SERIES || (uint64_t)number * small->payload >= large->payload))
        return false;
    uint32_t room =
        wt_observation_size(twin) - MIN(twin->found[observation->point], wt_observation_size(twin));
    if (!large->has_id && room < small->payload)
        return false;
    match->start = large == twin ? 0 : large->has_id ? number : twin->frame;
    match->end = match->start + 1;
    match->bytes = small->payload;
    return true;
}

static bool match_bytes(struct wt_twin_match *match, const struct wt_observation *observation)
{
    switch (match->kind) {
    case WT_TWIN_SEQUENCE:
        return match_sequence(match, observation);
    case WT_TWIN_DATAGRAM:
        return match_datagram(match, observation);
    case WT_TWIN_CONTENT:
        return match_content(match, observation);
    case WT_TWIN_SERIES:
        return match_series(match, observation);
    }
    return false;
}

/* --- the same identification --- */

/* Whether both carry one at all that says something: 0 stands for none (RFC 6864 4.1). */
static bool match_has_ids(const struct wt_observation *a, const struct wt_observation *b)
{
    return a->has_id && b->has_id && (a->id || b->id);
}

/* By how much the identification of a piece may be ahead of that of the packet it was cut from. */
static uint32_t match_pieces(const struct wt_observation *first, const struct wt_observation *second)
{
    uint32_t size = MAX(MIN(first->payload, second->payload), MATCH_SEGMENT);
    if (first->wire_frames > 1)
        return first->wire_frames;
    return (uint32_t)wt_seq_distance(second->seq, first->seq) / size + 1;
}

static bool match_ids(const struct wt_twin_match *match, const struct wt_observation *observation)
{
    const struct wt_observation *twin = match->twin;
    if (match->kind == WT_TWIN_DATAGRAM || match->kind == WT_TWIN_SERIES || !match_has_ids(twin, observation))
        return true;
    if (match->kind == WT_TWIN_CONTENT || twin->seq == observation->seq)
        return twin->id == observation->id;
    bool twin_first = wt_seq_after(observation->seq, twin->seq);
    const struct wt_observation *first = twin_first ? twin : observation;
    const struct wt_observation *second = twin_first ? observation : twin;
    return ((second->id - first->id) & 0xffff) <= match_pieces(first, second);
}

static bool match_ids_asked(const struct wt_correlation *correlation)
{
    return correlation && correlation->ids_kept > correlation->ids_changed;
}

/* --- the same ends --- */

static bool match_numbers(const struct wt_twin_match *match, const struct wt_observation *observation,
                          bool one_end)
{
    const struct wt_observation *twin = match->twin;
    bool id = match_has_ids(twin, observation) && twin->id == observation->id;
    bool content = twin->content_len >= MATCH_CONTENT_NAT && twin->content_len == observation->content_len &&
                   twin->content == observation->content;
    if (match->kind == WT_TWIN_DATAGRAM)
        return true;
    if (!observation->tcp)
        return content && (id || (one_end && !observation->has_id));
    bool timestamps = observation->has_timestamp && twin->train == observation->train;
    if (id || timestamps)
        return observation->seq != 0;
    return (observation->flags & WT_TCP_ACK) && !(observation->flags & WT_TCP_SYN) && (one_end || content);
}

static bool match_ends(const struct wt_twin_match *match, const struct wt_observation *observation,
                       const struct wt_correlation *correlation)
{
    const struct wt_observation *twin = match->twin;
    bool source = twin->source == observation->source;
    bool destination = twin->destination == observation->destination;
    if ((source && destination) || match->kind == WT_TWIN_DATAGRAM)
        return true;
    if (correlation && correlation->conversation_there != twin->conversation)
        return false;
    if (observation->local || twin->local)
        return false;
    return correlation || match_numbers(match, observation, source || destination);
}

/* --- choice --- */

/* Whether another copy of a packet found already may be one made on the way: then it is seen behind, not
 * before. */
static bool match_is_copy(const struct wt_correlation *correlation, const struct wt_observation *observation)
{
    return correlation && correlation->away == (observation->side == 0 ? -1 : 1);
}

static bool match_judge(struct match_search *search, struct wt_twin_match *match)
{
    const struct wt_observation *observation = search->observation;
    const struct wt_observation *twin = match->twin;
    if (!match_bytes(match, observation))
        return false;
    if (match->kind != WT_TWIN_SERIES)
        match->bytes = match->end - match->start;
    const struct wt_correlation *correlation =
        wt_points_correlation(search->points, observation->conversation, observation->point, twin->point);
    bool ids = match_ids(match, observation);
    if ((!ids && match_ids_asked(correlation)) || !match_ends(match, observation, correlation))
        return false;
    int64_t expected = 0;
    bool known = wt_points_expect(search->points, correlation, observation->side, &expected);
    match->distance = llabs(twin->time - observation->time - expected);
    bool same_ends = twin->source == observation->source && twin->destination == observation->destination;
    bool found = twin->found[observation->point] + match->bytes > wt_observation_size(twin);
    bool weak = !(match_has_ids(twin, observation) && ids) && match->kind == WT_TWIN_CONTENT;
    if (weak && (found || (known && match->distance > MATCH_WEAK_DISTANCE)))
        return false;
    if (found && !match_has_ids(twin, observation) && match->kind == WT_TWIN_SEQUENCE &&
        !match_is_copy(correlation, observation))
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
    for (struct wt_observation *twin = wt_twin_search_next(&chain); twin;
         twin = wt_twin_search_next(&chain)) {
        struct wt_twin_match match = {.twin = twin, .kind = kind};
        if (twin->point == search->observation->point || matches->count == WT_TWIN_MATCHES_MAX)
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

void wt_twin_match(struct wt_twin_store *store, struct wt_points *points,
                   const struct wt_observation *observation, const struct wt_twin_keys *keys,
                   struct wt_twin_matches *matches)
{
    struct match_search search = {points, observation, matches};
    matches->count = 0;
    for (unsigned i = 0; i < keys->count; i++)
        match_gather(&search, store, keys->key[i], keys->kind[i]);
    qsort(matches->match, matches->count, sizeof *matches->match, match_compare);
    unsigned accepted = 0;
    for (unsigned i = 0; i < matches->count; i++)
        if (!match_is_taken(matches->match, accepted, &matches->match[i], observation->payload))
            matches->match[accepted++] = matches->match[i];
    matches->count = accepted;
}
