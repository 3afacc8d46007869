/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of segments with wrong sums: dropped, and so damaged; or taken, and so edited later. */
#include "talk.h"

/* Another sum for each packet, so that no two have anything in common. */
static struct wt_packet wrong(struct talk *talk, uint32_t seq, uint32_t number)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, seq, 1000, 1000);
    packet.l4_checksum = WT_CHECKSUM_BAD;
    packet.l4_checksum_expected = (uint16_t)(number * 7919 + 11);
    packet.l4_checksum_field = (uint16_t)(number * number * 31 + 40000);
    return packet;
}

static uint32_t send_wrong(struct talk *talk, uint32_t seq, uint32_t number)
{
    const struct wt_packet packet = wrong(talk, seq, number);
    return talk_send(talk, &packet);
}

static uint32_t send_right(struct talk *talk, uint32_t seq)
{
    return talk_send_tcp(talk, 1, WT_TCP_ACK, seq, 1000, 1000);
}

static void acknowledge(struct talk *talk, uint32_t ack)
{
    talk_send_tcp(talk, 0, WT_TCP_ACK, 1000, ack, 0);
}

static enum wt_severity severity_of(const struct talk *talk, uint32_t number)
{
    const struct wt_finding *found = talk_found(talk, number, WT_FINDING_CHECKSUM_CORRUPT);
    g_assert_nonnull(found);
    return found->severity;
}

static enum wt_reason reason_of(const struct talk *talk, uint32_t number)
{
    const struct wt_finding *found = talk_found(talk, number, WT_FINDING_CHECKSUM_CORRUPT);
    g_assert_nonnull(found);
    return found->reason;
}

static void open_flow(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(talk, 1000, 5000);
    send_right(talk, 5000);
    acknowledge(talk, 6000);
}

/* Damage is a Note until the segment comes again intact. */
static void test_repeated(gconstpointer version)
{
    struct talk talk;
    char text[200];
    open_flow(&talk, version);
    uint32_t damaged = send_wrong(&talk, 6000, 1);
    g_assert_cmpint(severity_of(&talk, damaged), ==, WT_SEVERITY_NOTE);
    g_assert_cmpint(reason_of(&talk, damaged), ==, WT_REASON_SUM_AWAITED);
    send_right(&talk, 7000);
    acknowledge(&talk, 6000);
    uint32_t again = send_right(&talk, 6000);
    g_assert_cmpint(severity_of(&talk, damaged), ==, WT_SEVERITY_WARN);
    g_assert_cmpuint(talk_found(&talk, again, WT_FINDING_CHECKSUM_CORRUPT)->about, ==,
                     damaged); /* the proof */
    g_assert_cmpuint(talk_related(&talk, again, WT_RELATION_ORIGINAL), ==, damaged);
    wt_finding_text(talk_found(&talk, damaged, WT_FINDING_CHECKSUM_CORRUPT), text, sizeof text);
    char *wanted = g_strdup_printf("intact when it was sent again, in frame %u", again);
    g_assert_nonnull(strstr(text, wanted));
    g_free(wanted);
    talk_close(&talk);
}

/* One cumulative acknowledgement, or a selective one, takes several: they were right on the wire. */
static void test_taken(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    uint32_t first = send_wrong(&talk, 6000, 1), second = send_wrong(&talk, 7000, 2);
    send_right(&talk, 8000);
    uint32_t sacked = send_wrong(&talk, 9000, 3);
    acknowledge(&talk, 8000);
    struct wt_packet ack = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 8000, 0);
    ack.tcp.sacks = 1;
    ack.tcp.sack[0].left = 9000;
    ack.tcp.sack[0].right = 10000;
    talk_send(&talk, &ack);
    send_right(&talk, 6000);
    send_right(&talk, 7000);
    send_right(&talk, 9000);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    g_assert_cmpint(reason_of(&talk, first), ==, WT_REASON_SUM_TAKEN);
    g_assert_cmpint(reason_of(&talk, second), ==, WT_REASON_SUM_TAKEN);
    g_assert_cmpint(reason_of(&talk, sacked), ==, WT_REASON_SUM_TAKEN);
    talk_close(&talk);
}

/* Where wrong sums were taken, a repetition has other reasons. */
static void test_taken_elsewhere(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    send_wrong(&talk, 6000, 1);
    send_wrong(&talk, 7000, 2);
    acknowledge(&talk, 8000);
    send_wrong(&talk, 8000, 3);
    talk.frame.time += 300 * (int64_t)TALK_MS;
    send_right(&talk, 8000);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Damaged each time, and never taken: something on the way does it. */
static void test_always(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    uint32_t number[4];
    for (unsigned i = 0; i < G_N_ELEMENTS(number); i++) {
        struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, 6000, 1000, 1000);
        packet.l4_checksum = WT_CHECKSUM_BAD;
        packet.l4_checksum_expected = (uint16_t)(i * 300 + 100); /* rewritten fields: a constant difference */
        packet.l4_checksum_field = (uint16_t)(i * 300 + 64);
        number[i] = talk_send(&talk, &packet);
        talk.frame.time += 300 * (int64_t)TALK_MS;
        acknowledge(&talk, 6000);
    }
    g_assert_cmpint(severity_of(&talk, number[2]), ==, WT_SEVERITY_WARN);
    g_assert_cmpint(severity_of(&talk, number[3]), ==, WT_SEVERITY_WARN);
    g_assert_cmpint(severity_of(&talk, number[0]), ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* What is seen damaged has not vanished. */
static void test_no_black_hole(gconstpointer version)
{
    for (unsigned cut = 0; cut < 2; cut++) {
        struct talk talk;
        open_flow(&talk, version);
        for (unsigned i = 0; i < 8; i++) {
            struct wt_packet packet = wrong(&talk, 6000, i);
            packet.l3_len += 400;
            packet.l4_len += 400;
            packet.payload_len += 400;
            packet.l4_checksum = cut ? WT_CHECKSUM_UNVERIFIABLE : packet.l4_checksum;
            packet.truncated = cut;
            talk_send(&talk, &packet);
            talk.frame.time += 300 * (int64_t)TALK_MS;
            acknowledge(&talk, 6000);
        }
        for (uint32_t number = 1; number <= talk.frame.number; number++)
            g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_BLACK_HOLE));
        talk_close(&talk);
    }
}

/* Captured whole and yet shorter than it says; a snapshot length is no such thing. */
static void test_cut(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, 6000, 1000, 1000);
    packet.truncated = true;
    packet.l4_checksum = WT_CHECKSUM_UNVERIFIABLE;
    const struct wt_finding *found = talk_found(&talk, talk_send(&talk, &packet), WT_FINDING_CAPTURE_EDITED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE);
    packet.tcp.seq += 1000;
    g_assert_null(talk_found(&talk, talk_send(&talk, &packet), WT_FINDING_CAPTURE_EDITED)); /* once */
    talk_close(&talk);
}

/* In the first fragment of a tunnel's packet the rest of the inner one is missing: it comes in the next. */
static void test_cut_by_fragment(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    struct wt_packet inner = talk_tcp(&talk, 1, WT_TCP_ACK, 6000, 1000, 1000);
    inner.truncated = true;
    inner.l4_checksum = WT_CHECKSUM_UNVERIFIABLE;
    struct wt_packet outer = talk_packet(&talk, 1, 17, 8, 960);
    outer.fragment = outer.more_fragments = true;
    const uint32_t number = talk_send_inside(&talk, &outer, &inner);
    g_assert_null(talk_found(&talk, number, WT_FINDING_CAPTURE_EDITED));
    talk_close(&talk);
}

/* A second picture of the packet, intact: damaged by what copied it, and no repetition. */
static void test_copy(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    struct wt_packet packet = wrong(&talk, 6000, 1);
    packet.id = 77;
    talk_send(&talk, &packet);
    talk.frame.time += 50000 - (int64_t)TALK_MS; /* 50 us later */
    packet.l4_checksum = WT_CHECKSUM_VALID;
    talk_send(&talk, &packet);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Data that its receiver had already got, damaged when they were sent again for nothing. */
static void test_spurious(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    send_right(&talk, 6000);
    uint32_t spurious = send_wrong(&talk, 6000, 1);
    acknowledge(&talk, 7000);
    g_assert_cmpint(reason_of(&talk, spurious), !=, WT_REASON_SUM_TAKEN);
    send_wrong(&talk, 7000, 2);
    talk.frame.time += 300 * (int64_t)TALK_MS;
    send_right(&talk, 7000);
    g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* The sequence number itself is damaged: its data are not known. */
static void test_number(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    uint32_t damaged = send_wrong(&talk, 6000 + (UINT32_C(1) << 30), 1);
    g_assert_cmpint(reason_of(&talk, damaged), ==, WT_REASON_SUM_NUMBER);
    acknowledge(&talk, 6000);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Of a bare segment nothing shows what became of it. */
static void test_bare(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    struct wt_packet packet = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 6000, 0);
    packet.l4_checksum = WT_CHECKSUM_BAD;
    g_assert_cmpint(severity_of(&talk, talk_send(&talk, &packet)), ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A datagram among many intact ones of its flow; among few nothing is known. */
static void test_datagram(gconstpointer version)
{
    struct talk talk;
    for (unsigned many = 0; many < 2; many++) {
        talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
        struct wt_packet packet = talk_packet(&talk, 0, WT_PROTO_UDP, 8, 500);
        for (unsigned i = 0; i < (many ? 20 : 4); i++)
            talk_send(&talk, &packet);
        packet.l4_checksum = WT_CHECKSUM_BAD;
        g_assert_cmpint(severity_of(&talk, talk_send(&talk, &packet)), ==,
                        many ? WT_SEVERITY_WARN : WT_SEVERITY_NOTE);
        talk_close(&talk);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("damage/repeated", test_repeated);
    talk_add("damage/taken", test_taken);
    talk_add("damage/taken/elsewhere", test_taken_elsewhere);
    talk_add("damage/always", test_always);
    talk_add("damage/no-black-hole", test_no_black_hole);
    talk_add("damage/cut", test_cut);
    talk_add("damage/cut-by-fragment", test_cut_by_fragment);
    talk_add("damage/copy", test_copy);
    talk_add("damage/spurious", test_spurious);
    talk_add("damage/number", test_number);
    talk_add("damage/bare", test_bare);
    talk_add("damage/datagram", test_datagram);
    return g_test_run();
}
