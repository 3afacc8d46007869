/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Two findings are independent if they tell of two things: another segment, another connection,
 * another report. A segment is known by its connection, direction and sequence number, not by the frame: it is
 * repeated, mirrored, and seen at several points. So what the number is made of excludes interface, time,
 * identification and TTL where there is something better.
 */
#include "event.h"

#include <string.h>
#include <wiretruth/numbers.h>

/* The finaliser of MurmurHash3 (Appleby): every bit of what goes in changes half of what comes out. */
uint32_t wt_event_mix(uint32_t event, uint64_t number)
{
    uint64_t mixed = (number ^ event) * 0xff51afd7ed558ccd + event;
    mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53;
    mixed ^= mixed >> 33;
    return (uint32_t)mixed ? (uint32_t)mixed : 1;
}

static uint32_t event_address(const struct wt_address *address)
{
    uint64_t half[2];
    memcpy(half, address, sizeof half);
    return wt_event_mix(wt_event_mix(0, half[0]), half[1]);
}

uint32_t wt_event_between(const struct wt_address *a, const struct wt_address *b, uint16_t a_port,
                          uint16_t b_port, uint32_t proto)
{
    const uint32_t one = wt_event_mix(event_address(a), a_port),
                   other = wt_event_mix(event_address(b), b_port);
    return wt_event_mix(proto, (uint64_t)one + other);
}

uint32_t wt_event_connection(const struct wt_packet *packet)
{
    return wt_event_between(&packet->src, &packet->dst, packet->src_port, packet->dst_port, packet->proto);
}

uint32_t wt_event_data(const struct wt_packet *packet)
{
    const uint32_t direction = event_address(&packet->src);
    const uint32_t event = wt_event_mix(wt_event_connection(packet) ^ direction, packet->src_port);
    if (packet->proto != WT_PROTO_TCP || !packet->has_l4)
        return wt_event_mix(event, packet->has_id ? packet->id : packet->l4_checksum_field);
    const bool data = packet->payload_len || packet->tcp.flags & (WT_TCP_SYN | WT_TCP_FIN);
    if (data || packet->l4_header_len == 0) /* only quoted: sequence number alone */
        return wt_event_mix(event, packet->tcp.seq);
    return wt_event_mix(event, (uint64_t)packet->tcp.ack << 32 | packet->tcp.seq);
}
