/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP options as they should be, and as they should not. */
#include "packet_frame.h"

#include "packet/tcp.h"

enum {
    SEGMENT = 1000
};

/* Reads a header of `words` words with these options, captured whole or up to `captured` bytes of options. */
static bool read_options(guint8 words, const char *options, guint captured, struct wt_tcp *tcp)
{
    GByteArray *bytes = packet_bytes("9c400050 000003e8 000007d0 00180200 00000000");
    GByteArray *more = packet_bytes(options);
    g_byte_array_append(bytes, more->data, MIN(more->len, captured));
    bytes->data[12] = (guint8)(words << 4);
    struct wt_frame frame = packet_frame(WT_LINK_RAW_IP, bytes->data, bytes->len, SEGMENT);
    const struct wt_bytes captured_bytes = {frame.bytes, frame.captured};
    bool good = wt_tcp_read(&captured_bytes, 0, SEGMENT, tcp);
    packet_frame_free(&frame);
    g_byte_array_free(bytes, TRUE);
    g_byte_array_free(more, TRUE);
    return good;
}

static struct wt_tcp read_whole(guint8 words, const char *options)
{
    struct wt_tcp tcp;
    g_assert_true(read_options(words, options, G_MAXUINT, &tcp));
    g_assert_cmpuint(tcp.header_len / 4U, ==, words);
    g_assert_cmpuint(tcp.options_len + 20U, ==, tcp.header_len);
    return tcp;
}

static void assert_none(const struct wt_tcp *tcp)
{
    g_assert_false(tcp->has_mss || tcp->has_timestamp || tcp->sack_permitted);
    g_assert_cmpint(tcp->scale, ==, WT_SCALE_NONE);
    g_assert_cmpuint(tcp->sacks, ==, 0);
}

static void test_fixed(void)
{
    struct wt_tcp tcp = read_whole(5, "");
    g_assert_cmpuint(tcp.seq, ==, 1000);
    g_assert_cmpuint(tcp.ack, ==, 2000);
    g_assert_cmphex(tcp.flags, ==, WT_TCP_PSH | WT_TCP_ACK);
    g_assert_cmpuint(tcp.window, ==, 512);
    g_assert_false(tcp.options_cut);
    assert_none(&tcp);
}

static void test_all(void)
{
    struct wt_tcp tcp = read_whole(10, "020405b4 0402 080a0000000b00000016 01 030307");
    g_assert_true(tcp.has_mss && tcp.has_timestamp && tcp.sack_permitted && !tcp.options_cut);
    g_assert_cmpuint(tcp.mss, ==, 1460);
    g_assert_cmpint(tcp.scale, ==, 7);
    g_assert_cmpuint(tcp.timestamp, ==, 11);
    g_assert_cmpuint(tcp.timestamp_echo, ==, 22);
}

static void test_sack(void)
{
    struct wt_tcp tcp = read_whole(14, "0101 0522 00000001 00000002 00000003 00000004 00000005 00000006"
                                       "fffffff0 00000008");
    g_assert_cmpuint(tcp.sacks, ==, 4);
    g_assert_cmpuint(tcp.sack[0].left, ==, 1);
    g_assert_cmpuint(tcp.sack[3].left, ==, 0xfffffff0);
    g_assert_cmpuint(tcp.sack[3].right, ==, 8);
    tcp = read_whole(8, "0101 050a 00000001 00000002");
    g_assert_cmpuint(tcp.sacks, ==, 1);
}

/* Behind two NOPs the timestamp is read in one piece. */
static void test_aligned_timestamp(void)
{
    struct wt_tcp tcp = read_whole(8, "0101 080a0000000b00000016");
    g_assert_true(tcp.has_timestamp && !tcp.options_cut);
    g_assert_cmpuint(tcp.timestamp, ==, 11);
    g_assert_cmpuint(tcp.timestamp_echo, ==, 22);
}

/* What follows it is read, what is cut or payload is not. */
static void test_aligned_timestamp_end(void)
{
    struct wt_tcp tcp = read_whole(12, "0101 080a0000000b00000016 01 030307 050a0000000100000002 0101");
    g_assert_true(tcp.has_timestamp);
    g_assert_cmpint(tcp.scale, ==, 7);
    g_assert_cmpuint(tcp.sacks, ==, 1);
    tcp = read_whole(7, "0101 080a0000000b00000016"); /* the last four bytes are payload */
    assert_none(&tcp);
    g_assert_true(read_options(8, "0101 080a0000000b00000016", 11, &tcp));
    assert_none(&tcp);
    g_assert_true(tcp.options_cut);
}

/* An option of a length that its kind does not have is ignored; what follows is still read. */
static void test_wrong_length(void)
{
    struct wt_tcp tcp = read_whole(8, "0203 05 030307 01 01 0402 00 00");
    g_assert_false(tcp.has_mss);
    g_assert_cmpint(tcp.scale, ==, 7);
    g_assert_true(tcp.sack_permitted);
    tcp = read_whole(8, "0508 00000001 0000 030301 00");
    g_assert_cmpuint(tcp.sacks, ==, 0);
    g_assert_cmpint(tcp.scale, ==, 1);
    tcp = read_whole(9, "050c 00000001 00000002 0000 030301 00");
    g_assert_cmpuint(tcp.sacks, ==, 0);
    g_assert_cmpint(tcp.scale, ==, 1);
}

/* A length under 2 or beyond the header ends the reading. */
static void test_hostile_length(void)
{
    static const char *const options[] = {"0200 030307 01", "0201 030307 01", "02ff 030307 01",
                                          "0209 030307 01", "ff00 030307 01", "fefd 030307 01"};
    for (unsigned i = 0; i < G_N_ELEMENTS(options); i++) {
        struct wt_tcp tcp = read_whole(7, options[i]);
        tcp = read_whole(6, options[i]);
        assert_none(&tcp);
        g_assert_false(tcp.options_cut);
    }
    struct wt_tcp tcp = read_whole(6, "01 01 01 02"); /* a kind without room for its length */
    assert_none(&tcp);
    g_assert_false(tcp.options_cut);
}

static void test_end(void)
{
    struct wt_tcp tcp = read_whole(7, "00 030307 020405b4");
    assert_none(&tcp);
}

static void test_last_counts(void)
{
    struct wt_tcp tcp = read_whole(8, "020405b4 020401f4 030301 00");
    g_assert_cmpuint(tcp.mss, ==, 500);
}

static void test_cut(void)
{
    const char *options = "020405b4 0402 080a0000000b00000016 01 030307";
    struct wt_tcp tcp;
    for (guint captured = 0; captured <= 20; captured++) {
        g_assert_true(read_options(10, options, captured, &tcp));
        g_assert_cmpint(tcp.options_cut, ==, captured < 20);
        g_assert_cmpint(tcp.has_mss, ==, captured >= 4);
        g_assert_cmpint(tcp.sack_permitted, ==, captured >= 6);
        g_assert_cmpint(tcp.has_timestamp, ==, captured >= 16);
        g_assert_cmpint(tcp.scale, ==, captured >= 20 ? 7 : WT_SCALE_NONE);
    }
}

static void test_header_length(void)
{
    struct wt_tcp tcp;
    for (guint8 words = 0; words < 5; words++)
        g_assert_false(read_options(words, "020405b4", G_MAXUINT, &tcp));
    const struct wt_bytes none = {(const uint8_t *)"", 0};
    g_assert_false(wt_tcp_read(&none, 0, SEGMENT, &tcp));
    GByteArray *bytes = packet_bytes("9c400050 000003e8 000007d0 60180200 00000000 020405b4");
    const struct wt_bytes all = {bytes->data, bytes->len};
    g_assert_false(wt_tcp_read(&all, 0, 20, &tcp)); /* longer than the segment */
    g_assert_true(wt_tcp_read(&all, 0, 24, &tcp));
    g_byte_array_free(bytes, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/fixed", test_fixed);
    g_test_add_func("/tcp/all", test_all);
    g_test_add_func("/tcp/sack", test_sack);
    g_test_add_func("/tcp/aligned-timestamp", test_aligned_timestamp);
    g_test_add_func("/tcp/aligned-timestamp-end", test_aligned_timestamp_end);
    g_test_add_func("/tcp/wrong-length", test_wrong_length);
    g_test_add_func("/tcp/hostile-length", test_hostile_length);
    g_test_add_func("/tcp/end", test_end);
    g_test_add_func("/tcp/last-counts", test_last_counts);
    g_test_add_func("/tcp/cut", test_cut);
    g_test_add_func("/tcp/header-length", test_header_length);
    return g_test_run();
}
