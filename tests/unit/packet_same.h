/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds two readings of one frame against each other, field by field: the padding between fields says
 * nothing.
 */
#ifndef WIRETRUTH_PACKET_SAME_H
#define WIRETRUTH_PACKET_SAME_H

#include <wiretruth/packet.h>

#include <stddef.h>
#include <string.h>

struct packet_field {
    const char *name;
    size_t offset, size;
};

#define PACKET_FIELD(type, member)                                                                           \
    {                                                                                                        \
#member, offsetof(type, member), sizeof(((type *)0)->member)                                         \
    }
#define PACKET_FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])

/* In the order of their declaration. */
static const struct packet_field packet_fields[] = {
    PACKET_FIELD(struct wt_packet, src),
    PACKET_FIELD(struct wt_packet, dst),
    PACKET_FIELD(struct wt_packet, version),
    PACKET_FIELD(struct wt_packet, proto),
    PACKET_FIELD(struct wt_packet, ttl),
    PACKET_FIELD(struct wt_packet, tos),
    PACKET_FIELD(struct wt_packet, df),
    PACKET_FIELD(struct wt_packet, more_fragments),
    PACKET_FIELD(struct wt_packet, fragment),
    PACKET_FIELD(struct wt_packet, truncated),
    PACKET_FIELD(struct wt_packet, length_zero),
    PACKET_FIELD(struct wt_packet, length_short),
    PACKET_FIELD(struct wt_packet, has_id),
    PACKET_FIELD(struct wt_packet, id),
    PACKET_FIELD(struct wt_packet, fragment_offset),
    PACKET_FIELD(struct wt_packet, offset),
    PACKET_FIELD(struct wt_packet, l3_len),
    PACKET_FIELD(struct wt_packet, l3_field),
    PACKET_FIELD(struct wt_packet, ip_header_len),
    PACKET_FIELD(struct wt_packet, jumbo_len),
    PACKET_FIELD(struct wt_packet, tunnel),
    PACKET_FIELD(struct wt_packet, has_l4),
    PACKET_FIELD(struct wt_packet, l4_offset),
    PACKET_FIELD(struct wt_packet, l4_len),
    PACKET_FIELD(struct wt_packet, l4_header_len),
    PACKET_FIELD(struct wt_packet, payload_len),
    PACKET_FIELD(struct wt_packet, payload_captured),
    PACKET_FIELD(struct wt_packet, src_port),
    PACKET_FIELD(struct wt_packet, dst_port),
    PACKET_FIELD(struct wt_packet, tcp.seq),
    PACKET_FIELD(struct wt_packet, tcp.ack),
    PACKET_FIELD(struct wt_packet, tcp.flags),
    PACKET_FIELD(struct wt_packet, tcp.window),
    PACKET_FIELD(struct wt_packet, tcp.header_len),
    PACKET_FIELD(struct wt_packet, tcp.options_len),
    PACKET_FIELD(struct wt_packet, tcp.options_cut),
    PACKET_FIELD(struct wt_packet, tcp.has_mss),
    PACKET_FIELD(struct wt_packet, tcp.mss),
    PACKET_FIELD(struct wt_packet, tcp.scale),
    PACKET_FIELD(struct wt_packet, tcp.has_timestamp),
    PACKET_FIELD(struct wt_packet, tcp.timestamp),
    PACKET_FIELD(struct wt_packet, tcp.timestamp_echo),
    PACKET_FIELD(struct wt_packet, tcp.sack_permitted),
    PACKET_FIELD(struct wt_packet, tcp.sacks),
    PACKET_FIELD(struct wt_packet, tcp.sack),
    PACKET_FIELD(struct wt_packet, icmp.type),
    PACKET_FIELD(struct wt_packet, icmp.code),
    PACKET_FIELD(struct wt_packet, icmp.mtu),
    PACKET_FIELD(struct wt_packet, icmp.id),
    PACKET_FIELD(struct wt_packet, icmp.seq),
    PACKET_FIELD(struct wt_packet, icmp.error),
    PACKET_FIELD(struct wt_packet, icmp.report),
    PACKET_FIELD(struct wt_packet, ip_checksum),
    PACKET_FIELD(struct wt_packet, l4_checksum),
    PACKET_FIELD(struct wt_packet, ip_checksum_field),
    PACKET_FIELD(struct wt_packet, ip_checksum_expected),
    PACKET_FIELD(struct wt_packet, l4_checksum_field),
    PACKET_FIELD(struct wt_packet, l4_checksum_expected),
};

/* Of a reading, without layers, packets and quotes, of which it holds fewer than there is room for. */
static const struct packet_field packet_reading_fields[] = {
    PACKET_FIELD(struct wt_reading, layers.count),
    PACKET_FIELD(struct wt_reading, layers.coverage),
    PACKET_FIELD(struct wt_reading, packets),
    PACKET_FIELD(struct wt_reading, quotes),
    PACKET_FIELD(struct wt_reading, quote_captured),
    PACKET_FIELD(struct wt_reading, direction),
    PACKET_FIELD(struct wt_reading, vlans),
    PACKET_FIELD(struct wt_reading, vlan),
    PACKET_FIELD(struct wt_reading, mac_src),
    PACKET_FIELD(struct wt_reading, mac_dst),
    PACKET_FIELD(struct wt_reading, has_mac),
    PACKET_FIELD(struct wt_reading, announcement.kind),
    PACKET_FIELD(struct wt_reading, announcement.mtu),
};

static const struct packet_field packet_layer_fields[] = {
    PACKET_FIELD(struct wt_layer, kind),
    PACKET_FIELD(struct wt_layer, offset),
    PACKET_FIELD(struct wt_layer, quoted),
};

static inline const char *packet_difference_of(const void *a, const void *b,
                                               const struct packet_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp((const char *)a + fields[i].offset, (const char *)b + fields[i].offset, fields[i].size) !=
            0)
            return fields[i].name;
    return NULL;
}

/* Name of the first field in which `a` and `b` differ; NULL if they say the same. */
static inline const char *packet_difference(const struct wt_reading *a, const struct wt_reading *b)
{
    const char *name = packet_difference_of(a, b, PACKET_FIELDS(packet_reading_fields));
    for (unsigned i = 0; !name && i < a->layers.count; i++)
        name = packet_difference_of(&a->layers.layer[i], &b->layers.layer[i],
                                    PACKET_FIELDS(packet_layer_fields));
    for (unsigned i = 0; !name && i < a->packets; i++)
        name = packet_difference_of(&a->packet[i], &b->packet[i], PACKET_FIELDS(packet_fields));
    for (unsigned i = 0; !name && i < a->quotes; i++)
        name = packet_difference_of(&a->quote[i], &b->quote[i], PACKET_FIELDS(packet_fields));
    return name;
}

/*
 * Reads `frame` as everybody does, and layer by layer; verifies both. Name of the first field in which they
 * differ; NULL if none does. Both readings are filled with rubbish first: nothing of it may survive.
 */
static inline const char *packet_read_both(const struct wt_frame *frame, struct wt_reading *reading)
{
    struct wt_reading general;
    memset(reading, 0xa5, sizeof *reading);
    memset(&general, 0x5a, sizeof general);
    wt_read_frame(frame, reading);
    wt_verify(frame, reading, true);
    wt_walk(frame, &general.layers);
    wt_read(frame, &general);
    wt_verify(frame, &general, true);
    return packet_difference(reading, &general);
}

#endif
