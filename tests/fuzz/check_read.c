/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include "packet_same.h"

#include <string.h>

static void check_layers(const struct wt_frame *frame, const struct wt_layers *layers)
{
    CHECK(layers->count <= WT_LAYERS_MAX);
    CHECK((unsigned)layers->coverage <= WT_COVERAGE_MALFORMED);
    for (unsigned i = 0; i < layers->count; i++) {
        const struct wt_layer *layer = &layers->layer[i];
        CHECK((unsigned)layer->kind <= WT_LAYER_ICMPV6);
        CHECK(layer->offset <= frame->captured);
        CHECK(i == 0 || layer->offset >= layers->layer[i - 1].offset);
        CHECK(i == 0 || layer->quoted >= layers->layer[i - 1].quoted);
    }
}

static void check_tcp(const struct wt_tcp *tcp, bool quoted)
{
    CHECK(quoted || (tcp->header_len >= 20 && tcp->header_len <= 60));
    CHECK(quoted || tcp->options_len == tcp->header_len - 20);
    CHECK(tcp->flags <= 0xfff);
    CHECK(tcp->scale >= WT_SCALE_NONE && tcp->scale <= 255);
    CHECK(tcp->sacks <= WT_SACKS_MAX);
}

static void check_packet(const struct wt_frame *frame, const struct wt_packet *packet, bool quoted)
{
    CHECK(packet->version == 4 || packet->version == 6);
    CHECK(packet->offset <= frame->captured);
    CHECK(packet->fragment || (!packet->more_fragments && packet->fragment_offset == 0));
    CHECK(packet->jumbo_len <= packet->ip_header_len);
    CHECK((unsigned)packet->ip_checksum <= WT_CHECKSUM_UNVERIFIABLE);
    CHECK((unsigned)packet->l4_checksum <= WT_CHECKSUM_UNVERIFIABLE);
    if (!packet->has_l4)
        return;
    CHECK(packet->l4_offset <= frame->captured);
    CHECK(packet->l4_offset >= packet->offset);
    CHECK(packet->payload_captured <= packet->payload_len);
    CHECK(packet->payload_len <= packet->l4_len);
    CHECK(packet->l4_len <= packet->l3_len);
    CHECK(quoted || packet->l4_header_len + packet->payload_len == packet->l4_len);
    CHECK(packet->payload_captured == 0 ||
          packet->payload_captured <= frame->captured - packet->l4_offset - packet->l4_header_len);
    if (packet->proto == 6)
        check_tcp(&packet->tcp, quoted);
}

static void check_reading(const struct wt_frame *frame, const struct wt_reading *reading)
{
    check_layers(frame, &reading->layers);
    CHECK(reading->packets <= WT_PACKETS_MAX);
    CHECK(reading->quotes <= WT_QUOTES_MAX);
    CHECK(reading->vlans <= WT_VLANS_MAX);
    CHECK((unsigned)reading->direction <= WT_DIRECTION_RECEIVED);
    CHECK((unsigned)reading->announcement.kind <= WT_ANNOUNCEMENT_DHCP_REQUEST);
    for (unsigned i = 0; i < reading->packets; i++) {
        check_packet(frame, &reading->packet[i], false);
        CHECK(i == 0 || reading->packet[i].offset > reading->packet[i - 1].offset);
    }
    for (unsigned i = 0; i < reading->quotes; i++)
        check_packet(frame, &reading->quote[i], true);
}

/* Without payload some sums cannot be told; those that can are told as with it, unless they are right by
 * chance. */
static void check_headers_only(const struct wt_frame *frame, const struct wt_reading *whole)
{
    struct wt_reading reading;
    memset(&reading, 0x5a, sizeof reading);
    wt_read_frame(frame, &reading);
    wt_verify(frame, &reading, false);
    CHECK(reading.packets == whole->packets);
    CHECK(reading.layers.coverage == whole->layers.coverage);
    for (unsigned i = 0; i < reading.packets; i++) {
        const struct wt_packet *a = &reading.packet[i], *b = &whole->packet[i];
        CHECK(a->ip_checksum == b->ip_checksum);
        CHECK(a->l4_checksum == b->l4_checksum || a->l4_checksum == WT_CHECKSUM_UNVERIFIABLE ||
              b->l4_checksum == WT_CHECKSUM_VALID);
        CHECK(a->has_l4 == b->has_l4 && a->l3_len == b->l3_len && a->tunnel == b->tunnel);
    }
}

void check_read(const struct wt_frame *frame, struct wt_reading *reading)
{
    clock_t begun = clock();
    CHECK(packet_read_both(frame, reading) == NULL);
    check_reading(frame, reading);
    check_headers_only(frame, reading);
    check_time(begun);
}
