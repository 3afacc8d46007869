/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Large packets that vanish, what only looks like it, and senders that find the size by trial. */
#include <wiretruth/diagnosis.h>

#include "blackhole_story.h"

static void test_black_hole(gconstpointer version)
{
    const struct story story = {.size = 0};
    struct talk talk;
    g_assert_true(play(&talk, version, &story));
    const struct wt_finding *found = talk_found(&talk, talk.frame.number, WT_FINDING_PMTU_BLACK_HOLE);
    uint32_t headers = talk.version == 4 ? 52 : 72;
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
    g_assert_cmpuint(found->value[0], ==, FULL + headers);
    g_assert_cmpuint(found->value[1], ==, SMALL + headers);
    g_assert_cmpuint(found->value[2], ==, talk.version == 4 ? 1476 : 1492);
    talk_close(&talk);
}

/* Each further copy that vanishes is told too, and the table knows the bracket. */
static void test_afterwards(gconstpointer version)
{
    const struct story story = {.size = 0};
    struct talk talk;
    struct wt_path_state state;
    g_assert_true(play(&talk, version, &story));
    uint32_t headers = talk.version == 4 ? 52 : 72;
    uint32_t again = send_data(&talk, SERVER + SMALL, FULL, 1);
    g_assert_nonnull(talk_found(&talk, again, WT_FINDING_PMTU_BLACK_HOLE));
    g_assert_cmpuint(talk_related(&talk, again, WT_RELATION_ORIGINAL), ==, 6);
    g_assert_true(wt_engine_path(talk.engine, 0, &talk.host[1], &talk.host[0], &state));
    g_assert_cmpint(state.verdict, ==, WT_PATH_BLACK_HOLE);
    g_assert_cmpuint(state.passed, ==, SMALL + headers);
    g_assert_cmpuint(state.lost, ==, FULL + headers);
    talk_close(&talk);
}

static void test_one_way(gconstpointer version)
{
    check(version, &(struct story){.one_way = true}, true);
    check(version, &(struct story){.one_way = true, .dead = true}, false);
    check(version, &(struct story){.one_way = true, .full_passed = true}, false);
}

static void test_reset(gconstpointer version)
{
    struct talk talk;
    const struct story story = {.reset = true};
    g_assert_true(play(&talk, version, &story));
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_ERROR));
    talk_close(&talk);
}

static void test_no_black_hole(gconstpointer version)
{
    check(version, &(struct story){.dead = true}, false);
    check(version, &(struct story){.full_passed = true}, false);
    check(version, &(struct story){.full_elsewhere = true}, false);
    check(version, &(struct story){.none_smaller = true, .begun_late = true}, false);
    check(version, &(struct story){.closed = true}, false);
    check(version, &(struct story){.reported = true}, false);
    check(version, &(struct story){.size = GPOINTER_TO_UINT(version) == 4 ? 500 : 1200}, false);
}

/* Captured on all interfaces at once each frame comes twice, which is no retransmission. */
static void test_copies(gconstpointer version)
{
    const struct story story = {.size = 0};
    struct talk talk;
    open_story(&talk, version, &story);
    send_data(&talk, SERVER, SMALL, 1);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER + SMALL);
    const struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER + SMALL, CLIENT, FULL);
    for (unsigned i = 0; i < 5; i++) {
        talk_send(&talk, &packet);
        talk.frame.time -= TALK_MS - 10;
    }
    talk.frame.time += 2000 * (int64_t)TALK_MS;
    send_ack(&talk, &story, WT_TCP_ACK, SERVER + SMALL);
    for (uint32_t number = 1; number <= talk.frame.number; number++)
        g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_BLACK_HOLE));
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Loss: the segment gets through the third time. */
static void test_loss(gconstpointer version)
{
    const struct story story = {.size = 0};
    struct talk talk;
    open_story(&talk, version, &story);
    send_data(&talk, SERVER, SMALL, 1);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER + SMALL);
    send_stalled(&talk, SERVER + SMALL, FULL, 3);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER + SMALL);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER + SMALL + FULL);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static bool is_shown(const struct talk *talk)
{
    for (uint32_t number = 1; number <= talk->frame.number; number++) {
        const struct wt_finding *found = talk_found(talk, number, WT_FINDING_PMTU_BLACK_HOLE);
        if (found && found->shown)
            return true;
    }
    return false;
}

/* An outage: the segment was said to vanish, and arrives at last as it is. Nothing of it stays. */
static void test_outage(gconstpointer version)
{
    const struct story story = {.size = 0};
    struct talk talk;
    struct wt_path_state state = {.verdict = WT_PATH_BLACK_HOLE};
    g_assert_true(play(&talk, version, &story));
    const struct wt_case *accused = wt_engine_case(talk.engine, 0);
    g_assert_cmpint(wt_engine_confidence(talk.engine, accused), >=, WT_CONFIDENCE_LIKELY);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER + SMALL + FULL);
    g_assert_false(is_shown(&talk));
    g_assert_cmpint(wt_engine_confidence(talk.engine, accused), ==, WT_CONFIDENCE_NONE);
    g_assert_cmpuint(accused->contradicting, ==, 1);
    g_assert_true(wt_engine_path(talk.engine, 0, &talk.host[1], &talk.host[0], &state));
    g_assert_cmpint(state.verdict, ==, WT_PATH_NOTHING);
    talk_close(&talk);
}

/* The first data is large, and its small last piece is acknowledged selectively. */
static void test_sacked_tail(gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    struct talk talk;
    open_story(&talk, version, &story);
    send_data(&talk, SERVER, FULL, 1);
    send_data(&talk, SERVER + FULL, SMALL, 1);
    send_stalled(&talk, SERVER, FULL, 4);
    struct wt_packet sack = talk_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER, 0);
    sack.tcp.sacks = 1;
    sack.tcp.sack[0].left = SERVER + FULL;
    sack.tcp.sack[0].right = SERVER + FULL + SMALL;
    uint32_t number = talk_send(&talk, &sack);
    g_assert_cmpint(talk_found(&talk, number, WT_FINDING_PMTU_BLACK_HOLE)->severity, ==, WT_SEVERITY_ERROR);
    talk_close(&talk);
}

/* The same, but a full segment is acknowledged selectively: plain loss, however long. */
static void test_sacked_full(gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    struct talk talk;
    open_story(&talk, version, &story);
    send_data(&talk, SERVER, FULL, 1);
    send_data(&talk, SERVER + FULL, FULL, 1);
    send_data(&talk, SERVER + 2 * FULL, SMALL, 1);
    send_stalled(&talk, SERVER, FULL, 4);
    struct wt_packet sack = talk_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER, 0);
    sack.tcp.sacks = 1;
    sack.tcp.sack[0].left = SERVER + FULL;
    sack.tcp.sack[0].right = SERVER + 2 * FULL + SMALL;
    talk_send(&talk, &sack);
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_WARN));
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("blackhole/black-hole", test_black_hole);
    talk_add("blackhole/afterwards", test_afterwards);
    talk_add("blackhole/one-way", test_one_way);
    talk_add("blackhole/reset", test_reset);
    talk_add("blackhole/no-black-hole", test_no_black_hole);
    talk_add("blackhole/copies", test_copies);
    talk_add("blackhole/loss", test_loss);
    talk_add("blackhole/outage", test_outage);
    talk_add("blackhole/sacked-tail", test_sacked_tail);
    talk_add("blackhole/sacked-full", test_sacked_full);
    return g_test_run();
}
