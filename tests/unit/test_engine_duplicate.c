/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of packets at one capture point, and what only looks like one. */
#include <wiretruth/diagnosis.h>

#include "talk.h"

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
}

/* Sends `packet` so many nanoseconds after the frame before it. */
static uint32_t send_after(struct talk *talk, const struct wt_packet *packet, int64_t nanoseconds)
{
    talk->frame.time += nanoseconds - TALK_MS;
    return talk_send(talk, packet);
}

static bool is_copy(const struct talk *talk, uint32_t number)
{
    const bool copy = talk_facts(talk, number)->copy;
    g_assert_true(copy == (talk_found(talk, number, WT_FINDING_CAPTURE_DUPLICATE) != NULL));
    return copy;
}

static void assert_copy_of(const struct talk *talk, uint32_t number, uint32_t original)
{
    g_assert_true(is_copy(talk, number));
    g_assert_cmpuint(talk_related(talk, number, WT_RELATION_ORIGINAL), ==, original);
    g_assert_cmpuint(talk_facts(talk, number)->wire_frames, ==, 0);
}

/* The identification tells, at any distance up to a retransmission time-out, behind a router too; with another
 * one, or later, it is a segment sent again. */
static void check_identification(int64_t apart)
{
    struct talk talk;
    open_talk(&talk, GUINT_TO_POINTER(4));
    talk.id = 700;
    struct wt_packet data = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 500);
    uint32_t first = talk_send(&talk, &data);
    g_assert_false(is_copy(&talk, first));
    assert_copy_of(&talk, send_after(&talk, &data, apart), first);
    data.ttl--;
    g_assert_true(is_copy(&talk, send_after(&talk, &data, 1000)));
    data.id++;
    g_assert_false(is_copy(&talk, send_after(&talk, &data, 1000)));
    g_assert_false(is_copy(&talk, send_after(&talk, &data, 250 * WT_MILLISECOND)));
    talk_close(&talk);
}

static void test_identification(void)
{
    static const int64_t apart[] = {1000, 30000, 2 * WT_MILLISECOND, 20 * WT_MILLISECOND,
                                    100 * WT_MILLISECOND};
    for (unsigned i = 0; i < G_N_ELEMENTS(apart); i++)
        check_identification(apart[i]);
}

/* 0 and 1 are no identification: the Linux of a SYN/ACK, and packet generators. */
static void test_no_identification(void)
{
    for (uint32_t id = 0; id < 2; id++) {
        struct talk talk;
        open_talk(&talk, GUINT_TO_POINTER(4));
        struct wt_packet data = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 500);
        data.id = id;
        talk_send(&talk, &data);
        g_assert_false(is_copy(&talk, send_after(&talk, &data, 30000)));
        talk_close(&talk);
    }
}

/* Without identification equal acknowledgements are duplicate acknowledgements, and an equal segment a moment later
 * may be a fast retransmission; but where SYNs come twice, 30 us apart, so does all else. */
static void test_by_syn(gconstpointer version)
{
    for (unsigned doubled = 0; doubled < 2; doubled++) {
        struct talk talk;
        open_talk(&talk, version);
        struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
        syn.has_id = false;
        talk_send(&talk, &syn);
        if (doubled)
            g_assert_true(is_copy(&talk, send_after(&talk, &syn, 30000)));
        struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 500);
        struct wt_packet ack = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5500, 0);
        data.has_id = ack.has_id = false;
        talk_send(&talk, &data);
        g_assert_cmpint(is_copy(&talk, send_after(&talk, &data, 30000)), ==, doubled);
        talk_send(&talk, &ack);
        g_assert_cmpint(is_copy(&talk, send_after(&talk, &ack, 30000)), ==, doubled);
        talk_send(&talk, &data);
        g_assert_false(is_copy(&talk, send_after(&talk, &data, 40 * (int64_t)TALK_MS)));
        talk_close(&talk);
    }
}

/* A capture that begins late: many equal segments, a third of all, tell as well. Single ones do not. */
static void test_by_share(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    unsigned copies = 0;
    for (uint32_t i = 0; i < 40; i++) {
        struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + 100 * i, 1000, 100);
        data.has_id = false;
        talk_send(&talk, &data);
        copies += is_copy(&talk, send_after(&talk, &data, 2000));
    }
    g_assert_cmpuint(copies, ==, 40 - 7);
    talk_close(&talk);
    open_talk(&talk, version);
    for (uint32_t i = 0; i < 40; i++) {
        struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + 100 * i, 1000, 100);
        data.has_id = false;
        talk_send(&talk, &data);
        if (i % 8 == 0)
            g_assert_false(is_copy(&talk, send_after(&talk, &data, 2000)));
    }
    talk_close(&talk);
}

/* One damaged picture and one that is not are two packets for whoever judges checksums. */
static void test_damaged(void)
{
    struct talk talk;
    open_talk(&talk, GUINT_TO_POINTER(4));
    talk.id = 700;
    struct wt_packet data = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 500);
    data.l4_checksum = WT_CHECKSUM_BAD;
    talk_send(&talk, &data);
    data.l4_checksum = WT_CHECKSUM_VALID;
    g_assert_false(is_copy(&talk, send_after(&talk, &data, 1000)));
    data.l4_checksum = WT_CHECKSUM_PARTIAL; /* in front of the NIC, and behind it */
    g_assert_true(is_copy(&talk, send_after(&talk, &data, 1000)));
    talk_close(&talk);
}

/* At another capture point it is no copy but a twin, see points/twin.c. */
static void test_other_point(void)
{
    struct talk talk;
    open_talk(&talk, GUINT_TO_POINTER(4));
    talk.id = 700;
    struct wt_packet data = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 500);
    talk_send(&talk, &data);
    talk.frame.interface++;
    g_assert_false(is_copy(&talk, send_after(&talk, &data, 1000)));
    talk_close(&talk);
}

/* The diagnosis takes more than a copy or two, which the network may have made. */
static void test_diagnosis(void)
{
    for (unsigned often = 0; often < 2; often++) {
        struct talk talk;
        open_talk(&talk, GUINT_TO_POINTER(4));
        talk.id = 700;
        for (uint32_t i = 0; i < 60; i++) {
            struct wt_packet data = talk_tcp(&talk, 0, WT_TCP_ACK, 1000 + i, 5000, 1);
            talk_send(&talk, &data);
            if (often || i == 30)
                g_assert_true(is_copy(&talk, send_after(&talk, &data, 1000)));
        }
        unsigned count = 0;
        const struct wt_case **cases = wt_engine_diagnoses(talk.engine, &count);
        bool said = false;
        for (unsigned i = 0; i < count; i++)
            said |= cases[i]->id == WT_DIAGNOSIS_CAPTURE_DUPLICATES;
        g_free(cases);
        g_assert_cmpint(said, ==, often);
        talk_close(&talk);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/duplicate/identification", test_identification);
    g_test_add_func("/duplicate/no-identification", test_no_identification);
    talk_add("duplicate/by-syn", test_by_syn);
    talk_add("duplicate/by-share", test_by_share);
    g_test_add_func("/duplicate/damaged", test_damaged);
    g_test_add_func("/duplicate/other-point", test_other_point);
    g_test_add_func("/duplicate/diagnosis", test_diagnosis);
    return g_test_run();
}
