/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * segment: the sender's NIC. Cuts super-frames and completes checksums, as it should or with one of the known
 * faults.
 *
 *   size=ask      cuts at the size the driver asks for (gso_size); the default
 *   mtu=N         cuts so that IP packets of N bytes result, whatever the driver asks: QEMU's rtl8139
 * before 7.2 mss=N         cuts at N payload bytes, TCP options not deducted leak=own      leaves in each
 * piece of a super-frame a pseudo-header sum with that piece's own length leak=whole    leaves in each piece
 * the partial sum that the stack wrote for the whole super-frame leak=third    as leak=own, in every third
 * piece only leak=zero     writes 0 into the last piece
 */
#include "journal.h"
#include "stage.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum leak {
    LEAK_NONE,
    LEAK_OWN,
    LEAK_WHOLE,
    LEAK_THIRD,
    LEAK_ZERO,
};

struct segment {
    size_t mtu, mss;
    enum leak leak;
    unsigned pieces; /* so far, for LEAK_THIRD */
};

static void segment_open(struct stage *stage, const char *argument)
{
    static const char *const leaks[] = {"none", "own", "whole", "third", "zero"};
    struct segment *segment = stage_state(stage, sizeof *segment);
    char copy[128], *rest = copy, *word;

    snprintf(copy, sizeof copy, "%s", argument);
    while ((word = strsep(&rest, ",")) && *word) {
        if (strncmp(word, "mtu=", 4) == 0)
            segment->mtu = strtoul(word + 4, NULL, 10);
        else if (strncmp(word, "mss=", 4) == 0)
            segment->mss = strtoul(word + 4, NULL, 10);
        else if (strncmp(word, "leak=", 5) == 0)
            for (size_t i = 0; i < sizeof leaks / sizeof *leaks; i++)
                segment->leak = strcmp(word + 5, leaks[i]) == 0 ? (enum leak)i : segment->leak;
        else if (strcmp(word, "size=ask") != 0)
            errx(1, "segment: \"%s\"", word);
    }
}

static size_t piece_size(const struct segment *segment, const struct packet *packet)
{
    if (segment->mtu)
        return segment->mtu - (packet->payload - ETHERNET_LEN);
    return segment->mss ? segment->mss : packet->net.gso_size;
}

/* Leaves what the fault leaves; returns false if the piece is right. */
static bool piece_leak(struct segment *segment, const struct packet *whole, struct packet *piece, bool last)
{
    uint8_t *field = piece->data + piece->l4 + 16;

    segment->pieces++;
    switch (segment->leak) {
    case LEAK_OWN:
        break;
    case LEAK_WHOLE:
        memcpy(field, whole->data + whole->l4 + 16, 2);
        return true;
    case LEAK_THIRD:
        if (segment->pieces % 3)
            return false;
        break;
    case LEAK_ZERO:
        if (!last)
            return false;
        put16(field, 0);
        return true;
    default:
        return false;
    }
    put16(field, packet_pseudo_sum(piece, piece->len - piece->l4));
    return true;
}

/* Piece number `index` of `whole`: payload from `from`, `len` bytes (RFC 9293: FIN and PSH belong to the
 * last). */
static struct packet *piece_new(struct segment *segment, const struct packet *whole, unsigned index,
                                size_t from, size_t len)
{
    bool last = from + len == packet_payload_len(whole);
    struct packet *piece = packet_copy(whole);

    memmove(piece->data + piece->payload, whole->data + whole->payload + from, len);
    piece->len = piece->payload + len;
    piece->net = (struct virtio_net_hdr){0};
    put32(piece->data + piece->l4 + 4, packet_seq(whole) + (uint32_t)from);
    if (!last)
        piece->data[piece->l4 + 13] &= (uint8_t) ~(FLAG_FIN | FLAG_PSH);
    if (index > 0)
        piece->data[piece->l4 + 13] &= (uint8_t)~FLAG_CWR;
    packet_set_ip(piece, (uint16_t)(packet_id(whole) + index));
    packet_set_checksum(piece);
    if (piece_leak(segment, whole, piece, last))
        journal_write("leak", piece, ",\"checksum\":%u", get16(piece->data + piece->l4 + 16));
    return piece;
}

static void cut(struct stage *stage, struct packet *whole)
{
    struct segment *segment = stage->state;
    size_t size = piece_size(segment, whole), total = packet_payload_len(whole);
    unsigned index = 0;

    journal_write("cut", whole, ",\"asked\":%u,\"size\":%zu,\"pieces\":%zu", whole->net.gso_size, size,
                  (total + size - 1) / size);
    for (size_t from = 0; from < total; from += size)
        stage_pass(stage,
                   piece_new(segment, whole, index++, from, from + size < total ? size : total - from));
    free(whole);
}

static void segment_push(struct stage *stage, struct packet *packet)
{
    bool partial = packet->net.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;

    if (packet->net.gso_type != VIRTIO_NET_HDR_GSO_NONE) {
        cut(stage, packet);
        return;
    }
    if (partial)
        packet_set_checksum(packet);
    packet->net = (struct virtio_net_hdr){0};
    stage_pass(stage, packet);
}

const struct stage_kind stage_segment = {"segment", segment_open, segment_push, NULL, NULL};
