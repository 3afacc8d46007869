/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
};

uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

void put32(uint8_t *at, uint32_t value)
{
    put16(at, (uint16_t)(value >> 16));
    put16(at + 2, (uint16_t)value);
}

uint32_t checksum_add(uint32_t sum, const uint8_t *data, size_t len)
{
    uint64_t wide = sum;

    for (size_t i = 0; i + 1 < len; i += 2)
        wide += get16(data + i);
    if (len & 1)
        wide += (uint32_t)data[len - 1] << 8;
    while (wide >> 32)
        wide = (wide & UINT32_MAX) + (wide >> 32);
    return (uint32_t)wide;
}

uint16_t checksum_fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

struct packet *packet_new(const uint8_t *data, size_t len)
{
    struct packet *packet = calloc(1, sizeof *packet + len);

    if (!packet)
        err(1, "packet of %zu bytes", len);
    memcpy(packet->data, data, len);
    packet->len = len;
    packet_read(packet);
    return packet;
}

struct packet *packet_copy(const struct packet *packet)
{
    struct packet *copy = packet_new(packet->data, packet->len);

    copy->time = packet->time;
    copy->net = packet->net;
    return copy;
}

static size_t l4_header_len(const struct packet *packet)
{
    switch (packet->protocol) {
    case PROTOCOL_TCP:
        if (packet->l4 + TCP_LEN > packet->len)
            return 0;
        return (size_t)(packet->data[packet->l4 + 12] >> 4) * 4;
    default:
        return 8;
    }
}

/* Cuts Ethernet's padding off short packets, so that lengths are those of IP. BIG TCP says 0 and has none. */
static void trim(struct packet *packet)
{
    const uint8_t *ip = packet->data + ETHERNET_LEN;
    size_t length = packet->v6 ? (size_t)get16(ip + 4) + IPV6_LEN : get16(ip + 2);

    if (length > (packet->v6 ? IPV6_LEN : IPV4_LEN) && ETHERNET_LEN + length < packet->len)
        packet->len = ETHERNET_LEN + length;
}

void packet_read(struct packet *packet)
{
    const uint8_t *ip = packet->data + ETHERNET_LEN;
    uint16_t type = packet->len >= ETHERNET_LEN + IPV4_LEN ? get16(packet->data + 12) : 0;

    packet->v6 = type == ETHERTYPE_IPV6 && packet->len >= ETHERNET_LEN + IPV6_LEN;
    packet->ip = packet->v6 || type == ETHERTYPE_IPV4;
    if (!packet->ip)
        return;
    trim(packet);
    packet->protocol = packet->v6 ? ip[6] : ip[9];
    packet->l4 = ETHERNET_LEN + (packet->v6 ? IPV6_LEN : (size_t)(ip[0] & 15) * 4);
    packet->payload = packet->l4 + l4_header_len(packet);
    if (packet->payload > packet->len)
        packet->ip = false;
}

/* A first fragment carries a TCP header too; the lab sends TCP with DF, so none is looked for. */
bool packet_is_tcp(const struct packet *packet)
{
    return packet->ip && packet->protocol == PROTOCOL_TCP;
}

size_t packet_payload_len(const struct packet *packet)
{
    return packet->len - packet->payload;
}

uint32_t packet_seq(const struct packet *packet)
{
    return get32(packet->data + packet->l4 + 4);
}

uint32_t packet_ack(const struct packet *packet)
{
    return get32(packet->data + packet->l4 + 8);
}

uint16_t packet_window(const struct packet *packet)
{
    return get16(packet->data + packet->l4 + 14);
}

uint8_t packet_flags(const struct packet *packet)
{
    return packet->data[packet->l4 + 13];
}

uint16_t packet_id(const struct packet *packet)
{
    return packet->v6 ? 0 : get16(packet->data + ETHERNET_LEN + 4);
}

static const uint8_t *addresses(const struct packet *packet, size_t *len)
{
    *len = packet->v6 ? 16 : 4;
    return packet->data + ETHERNET_LEN + (packet->v6 ? 8 : 12);
}

bool packet_same_flow(const struct packet *a, const struct packet *b)
{
    size_t len, other;
    const uint8_t *from = addresses(a, &len), *to = addresses(b, &other);

    return len == other && a->protocol == b->protocol && memcmp(from, to, 2 * len) == 0 &&
           memcmp(a->data + a->l4, b->data + b->l4, 4) == 0;
}

bool packet_opposite_flow(const struct packet *a, const struct packet *b)
{
    size_t len, other;
    const uint8_t *from = addresses(a, &len), *to = addresses(b, &other);

    return len == other && a->protocol == b->protocol && memcmp(from, to + len, len) == 0 &&
           memcmp(from + len, to, len) == 0 && get16(a->data + a->l4) == get16(b->data + b->l4 + 2) &&
           get16(a->data + a->l4 + 2) == get16(b->data + b->l4);
}

uint8_t *packet_tcp_option(struct packet *packet, uint8_t kind)
{
    size_t at = packet->l4 + TCP_LEN;

    while (at + 1 < packet->payload && packet->data[at] != 0) {
        if (packet->data[at] == kind)
            return packet->data + at;
        if (packet->data[at] == 1)
            at++;
        else if (packet->data[at + 1] < 2)
            return NULL;
        else
            at += packet->data[at + 1];
    }
    return NULL;
}

void packet_set_ip(struct packet *packet, uint16_t id)
{
    uint8_t *ip = packet->data + ETHERNET_LEN;
    size_t length = packet->len - ETHERNET_LEN;

    if (packet->v6) {
        put16(ip + 4, (uint16_t)(length - IPV6_LEN));
        return;
    }
    put16(ip + 2, (uint16_t)length);
    put16(ip + 4, id);
    put16(ip + 10, 0);
    put16(ip + 10, (uint16_t)~checksum_fold(checksum_add(0, ip, packet->l4 - ETHERNET_LEN)));
}

uint16_t packet_pseudo_sum(const struct packet *packet, size_t len)
{
    size_t width;
    const uint8_t *from = addresses(packet, &width);
    uint32_t sum = checksum_add(0, from, 2 * width);

    return checksum_fold(sum + packet->protocol + (uint32_t)(len >> 16) + (uint32_t)(len & 0xffff));
}

static size_t checksum_offset(const struct packet *packet)
{
    switch (packet->protocol) {
    case PROTOCOL_TCP:
        return 16;
    case PROTOCOL_UDP:
        return 6;
    default:
        return 2;
    }
}

void packet_set_checksum(struct packet *packet)
{
    size_t len = packet->len - packet->l4;
    uint8_t *field = packet->data + packet->l4 + checksum_offset(packet);
    uint32_t sum = packet->protocol == PROTOCOL_ICMP ? 0 : packet_pseudo_sum(packet, len);
    uint16_t value;

    put16(field, 0);
    value = (uint16_t)~checksum_fold(checksum_add(sum, packet->data + packet->l4, len));
    put16(field, packet->protocol == PROTOCOL_UDP && value == 0 ? UINT16_MAX : value);
}
