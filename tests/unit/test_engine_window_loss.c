/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edges that move left, and devices that ignore window scaling. */
#include "window_story.h"

/* --- retracted --- */

static void test_retracted(gconstpointer version)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(starts); i++) {
        struct talk talk;
        const struct start at = starts[i];
        open_talk(&talk, version, at, 7, 7, 502);
        uint32_t granting = send_window(&talk, 0, at.client, at.server, 0, 510);
        send_window(&talk, 1, at.server, at.client, 1000, 502);
        uint32_t number = send_window(&talk, 0, at.client, at.server + 1000, 0, 500);
        const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_WINDOW_RETRACTED);
        g_assert_nonnull(found);
        g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE); /* harms nobody */
        g_assert_cmpuint(found->value[0], ==, 10 * 128 - 1000);
        g_assert_cmpuint(found->value[1], ==, granting);
        /* Told once: the next one is no further left. */
        g_assert_null(talk_found(&talk, send_window(&talk, 0, at.client, at.server + 1000, 0, 500),
                                 WT_FINDING_WINDOW_RETRACTED));
        talk_close(&talk);
    }
}

/* The server has sent 20 kB when the client takes its window back to 10 kB. Returns that frame's number; the
 * next bytes of the server are at at.server + 20000. */
static uint32_t take_back(struct talk *talk, gconstpointer version, struct start at)
{
    open_talk(talk, version, at, 7, 7, 502);
    wt_engine_keep(talk->engine, true);
    send_window(talk, 0, at.client, at.server, 0, 502);
    for (uint32_t sent = 0; sent < 20000; sent += 1000)
        send_window(talk, 1, at.server + sent, at.client, 1000, 502);
    return send_window(talk, 0, at.client, at.server + 1000, 0, 70); /* edge at 9960 */
}

static enum wt_severity severity_at(const struct talk *talk, uint32_t number, enum wt_finding_id id)
{
    const struct wt_finding *found = talk_found(talk, number, id);
    g_assert_nonnull(found);
    return found->severity;
}

/* What was on its way beyond the new edge is refused, and sent again. */
static void test_retracted_lost(gconstpointer version)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(starts); i++) {
        struct talk talk;
        const struct start at = starts[i];
        uint32_t number = take_back(&talk, version, at);
        send_window(&talk, 0, at.client, at.server + 9000, 0, 7);
        g_assert_cmpint(severity_at(&talk, number, WT_FINDING_WINDOW_RETRACTED), ==, WT_SEVERITY_NOTE);
        send_window(&talk, 1, at.server + 9000, at.client, 1000, 502);
        g_assert_cmpint(severity_at(&talk, number, WT_FINDING_WINDOW_RETRACTED), ==, WT_SEVERITY_WARN);
        talk_close(&talk);
    }
}

/* Beyond the edge and taken all the same; then a loss far behind it. */
static void test_retracted_taken(gconstpointer version)
{
    struct talk talk;
    uint32_t number = take_back(&talk, version, starts[0]);
    send_window(&talk, 0, 1000, 5000 + 15000, 0, 502);
    send_window(&talk, 1, 5000 + 15000, 1000, 1000, 502);
    g_assert_cmpint(severity_at(&talk, number, WT_FINDING_WINDOW_RETRACTED), ==, WT_SEVERITY_NOTE);
    g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A loss in front of the new edge is an ordinary one. */
static void test_retracted_other_loss(gconstpointer version)
{
    struct talk talk;
    uint32_t number = take_back(&talk, version, starts[0]);
    send_window(&talk, 0, 1000, 5000 + 3000, 0, 55);
    send_window(&talk, 1, 5000 + 3000, 1000, 1000, 502);
    g_assert_cmpint(severity_at(&talk, number, WT_FINDING_WINDOW_RETRACTED), ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Again and again 1500 bytes more than what came, until the sender, within its grant, runs into it. */
static void take_back_ever_more(gconstpointer version, bool sends_on, enum wt_severity severity)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], WT_SCALE_NONE, WT_SCALE_NONE, 29200);
    wt_engine_keep(talk.engine, true);
    uint32_t window = 12000, number = 0;
    send_window(&talk, 0, 1000, 5000, 0, (uint16_t)window);
    for (uint32_t sent = 0; sent < 5000; sent += 1000) {
        send_window(&talk, 1, 5000 + sent, 1000, 1000, 29200);
        window -= MIN(window, 2500);
        number = send_window(&talk, 0, 1000, 5000 + sent + 1000, 0, (uint16_t)window);
    }
    if (sends_on)
        send_window(&talk, 1, 5000 + 5000, 1000, 1000, 29200);
    g_assert_cmpint(severity_at(&talk, number, WT_FINDING_WINDOW_RETRACTED), ==, severity);
    talk_close(&talk);
}

static void test_retracted_ever_more(gconstpointer version)
{
    take_back_ever_more(version, true, WT_SEVERITY_WARN);
    take_back_ever_more(version, false, WT_SEVERITY_NOTE);
}

/* The identification of a SYN/ACK of Linux is 0, that of what follows random: no order can be told from it. */
static void test_retracted_id(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], 7, 7, 502);
    talk.id = 60000;
    send_window(&talk, 0, 1000, 5000, 0, 502);
    talk.id = 100;
    uint32_t number = send_window(&talk, 0, 1000, 5000, 0, 400);
    g_assert_cmpint(severity_at(&talk, number, WT_FINDING_WINDOW_RETRACTED), ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static void test_rounding(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], 7, 7, 502);
    for (uint32_t sent = 0; sent < 64 * 100; sent += 100) {
        send_window(&talk, 1, 5000 + sent, 1000, 100, 502);
        send_window(&talk, 0, 1000, 5100 + sent, 0, (uint16_t)((64256 - sent - 100) / 128));
    }
    g_assert_cmpuint(count(&talk, WT_FINDING_WINDOW_RETRACTED), ==, 0);
    talk_close(&talk);
}

/* The first window behind the handshake may be smaller than promised: noted only. */
static void test_retracted_first(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], 7, 7, 502);
    uint32_t number = send_window(&talk, 1, 5000, 1000, 0, 400);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_WINDOW_RETRACTED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A frame overtaken on its way shows an older window. */
static void test_overtaken(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], 7, 7, 502);
    struct wt_packet old = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    old.tcp.window = 400;
    old.tcp.timestamp = 10;
    struct wt_packet new = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    new.tcp.window = 600;
    new.tcp.timestamp = 20;
    talk_send(&talk, &new);
    g_assert_null(talk_found(&talk, talk_send(&talk, &old), WT_FINDING_WINDOW_RETRACTED));
    talk_close(&talk);
}

/* --- unscaled_drop --- */

/* The server sends `total` bytes at once; the client acknowledges those up to `arrived` one by one. */
static uint32_t pour(struct talk *talk, struct start at, uint32_t total, uint32_t arrived)
{
    uint32_t sent = 0;
    for (; sent < total; sent += MSS)
        send_window(talk, 1, at.server + sent, at.client, MSS, 502);
    for (uint32_t acked = MSS; acked <= arrived; acked += MSS)
        send_window(talk, 0, at.client, at.server + acked, 0, 502);
    return arrived / MSS * MSS;
}

static unsigned repeat(struct talk *talk, struct start at, uint32_t from, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        talk->frame.time += (200 << i) * (int64_t)TALK_MS;
        send_window(talk, 1, at.server + from, at.client, MSS, 502);
    }
    return count(talk, WT_FINDING_WINDOW_UNSCALED_DROP);
}

static void test_drop(gconstpointer version)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(starts); i++) {
        struct talk talk;
        open_talk(&talk, version, starts[i], 7, 7, 502);
        uint32_t hangs = pour(&talk, starts[i], 84000, SYN_WINDOW);
        g_assert_cmpuint(repeat(&talk, starts[i], hangs, 2), ==, 0);
        g_assert_cmpuint(repeat(&talk, starts[i], hangs, 2), ==, 2);
        const struct wt_finding *found =
            talk_found(&talk, talk.frame.number, WT_FINDING_WINDOW_UNSCALED_DROP);
        g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
        g_assert_cmpuint(found->value[0], ==, 4);
        g_assert_cmpuint(found->value[1], >, 1200 * (uint64_t)TALK_MS);
        g_assert_cmpuint(talk_related(&talk, talk.frame.number, WT_RELATION_ORIGINAL), ==,
                         talk.frame.number - 1);
        talk_close(&talk);
    }
}

/* Data beyond the unscaled edge arrived: what is lost later is ordinary loss. */
static void test_drop_lenient(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], 7, 7, 502);
    uint32_t hangs = pour(&talk, starts[0], 84000, 72000);
    g_assert_cmpuint(repeat(&talk, starts[0], hangs, 5), ==, 0);
    talk_close(&talk);
}

/* A loss that begins elsewhere: a cut cable, a peer that died. */
static void test_drop_elsewhere(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], 7, 7, 502);
    uint32_t hangs = pour(&talk, starts[0], 84000, 30000);
    g_assert_cmpuint(repeat(&talk, starts[0], hangs, 5), ==, 0);
    talk_close(&talk);
}

/* Without scaling nothing is ignored. */
static void test_drop_unscaled(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, starts[0], WT_SCALE_NONE, WT_SCALE_NONE, SYN_WINDOW);
    uint32_t hangs = pour(&talk, starts[0], SYN_WINDOW / MSS * MSS, SYN_WINDOW - 2 * MSS);
    g_assert_cmpuint(repeat(&talk, starts[0], hangs, 5), ==, 0);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("window/retracted", test_retracted);
    talk_add("window/retracted-lost", test_retracted_lost);
    talk_add("window/retracted-taken", test_retracted_taken);
    talk_add("window/retracted-other-loss", test_retracted_other_loss);
    talk_add("window/retracted-ever-more", test_retracted_ever_more);
    talk_add("window/retracted-id", test_retracted_id);
    talk_add("window/rounding", test_rounding);
    talk_add("window/retracted-first", test_retracted_first);
    talk_add("window/overtaken", test_overtaken);
    talk_add("window/drop", test_drop);
    talk_add("window/drop/lenient", test_drop_lenient);
    talk_add("window/drop/elsewhere", test_drop_elsewhere);
    talk_add("window/drop/unscaled", test_drop_unscaled);
    return g_test_run();
}
