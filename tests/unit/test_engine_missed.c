/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the capture lost, what stands in the wrong place, and connections of one direction. */
#include "talk.h"

enum {
    SERVER = 5000,
    CLIENT = 1000,
    SIZE = 1000,
};

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(talk, CLIENT, SERVER);
}

static uint32_t send_data(struct talk *talk, uint32_t segment)
{
    return talk_send_tcp(talk, 1, WT_TCP_ACK, SERVER + segment * SIZE, CLIENT, SIZE);
}

static uint32_t send_ack(struct talk *talk, uint32_t segments)
{
    return talk_send_tcp(talk, 0, WT_TCP_ACK, CLIENT, SERVER + segments * SIZE, 0);
}

static void wait_long(struct talk *talk)
{
    talk->frame.time += 50 * (int64_t)TALK_MS;
}

/* A hole that is acknowledged and never filled, told on the acknowledgement; in the next round, too, when nothing came
 * behind it. */
static void test_missed(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_data(&talk, 0);
    send_data(&talk, 2); /* 1 is missing */
    uint32_t ack = send_ack(&talk, 3);
    g_assert_null(talk_found(&talk, ack, WT_FINDING_CAPTURE_MISSED));
    wait_long(&talk);
    send_data(&talk, 3);
    const struct wt_finding *found = talk_found(&talk, ack, WT_FINDING_CAPTURE_MISSED);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[0], ==, SIZE);
    ack = send_ack(&talk, 6); /* 4 and 5 are missing */
    wait_long(&talk);
    send_data(&talk, 6);
    found = talk_found(&talk, ack, WT_FINDING_CAPTURE_MISSED);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[0], ==, (uint64_t)2 * SIZE);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static unsigned count(const struct talk *talk, enum wt_finding_id id)
{
    unsigned found = 0;
    for (uint32_t number = 1; number <= talk->frame.number; number++)
        found += talk_found(talk, number, id) != NULL;
    return found;
}

/* What the network lost comes again, in one piece or in two, before it is acknowledged. */
static void test_lost(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_data(&talk, 0);
    send_data(&talk, 2);
    send_ack(&talk, 1);
    wait_long(&talk);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER + SIZE, CLIENT, SIZE / 2);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER + SIZE + SIZE / 2, CLIENT, SIZE / 2);
    send_ack(&talk, 3);
    wait_long(&talk);
    send_data(&talk, 3);
    send_data(&talk, 5); /* and what is not acknowledged at all */
    send_ack(&talk, 4);
    wait_long(&talk);
    send_data(&talk, 6);
    g_assert_cmpuint(count(&talk, WT_FINDING_CAPTURE_MISSED), ==, 0);
    g_assert_cmpuint(count(&talk, WT_FINDING_CAPTURE_DISORDERED), ==, 0);
    talk_close(&talk);
}

/* An acknowledgement in front of what it acknowledges: two queues, not a loss. */
static void test_behind_acknowledgement(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_data(&talk, 0);
    uint32_t ack = send_ack(&talk, 2);
    talk.frame.time += 30000 - TALK_MS;
    uint32_t data = send_data(&talk, 1);
    const struct wt_finding *found = talk_found(&talk, data, WT_FINDING_CAPTURE_DISORDERED);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[0], ==, ack);
    wait_long(&talk);
    send_data(&talk, 2);
    g_assert_cmpuint(count(&talk, WT_FINDING_CAPTURE_MISSED), ==, 0);
    talk_close(&talk);
}

/* Other sequence numbers, and one byte of a keep-alive, are no data that the capture missed. */
static void test_no_data(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_data(&talk, 0);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER + (1U << 30), 0);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER + SIZE + 1, 0);
    wait_long(&talk);
    send_data(&talk, 1);
    g_assert_cmpuint(count(&talk, WT_FINDING_CAPTURE_MISSED), ==, 0);
    talk_close(&talk);
}

static void test_time_backwards(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_data(&talk, 0);
    talk.frame.time -= 3 * (int64_t)TALK_MS;
    uint32_t back = send_data(&talk, 1);
    g_assert_nonnull(talk_found(&talk, back, WT_FINDING_CAPTURE_DISORDERED));
    talk.frame.interface++; /* another point has another clock */
    talk.frame.time -= 10 * (int64_t)TALK_MS;
    uint32_t other = send_data(&talk, 2);
    g_assert_null(talk_found(&talk, other, WT_FINDING_CAPTURE_DISORDERED));
    talk_close(&talk);
}

/* One direction: its acknowledgements move on, or it sends more than anybody without an answer. Told once. */
static void test_one_sided(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER, 0);
    g_assert_cmpuint(count(&talk, WT_FINDING_CAPTURE_ONE_SIDED), ==, 0);
    for (unsigned i = 1; i < 4; i++)
        send_ack(&talk, i);
    g_assert_cmpuint(count(&talk, WT_FINDING_CAPTURE_ONE_SIDED), ==, 1);
    talk_close(&talk);
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned i = 0; i < 100; i++)
        send_data(&talk, i);
    g_assert_cmpuint(count(&talk, WT_FINDING_CAPTURE_ONE_SIDED), ==, 1);
    talk_close(&talk);
}

/* Nobody answers: the first flight and its repeats are all there is. */
static void test_unanswered(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned i = 0; i < 10; i++)
        send_data(&talk, i);
    for (unsigned i = 0; i < 100; i++) {
        talk.frame.time += 200 * (int64_t)TALK_MS;
        send_data(&talk, 0);
    }
    g_assert_cmpuint(count(&talk, WT_FINDING_CAPTURE_ONE_SIDED), ==, 0);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("missed/missed", test_missed);
    talk_add("missed/lost", test_lost);
    talk_add("missed/behind-acknowledgement", test_behind_acknowledgement);
    talk_add("missed/no-data", test_no_data);
    talk_add("missed/time-backwards", test_time_backwards);
    talk_add("missed/one-sided", test_one_sided);
    talk_add("missed/unanswered", test_unanswered);
    return g_test_run();
}
