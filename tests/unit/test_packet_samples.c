/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every sample frame: whole, cut at every byte, and with every byte changed. */
#include "packet_frame.h"
#include "packet_samples.h"
#include "packet_text.h"

static char *layers_text(const struct wt_layers *layers)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < layers->count; i++)
        g_string_append_printf(text, "%s%s%s", i ? ":" : "", layers->layer[i].quoted ? "*" : "",
                               packet_layer_text(layers->layer[i].kind));
    return g_string_free(text, FALSE);
}

static char *sums_text(const struct wt_reading *reading)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < reading->packets; i++)
        g_string_append_printf(text, "%s%s/%s", i ? " " : "",
                               packet_checksum_text(reading->packet[i].ip_checksum),
                               packet_checksum_text(reading->packet[i].l4_checksum));
    return g_string_free(text, FALSE);
}

static char *lengths_text(const struct wt_reading *reading)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < reading->packets; i++) {
        const struct wt_packet *packet = &reading->packet[i];
        g_string_append_printf(text, "%s%u:", i ? " " : "", packet->l3_len);
        if (packet->has_l4)
            g_string_append_printf(text, "%u", packet->payload_len);
    }
    return g_string_free(text, FALSE);
}

static void expect(char *found, const char *expected)
{
    g_assert_cmpstr(found, ==, expected);
    g_free(found);
}

static void test_whole(const struct packet_sample *sample)
{
    struct wt_reading reading;
    packet_read_hex(sample->link_type, sample->bytes, &reading);
    expect(layers_text(&reading.layers), sample->layers);
    g_assert_cmpstr(packet_coverage_text(reading.layers.coverage), ==, sample->coverage);
    expect(sums_text(&reading), sample->sums);
    if (*sample->sums)
        expect(lengths_text(&reading), sample->lengths);
    g_assert_cmpuint(reading.quotes, ==, sample->quotes);
}

static void check_packet_bounds(const struct wt_frame *frame, const struct wt_packet *packet)
{
    g_assert_cmpuint(packet->offset, <, frame->captured);
    g_assert_cmpuint(packet->tcp.sacks, <=, WT_SACKS_MAX);
    g_assert_cmpuint(packet->payload_captured, <=, packet->payload_len);
    if (!packet->has_l4)
        return;
    g_assert_cmpuint(packet->l4_offset + packet->payload_captured, <=, frame->captured);
    g_assert_cmpuint(packet->l4_header_len + packet->payload_len, ==, packet->l4_len);
}

/* What must hold of any reading of any bytes. */
static void check_bounds(const struct wt_frame *frame, const struct wt_reading *reading)
{
    g_assert_cmpuint(reading->layers.count, <=, WT_LAYERS_MAX);
    g_assert_cmpuint(reading->packets, <=, WT_PACKETS_MAX);
    g_assert_cmpuint(reading->quotes, <=, WT_QUOTES_MAX);
    g_assert_cmpuint(reading->vlans, <=, WT_VLANS_MAX);
    g_assert_cmpuint(reading->quote_captured, <=, frame->captured);
    for (unsigned i = 0; i < reading->layers.count; i++)
        g_assert_cmpuint(reading->layers.layer[i].offset, <=, frame->captured);
    for (unsigned i = 0; i < reading->packets; i++)
        check_packet_bounds(frame, &reading->packet[i]);
}

static void check_cut_packet(const struct wt_packet *cut, const struct wt_packet *whole)
{
    if (whole->length_short && !cut->length_short)
        return; /* the checksum that proves it is cut off */
    g_assert_cmpuint(cut->l3_len, ==, whole->l3_len);
    g_assert_true(wt_address_equal(&cut->src, &whole->src) && wt_address_equal(&cut->dst, &whole->dst));
    if (cut->ip_checksum != WT_CHECKSUM_UNVERIFIABLE)
        g_assert_cmpint(cut->ip_checksum, ==, whole->ip_checksum);
    if (cut->l4_checksum != WT_CHECKSUM_UNVERIFIABLE)
        g_assert_cmpint(cut->l4_checksum, ==, whole->l4_checksum);
    if (cut->has_l4)
        g_assert_cmpuint(cut->payload_len, ==, whole->payload_len);
}

/* A cut frame says the same as the whole one as far as it goes, and takes nothing missing for wrong. */
static void check_cut(const struct wt_reading *cut, const struct wt_reading *whole)
{
    g_assert_cmpuint(cut->layers.count, <=, whole->layers.count);
    for (unsigned i = 0; i < cut->layers.count; i++) {
        g_assert_cmpint(cut->layers.layer[i].kind, ==, whole->layers.layer[i].kind);
        g_assert_cmpuint(cut->layers.layer[i].offset, ==, whole->layers.layer[i].offset);
    }
    g_assert_cmpuint(cut->packets, <=, whole->packets);
    for (unsigned i = 0; i < cut->packets; i++)
        check_cut_packet(&cut->packet[i], &whole->packet[i]);
}

static void test_cut(const struct packet_sample *sample)
{
    GByteArray *bytes = packet_bytes(sample->bytes);
    struct wt_reading whole, cut;
    packet_read_hex(sample->link_type, sample->bytes, &whole);
    for (uint32_t captured = 0; captured < bytes->len; captured++) {
        struct wt_frame frame = packet_frame(sample->link_type, bytes->data, captured, bytes->len);
        packet_read_all(&frame, &cut);
        check_bounds(&frame, &cut);
        check_cut(&cut, &whole);
        frame.length = captured; /* as if an editor had cut it */
        packet_read_all(&frame, &cut);
        check_bounds(&frame, &cut);
        packet_frame_free(&frame);
    }
    g_byte_array_free(bytes, TRUE);
}

static void test_changed(const struct packet_sample *sample)
{
    static const guint8 masks[] = {0x01, 0x08, 0x40, 0x80, 0xff};
    GByteArray *bytes = packet_bytes(sample->bytes);
    struct wt_frame frame = packet_frame(sample->link_type, bytes->data, bytes->len, bytes->len);
    struct wt_reading reading;
    for (uint32_t at = 0; at < MIN(bytes->len, 200); at++) {
        for (unsigned mask = 0; mask < G_N_ELEMENTS(masks); mask++) {
            ((guint8 *)frame.bytes)[at] ^= masks[mask];
            packet_read_all(&frame, &reading);
            check_bounds(&frame, &reading);
            ((guint8 *)frame.bytes)[at] ^= masks[mask];
        }
    }
    packet_frame_free(&frame);
    g_byte_array_free(bytes, TRUE);
}

/* Without payload only what headers prove is told. */
static void test_headers_only(const struct packet_sample *sample)
{
    GByteArray *bytes = packet_bytes(sample->bytes);
    struct wt_frame frame = packet_frame(sample->link_type, bytes->data, bytes->len, bytes->len);
    struct wt_reading full, part;
    packet_read_all(&frame, &full);
    packet_read_all(&frame, &part);
    wt_verify(&frame, &part, false);
    for (unsigned i = 0; i < full.packets; i++) {
        enum wt_checksum expected = full.packet[i].l4_checksum;
        if (expected == WT_CHECKSUM_VALID || expected == WT_CHECKSUM_BAD)
            expected = WT_CHECKSUM_UNVERIFIABLE;
        g_assert_cmpint(part.packet[i].l4_checksum, ==, expected);
        g_assert_cmpint(part.packet[i].ip_checksum, ==, full.packet[i].ip_checksum);
        g_assert_cmpuint(part.packet[i].l4_checksum_expected, ==, 0);
    }
    packet_frame_free(&frame);
    g_byte_array_free(bytes, TRUE);
}

/* One test for all samples: the last name printed is the one that failed. */
static void test_each(gconstpointer test)
{
    void (*run)(const struct packet_sample *) = *(void (*const *)(const struct packet_sample *))test;
    for (unsigned i = 0; i < G_N_ELEMENTS(packet_samples); i++) {
        g_test_message("%s", packet_samples[i].name);
        run(&packet_samples[i]);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(const struct packet_sample *);
    } tests[] = {{"/packet/whole", test_whole},
                 {"/packet/cut", test_cut},
                 {"/packet/changed", test_changed},
                 {"/packet/headers-only", test_headers_only}};
    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, &tests[i].test, test_each);
    return g_test_run();
}
