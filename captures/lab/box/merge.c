/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge: a router that merges what it receives and then finds the result too large for its next link.
 *
 * Segments of one flow that follow each other within the gap, continue the sequence and equal each other in
 * acknowledgement and size are merged, as GRO does. A merged packet is refused with fragmentation needed or
 * packet too big, quoting the merged header and naming the MTU that every single segment obeyed. A segment
 * that comes alone passes.
 *
 * Argument: MTU,ADDRESS of the router.
 */
#include "journal.h"
#include "stage.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GAP = 500000,      /* nanoseconds: bursts of one window are closer, answers to single ACKs are not */
    MERGED_MAX = 8,    /* segments in one merged packet, so that a capture shows several refusals */
    QUOTE_IPV4 = 548,  /* Linux fills an ICMP packet up to 576 bytes (RFC 1812 4.3.2.3) */
    QUOTE_IPV6 = 1232, /* ... and an ICMPv6 packet up to 1280 (RFC 4443 2.4) */
    ICMP_LEN = 8,
};

struct merge {
    uint16_t mtu;
    uint8_t address[16];
    struct packet *held, **tail;
    struct packet *last;
    unsigned count;
};

static void merge_open(struct stage *stage, const char *argument)
{
    struct merge *merge = stage_state(stage, sizeof *merge);
    const char *comma = strchr(argument, ',');

    merge->tail = &merge->held;
    merge->mtu = (uint16_t)strtoul(argument, NULL, 10);
    if (!comma || inet_pton(strchr(comma, ':') ? AF_INET6 : AF_INET, comma + 1, merge->address) != 1)
        errx(1, "merge: \"%s\" is not MTU,ADDRESS", argument);
}

static size_t merged_len(const struct merge *merge)
{
    size_t len = merge->held->len;

    for (const struct packet *packet = merge->held->next; packet; packet = packet->next)
        len += packet_payload_len(packet);
    return len;
}

static struct packet *merged_new(const struct merge *merge)
{
    static uint8_t room[PACKET_ROOM];
    struct packet *merged;
    size_t at = merge->held->len;

    memcpy(room, merge->held->data, at);
    for (const struct packet *packet = merge->held->next; packet; packet = packet->next) {
        memcpy(room + at, packet->data + packet->payload, packet_payload_len(packet));
        at += packet_payload_len(packet);
    }
    merged = packet_new(room, merge->held->len);
    merged = realloc(merged, sizeof *merged + at);
    if (!merged)
        err(1, "merged packet");
    memcpy(merged->data, room, at);
    merged->len = at;
    merged->time = merge->last->time;
    packet_set_ip(merged, packet_id(merge->held));
    packet_set_checksum(merged);
    return merged;
}

/* The ICMP error about `packet`, addressed to its source. */
static struct packet *report_new(const struct merge *merge, const struct packet *packet)
{
    uint8_t room[2048] = {0};
    size_t ip = packet->v6 ? IPV6_LEN : IPV4_LEN, quote = packet->v6 ? QUOTE_IPV6 : QUOTE_IPV4;
    size_t width = packet->v6 ? 16 : 4, source = ETHERNET_LEN + (packet->v6 ? 8 : 12);
    uint8_t *icmp = room + ETHERNET_LEN + ip;
    struct packet *report;

    if (quote > packet->len - ETHERNET_LEN)
        quote = packet->len - ETHERNET_LEN;
    memcpy(room, packet->data + 6, 6);
    memcpy(room + 6, packet->data, 6);
    memcpy(room + 12, packet->data + 12, 2);
    room[ETHERNET_LEN] = packet->v6 ? 0x60 : 0x45;
    room[ETHERNET_LEN + (packet->v6 ? 7 : 8)] = 64;
    room[ETHERNET_LEN + (packet->v6 ? 6 : 9)] = packet->v6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP;
    memcpy(room + source, merge->address, width);
    memcpy(room + source + width, packet->data + source, width);
    icmp[0] = packet->v6 ? 2 : 3;
    icmp[1] = packet->v6 ? 0 : 4;
    put32(icmp + 4, merge->mtu);
    memcpy(icmp + ICMP_LEN, packet->data + ETHERNET_LEN, quote);
    put16(room + ETHERNET_LEN + (packet->v6 ? 4 : 2), (uint16_t)(ICMP_LEN + quote + (packet->v6 ? 0 : ip)));
    report = packet_new(room, ETHERNET_LEN + ip + ICMP_LEN + quote);
    packet_set_ip(report, packet_id(packet));
    packet_set_checksum(report);
    report->time = packet->time;
    return report;
}

static void held_free(struct merge *merge)
{
    for (struct packet *packet = merge->held, *next; packet; packet = next) {
        next = packet->next;
        free(packet);
    }
    merge->held = merge->last = NULL;
    merge->tail = &merge->held;
    merge->count = 0;
}

static void flush(struct stage *stage)
{
    struct merge *merge = stage->state;
    struct packet *alone = merge->held, *merged;

    if (merge->count > 1) {
        merged = merged_new(merge);
        journal_write("refuse", merged, ",\"merged\":%u,\"length\":%zu,\"mtu\":%u", merge->count,
                      merged->len - ETHERNET_LEN, merge->mtu);
        stage->back->kind->push(stage->back, report_new(merge, merged));
        free(merged);
        held_free(merge);
        return;
    }
    merge->held = merge->last = NULL;
    merge->tail = &merge->held;
    merge->count = 0;
    if (alone)
        stage_pass(stage, alone);
}

static bool fits(const struct merge *merge, const struct packet *packet)
{
    const struct packet *last = merge->last;

    return merge->count < MERGED_MAX && packet_same_flow(last, packet) &&
           packet_ack(last) == packet_ack(packet) &&
           packet_seq(last) + (uint32_t)packet_payload_len(last) == packet_seq(packet) &&
           packet_payload_len(packet) <= packet_payload_len(merge->held) &&
           packet_payload_len(last) == packet_payload_len(merge->held) &&
           merged_len(merge) < UINT16_MAX / 2 && !(packet_flags(last) & (FLAG_PSH | FLAG_FIN));
}

static void merge_push(struct stage *stage, struct packet *packet)
{
    struct merge *merge = stage->state;

    if (!packet_is_tcp(packet) || packet_payload_len(packet) == 0) {
        flush(stage);
        stage_pass(stage, packet);
        return;
    }
    if (merge->held && !fits(merge, packet))
        flush(stage);
    packet->next = NULL;
    *merge->tail = packet;
    merge->tail = &packet->next;
    merge->last = packet;
    merge->count++;
}

static void merge_tick(struct stage *stage, uint64_t now)
{
    const struct merge *merge = stage->state;

    if (merge->held && merge->last->time + GAP <= now)
        flush(stage);
}

static uint64_t merge_due(const struct stage *stage)
{
    const struct merge *merge = stage->state;

    return merge->held ? merge->last->time + GAP : UINT64_MAX;
}

const struct stage_kind stage_merge = {"merge", merge_open, merge_push, merge_tick, merge_due};
