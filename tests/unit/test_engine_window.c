/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Window scaling, right edges and flight, across the sequence wrap too. */
#include "talk.h"

static void open_with_scales(struct talk *talk, gconstpointer version, int16_t client, int16_t server)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(talk, 0, WT_TCP_SYN, 999, 0, 0);
    struct wt_packet answer = talk_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0);
    syn.tcp.scale = client;
    answer.tcp.scale = server;
    talk_send(talk, &syn);
    talk_send(talk, &answer);
}

static void test_scale_in_force(gconstpointer version)
{
    struct talk talk;
    open_with_scales(&talk, version, 7, 3);
    g_assert_cmpint(talk_facts(&talk, 1)->window_scale, ==, WT_SCALE_NONE);
    struct wt_packet ack = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    ack.tcp.window = 100;
    uint32_t number = talk_send(&talk, &ack);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 7);
    g_assert_cmpuint(talk_facts(&talk, number)->right_edge, ==, 5000 + (100 << 7));
    ack = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 0);
    number = talk_send(&talk, &ack);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 3);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* What is left of the window after the data at hand; beyond it a negative number. Kept for later visits too. */
static void test_room(gconstpointer version)
{
    struct talk talk;
    open_with_scales(&talk, version, 0, 0);
    struct wt_packet ack = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    ack.tcp.window = 1000;
    talk_send(&talk, &ack);
    const struct wt_packet edge = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 64000);
    const uint32_t beyond = talk_send(&talk, &edge);
    const uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, 69000, 1000, 500);
    const uint32_t last = talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    g_assert_false(talk_facts(&talk, last)->has_room);
    g_assert_true(talk_facts(&talk, beyond)->has_room);
    g_assert_cmpint(talk_facts(&talk, beyond)->room, ==, 1000 - 64000);
    g_assert_cmpint(talk_facts(&talk, number)->room, ==, 1000 - 64500);
    talk_close(&talk);
}

static void test_scale_unknown(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 100);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_UNKNOWN));
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, WT_SCALE_NONE);
    g_assert_false(talk_facts(&talk, number)->has_right_edge);
    number = talk_send_tcp(&talk, 0, WT_TCP_ACK, 1, 101, 0);
    g_assert_null(talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_UNKNOWN));
    talk_close(&talk);
}

static void test_scale_declined(gconstpointer version)
{
    struct talk talk;
    open_with_scales(&talk, version, 7, WT_SCALE_NONE);
    g_assert_nonnull(talk_found(&talk, 2, WT_FINDING_WINDOW_SCALE_DECLINED));
    uint32_t number = talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 0);
    g_assert_cmpuint(talk_facts(&talk, number)->right_edge, ==, 5000 + 64240);
    talk_close(&talk);
}

/* The SYN/ACK answers the first SYN; the second one, which lost its options, changes nothing. */
static void test_scale_repeated_syn(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    talk_send(&talk, &syn);
    syn.tcp.scale = WT_SCALE_NONE;
    talk_send(&talk, &syn);
    talk_send_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0);
    uint32_t number = talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 7);
    talk_close(&talk);
}

static void test_scale_invalid(gconstpointer version)
{
    struct talk talk;
    open_with_scales(&talk, version, 15, 7);
    g_assert_nonnull(talk_found(&talk, 1, WT_FINDING_WINDOW_SCALE_INVALID));
    uint32_t number = talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 14);
    talk_close(&talk);

    open_with_scales(&talk, version, WT_SCALE_NONE, 7);
    g_assert_nonnull(talk_found(&talk, 2, WT_FINDING_WINDOW_SCALE_INVALID));
    talk_close(&talk);

    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet data = talk_tcp(&talk, 0, WT_TCP_ACK, 1, 1, 10);
    data.tcp.scale = 3;
    g_assert_nonnull(talk_found(&talk, talk_send(&talk, &data), WT_FINDING_WINDOW_SCALE_INVALID));
    g_assert_null(
        talk_found(&talk, talk_send(&talk, &data), WT_FINDING_WINDOW_SCALE_INVALID)); /* said once */
    talk_close(&talk);
}

static uint32_t send_window(struct talk *talk, unsigned from, uint32_t seq, uint32_t ack, uint16_t window)
{
    struct wt_packet packet = talk_tcp(talk, from, WT_TCP_ACK, seq, ack, 0);
    packet.tcp.window = window;
    return talk_send(talk, &packet);
}

static void exceed(gconstpointer version, uint32_t client, uint32_t server)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, client, server);
    uint32_t edge = server + (502 << 7); /* 64256 bytes */
    uint32_t seq = server;
    while ((int32_t)(seq + 1000 - edge) <= 128) {
        uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, seq, client, 1000);
        g_assert_null(talk_found(&talk, number, WT_FINDING_WINDOW_EXCEEDED));
        g_assert_cmpuint(talk_facts(&talk, number)->flight, ==, seq + 1000 - server);
        seq += 1000;
    }
    uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, seq, client, 1000);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_WINDOW_EXCEEDED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE);
    g_assert_cmpuint(found->value[0], ==, seq + 1000 - edge);
    /* The receiver's next acknowledgement grants no more than it did before: nothing can have granted this. */
    wt_engine_keep(talk.engine, true);
    number = talk_send_tcp(&talk, 1, WT_TCP_ACK, seq + 1000, client, 1000);
    send_window(&talk, 0, client, seq, (uint16_t)((edge - seq) >> 7));
    found = talk_found(&talk, number, WT_FINDING_WINDOW_EXCEEDED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* The receiver has granted that much by its next acknowledgement: perhaps in a frame that was not captured. */
static void test_exceeded_unseen(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    wt_engine_keep(talk.engine, true);
    talk_handshake(&talk, 1000, 5000);
    uint32_t edge = 5000 + (502 << 7), seq = 5000;
    for (; seq < edge + 2000; seq += 1000)
        talk_send_tcp(&talk, 1, WT_TCP_ACK, seq, 1000, 1000);
    g_assert_nonnull(talk_found(&talk, talk.frame.number, WT_FINDING_WINDOW_EXCEEDED));
    send_window(&talk, 0, 1000, seq, 502);
    g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* An acknowledgement that was overtaken on its way grants less, and proves nothing. */
static void test_exceeded_overtaken(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    wt_engine_keep(talk.engine, true);
    talk_handshake(&talk, 1000, 5000);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 1000);
    send_window(&talk, 0, 1000, 6000, 10);
    send_window(&talk, 1, 6000, 1000, 502);
    for (uint32_t seq = 6000; seq < 5000 + (502 << 7) + 2000; seq += 1000)
        talk_send_tcp(&talk, 1, WT_TCP_ACK, seq, 1000, 1000);
    g_assert_nonnull(talk_found(&talk, talk.frame.number, WT_FINDING_WINDOW_EXCEEDED));
    send_window(&talk, 0, 1000, 5000, 10);
    g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static void test_exceeded(gconstpointer version)
{
    exceed(version, 1000, 5000);
}

static void test_exceeded_across_wrap(gconstpointer version)
{
    exceed(version, UINT32_MAX - 10, UINT32_MAX - 3000);
}

static void test_zero_window_probe(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    uint32_t edge = 5000 + (502 << 7);
    uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, edge, 1000, 1);
    g_assert_null(talk_found(&talk, number, WT_FINDING_WINDOW_EXCEEDED));
    talk_close(&talk);
}

/* The receiver acknowledged data that was not captured: the frame that granted more may be missing as well. */
static void test_exceeded_with_gaps(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    struct wt_packet ack = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 25000, 0);
    ack.tcp.window = 10;
    talk_send(&talk, &ack);
    uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, 90000, 1000, 1000);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_WINDOW_EXCEEDED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* The same ports with a new ISN are a new connection: nothing of the old one counts. */
static void test_port_reuse(gconstpointer version)
{
    struct talk talk;
    open_with_scales(&talk, version, 7, 7);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 100);
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 70000000, 0, 0);
    syn.tcp.scale = 2;
    talk_send(&talk, &syn);
    talk_send_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 3000000000U, 70000001, 0);
    uint32_t number = talk_send_tcp(&talk, 0, WT_TCP_ACK, 70000001, 3000000001U, 0);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 2);
    g_assert_null(talk_found(&talk, talk_send_tcp(&talk, 1, WT_TCP_ACK, 3000000001U, 70000001, 500),
                             WT_FINDING_WINDOW_EXCEEDED));
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("window/scale/in-force", test_scale_in_force);
    talk_add("window/room", test_room);
    talk_add("window/scale/unknown", test_scale_unknown);
    talk_add("window/scale/declined", test_scale_declined);
    talk_add("window/scale/repeated-syn", test_scale_repeated_syn);
    talk_add("window/scale/invalid", test_scale_invalid);
    talk_add("window/exceeded", test_exceeded);
    talk_add("window/exceeded-across-wrap", test_exceeded_across_wrap);
    talk_add("window/exceeded-unseen", test_exceeded_unseen);
    talk_add("window/exceeded-overtaken", test_exceeded_overtaken);
    talk_add("window/zero-window-probe", test_zero_window_probe);
    talk_add("window/exceeded-with-gaps", test_exceeded_with_gaps);
    talk_add("window/port-reuse", test_port_reuse);
    return g_test_run();
}
