/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "twin_sighting.h"

enum {
    SIGHTING_CONTENT = 32, /* payload bytes that tell packets apart; a capture cut to 96 bytes has as many */
    SIGHTING_STRETCH = 13, /* 8 KiB of sequence numbers share a key: some six full segments */
    SIGHTING_SERIES = 6,   /* 64 identifications share a key: the most datagrams of one UDP super-frame */
    SIGHTING_FRAGMENTED = 2, /* keys left for the others */
    SIGHTING_GRACE = 1000000 /* nanoseconds that a report takes to have its effect, at least */
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

static bool sighting_has_ports(const struct wt_packet *packet)
{
    return packet->has_l4 && packet->proto != WT_PROTO_ICMP && packet->proto != WT_PROTO_ICMPV6;
}

static void sighting_ends(struct wt_sighting *sighting, const struct wt_packet *packet)
{
    bool ports = sighting_has_ports(packet) && !packet->fragment;
    uint64_t src = mix_address(1, &packet->src), dst = mix_address(1, &packet->dst);
    sighting->source_host = (uint32_t)src;
    sighting->destination_host = (uint32_t)dst;
    src = mix(src, ports ? packet->src_port : 0U);
    dst = mix(dst, ports ? packet->dst_port : 0U);
    sighting->source = (uint32_t)src;
    sighting->destination = (uint32_t)dst;
    sighting->side = src <= dst ? 0 : 1;
    sighting->conversation = mix(mix(src <= dst ? src : dst, src <= dst ? dst : src), packet->proto);
}

/* Addresses that no NAT touches: multicast, link-local, loopback (RFC 1112, RFC 3927, RFC 4291). */
static bool sighting_is_local(const struct wt_address *address)
{
    const uint8_t *b = address->bytes;
    if (wt_address_is_loopback(address))
        return true;
    if (wt_address_is_v4(address))
        return b[12] >= 224 || (b[12] == 169 && b[13] == 254) || b[12] == 0;
    return b[0] == 0xff || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

/* What an ICMP error says and quotes, or the number of an echo: both survive NAT, other bytes do not. */
static uint64_t sighting_icmp(const struct wt_context *context)
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

static uint64_t sighting_tcp(const struct wt_tcp *tcp)
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

static void sighting_content(struct wt_sighting *sighting, const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    uint32_t header = packet->ip_header_len + (packet->has_l4 ? packet->l4_header_len : 0);
    uint32_t offset = packet->offset + header;
    uint32_t there = packet->l3_len > header ? packet->l3_len - header : 0;
    uint32_t captured = context->frame->captured > offset ? context->frame->captured - offset : 0;
    uint32_t length = MIN(MIN(there, captured), SIGHTING_CONTENT);
    if (packet->has_l4 && sighting->tcp && !sighting->fragment && sighting->payload == 0) {
        sighting->content = sighting_tcp(&packet->tcp);
        return;
    }
    sighting->content_len = (uint8_t)length;
    if (packet->has_l4 && !sighting_has_ports(packet) && !sighting->fragment) {
        sighting->content = sighting_icmp(context);
        if (packet->icmp.error)
            return;
    }
    sighting->content = mix(mix(sighting->content, sighting->proto), sighting->tcp ? 0 : there);
    if (context->frame->bytes)
        sighting->content = mix_bytes(sighting->content, context->frame->bytes + offset, length);
}

static void sighting_tcp_fill(struct wt_sighting *sighting, const struct wt_packet *packet)
{
    const struct wt_tcp *tcp = &packet->tcp;
    sighting->tcp = true;
    sighting->seq = tcp->seq;
    sighting->flags = tcp->flags;
    sighting->mss = tcp->has_mss ? tcp->mss : 0;
    sighting->scale = tcp->scale;
    sighting->train = mix(5, tcp->ack);
    sighting->has_timestamp = tcp->has_timestamp;
    if (tcp->has_timestamp)
        sighting->train = mix(sighting->train, (uint64_t)tcp->timestamp << 32 | tcp->timestamp_echo);
}

/* What the sender knew when it sent the packet, as far as this point tells. */
static void sighting_limits(struct wt_sighting *sighting, const struct wt_context *context)
{
    const struct wt_path *path = context->path;
    sighting->mss_limit = context->facts->mss_limit;
    sighting->wire_frames = context->facts->wire_frames;
    if (!path || !path->mtu)
        return;
    int64_t grace = (context->flow ? context->flow->rtt : 0) * (int64_t)1000;
    if (sighting->time - path->report_time > MAX(grace, SIGHTING_GRACE))
        sighting->path_mtu = path->mtu;
}

void wt_sighting_fill(struct wt_sighting *sighting, const struct wt_context *context, unsigned point)
{
    const struct wt_packet *packet = context->packet;
    *sighting = (struct wt_sighting){
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
        .local = sighting_is_local(&packet->src) || sighting_is_local(&packet->dst),
    };
    sighting_ends(sighting, packet);
    if (packet->has_l4 && packet->proto == WT_PROTO_TCP && !packet->fragment)
        sighting_tcp_fill(sighting, packet);
    sighting_content(sighting, context);
    sighting_limits(sighting, context);
}

static void keys_add(struct wt_twin_keys *keys, enum wt_twin_key kind, uint64_t key)
{
    if (keys->count == WT_TWIN_KEYS_MAX)
        return;
    keys->kind[keys->count] = kind;
    keys->key[keys->count++] = mix(key, kind + 1);
}

static void keys_add_sequence(struct wt_twin_keys *keys, const struct wt_sighting *sighting)
{
    uint32_t first = sighting->seq >> SIGHTING_STRETCH;
    uint32_t last = (sighting->seq + sighting->payload - 1) >> SIGHTING_STRETCH;
    uint32_t stretches = (last - first) & (UINT32_MAX >> SIGHTING_STRETCH);
    for (uint32_t i = 0; i <= stretches && keys->count < WT_TWIN_KEYS_MAX - SIGHTING_FRAGMENTED; i++)
        keys_add(keys, WT_TWIN_SEQUENCE,
                 mix(sighting->train, (first + i) & (UINT32_MAX >> SIGHTING_STRETCH)));
}

/* Addresses are compared, not hashed: NAT keeps the identification. */
static uint64_t sighting_datagram(const struct wt_sighting *sighting)
{
    uint64_t ends = (uint64_t)sighting->proto << 32 | sighting->id;
    return mix(ends, sighting->version);
}

static void keys_add_series(struct wt_twin_keys *keys, const struct wt_sighting *sighting)
{
    uint64_t flow = mix(sighting->conversation, sighting->side);
    uint32_t first = sighting->id >> SIGHTING_SERIES;
    uint32_t last = (sighting->id + MAX(sighting->wire_frames, 1) - 1) >> SIGHTING_SERIES;
    if (!sighting->has_id)
        first = last = 0;
    keys_add(keys, WT_TWIN_SERIES, mix(flow, first));
    if (last != first)
        keys_add(keys, WT_TWIN_SERIES, mix(flow, last));
}

void wt_sighting_keys(const struct wt_sighting *sighting, struct wt_twin_keys *keys)
{
    keys->count = 0;
    if (sighting->fragment || (sighting->version == 4 && sighting->has_id && sighting->ip_length > 0))
        keys_add(keys, WT_TWIN_DATAGRAM, sighting_datagram(sighting));
    if (sighting->fragment)
        return;
    if (sighting->tcp && sighting->payload > 0) {
        keys_add_sequence(keys, sighting);
        return;
    }
    keys_add(keys, WT_TWIN_CONTENT, sighting->content);
    if (sighting->proto == WT_PROTO_UDP)
        keys_add_series(keys, sighting);
}

uint32_t wt_sighting_size(const struct wt_sighting *sighting)
{
    if (sighting->fragment)
        return MAX(sighting->ip_length, 1);
    return MAX(sighting->payload, 1);
}

struct wt_end wt_sighting_end(const struct wt_sighting *sighting)
{
    return (struct wt_end){
        .conversation = sighting->conversation,
        .point = sighting->point,
        .side = sighting->side,
        .time = sighting->time,
        .ttl = sighting->ttl,
        .ids_comparable = sighting->has_id && sighting->version == 4,
        .id = sighting->id,
    };
}
