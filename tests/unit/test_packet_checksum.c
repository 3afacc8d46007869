/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sums against deliberately naive ones, and the states that only long or special packets reach. */
#include "packet_frame.h"

#include "packet/sum.h"

/* Word by word, as RFC 1071 4.1 has it. */
static uint16_t naive_sum(const guint8 *data, gsize length)
{
    uint32_t sum = 0;
    for (gsize i = 0; i < length; i++) {
        sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

/* Bit by bit (RFC 9260 appendix A). */
static uint32_t naive_crc32c(uint32_t crc, const guint8 *data, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x82f63b78U : crc >> 1;
    }
    return crc;
}

static guint8 *random_bytes(gsize length)
{
    guint8 *data = g_malloc(length + 1);
    for (gsize i = 0; i < length; i++)
        data[i] = (guint8)g_test_rand_int();
    return data;
}

static void test_sum(void)
{
    for (uint32_t length = 0; length < 300; length++) {
        guint8 *data = random_bytes(length);
        g_assert_cmphex(wt_sum_bytes(data, length), ==, naive_sum(data, length));
        for (uint32_t skip = 0; skip < MIN(length, 8); skip++)
            g_assert_cmphex(wt_sum_bytes(data + skip, length - skip), ==,
                            naive_sum(data + skip, length - skip));
        g_free(data);
    }
}

static void test_sum_extremes(void)
{
    enum {
        LENGTH = 1 << 20
    };
    guint8 *data = g_malloc(LENGTH);
    memset(data, 0xff, LENGTH);
    g_assert_cmphex(wt_sum_bytes(data, LENGTH), ==, 0xffff);
    g_assert_cmphex(wt_sum_bytes(data, LENGTH - 1), ==, naive_sum(data, LENGTH - 1));
    memset(data, 0, LENGTH);
    g_assert_cmphex(wt_sum_bytes(data, LENGTH), ==, 0);
    g_free(data);
    g_assert_cmphex(wt_sum_fold(UINT64_MAX), ==, 0xffff);
    g_assert_cmphex(wt_sum_fold(0xffff0001), ==, 1);
    g_assert_true(wt_sum_equal(0, 0xffff) && wt_sum_equal(0xffff, 0) && !wt_sum_equal(0, 1));
}

static void test_crc32c(void)
{
    const guint8 check[] = "123456789"; /* check value of the CRC catalogues */
    g_assert_cmphex(~wt_crc32c(UINT32_MAX, check, 9), ==, 0xe3069283);
    for (uint32_t length = 0; length < 200; length++) {
        guint8 *data = random_bytes(length);
        uint32_t expected = naive_crc32c(UINT32_MAX, data, length);
        g_assert_cmphex(wt_crc32c(UINT32_MAX, data, length), ==, expected);
        g_assert_cmphex(wt_crc32c_portable(UINT32_MAX, data, length), ==, expected);
        g_free(data);
    }
}

/* --- packets made here --- */

enum {
    ETHERNET = 14,
    IPV4 = 20,
    IPV6 = 40,
    TCP = 20,
    TCP_SUM = 16,
    UDP_SUM = 6
};

struct made {
    GByteArray *bytes;
    uint8_t version;
    gsize ip, l4; /* offsets */
};

static void put16(struct made *made, gsize at, uint32_t value)
{
    made->bytes->data[at] = (guint8)(value >> 8);
    made->bytes->data[at + 1] = (guint8)value;
}

static void append_hex(GByteArray *bytes, const char *digits)
{
    GByteArray *more = packet_bytes(digits);
    g_byte_array_append(bytes, more->data, more->len);
    g_byte_array_free(more, TRUE);
}

/* The same bytes in each run: with random ones, one run in some hundreds has a right sum that is also the
 * partial one, or zero, and means another state. */
static void append_payload(GByteArray *bytes, guint length)
{
    guint start = bytes->len;
    g_byte_array_set_size(bytes, start + length);
    for (guint i = 0; i < length; i++)
        bytes->data[start + i] = (guint8)(i * 37 + i / 251);
}

/* A TCP segment with `payload` bytes; `hop_by_hop` is put in front of it. Length fields are those of a short
 * one. */
static struct made make_tcp(uint8_t version, const char *hop_by_hop, uint32_t payload)
{
    struct made made = {.bytes = g_byte_array_new(), .version = version, .ip = ETHERNET};
    append_hex(made.bytes, "020000000002 020000000001");
    append_hex(made.bytes, version == 4 ? "0800" : "86dd");
    if (version == 4)
        append_hex(made.bytes, "45000000 00074000 40060000 c0000201 c6336402");
    else
        append_hex(made.bytes, *hop_by_hop ? "60000000 00000040" : "60000000 00000640");
    if (version == 6)
        append_hex(made.bytes, "20010db8000000000000000000000001 20010db8000100000000000000000002");
    append_hex(made.bytes, hop_by_hop);
    made.l4 = made.bytes->len;
    append_hex(made.bytes, "9c400050 000003e8 000007d0 50180200 00000000");
    append_payload(made.bytes, payload);
    return made;
}

static uint16_t pseudo_sum(const struct made *made, uint8_t proto, uint32_t length)
{
    guint8 pseudo[40] = {0};
    gsize size = made->version == 4 ? 8 : 32;
    memcpy(pseudo, made->bytes->data + made->ip + (made->version == 4 ? 12 : 8), size);
    const guint8 tail[8] = {(guint8)(length >> 24), (guint8)(length >> 16), (guint8)(length >> 8),
                            (guint8)length, [7] = proto};
    memcpy(pseudo + size, tail, sizeof tail);
    return naive_sum(pseudo, size + sizeof tail);
}

/* What the TCP checksum has to be. */
static uint16_t right_sum(const struct made *made)
{
    gsize length = made->bytes->len - made->l4;
    uint32_t sum = (uint32_t)pseudo_sum(made, 6, (uint32_t)length);
    sum += naive_sum(made->bytes->data + made->l4, TCP_SUM);
    sum += naive_sum(made->bytes->data + made->l4 + TCP_SUM + 2, length - TCP_SUM - 2);
    return (uint16_t)~wt_sum_fold(sum);
}

static void read_made(const struct made *made, struct wt_reading *reading)
{
    struct wt_frame frame =
        packet_frame(WT_LINK_ETHERNET, made->bytes->data, made->bytes->len, made->bytes->len);
    packet_read_all(&frame, reading);
    packet_frame_free(&frame);
}

static const struct wt_packet *read_only(const struct made *made)
{
    static struct wt_reading reading;
    read_made(made, &reading);
    g_assert_cmpint(reading.layers.coverage, ==, WT_COVERAGE_COMPLETE);
    g_assert_cmpuint(reading.packets, ==, 1);
    return &reading.packet[0];
}

/* Puts each value into the TCP checksum field and sees what state it gets. */
static void check_states(struct made *made)
{
    uint32_t length = (uint32_t)(made->bytes->len - made->l4);
    uint16_t right = right_sum(made);
    const struct {
        uint16_t field;
        enum wt_checksum state;
    } cases[] = {{right, WT_CHECKSUM_VALID},
                 {pseudo_sum(made, 6, length), WT_CHECKSUM_PARTIAL},
                 {pseudo_sum(made, 6, 0), WT_CHECKSUM_PARTIAL_NO_LENGTH},
                 {0, WT_CHECKSUM_UNFILLED},
                 {(uint16_t)(right + 1), WT_CHECKSUM_BAD}};
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        put16(made, made->l4 + TCP_SUM, cases[i].field);
        const struct wt_packet *packet = read_only(made);
        g_assert_cmpint(packet->l4_checksum, ==, cases[i].state);
        g_assert_cmphex(packet->l4_checksum_field, ==, cases[i].field);
        g_assert_cmphex(packet->l4_checksum_expected, ==, right);
        g_assert_cmpuint(packet->l4_len, ==, length);
        g_assert_cmpuint(packet->payload_len, ==, length - TCP);
    }
}

static void test_states(void)
{
    static const uint32_t payloads[] = {0, 1, 2, 63, 64, 1448, 1449, 40000};
    for (unsigned i = 0; i < G_N_ELEMENTS(payloads); i++) {
        struct made v4 = make_tcp(4, "", payloads[i]), v6 = make_tcp(6, "", payloads[i]);
        put16(&v4, v4.ip + 2, IPV4 + TCP + payloads[i]);
        put16(&v6, v6.ip + 4, TCP + payloads[i]);
        check_states(&v4);
        check_states(&v6);
        g_byte_array_free(v4.bytes, TRUE);
        g_byte_array_free(v6.bytes, TRUE);
    }
}

enum {
    BIG = 100000
};

static void check_big(struct made *made, uint32_t jumbo)
{
    check_states(made);
    const struct wt_packet *packet = read_only(made);
    g_assert_true(packet->length_zero && !packet->length_short && !packet->truncated);
    g_assert_cmpuint(packet->l3_len, ==, made->bytes->len - made->ip);
    g_assert_cmpuint(packet->l3_field, ==, made->version == 4 ? 0 : IPV6);
    g_assert_cmpuint(packet->payload_captured, ==, BIG);
    g_assert_cmpuint(packet->jumbo_len, ==, jumbo);
    g_byte_array_free(made->bytes, TRUE);
}

/* The pseudo header counts the length as 32 bits. */
static void test_big_tcp(void)
{
    struct made v4 = make_tcp(4, "", BIG);
    check_big(&v4, 0);
    struct made bare = make_tcp(6, "", BIG);
    check_big(&bare, 0);
    struct made jumbo = make_tcp(6, "0600 c204 000186bc", BIG); /* 8 + 20 + 100000 */
    check_big(&jumbo, 8);
    struct made more = make_tcp(6, "0601 c204 000186c4 0502 0000 01020000", BIG); /* and a router alert */
    check_big(&more, 0);
}

static void test_jumbo_cut(void)
{
    struct made made = make_tcp(6, "0600 c204 000186bc", BIG);
    put16(&made, made.l4 + TCP_SUM, pseudo_sum(&made, 6, BIG + TCP));
    struct wt_frame frame = packet_frame(WT_LINK_ETHERNET, made.bytes->data, 200, made.bytes->len);
    struct wt_reading reading;
    packet_read_all(&frame, &reading);
    g_assert_cmpuint(reading.packets, ==, 1);
    g_assert_true(reading.packet[0].truncated);
    g_assert_cmpuint(reading.packet[0].payload_len, ==, BIG);
    g_assert_cmpuint(reading.packet[0].payload_captured, ==, 200 - made.l4 - TCP);
    g_assert_cmpint(reading.packet[0].l4_checksum, ==, WT_CHECKSUM_PARTIAL);
    packet_frame_free(&frame);
    g_byte_array_free(made.bytes, TRUE);
}

/* Neither padding nor trailers make a short length field, whatever the checksum says. */
static void test_trailers(void)
{
    static const uint32_t trailers[] = {4, 8, 40, 64, 65, 300};
    for (unsigned i = 0; i < G_N_ELEMENTS(trailers); i++) {
        struct made made = make_tcp(4, "", 1448);
        put16(&made, made.ip + 2, IPV4 + TCP + 1448);
        put16(&made, made.ip + 10, (uint16_t)~naive_sum(made.bytes->data + made.ip, IPV4));
        put16(&made, made.l4 + TCP_SUM, right_sum(&made));
        append_payload(made.bytes, trailers[i]);
        const struct wt_packet *packet = read_only(&made);
        g_assert_false(packet->length_short);
        g_assert_cmpuint(packet->payload_len, ==, 1448);
        g_assert_cmpint(packet->ip_checksum, ==, WT_CHECKSUM_VALID);
        g_assert_cmpint(packet->l4_checksum, ==, WT_CHECKSUM_VALID);
        g_byte_array_free(made.bytes, TRUE);
    }
}

/* A BSD driver has written the first segment's length; the real one needs proof and a large excess. */
static void check_short(uint8_t version, uint32_t extra, bool expected)
{
    struct made made = make_tcp(version, "", 1448 + extra);
    uint32_t field = version == 4 ? IPV4 + TCP + 1448 : TCP + 1448;
    put16(&made, made.ip + (version == 4 ? 2 : 4), field);
    put16(&made, made.l4 + TCP_SUM, pseudo_sum(&made, 6, 0));
    const struct wt_packet *packet = read_only(&made);
    g_assert_cmpint(packet->length_short, ==, expected);
    g_assert_cmpuint(packet->payload_len, ==, expected ? 1448 + extra : 1448);
    g_assert_cmpuint(packet->l3_field, ==, version == 4 ? field : field + IPV6);
    g_assert_cmpint(packet->l4_checksum, ==, WT_CHECKSUM_PARTIAL_NO_LENGTH);
    g_byte_array_free(made.bytes, TRUE);
}

static void test_short_length(void)
{
    check_short(4, 2896, true);
    check_short(6, 2896, true);
    check_short(4, 65, true);
    check_short(4, 64, false);
    check_short(6, 12, false);
    check_short(4, 0, false);
}

static void test_ip_expected(void)
{
    struct made made = make_tcp(4, "", 10);
    put16(&made, made.ip + 2, IPV4 + TCP + 10);
    uint16_t right = (uint16_t)~naive_sum(made.bytes->data + made.ip, IPV4);
    g_assert_cmpint(read_only(&made)->ip_checksum, ==, WT_CHECKSUM_UNFILLED);
    g_assert_cmphex(read_only(&made)->ip_checksum_expected, ==, right);
    put16(&made, made.ip + 10, right ^ 0x0100);
    g_assert_cmpint(read_only(&made)->ip_checksum, ==, WT_CHECKSUM_BAD);
    g_assert_cmphex(read_only(&made)->ip_checksum_expected, ==, right);
    g_assert_cmphex(read_only(&made)->ip_checksum_field, ==, right ^ 0x0100);
    g_byte_array_free(made.bytes, TRUE);
}

/* Where the right sum is 0, 0xffff is as good. */
static void test_zero(void)
{
    struct made made = make_tcp(4, "", 2);
    put16(&made, made.ip + 2, IPV4 + TCP + 2);
    put16(&made, made.l4 + TCP, 0);
    put16(&made, made.l4 + TCP, right_sum(&made)); /* the payload takes up what the sum lacks */
    g_assert_cmphex(right_sum(&made), ==, 0);
    put16(&made, made.l4 + TCP_SUM, 0);
    g_assert_cmpint(read_only(&made)->l4_checksum, ==, WT_CHECKSUM_VALID);
    put16(&made, made.l4 + TCP_SUM, 0xffff);
    g_assert_cmpint(read_only(&made)->l4_checksum, ==, WT_CHECKSUM_VALID);
    g_assert_cmphex(read_only(&made)->l4_checksum_expected, ==, 0);
    g_byte_array_free(made.bytes, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checksum/sum", test_sum);
    g_test_add_func("/checksum/sum-extremes", test_sum_extremes);
    g_test_add_func("/checksum/crc32c", test_crc32c);
    g_test_add_func("/checksum/states", test_states);
    g_test_add_func("/checksum/big-tcp", test_big_tcp);
    g_test_add_func("/checksum/jumbo-cut", test_jumbo_cut);
    g_test_add_func("/checksum/trailers", test_trailers);
    g_test_add_func("/checksum/short-length", test_short_length);
    g_test_add_func("/checksum/ip-expected", test_ip_expected);
    g_test_add_func("/checksum/zero", test_zero);
    return g_test_run();
}
