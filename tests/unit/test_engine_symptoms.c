/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symptoms: what hurts, how long, and by what it is explained. The seconds are those of the packets below. */
#include <wiretruth/symptom.h>

#include "engine/context.h"
#include "talk.h"

enum {
    SECOND = 1000 /* milliseconds */
};

static struct wt_suffering *suffering;

static const struct wt_suffering *ask(const struct talk *talk)
{
    if (suffering)
        wt_suffering_free(suffering);
    suffering = wt_engine_suffering(talk->engine);
    return suffering;
}

/* The only symptom of this kind; NULL if there is none. */
static const struct wt_symptom *symptom_of(const struct talk *talk, enum wt_symptom_kind kind)
{
    const struct wt_symptom *found = NULL;
    const struct wt_suffering *all = ask(talk);
    for (unsigned i = 0; i < all->symptoms; i++) {
        g_assert_true(all->symptom[i].kind != kind || !found);
        if (all->symptom[i].kind == kind)
            found = &all->symptom[i];
    }
    return found;
}

/* `seconds` after the packet before. */
static uint32_t later(struct talk *talk, double seconds, unsigned from, uint32_t seq, uint32_t ack,
                      uint32_t payload)
{
    talk->frame.time += (int64_t)(seconds * 1e9) - TALK_MS;
    return talk_send_tcp(talk, from, WT_TCP_ACK, seq, ack, payload);
}

static void begin(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(talk, 1000, 5000);
}

static void assert_lasted(const struct wt_symptom *symptom, double seconds)
{
    g_assert_nonnull(symptom);
    g_assert_cmpfloat(ABS((double)symptom->lasted / 1e9 - seconds), <, 0.003);
}

static void assert_by(const struct wt_symptom *symptom, const char *reason)
{
    g_assert_cmpstr(wt_symptom_explained_by(symptom), ==, reason);
}

/* A connection that gets on, with pauses in which there is nothing to send. */
static void test_healthy(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    for (uint32_t i = 0; i < 20; i++) {
        later(&talk, 3, 1, 5000 + 100 * i, 1000, 100);
        later(&talk, 0.04, 0, 1000, 5100 + 100 * i, 0);
    }
    const struct wt_suffering *all = ask(&talk);
    g_assert_cmpuint(all->symptoms, ==, 0);
    g_assert_cmpuint(all->connections, ==, 1);
    g_assert_cmpint(all->lost + all->ordinary, ==, 0);
    talk_close(&talk);
}

/* Sent again once after 0.3 s, then acknowledged: loss, nobody's fault. */
static void test_loss(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    const uint32_t first = later(&talk, 0.1, 1, 5000, 1000, 1000);
    later(&talk, 0.3, 1, 5000, 1000, 1000);
    const uint32_t last = later(&talk, 0.01, 0, 1000, 6000, 0);
    const struct wt_symptom *stall = symptom_of(&talk, WT_SYMPTOM_STALL);
    assert_lasted(stall, 0.31);
    assert_by(stall, "loss");
    g_assert_cmpuint(stall->first_frame, ==, first);
    g_assert_cmpuint(stall->last_frame, ==, last);
    g_assert_true(wt_address_equal(&stall->src, &talk.host[1]));
    const struct wt_symptom *repeated = symptom_of(&talk, WT_SYMPTOM_REPEATED);
    g_assert_cmpuint(repeated->bytes, ==, 1000);
    g_assert_cmpint(suffering->lost, ==, 0);
    g_assert_cmpuint(talk_facts(&talk, last)->symptoms, ==, 1U << WT_SYMPTOM_STALL);
    talk_close(&talk);
}

/* Nothing sent again: late. What a delayed acknowledgement takes is no symptom. */
static void test_delay(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    later(&talk, 0.1, 1, 5000, 1000, 1000);
    later(&talk, 0.45, 0, 1000, 6000, 0);
    g_assert_null(symptom_of(&talk, WT_SYMPTOM_STALL));
    later(&talk, 0.1, 1, 6000, 1000, 1000);
    later(&talk, 0.8, 0, 1000, 7000, 0);
    assert_by(symptom_of(&talk, WT_SYMPTOM_STALL), "delay");
    assert_lasted(symptom_of(&talk, WT_SYMPTOM_STALL), 0.8);
    talk_close(&talk);
}

/* The same segment again and again, until the capture ends, and too small for a black hole: nothing
 * explains that. */
static void test_dead(gconstpointer version)
{
    struct talk talk;
    double waited = 0.2;
    begin(&talk, version);
    later(&talk, 0.1, 1, 5000, 1000, 400);
    for (unsigned i = 0; i < 5; i++) {
        later(&talk, waited, 1, 5000, 1000, 400);
        waited *= 2;
    }
    assert_lasted(symptom_of(&talk, WT_SYMPTOM_STALL), 6.2);
    assert_by(symptom_of(&talk, WT_SYMPTOM_STALL), NULL);
    g_assert_cmpint(suffering->lost, ==, suffering->symptom[0].lasted);
    g_assert_cmpuint(suffering->stalled, ==, 1);
    g_assert_cmpint(suffering->explained, ==, 0);
    unsigned count = 0;
    const struct wt_case **said = wt_engine_diagnoses(talk.engine, &count);
    bool told = false;
    for (unsigned i = 0; i < count; i++)
        told |= said[i]->id == WT_DIAGNOSIS_UNEXPLAINED || said[i]->id == WT_DIAGNOSIS_BLACK_HOLE;
    g_assert_true(told);
    g_free(said);
    talk_close(&talk);
}

/* Acknowledged at last, but only in smaller pieces: no mere loss. */
static void test_smaller(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    later(&talk, 0.1, 1, 5000, 1000, 1400);
    later(&talk, 0.3, 1, 5000, 1000, 500);
    later(&talk, 0.01, 0, 1000, 5500, 0);
    assert_by(symptom_of(&talk, WT_SYMPTOM_STALL), NULL);
    talk_close(&talk);
}

static void test_unanswered(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned i = 0; i < 5; i++) {
        talk_send_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
        talk.frame.time += (INT64_C(1) << i) * SECOND * TALK_MS;
    }
    const struct wt_symptom *unanswered = symptom_of(&talk, WT_SYMPTOM_UNANSWERED);
    assert_lasted(unanswered, 15.004);
    assert_by(unanswered, NULL);
    g_assert_cmpuint(suffering->handshakes_unanswered, ==, 1);
    talk_send_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0); /* after 31 s */
    assert_lasted(symptom_of(&talk, WT_SYMPTOM_UNANSWERED), 31.005);
    assert_by(symptom_of(&talk, WT_SYMPTOM_UNANSWERED), NULL);
    talk_close(&talk);
}

/* One SYN alone, or one refused: that is how hosts and scans are. */
static void test_refused(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_send_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    g_assert_cmpuint(ask(&talk)->symptoms, ==, 0);
    talk_send_tcp(&talk, 1, WT_TCP_RST | WT_TCP_ACK, 0, 1000, 0);
    g_assert_cmpuint(ask(&talk)->symptoms, ==, 0);
    talk_close(&talk);
}

static void test_closed_window(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    later(&talk, 0.1, 1, 5000, 1000, 1000);
    struct wt_packet closes = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 6000, 0);
    closes.tcp.window = 0;
    const uint32_t closed = talk_send(&talk, &closes);
    g_assert_cmpuint(talk_facts(&talk, closed)->symptoms, ==, 1U << WT_SYMPTOM_CLOSED_WINDOW);
    for (unsigned i = 0; i < 4; i++) { /* probes of it */
        later(&talk, 0.5, 1, 6000, 1000, 1);
        talk_send(&talk, &closes);
    }
    later(&talk, 0.5, 0, 1000, 6000, 0);
    const struct wt_symptom *shut = symptom_of(&talk, WT_SYMPTOM_CLOSED_WINDOW);
    assert_lasted(shut, 2.504);
    g_assert_cmpint(shut->ordinary, ==, WT_ORDINARY_WINDOW); /* here it also takes back what it granted */
    g_assert_true(wt_address_equal(&shut->src, &talk.host[1]));
    g_assert_null(symptom_of(&talk, WT_SYMPTOM_STALL));
    g_assert_null(symptom_of(&talk, WT_SYMPTOM_REPEATED));
    g_assert_cmpuint(suffering->sufferer[0].limited.receiver, >=, 2500);
    talk_close(&talk);
}

/* In answer to data beyond the window, or with numbers of another connection: a stateful device, or the end itself. */
static void test_reset_stray(gconstpointer version)
{
    static const struct {
        double wait;
        uint32_t seq;
        bool stray;
    } cases[] = {{0.005, 5000 + 70000000, true},
                 {0.005, 5000 + 502 * 128 + 10, true},
                 {5, 5000 + 502 * 128 + 10, false},
                 {0.005, 6000, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct talk talk;
        begin(&talk, version);
        later(&talk, 0.1, 1, 5000, 1000, 1000);
        later(&talk, 0.01, 1, cases[i].seq, 1000, 1000);
        talk.frame.time += (int64_t)(cases[i].wait * 1e9);
        talk_send_tcp(&talk, 0, WT_TCP_RST, 1000, 0, 0);
        assert_by(symptom_of(&talk, WT_SYMPTOM_RESET), cases[i].stray ? "stray" : NULL);
        talk_close(&talk);
    }
}

static void test_reset(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    later(&talk, 0.1, 1, 5000, 1000, 1000);
    talk_send_tcp(&talk, 0, WT_TCP_RST, 1000, 0, 0);
    const struct wt_symptom *reset = symptom_of(&talk, WT_SYMPTOM_RESET);
    g_assert_nonnull(reset);
    g_assert_true(wt_address_equal(&reset->src, &talk.host[0]));
    talk_close(&talk);
    begin(&talk, version);
    later(&talk, 0.1, 1, 5000, 1000, 1000);
    later(&talk, 0.01, 0, 1000, 6000, 0);
    talk_send_tcp(&talk, 0, WT_TCP_RST, 1000, 0, 0);
    g_assert_null(symptom_of(&talk, WT_SYMPTOM_RESET));
    talk_close(&talk);
}

/* Of one direction alone nothing is known of what was acknowledged. */
static void test_one_direction(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_send_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    for (uint32_t i = 0; i < 20; i++)
        later(&talk, 1, 0, 1000 + 100 * i, 5000, 100);
    g_assert_cmpuint(ask(&talk)->symptoms, ==, 0);
    talk_close(&talk);
}

/* Keep-alives, seconds apart, of an idle connection. */
static void test_keep_alive(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    later(&talk, 0.1, 1, 5000, 1000, 1000);
    later(&talk, 0.01, 0, 1000, 6000, 0);
    for (unsigned i = 0; i < 9; i++) {
        later(&talk, 10, 1, 5999, 1000, i % 2);
        later(&talk, 0.01, 0, 1000, 6000, 0);
    }
    g_assert_cmpuint(ask(&talk)->symptoms, ==, 0);
    talk_close(&talk);
}

/* A FIN that nobody acknowledges keeps nobody waiting. */
static void test_fin(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    for (unsigned i = 0; i < 6; i++) {
        talk.frame.time += (INT64_C(1) << i) * SECOND * TALK_MS;
        talk_send_tcp(&talk, 0, WT_TCP_FIN | WT_TCP_ACK, 1000, 5000, 0);
    }
    g_assert_cmpuint(ask(&talk)->symptoms, ==, 0);
    talk_close(&talk);
}

/* What a diagnosis speaks of in the same connection explains it; another connection's loss stays loss. */
static void test_explained(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    later(&talk, 0.1, 1, 5000, 1000, 1000);
    later(&talk, 0.4, 1, 5000, 1000, 1000);
    struct wt_facts facts = *talk_facts(&talk, talk.frame.number);
    const struct wt_context context = {.engine = talk.engine,
                                       .frame = &talk.frame,
                                       .reading = &talk.reading,
                                       .packet = &talk.reading.packet[0],
                                       .facts = &facts};
    wt_find(&context, WT_FINDING_CHECKSUM_LEAKED, .value = {talk.frame.number});
    later(&talk, 0.01, 0, 1000, 6000, 0);
    assert_by(symptom_of(&talk, WT_SYMPTOM_STALL), "checksum_leak");
    g_assert_cmpint(suffering->lost, ==, suffering->explained);
    g_assert_cmpint(suffering->explained, >, 400 * (int64_t)TALK_MS);
    g_assert_true(suffering->sufferer[0].by && suffering->sufferer[0].by->id == WT_DIAGNOSIS_CHECKSUM_LEAK);
    talk_close(&talk);
}

/* The same connection at two capture points suffers once. */
static void test_two_points(gconstpointer version)
{
    struct talk talk;
    begin(&talk, version);
    talk.frame.interface = 1;
    talk_handshake(&talk, 1000, 5000);
    double waited = 0.2;
    for (unsigned i = 0; i < 5; i++) {
        talk.frame.interface = 0;
        later(&talk, waited, 1, 5000, 1000, 1400);
        talk.frame.interface = 1;
        later(&talk, 0.001, 1, 5000, 1000, 1400);
        waited *= 2;
    }
    g_assert_nonnull(symptom_of(&talk, WT_SYMPTOM_STALL));
    g_assert_cmpuint(suffering->sufferers, ==, 1);
    g_assert_cmpuint(suffering->connections, ==, 1);
    talk_close(&talk);
}

static uint32_t name_asked(struct talk *talk, unsigned from, uint16_t sum)
{
    struct wt_packet packet = talk_packet(talk, from, 17, 8, 40);
    packet.src_port = from == 0 ? 40000 : 53;
    packet.dst_port = from == 0 ? 53 : 40000;
    packet.l4_checksum_field = sum;
    return talk_send(talk, &packet);
}

/* The same question again, five seconds later, and no answer in between; another question is none. */
static void test_names(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (uint16_t i = 0; i < 4; i++) {
        name_asked(&talk, 0, i);
        talk.frame.time += INT64_C(5) * SECOND * TALK_MS;
    }
    g_assert_cmpuint(ask(&talk)->symptoms, ==, 0);
    for (unsigned i = 0; i < 2; i++) {
        name_asked(&talk, 0, 77);
        talk.frame.time += INT64_C(5) * SECOND * TALK_MS;
    }
    name_asked(&talk, 1, 78);
    assert_lasted(symptom_of(&talk, WT_SYMPTOM_UNANSWERED), 10.002);
    assert_by(symptom_of(&talk, WT_SYMPTOM_UNANSWERED), "loss");
    talk_close(&talk);
}

/* Thousands of symptoms: the first ones stay, the others are counted. */
static void test_bounds(void)
{
    struct talk talk;
    talk_open(&talk, 4);
    for (uint32_t i = 0; i < 9000; i++) {
        talk.host[0].bytes[14] = (uint8_t)i;
        talk.host[0].bytes[13] = (uint8_t)(i >> 8);
        talk_handshake(&talk, 1000, 5000);
        later(&talk, 0.1, 1, 5000, 1000, 1000);
        later(&talk, 0.9, 0, 1000, 6000, 0);
    }
    const struct wt_suffering *all = ask(&talk);
    g_assert_cmpuint(all->symptoms, ==, 8192);
    g_assert_cmpuint(all->left_out, ==, 9000 - 8192);
    g_assert_cmpuint(all->connections, ==, 9000);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("symptoms/healthy", test_healthy);
    talk_add("symptoms/loss", test_loss);
    talk_add("symptoms/delay", test_delay);
    talk_add("symptoms/dead", test_dead);
    talk_add("symptoms/smaller", test_smaller);
    talk_add("symptoms/unanswered", test_unanswered);
    talk_add("symptoms/refused", test_refused);
    talk_add("symptoms/closed-window", test_closed_window);
    talk_add("symptoms/reset", test_reset);
    talk_add("symptoms/reset/stray", test_reset_stray);
    talk_add("symptoms/one-direction", test_one_direction);
    talk_add("symptoms/keep-alive", test_keep_alive);
    talk_add("symptoms/fin", test_fin);
    talk_add("symptoms/explained", test_explained);
    talk_add("symptoms/two-points", test_two_points);
    talk_add("symptoms/names", test_names);
    g_test_add_func("/symptoms/bounds", test_bounds);
    const int failed = g_test_run();
    if (suffering)
        wt_suffering_free(suffering);
    return failed;
}
