/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which frames are read the short way. That it says the same as the general one is checked wherever a test
 * reads a frame (packet_read_all), so here only that it is taken, and left alone where it must be; and that a
 * difference would be noticed.
 */
#include "packet_frame.h"
#include "packet_samples.h"

#include "packet/plain.h"

static const struct packet_sample *find_sample(const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(packet_samples); i++)
        if (strcmp(packet_samples[i].name, name) == 0)
            return &packet_samples[i];
    g_error("no sample %s", name);
}

static struct wt_frame sample_frame(const char *name)
{
    const struct packet_sample *sample = find_sample(name);
    GByteArray *bytes = packet_bytes(sample->bytes);
    struct wt_frame frame = packet_frame(sample->link_type, bytes->data, bytes->len, bytes->len);
    g_byte_array_free(bytes, TRUE);
    return frame;
}

static bool is_plain(const char *name)
{
    struct wt_frame frame = sample_frame(name);
    struct wt_reading reading;
    bool plain = wt_plain_read(&frame, &reading);
    packet_frame_free(&frame);
    return plain;
}

static const char *const plain_samples[] = {
    "ethernet-v4",    "ethernet-v6", "ethernet-padding", "ethernet-trailer", "vlan",
    "vlan-v6",        "udp-v4",      "udp-v6",           "udp-v4-absent",    "udp-short",
    "udp-long",       "udp-empty",   "dns-to-4789",      "tcp-syn",          "tcp-sack",
    "tcp-v4-partial", "tcp-v6-zero", "udp-v6-bad",       "ip-unfilled",      "ip-bad",
};

static void test_plain(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(plain_samples); i++)
        if (!is_plain(plain_samples[i]))
            g_error("%s is not read the short way", plain_samples[i]);
}

static const char *const other_samples[] = {
    "ethernet-arp",
    "ethernet-snap",
    "ethernet-isl",
    "qinq-8100",
    "vlan-snap",
    "raw-v4",
    "raw-v6",
    "sll-v4",
    "v4-options",
    "v4-source-route",
    "v4-ah",
    "v6-hop-by-hop",
    "v6-none",
    "v4-fragment-first",
    "v4-fragment-later",
    "v6-fragment-first",
    "sctp-v4",
    "icmp-echo",
    "vxlan",
    "geneve",
    "gtp",
    "lso-2-v4",
    "lso-2-v6",
    "bsd-tso-v4",
    "bsd-tso-v6",
    "bsd-tso-length",
    "trailer-long",
    "v4-empty",
    "v6-empty",
    "ip-too-short",
    "ip-beyond",
    "tcp-offset-4",
    "tcp-offset-15",
    "ihl-4",
    "version-5",
};

static void test_not_plain(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(other_samples); i++)
        if (is_plain(other_samples[i]))
            g_error("%s is read the short way", other_samples[i]);
}

/* Payload and TCP options may be missing, fixed headers may not. */
static void test_cut(void)
{
    enum {
        HEADERS = 14 + 20 + 20
    };
    static const char *const names[] = {"ethernet-v4", "tcp-syn"};
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        struct wt_frame frame = sample_frame(names[i]);
        struct wt_reading reading;
        for (frame.captured = 0; frame.captured <= frame.length; frame.captured++)
            g_assert_cmpint(wt_plain_read(&frame, &reading), ==, frame.captured >= HEADERS);
        packet_frame_free(&frame);
    }
}

/* Bytes that are plain but for what says how to read them. */
static void test_disguised(void)
{
    static const guint8 isl[] = {0x01, 0x00, 0x0c, 0x00, 0x00};
    struct wt_frame frame = sample_frame("ethernet-v4");
    struct wt_reading reading;
    for (int link = WT_LINK_UNKNOWN; link <= WT_LINK_PPP; link++) {
        frame.link_type = (enum wt_link_type)link;
        packet_read_all(&frame, &reading);
        g_assert_cmpint(wt_plain_read(&frame, &reading), ==, link == WT_LINK_ETHERNET);
    }
    frame.link_type = WT_LINK_ETHERNET;
    memcpy((guint8 *)frame.bytes, isl, sizeof isl);
    g_assert_false(wt_plain_read(&frame, &reading));
    packet_read_all(&frame, &reading);
    g_assert_cmpint(reading.layers.coverage, ==, WT_COVERAGE_ENCAPSULATION);
    packet_frame_free(&frame);
}

/* Every length field, in frames of every length: what is too long, too short, or nothing at all. */
static void test_lengths(void)
{
    static const struct {
        const char *name;
        uint32_t field;
    } samples[] = {{"ethernet-v4", 14 + 2}, {"ethernet-v6", 14 + 4}, {"udp-v4", 14 + 2}, {"tcp-syn", 14 + 2}};
    for (unsigned i = 0; i < G_N_ELEMENTS(samples); i++) {
        struct wt_frame frame = sample_frame(samples[i].name);
        guint8 *field = (guint8 *)frame.bytes + samples[i].field;
        struct wt_reading reading;
        for (unsigned length = 0; length < 300; length++) {
            field[0] = (guint8)(length >> 8);
            field[1] = (guint8)length;
            for (frame.length = frame.captured; frame.length < frame.captured + 80; frame.length++)
                packet_read_all(&frame, &reading);
        }
        packet_frame_free(&frame);
    }
}

/* The fields that are compared leave out nothing of the packet but padding. */
static void test_fields(void)
{
    size_t at = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(packet_fields); i++) {
        g_assert_cmpuint(packet_fields[i].offset, >=, at);
        g_assert_cmpuint(packet_fields[i].offset - at, <, sizeof(uint32_t));
        at = packet_fields[i].offset + packet_fields[i].size;
    }
    g_assert_cmpuint(sizeof(struct wt_packet) - at, <, sizeof(uint32_t));
}

static void test_difference(void)
{
    struct wt_frame frame = sample_frame("ethernet-v4");
    struct wt_reading a, b;
    packet_read_all(&frame, &a);
    b = a;
    for (unsigned i = 0; i < G_N_ELEMENTS(packet_fields); i++) {
        uint8_t *last = (uint8_t *)&b.packet[0] + packet_fields[i].offset + packet_fields[i].size - 1;
        *last ^= 1;
        g_assert_cmpstr(packet_difference(&a, &b), ==, packet_fields[i].name);
        *last ^= 1;
    }
    g_assert_cmpstr(packet_difference(&a, &b), ==, NULL);
    b.layers.layer[2].offset++;
    g_assert_cmpstr(packet_difference(&a, &b), ==, "offset");
    packet_frame_free(&frame);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plain/plain", test_plain);
    g_test_add_func("/plain/not-plain", test_not_plain);
    g_test_add_func("/plain/cut", test_cut);
    g_test_add_func("/plain/disguised", test_disguised);
    g_test_add_func("/plain/lengths", test_lengths);
    g_test_add_func("/plain/fields", test_fields);
    g_test_add_func("/plain/difference", test_difference);
    return g_test_run();
}
