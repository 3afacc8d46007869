/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a NIC cut without mending its headers: UDP bursts, IPv6 super-frames; and sums that an editor wrote. */
#include "talk.h"

#include "engine/checksum/cause.h"

enum {
    PAYLOAD = 1312
};

/* A datagram whose UDP length is `claimed`, with the pseudo-header sum of `summed` bytes (0: right). */
static uint32_t send_piece(struct talk *talk, uint32_t claimed, uint32_t summed)
{
    uint8_t bytes[TALK_ETHERNET + 40 + 8 + PAYLOAD] = {0};
    struct wt_packet packet = talk_packet(talk, 0, WT_PROTO_UDP, 8, PAYLOAD);
    bytes[packet.l4_offset + 4] = (uint8_t)(claimed >> 8);
    bytes[packet.l4_offset + 5] = (uint8_t)claimed;
    if (summed) {
        packet.l4_checksum = claimed > packet.l4_len ? WT_CHECKSUM_UNVERIFIABLE : WT_CHECKSUM_BAD;
        packet.l4_checksum_field = wt_cause_pseudo(&packet, summed);
        packet.l4_checksum_expected = 0x1234;
    }
    talk->frame.bytes = bytes;
    uint32_t number = talk_send(talk, &packet);
    talk->frame.bytes = NULL;
    return number;
}

static void test_length(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    send_piece(&talk, 8 + PAYLOAD, 0);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t number = send_piece(&talk, 8 + 2 * PAYLOAD, 8 + 2 * PAYLOAD);
        const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_SEGMENTATION_WRONG);
        g_assert_nonnull(found);
        g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
    }
    talk_close(&talk);
}

/* The length alone takes as many datagrams as it counts; an editor's cut payloads do not add up. */
static void test_length_alone(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    send_piece(&talk, 8 + 2 * PAYLOAD, 99);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    send_piece(&talk, 8 + 2 * PAYLOAD, 99);
    g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_WARN);
    talk_close(&talk);
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned i = 0; i < 4; i++)
        send_piece(&talk, 8 + PAYLOAD + 100, 99);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Lengths mended, the sum not. */
static void test_sum(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    send_piece(&talk, 8 + PAYLOAD, 0);
    uint32_t first = send_piece(&talk, 8 + PAYLOAD, 8 + 5 * PAYLOAD);
    g_assert_null(talk_found(&talk, first, WT_FINDING_SEGMENTATION_WRONG));
    uint32_t second = send_piece(&talk, 8 + PAYLOAD, 8 + 5 * PAYLOAD);
    g_assert_nonnull(talk_found(&talk, second, WT_FINDING_SEGMENTATION_WRONG));
    talk_close(&talk);
}

/* Sums that fit no burst; a fragment, and a frame cut short, of which nothing is known. */
static void test_no_burst(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    send_piece(&talk, 8 + PAYLOAD, 0);
    send_piece(&talk, 8 + PAYLOAD, 8 + 5 * PAYLOAD + 1);
    send_piece(&talk, 8 + PAYLOAD, 8 + 5 * PAYLOAD + 1);
    struct wt_packet packet = talk_packet(&talk, 0, WT_PROTO_UDP, 8, PAYLOAD);
    uint8_t bytes[TALK_ETHERNET + 40 + 8 + PAYLOAD];
    memset(bytes, 0x22, sizeof bytes);
    talk.frame.bytes = bytes;
    packet.l4_checksum = WT_CHECKSUM_UNVERIFIABLE;
    packet.fragment = packet.more_fragments = true;
    talk_send(&talk, &packet);
    talk_send(&talk, &packet);
    packet.fragment = packet.more_fragments = false;
    packet.truncated = true;
    talk_send(&talk, &packet);
    talk_send(&talk, &packet);
    for (uint32_t number = 1; number <= talk.frame.number; number++)
        g_assert_null(talk_found(&talk, number, WT_FINDING_SEGMENTATION_WRONG));
    talk_close(&talk);
}

/* --- IPv6 cut as IPv4 --- */

/* A piece of the server's super-frame; with an IPv4 header's checksum in the source address if `written`. */
static uint32_t send_garbled(struct talk *talk, bool written, enum wt_checksum state)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, 5000, 1000, 1400);
    packet.length_zero = true;
    packet.l4_checksum = state;
    packet.l4_checksum_field = 0xd3b1;
    packet.l4_checksum_expected = 0x602c;
    if (written) {
        packet.src.bytes[2] = 0x8a;
        packet.src.bytes[3] = 0x60;
    }
    return talk_send(talk, &packet);
}

static void test_garbled(void)
{
    struct talk talk;
    talk_open(&talk, 6);
    talk_handshake(&talk, 1000, 5000);
    const struct wt_finding *found =
        talk_found(&talk, send_garbled(&talk, true, WT_CHECKSUM_BAD), WT_FINDING_CHECKSUM_CORRUPT);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpint(found->reason, ==, WT_REASON_SUM_GARBLED);
    talk_close(&talk);
}

/* A driver's own length 0; and an address that nobody is known by. */
static void test_not_garbled(void)
{
    struct talk talk;
    talk_open(&talk, 6);
    talk_handshake(&talk, 1000, 5000);
    send_garbled(&talk, false, WT_CHECKSUM_PARTIAL_NO_LENGTH);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk.host[1].bytes[15] ^= 8;
    send_garbled(&talk, true, WT_CHECKSUM_BAD);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* --- editors --- */

static uint32_t send_zero(struct talk *talk, unsigned from, uint16_t flags, uint32_t payload)
{
    struct wt_packet packet = talk_tcp(talk, from, flags, from ? 5000 : 1000, from ? 1000 : 5000, payload);
    packet.l4_checksum = WT_CHECKSUM_UNFILLED;
    return talk_send(talk, &packet);
}

/* Zero both ways, bare segments too; zero on the data of one side is what a driver leaves. */
static void test_zero(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    send_zero(&talk, 0, WT_TCP_SYN, 0);
    uint32_t both = send_zero(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 0);
    g_assert_nonnull(talk_found(&talk, both, WT_FINDING_CAPTURE_EDITED));
    uint32_t later = send_zero(&talk, 0, WT_TCP_ACK, 0);
    g_assert_null(talk_found(&talk, later, WT_FINDING_CAPTURE_EDITED)); /* once */
    g_assert_null(talk_found(&talk, later, WT_FINDING_CHECKSUM_UNFILLED));
    talk_close(&talk);
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    uint32_t data = send_zero(&talk, 1, WT_TCP_ACK, 1000);
    g_assert_nonnull(talk_found(&talk, data, WT_FINDING_CHECKSUM_UNFILLED));
    g_assert_null(talk_found(&talk, data, WT_FINDING_CAPTURE_EDITED));
    talk_close(&talk);
}

/* Partial sums of other addresses, among intact packets of the same host: field less length is constant. */
static void test_rewritten_partial(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    uint32_t number = 0;
    for (uint32_t i = 0, seq = 5000; i < 4; seq += 1000 - i * 100, i++) {
        struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, seq, 1000, 1000 - i * 100);
        packet.l4_checksum = WT_CHECKSUM_BAD;
        packet.l4_checksum_field = (uint16_t)(0x2000 + packet.l4_len);
        packet.l4_checksum_expected = (uint16_t)(i * 7919 + 3);
        number = talk_send(&talk, &packet);
        talk.frame.time += 300 * (int64_t)TALK_MS;
    }
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    g_assert_nonnull(talk_found(&talk, number - 1, WT_FINDING_CAPTURE_EDITED));
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("burst/length", test_length);
    talk_add("burst/length/alone", test_length_alone);
    talk_add("burst/sum", test_sum);
    talk_add("burst/none", test_no_burst);
    g_test_add_func("/garbled", test_garbled);
    g_test_add_func("/garbled/not", test_not_garbled);
    talk_add("edited/zero", test_zero);
    talk_add("edited/partial", test_rewritten_partial);
    return g_test_run();
}
