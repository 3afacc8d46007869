/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observation.h"

enum {
    OBSERVATION_CONTENT =
        32, /* payload bytes that tell packets apart; a capture cut to 96 bytes has as many */
    OBSERVATION_STRETCH = 13, /* 8 KiB of sequence numbers share a key: some six full segments */
    OBSERVATION_SERIES = 6,   /* 64 identifications share a key: the most datagrams of one UDP super-frame */
    OBSERVATION_FRAGMENTED = 2, /* keys left for the others */
    OBSERVATION_GRACE = 1000000 /* nanoseconds that a report takes to have its effect, at least */
};

/* One step of a 64-bit hash (multiply and fold, as in wyhash and MurmurHash). */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
    return hash ^ hash >> 32;
}

static uint64_t mix_bytes(uint64_t hash, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        hash = mix(hash, bytes[i]);
    return hash;
}

static uint64_t mix_address(uint64_t hash, const struct wt_address *address)
{
    uint64_t word[2];
    memcpy(word, address, sizeof word);
    return mix(mix(hash, word[0]), word[1]);
}

static bool observation_has_ports(const struct wt_packet *packet)
{
    return packet->has_l4 && packet->proto != WT_PROTO_ICMP && packet->proto != WT_PROTO_ICMPV6;
}

static void observation_ends(struct wt_observation *observation, const struct wt_packet *packet)
{
    bool ports = observation_has_ports(packet) && !packet->fragment;
    uint64_t src = mix_address(1, &packet->src), dst = mix_address(1, &packet->dst);
    observation->source_host = (uint32_t)src;
    observation->destination_host = (uint32_t)dst;
    src = mix(src, ports ? packet->src_port : 0U);
    dst = mix(dst, ports ? packet->dst_port : 0U);
    observation->source = (uint32_t)src;
    observation->destination = (uint32_t)dst;
    observation->side = src <= dst ? 0 : 1;
    observation->conversation = mix(mix(src <= dst ? src : dst, src <= dst ? dst : src), packet->proto);
}

/* Addresses that no NAT touches: multicast, link-local, loopback (RFC 1112, RFC 3927, RFC 4291). */
static bool observation_is_local(const struct wt_address *address)
{
    const uint8_t *b = address->bytes;
    if (wt_address_is_loopback(address))
        return true;
    if (wt_address_is_v4(address))
        return b[12] >= 224 || (b[12] == 169 && b[13] == 254) || b[12] == 0;
    return b[0] == 0xff || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

/* What an ICMP error says and quotes, or the number of an echo: both survive NAT, other bytes do not. */
static uint64_t observation_icmp(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_icmp *icmp = &packet->icmp;
    uint64_t hash = mix(mix(mix(3, icmp->type), icmp->code), packet->payload_len);
    if (!icmp->error)
        return mix(hash, icmp->seq);
    hash = mix(hash, icmp->mtu);
    if (context->reading->quotes == 0)
        return hash;
    const struct wt_packet *quote = &context->reading->quote[0];
    hash = mix(mix(hash, quote->id), quote->l3_field);
    if (quote->proto != WT_PROTO_TCP || !quote->has_l4)
        return hash;
    hash = mix(mix(hash, quote->tcp.seq), quote->tcp.ack);
    return mix(hash, quote->tcp.has_timestamp ? quote->tcp.timestamp : 0);
}

static uint64_t observation_tcp(const struct wt_tcp *tcp)
{
    const uint16_t kept = WT_TCP_SYN | WT_TCP_FIN | WT_TCP_RST | WT_TCP_ACK;
    uint64_t hash = mix(mix(mix(2, tcp->seq), tcp->ack), tcp->flags & kept);
    if (tcp->flags & WT_TCP_SYN) /* middleboxes rewrite its options and its window */
        return hash;
    hash = mix(mix(hash, tcp->window), tcp->has_timestamp ? tcp->timestamp : 0);
    for (unsigned i = 0; i < tcp->sacks && i < WT_SACKS_MAX; i++)
        hash = mix(mix(hash, tcp->sack[i].left), tcp->sack[i].right);
    return hash;
}

static void observation_content(struct wt_observation *observation, const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    uint32_t header = packet->ip_header_len + (packet->has_l4 ? packet->l4_header_len : 0);
    uint32_t offset = packet->offset + header;
    uint32_t there = packet->l3_len > header ? packet->l3_len - header : 0;
    uint32_t captured = context->frame->captured > offset ? context->frame->captured - offset : 0;
    uint32_t length = MIN(MIN(there, captured), OBSERVATION_CONTENT);
    if (packet->has_l4 && observation->tcp && !observation->fragment && observation->payload == 0) {
        observation->content = observation_tcp(&packet->tcp);
        return;
    }
    observation->content_len = (uint8_t)length;
    if (packet->has_l4 && !observation_has_ports(packet) && !observation->fragment) {
        observation->content = observation_icmp(context);
        if (packet->icmp.error)
            return;
    }
    observation->content = mix(mix(observation->content, observation->proto), observation->tcp ? 0 : there);
    if (context->frame->bytes)
        observation->content = mix_bytes(observation->content, context->frame->bytes + offset, length);
}

static void observation_tcp_fill(struct wt_observation *observation, const struct wt_packet *packet)
{
    const struct wt_tcp *tcp = &packet->tcp;
    observation->tcp = true;
    observation->seq = tcp->seq;
    observation->flags = tcp->flags;
    observation->mss = tcp->has_mss ? tcp->mss : 0;
    observation->scale = tcp->scale;
    observation->train = mix(5, tcp->ack);
    observation->has_timestamp = tcp->has_timestamp;
    if (tcp->has_timestamp)
        observation->train = mix(observation->train, (uint64_t)tcp->timestamp << 32 | tcp->timestamp_echo);
}

/* What the sender knew when it sent the packet, as far as this point tells. */
static void observation_limits(struct wt_observation *observation, const struct wt_context *context)
{
    const struct wt_path *path = context->path;
    observation->mss_limit = context->facts->mss_limit;
    observation->wire_frames = context->super_frame ? context->pieces : context->facts->wire_frames;
    if (!path || !path->mtu)
        return;
    int64_t grace = (context->flow ? context->flow->rtt : 0) * (int64_t)1000;
    if (observation->time - path->report_time > MAX(grace, OBSERVATION_GRACE))
        observation->path_mtu = path->mtu;
}

void wt_observation_fill(struct wt_observation *observation, const struct wt_context *context, unsigned point)
{
    const struct wt_packet *packet = context->packet;
    *observation = (struct wt_observation){
        .time = context->frame->time,
        .frame = context->frame->number,
        .payload = packet->payload_len,
        .ip_start = packet->fragment ? packet->fragment_offset : 0,
        .ip_length = packet->l3_len - MIN(packet->ip_header_len, packet->l3_len),
        .id = packet->version == 4 ? packet->id & 0xffff : packet->id,
        .l3_len = packet->l3_len,
        .checksum_field = packet->l4_checksum_field,
        .checksum_expected = packet->l4_checksum_expected,
        .corrupt = context->damaged && packet->l4_checksum == WT_CHECKSUM_BAD,
        .checksum = (uint8_t)packet->l4_checksum,
        .scale = WT_SCALE_NONE,
        .point = (uint8_t)point,
        .ttl = packet->ttl,
        .proto = packet->proto,
        .version = packet->version,
        .has_id = packet->has_id,
        .df = packet->df,
        .fragment = packet->fragment,
        .local = observation_is_local(&packet->src) || observation_is_local(&packet->dst),
    };
    observation_ends(observation, packet);
    if (packet->has_l4 && packet->proto == WT_PROTO_TCP && !packet->fragment)
        observation_tcp_fill(observation, packet);
    observation_content(observation, context);
    observation_limits(observation, context);
}

static void keys_add(struct wt_twin_keys *keys, enum wt_twin_key kind, uint64_t key)
{
    if (keys->count == WT_TWIN_KEYS_MAX)
        return;
    keys->kind[keys->count] = kind;
    keys->key[keys->count++] = mix(key, kind + 1);
}

static void keys_add_sequence(struct wt_twin_keys *keys, const struct wt_observation *observation)
{
    uint32_t first = observation->seq >> OBSERVATION_STRETCH;
    uint32_t last = (observation->seq + observation->payload - 1) >> OBSERVATION_STRETCH;
    uint32_t stretches = (last - first) & (UINT32_MAX >> OBSERVATION_STRETCH);
    for (uint32_t i = 0; i <= stretches && keys->count < WT_TWIN_KEYS_MAX - OBSERVATION_FRAGMENTED; i++)
        keys_add(keys, WT_TWIN_SEQUENCE,
                 mix(observation->train, (first + i) & (UINT32_MAX >> OBSERVATION_STRETCH)));
}

/* Addresses are compared, not hashed: NAT keeps the identification. */
static uint64_t observation_datagram(const struct wt_observation *observation)
{
    uint64_t ends = (uint64_t)observation->proto << 32 | observation->id;
    return mix(ends, observation->version);
}

static void keys_add_series(struct wt_twin_keys *keys, const struct wt_observation *observation)
{
    uint64_t flow = mix(observation->conversation, observation->side);
    uint32_t first = observation->id >> OBSERVATION_SERIES;
    uint32_t last = (observation->id + MAX(observation->wire_frames, 1) - 1) >> OBSERVATION_SERIES;
    if (!observation->has_id)
        first = last = 0;
    keys_add(keys, WT_TWIN_SERIES, mix(flow, first));
    if (last != first)
        keys_add(keys, WT_TWIN_SERIES, mix(flow, last));
}

void wt_observation_keys(const struct wt_observation *observation, struct wt_twin_keys *keys)
{
    keys->count = 0;
    if (observation->fragment ||
        (observation->version == 4 && observation->has_id && observation->ip_length > 0))
        keys_add(keys, WT_TWIN_DATAGRAM, observation_datagram(observation));
    if (observation->fragment)
        return;
    if (observation->tcp && observation->payload > 0) {
        keys_add_sequence(keys, observation);
        return;
    }
    keys_add(keys, WT_TWIN_CONTENT, observation->content);
    if (observation->proto == WT_PROTO_UDP)
        keys_add_series(keys, observation);
}

uint32_t wt_observation_size(const struct wt_observation *observation)
{
    if (observation->fragment)
        return MAX(observation->ip_length, 1);
    return MAX(observation->payload, 1);
}

struct wt_end wt_observation_end(const struct wt_observation *observation)
{
    return (struct wt_end){
        .conversation = observation->conversation,
        .point = observation->point,
        .side = observation->side,
        .time = observation->time,
        .ttl = observation->ttl,
        .ids_comparable = observation->has_id && observation->version == 4,
        .id = observation->id,
    };
}
