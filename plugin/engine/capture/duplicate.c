/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A mirror port that copies both directions, a bridge, a capture of all devices or one in front of and
 * behind a router show one packet twice, from microseconds to tens of milliseconds apart. The second picture is
 * no retransmission and counts for nothing: no other detector is asked about it.
 *
 * The same packet is: addresses, ports, length, sequence number, acknowledgement, flags, window, time stamps and
 * IP identification are equal; TTL, link headers, tags and checksums need not be (a router changes them, a NIC
 * completes them). Two pictures of which one is damaged are two packets for whom damage matters.
 *
 * What else looks so, and how it is told apart:
 *   - a segment sent again has another identification, or another time stamp, and comes a retransmission time-out
 *     later: 200 ms at least (TCP_RTO_MIN, include/net/tcp.h), so DUPLICATE_WITHIN bounds the distance. But a fast
 *     one, without identification and within the tick of its time stamp, equals its original;
 *   - without identification (IPv6; IPv4 with 0, as from Linux for a SYN/ACK, or with the 1 of packet generators)
 *     equal acknowledgements are duplicate acknowledgements as well. So there the capture itself has to be known
 *     for copies: a SYN is never sent again within DUPLICATE_WITHIN (RFC 6298 2.1: 1 s), so a copy of one tells, at
 *     which distance; a copy with identification likewise; else DUPLICATE_HITS equal segments with payload that
 *     are a third of all. Then what is equal at about that distance is a copy;
 *   - keep-alives, probes: seconds apart. Repeats of the link layer (802.11) are not read.
 * Where it cannot be told nothing is said. A single copy may be the network's own (a loop, a retrying link), which
 * is no fault of the capture: the diagnosis takes DUPLICATE_HITS, and a tenth of all.
 */
#include "engine/detector.h"

#include <wiretruth/diagnosis.h>

#include "engine/context.h"
#include "packet/bytes.h"

enum {
    DUPLICATE_PLACES = 1 << 13, /* packets remembered: 20 ms of a saturated 1 Gbit/s link five times over */
    DUPLICATE_HITS = 8,
    DUPLICATE_SHARE = 3,   /* one of so many segments with payload */
    DUPLICATE_COMMON = 10, /* one of so many packets: the capture's doing */
    DUPLICATE_HOPS = 3,    /* routers between two pictures of one packet */
    DUPLICATE_ID_LEAST = 2,
};

static const int64_t duplicate_within = 150 * WT_MILLISECOND;
static const int64_t duplicate_slack = WT_MILLISECOND;

/* What two pictures of one packet have in common. */
struct identity {
    struct wt_address src, dst;
    uint32_t ports, interface, tunnel, id, length;
    uint32_t seq, ack, flags, stamp, extra;
};

struct place {
    int64_t time;
    uint32_t hash, seq, frame;
    uint16_t id;
    uint8_t ttl;
};

struct duplicates {
    struct place place[DUPLICATE_PLACES];
};

static void *duplicates_new(void)
{
    wt_map_draw();
    return g_new0(struct duplicates, 1);
}

/* Whether the identification is one that this sender's next packet does not have. */
static bool duplicate_has_id(const struct wt_packet *packet)
{
    return packet->has_id && packet->id >= DUPLICATE_ID_LEAST;
}

static uint32_t duplicate_extra(const struct wt_tcp *tcp)
{
    return tcp->timestamp_echo ^ (tcp->sacks ? tcp->sack[0].left * 3 ^ tcp->sack[0].right * 5 : 0);
}

/* What cannot be read further, ESP say, has its numbers at the beginning; of two fragments the bytes differ. */
static void duplicate_take_payload(const struct wt_context *context, struct identity *identity)
{
    const struct wt_bytes bytes = {context->frame->bytes,
                                   context->frame->bytes ? context->frame->captured : 0};
    const struct wt_packet *packet = context->packet;
    const uint8_t *first =
        wt_bytes_span(&bytes, packet->offset + packet->ip_header_len, 2 * sizeof(uint32_t));
    identity->stamp = first ? wt_load32(first) : 0;
    identity->extra = first ? wt_load32(first + sizeof(uint32_t)) : 0;
}

static struct identity duplicate_identity(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct identity identity = {
        .src = packet->src,
        .dst = packet->dst,
        .ports = (uint32_t)packet->src_port << 16 | packet->dst_port,
        .interface = context->frame->interface,
        .tunnel = packet->tunnel,
        .id = packet->has_id ? packet->id : 0,
        .length = packet->l3_len,
        .ack = packet->fragment_offset,
        .flags = (uint32_t)packet->proto << 24,
    };
    if (packet->proto == WT_PROTO_TCP && packet->has_l4) {
        identity.seq = packet->tcp.seq;
        identity.ack = packet->tcp.ack;
        identity.flags |= (uint32_t)packet->tcp.window ^ (uint32_t)packet->tcp.flags << 12;
        identity.stamp = packet->tcp.timestamp;
        identity.extra = duplicate_extra(&packet->tcp);
    } else {
        identity.seq = (uint32_t)packet->icmp.id << 16 | packet->icmp.seq;
        identity.extra = packet->l4_checksum_field;
    }
    if (!packet->has_l4)
        duplicate_take_payload(context, &identity);
    identity.extra ^= wt_flow_is_bad(packet) ? 1U << 31 : 0;
    return identity;
}

/*
 * Where the packet is remembered. Not seeded, so that each run gives the same answer: who crafts packets that share a
 * place hides copies only. Whether two packets are one is told by a seeded hash of all of the identity, so nobody finds
 * another identity with the same hash. The payload is no part of it: who sees a flow can send other bytes under the same
 * numbers, and they are taken for a copy, which no other detector is asked about.
 */
static unsigned duplicate_place(const struct identity *identity)
{
    const uint64_t spread =
        UINT64_C(0x9e3779b97f4a7c15); /* odd, its bits evenly mixed: 2^64 by the golden ratio */
    const uint64_t numbers = (uint64_t)identity->seq << 32 | identity->ports;
    const uint64_t others =
        (uint64_t)(identity->ack ^ identity->extra) << 32 | (identity->id << 16 ^ identity->length);
    uint64_t hash = numbers * spread ^ (numbers >> 32) ^ others;
    hash = (hash ^ hash >> 29) * spread;
    return (unsigned)(hash >> 51);
}
_Static_assert(DUPLICATE_PLACES == UINT64_C(1) << (64 - 51), "the upper bits of the hash choose the place");

/* A SYN equal to one a moment ago. */
static bool duplicate_is_syn(const struct wt_packet *packet)
{
    return packet->proto == WT_PROTO_TCP && packet->tcp.flags & WT_TCP_SYN;
}

/* Whether packets of this capture point come twice, about `apart` from each other. */
static bool duplicate_is_usual(const struct wt_link *link, int64_t apart)
{
    int64_t usual = link->copy_distance;
    return link->copies && apart <= 3 * usual + duplicate_slack && 3 * apart + duplicate_slack >= usual;
}

/* Counts a segment with payload, without identification, that equals an earlier one. */
static bool duplicate_suspect(struct wt_link *link, int64_t apart)
{
    link->copies_suspected++;
    if (link->copies_suspected < DUPLICATE_HITS ||
        link->copies_suspected * DUPLICATE_SHARE < link->copies_possible)
        return false;
    link->copies = true;
    link->copy_distance = apart;
    return true;
}

static bool duplicate_is_copy(const struct wt_context *context, const struct place *before)
{
    const struct wt_packet *packet = context->packet;
    struct wt_link *link = context->link;
    const int64_t apart = context->frame->time - before->time;
    const int hops = packet->ttl > before->ttl ? packet->ttl - before->ttl : before->ttl - packet->ttl;
    if (apart < 0 || apart > duplicate_within || hops > DUPLICATE_HOPS)
        return false;
    if (duplicate_has_id(packet) || duplicate_is_syn(packet)) {
        link->copies = true;
        link->copy_distance = apart;
        return true;
    }
    if (duplicate_is_usual(link, apart))
        return true;
    return packet->proto == WT_PROTO_TCP && packet->payload_len > 1 && duplicate_suspect(link, apart);
}

/* Copies are common here, so it is the capture that makes them. */
static bool duplicate_is_common(struct wt_link *link)
{
    link->copies_told++;
    return link->copies_told >= DUPLICATE_HITS &&
           (uint64_t)link->copies_told * DUPLICATE_COMMON >= link->packets;
}

static void duplicate_tell(struct wt_context *context, const struct place *before)
{
    const struct wt_packet *packet = context->packet;
    const int64_t apart = context->frame->time - before->time;
    context->facts->copy = true;
    context->facts->wire_frames = 0;
    context->facts->wire_len = 0;
    const bool common = duplicate_is_common(context->link);
    wt_find(context, WT_FINDING_CAPTURE_DUPLICATE, .value = {before->frame, (uint64_t)apart},
            .speaks_for = common ? WT_SPEAKS_FOR(WT_DIAGNOSIS_CAPTURE_DUPLICATES) : 0,
            .reason = packet->ttl != before->ttl ? WT_REASON_ROUTER_BETWEEN : WT_REASON_NONE);
    wt_relate(context, WT_RELATION_ORIGINAL, before->frame, apart);
}

/* Whether two packets without identification can be told to be one at all. */
static bool duplicate_is_telling(const struct wt_packet *packet)
{
    if (duplicate_has_id(packet))
        return true;
    return packet->has_l4 && (packet->proto == WT_PROTO_TCP || packet->l4_checksum == WT_CHECKSUM_VALID);
}

static bool duplicate_judge(struct wt_context *context)
{
    struct duplicates *duplicates = wt_kept(context, WT_KEEPER_DUPLICATE);
    const struct wt_packet *packet = context->packet;
    context->link->packets++;
    if (!duplicate_is_telling(packet))
        return false;
    const struct identity identity = duplicate_identity(context);
    const uint32_t hash = wt_map_hash(&identity, sizeof identity);
    struct place *place = &duplicates->place[duplicate_place(&identity)];
    context->link->copies_possible += packet->proto == WT_PROTO_TCP && packet->payload_len > 1;
    const bool same = place->frame && place->hash == hash && place->seq == identity.seq &&
                      place->id == (uint16_t)identity.id;
    if (same && duplicate_is_copy(context, place)) {
        duplicate_tell(context, place);
        return true;
    }
    *place = (struct place){context->frame->time,  hash,       identity.seq, context->frame->number,
                            (uint16_t)identity.id, packet->ttl};
    return false;
}

const struct wt_detector wt_duplicate_detector = {
    .name = "duplicate",
    .keeper = WT_KEEPER_DUPLICATE,
    .create = duplicates_new,
    .free = g_free,
    .is_copy = duplicate_judge,
};
