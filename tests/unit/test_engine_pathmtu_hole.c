/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Black holes seen from behind: full segments are missing at their receiver. */
#include <wiretruth/diagnosis.h>

#include "blackhole_story.h"

enum {
    LIMIT_V4 = 1460 - 12, /* MSS less time stamps: full segments */
    LIMIT_V6 = 1440 - 12,
    PIECE = 900, /* of who lowered its size */
};

static uint32_t limit(const struct talk *talk)
{
    return talk->version == 4 ? LIMIT_V4 : LIMIT_V6;
}

/* Bytes that are missing. */
static uint32_t hole(const struct talk *talk)
{
    return 3 * limit(talk);
}

static const struct story usual = {.size = 0};

/* The receiver asks for `ack`. */
static void ask(struct talk *talk, uint32_t ack)
{
    send_ack(talk, &usual, WT_TCP_ACK, ack);
}

static void wait(struct talk *talk, int64_t milliseconds)
{
    talk->frame.time += milliseconds * TALK_MS;
}

/* A flight of which only the short end arrives, after the handshake. */
static void open_hole(struct talk *talk, gconstpointer version)
{
    open_story(talk, version, &usual);
    send_data(talk, SERVER + hole(talk), SMALL, 1);
    ask(talk, SERVER);
}

static const struct wt_finding *found(const struct talk *talk)
{
    return talk_found(talk, talk->frame.number, WT_FINDING_PMTU_BLACK_HOLE);
}

static enum wt_confidence confidence(const struct talk *talk)
{
    const struct wt_case *c = wt_engine_case(talk->engine, 0);
    return c ? wt_engine_confidence(talk->engine, c) : WT_CONFIDENCE_NONE;
}

/* The short end is repeated, and what lies before it never comes. */
static void test_never(gconstpointer version)
{
    const uint32_t headers = GPOINTER_TO_UINT(version) == 4 ? 52 : 72;
    struct talk talk;
    open_hole(&talk, version);
    wait(&talk, 2900);
    send_data(&talk, SERVER + hole(&talk), SMALL, 1);
    g_assert_null(found(&talk));
    wait(&talk, 200);
    send_data(&talk, SERVER + hole(&talk), SMALL, 1);
    g_assert_nonnull(found(&talk));
    g_assert_cmpint(found(&talk)->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpint(found(&talk)->reason, ==, WT_REASON_LOST_MISSING);
    g_assert_cmpuint(found(&talk)->value[0], ==, limit(&talk) + headers);
    g_assert_cmpuint(found(&talk)->value[1], ==, SMALL + headers);
    const struct wt_case *c = wt_engine_case(talk.engine, 0);
    g_assert_true(wt_address_equal(&c->culprit, &talk.host[1]));
    g_assert_cmpint(confidence(&talk), ==, WT_CONFIDENCE_POSSIBLE);
    talk_close(&talk);
}

/* The hole is filled at last by pieces of `size` bytes. */
static void test_filled(gconstpointer version, int64_t after, uint32_t size, bool telling)
{
    struct talk talk;
    open_hole(&talk, version);
    wait(&talk, after);
    for (uint32_t at = 0; at < hole(&talk); at += size)
        send_data(&talk, SERVER + at, MIN(size, hole(&talk) - at), 1);
    ask(&talk, SERVER + hole(&talk) + SMALL);
    g_assert_cmpint(found(&talk) != NULL, ==, telling);
    talk_close(&talk);
}

/* Smaller pieces tell if they come late. Those that fit into the hole without rest are its own. */
static void test_smaller(gconstpointer version)
{
    const uint32_t own = GPOINTER_TO_UINT(version) == 4 ? LIMIT_V4 / 4U * 3U : LIMIT_V6 / 4U * 3U;
    const uint32_t piece = GPOINTER_TO_UINT(version) == 4 ? PIECE : PIECE + 300U;
    test_filled(version, 1500, piece, true);
    test_filled(version, 300, piece, false);
    if (own + 72 > 1280 || GPOINTER_TO_UINT(version) == 4)
        test_filled(version, 1500, own, false);
}

/* Plain loss: what was missing comes as it was, also after all was said. */
static void test_comes(gconstpointer version)
{
    for (unsigned said = 0; said < 2; said++) {
        struct talk talk;
        open_hole(&talk, version);
        wait(&talk, said ? 3100 : 1000);
        send_data(&talk, SERVER + hole(&talk), SMALL, 1);
        g_assert_cmpint(found(&talk) != NULL, ==, said);
        send_data(&talk, SERVER, limit(&talk), 1);
        ask(&talk, SERVER + limit(&talk));
        wait(&talk, 3100);
        send_data(&talk, SERVER + hole(&talk), SMALL, 1);
        g_assert_null(found(&talk));
        g_assert_cmpint(confidence(&talk), ==, WT_CONFIDENCE_NONE);
        talk_close(&talk);
    }
}

/* The capture lost it, since its receiver has it. */
static void test_missed(gconstpointer version)
{
    struct talk talk;
    open_hole(&talk, version);
    wait(&talk, 1500);
    ask(&talk, SERVER + hole(&talk) + SMALL);
    send_data(&talk, SERVER + hole(&talk) + SMALL, SMALL, 1);
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_NOTE));
    talk_close(&talk);
}

/* Full segments arrived before, in this connection or another. */
static void test_full_passed(gconstpointer version)
{
    const struct story elsewhere = {.full_elsewhere = true};
    struct talk talk;
    open_story(&talk, version, &elsewhere);
    send_data(&talk, SERVER + 3 * FULL, SMALL, 1);
    ask(&talk, SERVER);
    wait(&talk, 4000);
    send_data(&talk, SERVER + 3 * FULL, SMALL, 1);
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_NOTE));
    talk_close(&talk);
}

/* Nothing is heard but a reset; a small hole; a connection of which the beginning is missing. */
static void test_healthy(gconstpointer version)
{
    const struct story late = {.begun_late = true};
    struct talk talk;
    open_hole(&talk, version);
    wait(&talk, 4000);
    talk_send_tcp(&talk, 1, WT_TCP_RST | WT_TCP_ACK, SERVER + hole(&talk) + SMALL, CLIENT, 0);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
    open_story(&talk, version, &usual);
    send_data(&talk, SERVER + SMALL, SMALL, 1);
    ask(&talk, SERVER);
    wait(&talk, 4000);
    send_data(&talk, SERVER + SMALL, SMALL, 1);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
    open_story(&talk, version, &late);
    send_data(&talk, SERVER, SMALL, 1);
    ask(&talk, SERVER + SMALL);
    send_data(&talk, SERVER + SMALL + hole(&talk), SMALL, 1);
    ask(&talk, SERVER + SMALL);
    wait(&talk, 4000);
    send_data(&talk, SERVER + SMALL + hole(&talk), SMALL, 1);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("hole/never", test_never);
    talk_add("hole/smaller", test_smaller);
    talk_add("hole/comes", test_comes);
    talk_add("hole/missed", test_missed);
    talk_add("hole/full-passed", test_full_passed);
    talk_add("hole/healthy", test_healthy);
    return g_test_run();
}
