/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * readpcap FILE: prints what is read of each frame, one line each, for comparison with others. Fails at a
 * frame of which the short way to read it says something else than the general one.
 *
 *   frame <tab> coverage <tab> layers <tab> packet <tab> packet ... <tab> "quote" packet ...
 *
 * A packet is a list of key=value, separated by blanks. With -b N nothing is printed but the time one frame
 * takes, over N rounds.
 */
#include "capture_file.h"
#include "packet_same.h"
#include "packet_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_layers(const struct wt_layers *layers)
{
    for (unsigned i = 0; i < layers->count; i++)
        printf("%s%s%s", i ? ":" : "", layers->layer[i].quoted ? "*" : "",
               packet_layer_text(layers->layer[i].kind));
}

static void print_tcp(const struct wt_tcp *tcp)
{
    printf(" seq=%u ack=%u flags=0x%04x window=%u hlen=%u", tcp->seq, tcp->ack, tcp->flags, tcp->window,
           tcp->header_len);
    if (tcp->has_mss)
        printf(" mss=%u", tcp->mss);
    if (tcp->scale != WT_SCALE_NONE)
        printf(" scale=%d", tcp->scale);
    if (tcp->has_timestamp)
        printf(" tsval=%u tsecr=%u", tcp->timestamp, tcp->timestamp_echo);
    for (unsigned i = 0; i < tcp->sacks; i++)
        printf(" sack=%u-%u", tcp->sack[i].left, tcp->sack[i].right);
}

static void print_packet(const struct wt_packet *packet)
{
    char src[WT_ADDRESS_TEXT], dst[WT_ADDRESS_TEXT];
    wt_address_text(&packet->src, src);
    wt_address_text(&packet->dst, dst);
    printf("\tv=%u src=%s dst=%s proto=%u ttl=%u l3_len=%u ip_header_len=%u", packet->version, src, dst,
           packet->proto, packet->ttl, packet->l3_len, packet->ip_header_len);
    if (packet->has_id)
        printf(" id=%u", packet->id);
    printf(" df=%d frag=%d:%u trunc=%d zero=%d short=%d jumbo=%u", packet->df, packet->more_fragments,
           packet->fragment_offset, packet->truncated, packet->length_zero, packet->length_short,
           packet->jumbo_len);
    printf(" tunnel=%08x ip_sum=%s", packet->tunnel, packet_checksum_text(packet->ip_checksum));
    printf(" l4_sum=%s field=%04x expected=%04x", packet_checksum_text(packet->l4_checksum),
           packet->l4_checksum_field, packet->l4_checksum_expected);
    if (!packet->has_l4)
        return;
    printf(" sport=%u dport=%u l4_len=%u payload=%u/%u", packet->src_port, packet->dst_port, packet->l4_len,
           packet->payload_captured, packet->payload_len);
    if (packet->proto == 6)
        print_tcp(&packet->tcp);
    if (packet->proto == 1 || packet->proto == 58)
        printf(" type=%u code=%u mtu=%u echo=%u:%u", packet->icmp.type, packet->icmp.code, packet->icmp.mtu,
               packet->icmp.id, packet->icmp.seq);
}

static void read_frame(const struct wt_frame *frame, struct wt_reading *reading)
{
    wt_read_frame(frame, reading);
    wt_verify(frame, reading, true);
}

static void print_frame(const struct wt_frame *frame)
{
    struct wt_reading reading;
    const char *differs = packet_read_both(frame, &reading);
    if (differs) {
        fprintf(stderr, "frame %u: the two ways to read it differ in %s\n", frame->number, differs);
        exit(EXIT_FAILURE);
    }
    printf("%u\t%s\t", frame->number, packet_coverage_text(reading.layers.coverage));
    print_layers(&reading.layers);
    for (unsigned i = 0; i < reading.packets; i++)
        print_packet(&reading.packet[i]);
    for (unsigned i = 0; i < reading.quotes; i++) {
        printf("\tquote captured=%u", reading.quote_captured);
        print_packet(&reading.quote[i]);
    }
    printf("\n");
}

static double seconds(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int benchmark(const char *path, int rounds)
{
    struct wt_reading reading;
    struct wt_frame frame;
    unsigned long frames = 0, bytes = 0, states = 0;
    double spent = 0;
    for (int round = 0; round < rounds; round++) {
        struct capture_file *file = capture_file_open(path);
        if (!file)
            return EXIT_FAILURE;
        double begin = seconds();
        for (; capture_file_next(file, &frame); frames++, bytes += frame.captured) {
            read_frame(&frame, &reading);
            states += reading.packets;
        }
        spent += seconds() - begin;
        capture_file_close(file);
    }
    printf("%s: %lu frames, %lu bytes, %lu packets: %.1f ns a frame\n", path, frames, bytes, states,
           frames ? spent * 1e9 / (double)frames : 0);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "-b") == 0)
        return benchmark(argv[3], (int)strtol(argv[2], NULL, 10));
    if (argc != 2) {
        fprintf(stderr, "usage: %s [-b ROUNDS] FILE\n", argv[0]);
        return EXIT_FAILURE;
    }
    struct capture_file *file = capture_file_open(argv[1]);
    struct wt_frame frame;
    if (!file)
        return EXIT_FAILURE;
    while (capture_file_next(file, &frame))
        print_frame(&frame);
    capture_file_close(file);
    return EXIT_SUCCESS;
}
