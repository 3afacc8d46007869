/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody else, or an older connection, sends in the name of an end, and what begins a connection anew. */
#include "talk.h"

static const struct {
    uint32_t client, server; /* next sequence numbers */
} starts[] = {{1000, 5000}, {UINT32_MAX - 700, UINT32_MAX - 40000}};

static uint32_t send_syn(struct talk *talk, unsigned from, uint16_t flags, uint32_t seq, uint32_t ack,
                         int16_t scale)
{
    struct wt_packet syn = talk_tcp(talk, from, flags | WT_TCP_SYN, seq, ack, 0);
    syn.tcp.scale = scale;
    syn.tcp.mss = 500;
    return talk_send(talk, &syn);
}

/* A connection with shifts of 7 in which both sides have sent 3000 bytes. */
static void run(struct talk *talk, gconstpointer version, unsigned start)
{
    const uint32_t client = starts[start].client, server = starts[start].server;
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(talk, client, server);
    for (uint32_t sent = 0; sent < 3000; sent += 1000) {
        talk_send_tcp(talk, 1, WT_TCP_ACK, server + sent, client + sent, 1000);
        talk_send_tcp(talk, 0, WT_TCP_ACK, client + sent, server + sent + 1000, 1000);
    }
    talk_send_tcp(talk, 1, WT_TCP_ACK, server + 3000, client + 3000, 0);
}

/* What the client's next segment says of the connection: its old shift, and `flight` bytes on their way. */
static void check_goes_on(struct talk *talk, unsigned start, uint32_t payload, uint32_t flight)
{
    const uint32_t client = starts[start].client, server = starts[start].server;
    uint32_t number = talk_send_tcp(talk, 0, WT_TCP_ACK, client + 3000, server + 3000, payload);
    g_assert_cmpint(talk_facts(talk, number)->window_scale, ==, 7);
    g_assert_cmpuint(talk_facts(talk, number)->flight, ==, flight);
    g_assert_null(talk_found(talk, number, WT_FINDING_MSS_EXCEEDED));
    g_assert_null(talk_found(talk, number, WT_FINDING_WINDOW_EXCEEDED));
}

/* One SYN with invented numbers, in the name of either end; the challenge that answers it has the old ones. */
static void forge_syn(gconstpointer version, unsigned start, unsigned from, uint16_t flags, uint32_t seq)
{
    const uint32_t client = starts[start].client, server = starts[start].server;
    struct talk talk;
    run(&talk, version, start);
    uint32_t number = send_syn(&talk, from, flags, seq, flags ? 77 : 0, 2);
    g_assert_cmpint(talk_facts(&talk, number)->scale_offer, ==, 2);
    g_assert_cmpint(talk_facts(&talk, number)->scale_offer_peer, ==, WT_OFFER_UNSEEN);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, WT_SCALE_NONE);
    talk_send_tcp(&talk, !from, WT_TCP_ACK, from ? client + 3000 : server + 3000,
                  from ? server + 3000 : client + 3000, 0);
    check_goes_on(&talk, start, 1000, 1000);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static void test_forged_syn(gconstpointer version)
{
    for (unsigned start = 0; start < G_N_ELEMENTS(starts); start++)
        for (unsigned from = 0; from < 2; from++) {
            forge_syn(version, start, from, 0, 3000000000U);
            forge_syn(version, start, from, 0, 0);
            forge_syn(version, start, from, WT_TCP_ACK, 3000000000U);
        }
}

/* A reset, and a segment of data, with invented numbers. */
static void test_forged_segment(gconstpointer version)
{
    for (unsigned start = 0; start < G_N_ELEMENTS(starts); start++) {
        struct talk talk;
        run(&talk, version, start);
        talk_send_tcp(&talk, 0, WT_TCP_RST, 3000000000U, 0, 0);
        talk_send_tcp(&talk, 0, WT_TCP_ACK, 3000000000U, 1000000000U, 100);
        talk_send_tcp(&talk, 1, WT_TCP_ACK, 2000000000U, 1500000000U, 100);
        check_goes_on(&talk, start, 1000, 1000);
        talk_send_tcp(&talk, 0, WT_TCP_ACK, 3000000000U, 1000000000U, 100);
        check_goes_on(&talk, start, 1000, 1000);
        talk_close(&talk);
    }
}

/* The numbers do change, for both sides: a connection whose SYN was not captured. */
static void test_other_numbers(gconstpointer version)
{
    struct talk talk;
    run(&talk, version, 0);
    uint32_t number = 0;
    for (uint32_t sent = 0; sent < 5000; sent += 1000) {
        number = talk_send_tcp(&talk, 1, WT_TCP_ACK, 3000000000U + sent, 2000000000U, 1000);
        talk_send_tcp(&talk, 0, WT_TCP_ACK, 2000000000U, 3000000000U + sent + 1000, 0);
    }
    g_assert_cmpuint(talk_facts(&talk, number)->flight, ==, 1000);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* 20 MiB that the capture missed do not end a connection: it scales as before. */
static void test_gap(gconstpointer version)
{
    struct talk talk;
    run(&talk, version, 0);
    const uint32_t server = starts[0].server + (20U << 20), client = starts[0].client + 3000;
    for (uint32_t sent = 0; sent < 5000; sent += 1000) {
        talk_send_tcp(&talk, 1, WT_TCP_ACK, server + sent, client, 1000);
        talk_send_tcp(&talk, 0, WT_TCP_ACK, client, server + sent + 1000, 0);
    }
    g_assert_cmpuint(talk_facts(&talk, talk.frame.number - 1)->flight, ==, 1000);
    g_assert_cmpint(talk_facts(&talk, talk.frame.number)->window_scale, ==, 7);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* --- a new connection between the same ports --- */

enum {
    REUSE_CLIENT = 1300000000,
    REUSE_SERVER = 2000000000,
};

/* What its client's first data say: the new shift, or that of a handshake of which only one half was captured. */
static void check_anew(struct talk *talk, int scale)
{
    uint32_t number = talk_send_tcp(talk, 0, WT_TCP_ACK, REUSE_CLIENT + 1, REUSE_SERVER + 1, 400);
    g_assert_cmpint(talk_facts(talk, number)->window_scale, ==, scale);
    g_assert_cmpint(talk_facts(talk, number)->scale_offer, ==, scale == WT_SCALE_NONE ? 2 : scale);
}

static void test_reuse(gconstpointer version)
{
    for (unsigned start = 0; start < G_N_ELEMENTS(starts); start++)
        for (unsigned challenged = 0; challenged < 2; challenged++) {
            struct talk talk;
            run(&talk, version, start);
            send_syn(&talk, 0, 0, REUSE_CLIENT, 0, 2);
            if (challenged) { /* the server still knows the old one, is told otherwise, and gets the SYN again */
                talk_send_tcp(&talk, 1, WT_TCP_ACK, starts[start].server + 3000, starts[start].client + 3000,
                              0);
                talk_send_tcp(&talk, 0, WT_TCP_RST, starts[start].client + 3000, 0, 0);
                send_syn(&talk, 0, 0, REUSE_CLIENT, 0, 2);
            }
            send_syn(&talk, 1, WT_TCP_ACK, REUSE_SERVER, REUSE_CLIENT + 1, 3);
            check_anew(&talk, 2);
            talk_close(&talk);
        }
}

/* Of the new connection one direction, or no SYN/ACK, was captured. */
static void test_reuse_one_sided(gconstpointer version)
{
    struct talk talk;
    run(&talk, version, 0);
    send_syn(&talk, 0, 0, REUSE_CLIENT, 0, 2);
    check_anew(&talk, WT_SCALE_NONE);
    talk_close(&talk);
    run(&talk, version, 0);
    send_syn(&talk, 0, 0, REUSE_CLIENT, 0, 2);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, REUSE_SERVER + 1, REUSE_CLIENT + 1, 100);
    check_anew(&talk, WT_SCALE_NONE);
    talk_close(&talk);
    run(&talk, version, 0);
    send_syn(&talk, 1, WT_TCP_ACK, REUSE_SERVER, REUSE_CLIENT + 1, 3);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, REUSE_CLIENT + 1, REUSE_SERVER + 1, 0);
    uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, REUSE_SERVER + 1, REUSE_CLIENT + 1, 100);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 3);
    talk_close(&talk);
}

/* The first data in the SYN itself (RFC 7413). */
static void test_reuse_fast_open(gconstpointer version)
{
    struct talk talk;
    run(&talk, version, 0);
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, REUSE_CLIENT, 0, 200);
    syn.tcp.scale = 2;
    talk_send(&talk, &syn);
    send_syn(&talk, 1, WT_TCP_ACK, REUSE_SERVER, REUSE_CLIENT + 201, 3);
    uint32_t number = talk_send_tcp(&talk, 0, WT_TCP_ACK, REUSE_CLIENT + 201, REUSE_SERVER + 1, 400);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 2);
    g_assert_cmpuint(talk_facts(&talk, number)->flight, ==, 400);
    talk_close(&talk);
}

/* A forged SYN, and then a segment that follows it, while the old numbers go on. */
static void test_forged_pair(gconstpointer version)
{
    struct talk talk;
    run(&talk, version, 0);
    send_syn(&talk, 0, 0, REUSE_CLIENT, 0, 2);
    check_goes_on(&talk, 0, 1000, 1000);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, REUSE_CLIENT + 1, REUSE_SERVER, 100);
    check_goes_on(&talk, 0, 1000, 1000);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("stranger/forged-syn", test_forged_syn);
    talk_add("stranger/forged-segment", test_forged_segment);
    talk_add("stranger/forged-pair", test_forged_pair);
    talk_add("stranger/other-numbers", test_other_numbers);
    talk_add("stranger/gap", test_gap);
    talk_add("stranger/reuse", test_reuse);
    talk_add("stranger/reuse-one-sided", test_reuse_one_sided);
    talk_add("stranger/reuse-fast-open", test_reuse_fast_open);
    return g_test_run();
}
