/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that remove or rewrite the window scale option of one direction. */
#include "window_story.h"

/* The client sends what the raw window allows and waits; the server acknowledges with its scaled windows. */
static void crawl(struct talk *talk, struct start at, uint16_t client_window)
{
    uint32_t seq = at.client;
    send_window(talk, 1, at.server, seq, 0, 502);
    for (unsigned i = 0; i < 4; i++) {
        send_window(talk, 0, seq, at.server, 502, client_window);
        seq += 502;
        send_window(talk, 1, at.server, seq, 0, 502);
    }
}

/* Seen from where the SYN/ACK lost its option. */
static void test_stripped_client(gconstpointer version)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(starts); i++) {
        struct talk talk;
        open_talk(&talk, version, starts[i], 7, WT_SCALE_NONE, SYN_WINDOW);
        crawl(&talk, starts[i], SYN_WINDOW);
        g_assert_cmpuint(count(&talk, WT_FINDING_WINDOW_SCALE_STRIPPED), ==, 1);
        g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_ERROR);
        g_assert_cmpuint(count(&talk, WT_FINDING_WINDOW_RETRACTED), ==, 0);
        talk_close(&talk);
    }
}

/* Seen from where both options are there: the client's raw window is that of its SYN. */
static void test_stripped_server(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], 7, 7, SYN_WINDOW);
    crawl(&talk, starts[0], SYN_WINDOW);
    g_assert_cmpuint(count(&talk, WT_FINDING_WINDOW_SCALE_STRIPPED), ==, 1);
    g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_ERROR);
    talk_close(&talk);
}

/* The same small messages where both scale as they say: 502 bytes by chance. */
static void test_not_stripped(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], 7, 7, 502);
    crawl(&talk, starts[0], 502);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_NOTE);
    talk_close(&talk);
    /* The server declines and keeps its window. */
    open_talk(&talk, version, starts[0], 7, WT_SCALE_NONE, SYN_WINDOW);
    send_window(&talk, 0, 1000, 5000, 502, SYN_WINDOW);
    send_window(&talk, 1, 5000, 1502, 0, SYN_WINDOW);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* The client counts the server's windows (raw 4, shift 14) with shift 7, as a SYN proxy told it. */
static void fill(struct talk *talk, struct start at, uint32_t size, uint16_t flags, unsigned times)
{
    send_window(talk, 1, at.server, at.client, 0, 4);
    for (unsigned i = 0; i < times; i++) {
        struct wt_packet packet =
            talk_tcp(talk, 0, WT_TCP_ACK | flags, at.client + i * size, at.server, size);
        packet.tcp.window = 502;
        talk_send(talk, &packet);
        send_window(talk, 1, at.server, at.client + (i + 1) * size, 0, 4);
    }
}

static unsigned count_other_shift(gconstpointer version, struct start at, int16_t server, uint32_t size,
                                  uint16_t flags, unsigned times)
{
    struct talk talk;
    open_talk(&talk, version, at, 7, server, 502);
    fill(&talk, at, size, flags, times);
    unsigned found = count(&talk, WT_FINDING_WINDOW_SCALE_STRIPPED);
    if (found)
        g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_ERROR);
    else
        g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
    return found;
}

static void test_other_shift(gconstpointer version)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(starts); i++) {
        g_assert_cmpuint(count_other_shift(version, starts[i], 14, 512, 0, 20), ==, 1);
        g_assert_cmpuint(count_other_shift(version, starts[i], 14, 512, 0, 15), ==, 0); /* not often enough */
        g_assert_cmpuint(count_other_shift(version, starts[i], 7, 512, 0, 20), ==, 0);  /* it is that shift */
        g_assert_cmpuint(count_other_shift(version, starts[i], 14, 500, 0, 20), ==, 0); /* it fills nothing */
        g_assert_cmpuint(count_other_shift(version, starts[i], 14, 512, WT_TCP_PSH, 20), ==,
                         0); /* messages: there was no more to send */
    }
}

/* The client's SYN says shift 0 where the server sees it, and its windows are those of shift 7. */
static unsigned count_rewritten(gconstpointer version, uint16_t window, uint32_t size)
{
    struct talk talk;
    const struct start at = starts[0];
    open_talk(&talk, version, at, 0, 7, window);
    for (unsigned i = 0; i < 20; i++) {
        send_window(&talk, 1, at.server + i * size, at.client, size, 502);
        send_window(&talk, 0, at.client, at.server + (i + 1) * size, 0, window);
    }
    unsigned found = count(&talk, WT_FINDING_WINDOW_SCALE_STRIPPED);
    if (found)
        g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_ERROR);
    talk_close(&talk);
    return found;
}

static void test_rewritten(gconstpointer version)
{
    g_assert_cmpuint(count_rewritten(version, 502, 502), ==, 1);
    g_assert_cmpuint(count_rewritten(version, 502, 400), ==, 0);
    g_assert_cmpuint(count_rewritten(version, 700, 700), ==, 0); /* small, but not its SYN's shifted */
    struct talk talk;
    open_talk(&talk, version, starts[0], 7, 0, SYN_WINDOW); /* the other direction */
    crawl(&talk, starts[0], SYN_WINDOW);
    const struct wt_finding *found = NULL;
    for (uint32_t number = 1; number <= talk.frame.number && !found; number++)
        found = talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_STRIPPED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->reason, ==, WT_REASON_SCALE_REWRITTEN);
    talk_close(&talk);
}

/* One packet at two points, with and without the option: the options themselves prove it. */
static void strip_between(gconstpointer version, uint16_t flags, enum wt_severity severity)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(&talk, 0, flags | WT_TCP_SYN, 999, flags ? 5000 : 0, 0);
    talk.frame.interface = 1;
    uint32_t whole = talk_send(&talk, &syn);
    talk.frame.interface = 2;
    syn.tcp.scale = WT_SCALE_NONE;
    const struct wt_finding *found =
        talk_found(&talk, talk_send(&talk, &syn), WT_FINDING_WINDOW_SCALE_STRIPPED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, severity);
    g_assert_cmpuint(found->value[0], ==, whole);
    g_assert_cmpuint(count(&talk, WT_FINDING_WINDOW_SCALE_CHANGED), ==, 0);
    talk_close(&talk);
}

static void test_stripped_between(gconstpointer version)
{
    strip_between(version, 0, WT_SEVERITY_WARN);
    strip_between(version, WT_TCP_ACK, WT_SEVERITY_ERROR);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("window/stripped/client", test_stripped_client);
    talk_add("window/stripped/server", test_stripped_server);
    talk_add("window/stripped/not", test_not_stripped);
    talk_add("window/stripped/other-shift", test_other_shift);
    talk_add("window/stripped/rewritten", test_rewritten);
    talk_add("window/stripped/between", test_stripped_between);
    return g_test_run();
}
