/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Super-frames cut at the wrong size, seen at the sender, on the wire and at the receiver. The stack asks for
 * ASKED payload bytes, the NIC cuts at WRONG.
 */
#include "talk.h"

enum {
    CLIENT = 1000,
    ASKED = 1408, /* the client's MSS less time stamps */
    WRONG = 1420,
    REST = 2 * ASKED - WRONG,
};

static const uint32_t SERVER = 0xfffffc00; /* everything below crosses the wrap */

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(talk, 0, WT_TCP_SYN, CLIENT - 1, 0, 0);
    syn.tcp.mss = ASKED + 12;
    talk_send(talk, &syn);
    talk_send_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, SERVER - 1, CLIENT, 0);
    talk_send_tcp(talk, 0, WT_TCP_ACK, CLIENT, SERVER, 0);
    talk->id = 100;
}

static struct wt_packet data(struct talk *talk, uint32_t seq, uint32_t payload)
{
    return talk_tcp(talk, 1, WT_TCP_ACK, seq, CLIENT, payload);
}

static const struct wt_finding *send(struct talk *talk, uint32_t seq, uint32_t payload)
{
    const struct wt_packet packet = data(talk, seq, payload);
    return talk_found(talk, talk_send(talk, &packet), WT_FINDING_SEGMENTATION_WRONG);
}

static struct wt_packet send_super(struct talk *talk, uint32_t seq, unsigned segments)
{
    struct wt_packet super = data(talk, seq, segments * ASKED);
    super.l4_checksum = WT_CHECKSUM_PARTIAL;
    talk_send(talk, &super);
    talk->id = (uint16_t)(super.id + segments);
    return super;
}

/* --- at the sender --- */

static void test_by_report(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet super = send_super(&talk, SERVER, 2);
    struct wt_packet piece = data(&talk, SERVER, WRONG);
    piece.id = super.id;
    uint32_t report = talk_report(&talk, 0, piece.l3_len - WRONG + ASKED, &piece);
    const struct wt_finding *found = talk_found(&talk, report, WT_FINDING_SEGMENTATION_WRONG);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
    g_assert_cmpuint(found->value[0], ==, WRONG);
    g_assert_cmpuint(found->value[1], ==, ASKED);
    g_assert_null(talk_found(&talk, report, WT_FINDING_PMTU_MERGED_QUOTE));
    talk_close(&talk);
}

/* The path is narrower than the MSS says: the second piece of a NIC that cuts right is refused. */
static void test_report_of_right_piece(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet super = send_super(&talk, SERVER, 2);
    struct wt_packet piece = data(&talk, SERVER + ASKED, ASKED);
    piece.id = super.id + 1;
    uint32_t report = talk_report(&talk, 0, 1300, &piece);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), >, 0);
    talk_close(&talk);
}

static const struct wt_finding *send_sack(struct talk *talk, uint32_t ack, uint32_t left, uint32_t right)
{
    struct wt_packet packet = talk_tcp(talk, 0, WT_TCP_ACK, CLIENT, ack, 0);
    packet.tcp.sacks = 1;
    packet.tcp.sack[0].left = left;
    packet.tcp.sack[0].right = right;
    return talk_found(talk, talk_send(talk, &packet), WT_FINDING_SEGMENTATION_WRONG);
}

static void test_by_sack(gconstpointer version)
{
    static const enum wt_severity expected[] = {WT_SEVERITY_NOTE, WT_SEVERITY_WARN, WT_SEVERITY_ERROR};
    struct talk talk;
    open_talk(&talk, version);
    for (unsigned i = 0; i < 3; i++) {
        uint32_t seq = SERVER + i * 2 * ASKED;
        send_super(&talk, seq, 2);
        const struct wt_finding *found = send_sack(&talk, SERVER, seq + WRONG, seq + 2 * ASKED);
        g_assert_nonnull(found);
        g_assert_cmpint(found->severity, ==, expected[i]);
        g_assert_cmpuint(found->value[0], ==, WRONG);
    }
    talk_close(&talk);
}

static void test_sack_at_boundary(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_super(&talk, SERVER, 4);
    g_assert_null(send_sack(&talk, SERVER, SERVER + ASKED, SERVER + 2 * ASKED));
    g_assert_null(send_sack(&talk, SERVER, SERVER + 3 * ASKED, SERVER + 4 * ASKED));
    talk_close(&talk);
}

/* --- on the wire --- */

static void test_by_train(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    g_assert_null(send(&talk, SERVER, WRONG));
    const struct wt_finding *first = send(&talk, SERVER + WRONG, REST);
    g_assert_nonnull(first);
    g_assert_cmpint(first->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpuint(first->value[0], ==, WRONG);
    g_assert_cmpuint(first->value[1], ==, ASKED);
    talk_close(&talk);
}

static void test_second_train(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send(&talk, SERVER, WRONG);
    send(&talk, SERVER + WRONG, REST);
    uint32_t seq = SERVER + 2 * ASKED;
    for (unsigned i = 0; i < 3; i++) /* a longer one: 4 x ASKED */
        g_assert_null(send(&talk, seq + i * WRONG, WRONG));
    const struct wt_finding *second = send(&talk, seq + 3 * WRONG, 4 * ASKED - 3 * WRONG);
    g_assert_nonnull(second);
    g_assert_cmpint(second->severity, ==, WT_SEVERITY_ERROR);
    talk_close(&talk);
}

/* A stack that ignores the MSS: full segments too large, alone as well, and no sum that fits. */
static void test_stack_at_fault(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    uint32_t seq = SERVER;
    for (unsigned i = 0; i < 40; i++) {
        struct wt_packet packet = data(&talk, seq, WRONG);
        packet.tcp.timestamp = i / 4;
        uint32_t number = talk_send(&talk, &packet);
        g_assert_null(talk_found(&talk, number, WT_FINDING_SEGMENTATION_WRONG));
        seq += WRONG;
    }
    g_assert_null(send(&talk, seq, 300));
    talk_close(&talk);
}

static void test_by_repeat(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    g_assert_null(send(&talk, SERVER, WRONG));
    g_assert_null(send(&talk, SERVER + WRONG, 4));
    const struct wt_finding *found = send(&talk, SERVER, ASKED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* --- at the receiver --- */

/* A super-frame of which only the shorter piece arrived; `missing` identifications before it. */
static const struct wt_finding *send_rest(struct talk *talk, uint32_t seq, unsigned missing)
{
    talk->id = (uint16_t)(talk->id + missing);
    return send(talk, seq + WRONG, REST);
}

static void test_by_hole(gconstpointer version)
{
    static const enum wt_severity v4[] = {WT_SEVERITY_WARN, WT_SEVERITY_WARN, WT_SEVERITY_ERROR,
                                          WT_SEVERITY_ERROR};
    static const enum wt_severity v6[] = {WT_SEVERITY_NOTE, WT_SEVERITY_WARN, WT_SEVERITY_WARN,
                                          WT_SEVERITY_ERROR};
    struct talk talk;
    open_talk(&talk, version);
    g_assert_null(send(&talk, SERVER, 200));
    for (unsigned i = 0; i < 4; i++) {
        const struct wt_finding *found = send_rest(&talk, SERVER + 200 + i * 2 * ASKED, 1);
        g_assert_nonnull(found);
        g_assert_cmpint(found->severity, ==, talk.version == 4 ? v4[i] : v6[i]);
        g_assert_cmpuint(found->value[0], ==, WRONG);
    }
    talk_close(&talk);
}

/* The same bytes missing, but in two packets, by their identifications. */
static void test_hole_of_two(void)
{
    struct talk talk;
    open_talk(&talk, GUINT_TO_POINTER(4));
    g_assert_null(send(&talk, SERVER, 200));
    g_assert_null(send_rest(&talk, SERVER + 200, 2));
    talk_close(&talk);
}

/* Plain loss of whole segments. */
static void test_loss(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    g_assert_null(send(&talk, SERVER, ASKED));
    uint32_t seq = SERVER + ASKED;
    for (unsigned lost = 1; lost < 6; lost++) {
        talk.id = (uint16_t)(talk.id + lost);
        seq += lost * ASKED;
        g_assert_null(send(&talk, seq, ASKED));
        seq += ASKED;
    }
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("cutting/by-report", test_by_report);
    talk_add("cutting/report-of-right-piece", test_report_of_right_piece);
    talk_add("cutting/by-sack", test_by_sack);
    talk_add("cutting/sack-at-boundary", test_sack_at_boundary);
    talk_add("cutting/by-train", test_by_train);
    talk_add("cutting/second-train", test_second_train);
    talk_add("cutting/stack-at-fault", test_stack_at_fault);
    talk_add("cutting/by-repeat", test_by_repeat);
    talk_add("cutting/by-hole", test_by_hole);
    g_test_add_func("/cutting/hole-of-two", test_hole_of_two);
    talk_add("cutting/loss", test_loss);
    return g_test_run();
}
