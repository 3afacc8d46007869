/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A datagram in fragments is of use only when all of them arrive. What passes only what has ports lets the
 * first one through and no other; a path of two routes, a full queue or a filter loses others. The parts of one
 * datagram carry one identification (RFC 791 3.2, RFC 8200 4.5) and follow each other at once.
 *
 * Rule. Fragments are gathered by addresses, protocol and identification. Of each path the latest datagram is
 * watched: where FRAGMENTS_WAIT has passed and the next one begins, or the same request is sent again, and parts of
 * it are missing still, it is counted as lost. FRAGMENTS_LOST of them, more than came whole, make fragment.lost:
 *   - a Warn where the other end shows that it did not get the answer: it sends the same request again (same ports,
 *     length and checksum, so the same bytes), or it waits for FRAGMENTS_WAIT before it asks anything else, which may
 *     have other reasons and is said;
 *   - a Note where nothing of it was captured: a capture filter by port leaves out everything behind the first
 *     fragment, too. Who goes on at once with another request has got the answer, whatever the capture shows.
 * The receiver's own word is proof by itself: ICMP type 11 code 1, ICMPv6 type 3 code 1 (reassembly time exceeded).
 *
 * Traps. Fragments that come in any order, overlap, or are interleaved with those of other datagrams: a datagram that
 * is followed sooner than FRAGMENTS_WAIT is not judged. IPv6 packets with a fragment header and nothing missing
 * (atomic fragments, RFC 6946) are none. What comes later than that, but while its receiver waits (30 s), is not lost.
 * Bounds: FRAGMENTS_MAX datagrams and as many paths.
 *
 * A tunnel whose outer packet is fragmented has an inner MTU that leaves no room for its headers: each full packet
 * costs two. The first fragment shows the inner packet, and so the length of the whole; what is encrypted is known by its
 * outer header (tunnel.c). Each datagram is an event; one whose inner packet was sent before is proof, since then it does
 * not arrive either.
 */
#include "engine/context.h"
#include "engine/state/sequence.h"
#include "overhead.h"

enum {
    FRAGMENTS_MAX = 1 << 12,
    FRAGMENTS_LOST = 3, /* one or two may be ordinary loss */
    FRAGMENTS_REPEATED = 2,
    FRAGMENTS_SPANS = 8, /* more pieces apart from each other are taken for whole */
    FRAGMENTS_UNIT = 8,  /* offsets count so many bytes */
    ICMP_TIME_EXCEEDED = 11,
    ICMPV6_TIME_EXCEEDED = 3,
    REASSEMBLY = 1, /* code of both */
};

static const int64_t fragments_wait = 200 * WT_MILLISECOND;
static const int64_t fragments_timer = 30 * WT_SECOND; /* Linux: net.ipv4.ipfrag_time; RFC 8200 4.5 has 60 */

struct datagram_key {
    uint32_t interface, tunnel;
    struct wt_address src, dst;
    uint32_t id, proto;
};

/* Bytes from `start` on, up to `end`. */
struct span {
    uint32_t start, end;
};

struct datagram {
    struct wt_entry entry;
    struct datagram_key key;
    int64_t begun, last;
    struct span have[FRAGMENTS_SPANS]; /* what came of it, in order and apart from each other */
    uint32_t spans;
    uint32_t frame; /* of its first fragment captured */
    uint32_t whole; /* length of all; 0 until the last one is there */
    bool first, judged, lost;
};

struct way_key {
    uint32_t interface, tunnel;
    struct wt_address src, dst;
};

struct way {
    struct wt_entry entry;
    struct way_key key;
    struct datagram_key latest;
    uint32_t lost, complete, repeated;
    uint32_t request; /* checksum, length and ports of what its receiver sent last, mixed */
    bool has_latest;
};

WT_MAP_KEY(datagram, struct datagram_key)
WT_MAP_KEY(way, struct way_key)

struct fragments {
    struct wt_map *datagrams, *ways;
    bool any;
};

static void *fragments_new(void)
{
    struct fragments *fragments = g_new0(struct fragments, 1);
    fragments->datagrams = wt_map_new(sizeof(struct datagram), sizeof(struct datagram_key), FRAGMENTS_MAX,
                                      datagram_hash, datagram_equal);
    fragments->ways =
        wt_map_new(sizeof(struct way), sizeof(struct way_key), FRAGMENTS_MAX, way_hash, way_equal);
    return fragments;
}

static void fragments_free(void *kept)
{
    struct fragments *fragments = kept;
    wt_map_free(fragments->datagrams);
    wt_map_free(fragments->ways);
    g_free(fragments);
}

static struct datagram_key datagram_key(const struct wt_context *context, const struct wt_packet *packet)
{
    return (struct datagram_key){
        context->frame->interface, packet->tunnel, packet->src, packet->dst, packet->id, packet->proto};
}

/* Whether all of it came: in any order, twice, or overlapping. */
static bool datagram_is_complete(const struct datagram *datagram)
{
    return datagram->first && datagram->whole &&
           (datagram->spans == FRAGMENTS_SPANS || datagram->have[0].end >= datagram->whole);
}

/* Removes the span at `at`. */
static void datagram_drop(struct datagram *datagram, unsigned at)
{
    datagram->spans--;
    memmove(datagram->have + at, datagram->have + at + 1, (datagram->spans - at) * sizeof *datagram->have);
}

/* Adds bytes to what came, joined with all spans that they touch. */
static void datagram_add(struct datagram *datagram, struct span new)
{
    unsigned at = 0;
    if (datagram->spans == FRAGMENTS_SPANS)
        return;
    while (at < datagram->spans && datagram->have[at].end < new.start)
        at++;
    while (at < datagram->spans && datagram->have[at].start <= new.end) {
        new.start = MIN(new.start, datagram->have[at].start);
        new.end = MAX(new.end, datagram->have[at].end);
        datagram_drop(datagram, at);
    }
    memmove(datagram->have + at + 1, datagram->have + at, (datagram->spans - at) * sizeof *datagram->have);
    datagram->have[at] = new;
    datagram->spans++;
}

/* --- what is lost --- */

static enum wt_reason fragments_missing(const struct datagram *datagram)
{
    if (!datagram->first)
        return WT_REASON_FRAGMENT_FIRST_MISSING;
    if (!datagram->whole)
        return WT_REASON_FRAGMENT_LAST_MISSING;
    return WT_REASON_FRAGMENT_MIDDLE_MISSING;
}

static void fragments_tell(struct wt_context *context, const struct way *way, const struct datagram *datagram)
{
    const struct wt_ends ends = {way->key.src, way->key.dst};
    const bool repeated = way->repeated >= FRAGMENTS_REPEATED;
    const bool heard = way->request != 0;
    const uint64_t event = wt_map_hash(&datagram->key, sizeof datagram->key);
    if (way->lost < FRAGMENTS_LOST || way->lost <= way->complete)
        return;
    wt_find(context, WT_FINDING_FRAGMENT_LOST, .shown_in = datagram->frame, .ends = &ends, .event = event | 1,
            .most = heard ? 0 : WT_AT_MOST(WT_SEVERITY_NOTE), .proven = heard && repeated,
            .reason = repeated ? fragments_missing(datagram) : WT_REASON_FRAGMENT_OR_FILTER,
            .value = {0, way->lost});
}

/* The latest datagram of the way is over: it came whole, or did not. */
static void fragments_settle(struct wt_context *context, struct fragments *fragments, struct way *way)
{
    struct datagram *latest = way->has_latest ? wt_map_find(fragments->datagrams, &way->latest) : NULL;
    way->has_latest = false;
    if (!latest || latest->judged)
        return;
    latest->judged = true;
    if (datagram_is_complete(latest)) {
        way->complete++;
        return;
    }
    way->lost++;
    latest->lost = true;
    fragments_tell(context, way, latest);
}

/* What was counted as lost came late, but while its receiver still waited. */
static void fragments_recover(struct way *way, struct datagram *datagram)
{
    if (!datagram->lost || !datagram_is_complete(datagram) ||
        datagram->last - datagram->begun >= fragments_timer)
        return;
    datagram->lost = false;
    way->lost--;
    way->complete++;
}

static void fragments_take(struct wt_context *context, struct fragments *fragments)
{
    const struct wt_packet *packet = context->packet;
    const struct datagram_key key = datagram_key(context, packet);
    const struct way_key way_key = {key.interface, key.tunnel, key.src, key.dst};
    struct way *way = wt_map_get(fragments->ways, &way_key);
    struct datagram *datagram = wt_map_get(fragments->datagrams, &key);
    const struct datagram *before = way->has_latest && !datagram_equal(&way->latest, &key)
                                        ? wt_map_find(fragments->datagrams, &way->latest)
                                        : NULL;
    fragments->any = true;
    if (before && context->frame->time - before->last >= fragments_wait)
        fragments_settle(context, fragments, way);
    if (datagram->frame == 0) {
        datagram->frame = context->frame->number;
        datagram->begun = context->frame->time;
    }
    const uint32_t length =
        packet->l3_len > packet->ip_header_len ? packet->l3_len - packet->ip_header_len : 0;
    datagram->last = context->frame->time;
    datagram->first |= packet->fragment_offset == 0;
    if (!packet->more_fragments)
        datagram->whole = packet->fragment_offset + length;
    datagram_add(datagram, (struct span){packet->fragment_offset, packet->fragment_offset + length});
    fragments_recover(way, datagram);
    way->latest = key;
    way->has_latest = true;
}

/* --- what its receiver says --- */

/* The same request again: its answer, the latest datagram towards this sender, was of no use. Another one at
 * once: it was. */
static void fragments_take_request(struct wt_context *context, struct fragments *fragments)
{
    const struct wt_packet *packet = context->packet;
    const struct way_key key = {context->frame->interface, packet->tunnel, packet->dst, packet->src};
    struct way *way = wt_map_find(fragments->ways, &key);
    if (!way)
        return;
    const uint32_t request =
        ((uint32_t)packet->l4_checksum_field << 16 | packet->src_port) ^ packet->l3_len * 31;
    struct datagram *latest = way->has_latest ? wt_map_find(fragments->datagrams, &way->latest) : NULL;
    const bool same = request == way->request;
    way->request = request;
    if (!latest || latest->judged)
        return;
    if (!same && context->frame->time - latest->last < fragments_wait) {
        latest->judged = true;
        way->complete++;
        return;
    }
    way->repeated += same && !datagram_is_complete(latest);
    fragments_settle(context, fragments, way);
}

static bool fragments_is_timeout(const struct wt_packet *packet)
{
    const uint8_t type = packet->version == 4 ? ICMP_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED;
    return packet->has_l4 && packet->icmp.error && packet->icmp.type == type &&
           packet->icmp.code == REASSEMBLY;
}

static void fragments_take_timeout(struct wt_context *context, struct fragments *fragments)
{
    const struct wt_packet *quote = &context->reading->quote[0];
    if (context->reading->quotes == 0 || !quote->has_id)
        return;
    const struct wt_ends ends = {quote->src, quote->dst};
    const struct datagram_key key = datagram_key(context, quote);
    const struct datagram *datagram = wt_map_find(fragments->datagrams, &key);
    const uint64_t event = wt_map_hash(&key, sizeof key);
    const bool genuine = datagram && wt_address_equal(&context->packet->src, &quote->dst);
    wt_find(context, WT_FINDING_FRAGMENT_LOST, .ends = &ends, .event = event | 1, .blind = !genuine,
            .most = genuine ? 0 : WT_AT_MOST(WT_SEVERITY_NOTE), .reason = WT_REASON_FRAGMENT_RECEIVER_SAYS,
            .value = {0});
    if (datagram)
        wt_relate(context, WT_RELATION_OFFENDER, datagram->frame, context->frame->time - datagram->last);
}

/* --- tunnels --- */

/* The packet inside was sent before: its sender waits in vain. */
static bool fragments_is_repeat(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    return context->tcp && packet->payload_len > 1 && context->side->has_next &&
           wt_seq_after(context->side->next, packet->tcp.seq);
}

/* `outer` is the first fragment of a packet around another one, which is at hand; or, if that is encrypted, at hand
 * itself. */
static void fragments_judge_tunnel(struct wt_context *context, const struct wt_packet *outer,
                                   const struct wt_packet *inner)
{
    const struct wt_ends ends = {outer->src, outer->dst};
    const struct datagram_key key = datagram_key(context, outer);
    const uint32_t link = context->facts->link_mtu;
    /* Cut by this link, or by one before it that takes about what is here. */
    const uint32_t mtu = outer->l3_len + FRAGMENTS_UNIT > link ? link : outer->l3_len;
    const uint32_t room = wt_overhead_room(context, outer, inner, mtu);
    if (room == 0 || (inner && inner->l3_len <= room))
        return;
    const bool repeat = inner && fragments_is_repeat(context);
    wt_find(context, WT_FINDING_FRAGMENT_TUNNEL, .ends = &ends, .size = room, .proven = repeat,
            .reason = repeat ? WT_REASON_FRAGMENT_REPEATED : WT_REASON_NONE,
            .event = repeat ? (uint64_t)context->packet->tcp.seq + 1 : wt_map_hash(&key, sizeof key) | 1,
            .value = {inner ? inner->l3_len + mtu - room : 0, room, mtu - room});
}

static bool fragments_is_first(const struct wt_packet *packet)
{
    return packet->fragment && packet->fragment_offset == 0 && packet->more_fragments;
}

static void fragments_judge_packet(struct wt_context *context)
{
    struct fragments *fragments = wt_kept(context, WT_KEEPER_FRAGMENTS);
    const struct wt_packet *packet = context->packet;
    if (packet->fragment && packet->has_id) {
        fragments_take(context, fragments);
        if (fragments_is_first(packet) && context->innermost)
            fragments_judge_tunnel(context, packet, NULL);
    } else if (fragments->any && packet->proto == WT_PROTO_UDP && packet->has_l4) {
        fragments_take_request(context, fragments);
    } else if (fragments_is_timeout(packet)) {
        fragments_take_timeout(context, fragments);
    }
}

/* Most packets are none of its concern. */
static void fragments_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (!wt_context_is_tcp(context) || packet->fragment)
        fragments_judge_packet(context);
    if (packet > context->reading->packet && fragments_is_first(packet - 1))
        fragments_judge_tunnel(context, packet - 1, packet);
}

const struct wt_detector wt_fragments_detector = {
    .name = "fragments",
    .keeper = WT_KEEPER_FRAGMENTS,
    .create = fragments_new,
    .free = fragments_free,
    .judge = fragments_judge,
};
