/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets and captures that no sane sender makes: what fuzzers found, time that runs back, frames out of
 * order, connections that begin again, sequence numbers that go round many times.
 */
#include "talk.h"

#include <wiretruth/diagnosis.h>
#include <wiretruth/point.h>

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
}

static uint32_t send_syn(struct talk *talk, unsigned from, uint16_t flags, uint32_t seq, uint32_t ack,
                         int16_t scale)
{
    struct wt_packet syn = talk_tcp(talk, from, flags | WT_TCP_SYN, seq, ack, 0);
    syn.tcp.scale = scale;
    return talk_send(talk, &syn);
}

static uint32_t send_window(struct talk *talk, unsigned from, uint32_t seq, uint32_t ack, uint16_t window)
{
    struct wt_packet packet = talk_tcp(talk, from, WT_TCP_ACK, seq, ack, 0);
    packet.tcp.window = window;
    return talk_send(talk, &packet);
}

/* --- shifts --- */

/* Of two SYNs the first counts; its shift of 200 is used as 14 (RFC 7323 2.3). */
static void test_answered_shift_over_14(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 200);
    talk.frame.time += 1000 * (int64_t)TALK_MS;
    send_syn(&talk, 0, 0, 999, 0, WT_SCALE_NONE);
    send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 3);
    uint32_t number = send_window(&talk, 0, 1000, 5000, 100);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 14);
    g_assert_cmpuint(talk_facts(&talk, number)->right_edge, ==, 5000 + (100 << 14));
    talk_close(&talk);
}

/* The same for the SYN/ACK that the client's first acknowledgement picks. */
static void test_picked_shift_over_14(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 7);
    send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 255);
    send_syn(&talk, 1, WT_TCP_ACK, 3000000000U, 1000, 9);
    send_window(&talk, 0, 1000, 5000, 502);
    uint32_t number = send_window(&talk, 1, 5000, 1000, 8040);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 14);
    talk_close(&talk);
}

/* A first window like that of the SYN, then a smaller one at an acknowledgement far ahead: the scaled edge
 * moved on. */
static void test_window_shrinks_far_ahead(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 14);
    send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 14);
    send_window(&talk, 0, 1000, 5000, 64240);
    uint32_t number = send_window(&talk, 0, 1000, 5000U + INT32_MAX, 1);
    g_assert_null(talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_STRIPPED));
    g_assert_cmpuint(talk_facts(&talk, number)->right_edge, ==, 5000U + INT32_MAX + (1U << 14));
    talk_close(&talk);
}

/* --- time --- */

static uint32_t see_at(struct talk *talk, uint32_t point, const struct wt_packet *packet, int64_t time,
                       uint8_t ttl)
{
    struct wt_packet copy = *packet;
    copy.ttl = ttl;
    talk->frame.interface = point;
    talk->frame.time = time - TALK_MS; /* talk_send() adds a millisecond */
    return talk_send(talk, &copy);
}

/* The clock of one point starts in 1970, as that of a router without a battery does; the difference is told
 * exactly. */
static void test_clock_from_1970(gconstpointer version)
{
    const int64_t now = 1800000000 * (int64_t)1000000000, way = 5 * (int64_t)TALK_MS;
    struct talk talk;
    open_talk(&talk, version);
    for (uint32_t i = 0; i < 40; i++) {
        int64_t at = i * (int64_t)TALK_MS * 20;
        const struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + i * 100, 1000 + i, 100);
        const struct wt_packet answer = talk_tcp(&talk, 0, WT_TCP_ACK, 1000 + i, 5100 + i * 100, 1);
        see_at(&talk, 1, &data, now + at, 64);
        see_at(&talk, 2, &data, at + way, 63);
        see_at(&talk, 2, &answer, at + way + TALK_MS, 64);
        see_at(&talk, 1, &answer, now + at + 2 * way + TALK_MS, 63);
    }
    const struct wt_passages *passages = wt_engine_passages(talk.engine);
    g_assert_cmpuint(passages->count, ==, 2);
    for (unsigned i = 0; i < 2; i++) {
        const struct wt_passage *passage = &passages->passage[i];
        g_assert_cmpuint(passage->matched, ==, 40);
        g_assert_true(passage->clock_known);
        g_assert_cmpint(llabs(passage->clock_ahead), ==, now);
        g_assert_cmpint(passage->delay_min, ==, way);
        g_assert_cmpint(passage->delay_mean, ==, way);
        g_assert_cmpint(passage->delay_max, ==, way);
    }
    talk_close(&talk);
}

/* The ends of the times that a frame may have, in turns: no difference overflows, and no delay is negative. */
static void test_time_leaps(gconstpointer version)
{
    const int64_t first = -((int64_t)1 << 60), last = ((int64_t)1 << 62) - 1;
    struct talk talk;
    open_talk(&talk, version);
    talk_handshake(&talk, 1000, 5000);
    for (uint32_t i = 0; i < 200; i++) {
        const struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + i / 4 * 100, 1000, 100);
        see_at(&talk, i % 3, &data, i % 2 ? first : last, 64);
        talk.frame.time = i % 2 ? last - TALK_MS : first;
        uint32_t number = talk_report(&talk, 0, 1400 - i, &data);
        for (const struct wt_finding *f = wt_engine_findings(talk.engine, number); f; f = f->next)
            for (unsigned value = 0; value < WT_VALUES; value++)
                g_assert_cmpuint(f->value[value], <=, INT64_MAX);
    }
    g_assert_cmpuint(wt_engine_passages(talk.engine)->count, <=, 6);
    talk_close(&talk);
}

/* A file without time stamps: all frames at the same time, also at 0. */
static void test_no_time(gconstpointer version)
{
    for (int64_t time = 0; time <= 5; time += 5) {
        struct talk talk;
        open_talk(&talk, version);
        talk.frame.time = time - TALK_MS;
        send_syn(&talk, 0, 0, 999, 0, 7);
        talk.frame.time = time - TALK_MS;
        send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 9);
        talk.frame.time = time - TALK_MS;
        uint32_t number = send_window(&talk, 0, 1000, 5000, 502);
        g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 7);
        talk.frame.time = time - TALK_MS;
        number = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 100);
        g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 9);
        g_assert_cmpuint(talk_facts(&talk, number)->mss_limit, ==, (talk.version == 4 ? 1460 : 1440) - 12);
        talk_close(&talk);
    }
}

/* --- order --- */

/* A transfer of full segments, all captured, in the order that `order` tells; returns the worst severity. */
static enum wt_severity transfer(gconstpointer version, uint32_t (*order)(uint32_t), bool back)
{
    struct talk talk;
    open_talk(&talk, version);
    const uint32_t size = (talk.version == 4 ? 1460 : 1440) - 12;
    talk_handshake(&talk, 1000, 5000);
    for (uint32_t i = 0; i < 600; i++) {
        talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000 + order(i) * size, 1000, size);
        if (back)
            talk.frame.time -= i % 4 == 3 ? 4 * (int64_t)TALK_MS + 500000 : 0;
        if (i % 8 == 7)
            talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000 + (i + 1) * size, 0);
    }
    enum wt_severity worst = talk_worst(&talk);
    unsigned said = 0;
    g_free(wt_engine_diagnoses(talk.engine, &said));
    g_assert_cmpuint(said, ==, 0);
    talk_close(&talk);
    return worst;
}

static uint32_t in_order(uint32_t i)
{
    return i;
}

static uint32_t pairs_swapped(uint32_t i)
{
    return i ^ 1;
}

static uint32_t eights_reversed(uint32_t i)
{
    return i ^ 7;
}

static void test_time_runs_back(gconstpointer version)
{
    g_assert_cmpint(transfer(version, in_order, true), <, WT_SEVERITY_WARN);
}

static void test_out_of_order(gconstpointer version)
{
    g_assert_cmpint(transfer(version, pairs_swapped, false), <, WT_SEVERITY_WARN);
    g_assert_cmpint(transfer(version, eights_reversed, false), <, WT_SEVERITY_WARN);
    g_assert_cmpint(transfer(version, eights_reversed, true), <, WT_SEVERITY_WARN);
}

/* --- connections again --- */

/* Data both ways with the scales given; the facts must be those of this handshake. */
static void converse(struct talk *talk, uint32_t client, uint32_t server, int16_t scale)
{
    send_syn(talk, 0, 0, client - 1, 0, scale);
    send_syn(talk, 1, WT_TCP_ACK, server - 1, client, scale == WT_SCALE_NONE ? WT_SCALE_NONE : 7);
    uint32_t number = send_window(talk, 0, client, server, 100);
    g_assert_cmpint(talk_facts(talk, number)->window_scale, ==, scale == WT_SCALE_NONE ? 0 : scale);
    g_assert_cmpuint(talk_facts(talk, number)->right_edge, ==,
                     server + (100U << (scale == WT_SCALE_NONE ? 0 : scale)));
    number = talk_send_tcp(talk, 1, WT_TCP_ACK, server, client, 50);
    g_assert_cmpuint(talk_facts(talk, number)->flight, ==, 50);
    talk_send_tcp(talk, 0, WT_TCP_ACK | WT_TCP_FIN, client, server + 50, 0);
    talk_send_tcp(talk, 1, WT_TCP_ACK | WT_TCP_FIN, server + 50, client + 1, 0);
}

/* The four-tuple again: with another ISN, with a lower one, and with the very same one after other options. */
static void test_isn_reuse(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    converse(&talk, 1000, 5000, 7);
    talk.frame.time += 120000 * (int64_t)TALK_MS;
    converse(&talk, 900000000, 700000000, 2);
    talk.frame.time += 120000 * (int64_t)TALK_MS;
    converse(&talk, 2000, 6000, WT_SCALE_NONE);
    talk.frame.time += 120000 * (int64_t)TALK_MS;
    converse(&talk, 4000000000U, 3000000000U, 9);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* The same capture once more behind itself, as mergecap -a does, time running back in between: a SYN with the
 * ISN of the finished connection. */
static void test_concatenated(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    for (unsigned round = 0; round < 3; round++) {
        talk.frame.time = 1000 * (int64_t)TALK_MS;
        talk_handshake(&talk, 1000, 5000);
        uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 1000);
        const bool copy = talk_facts(&talk, number)->copy; /* of the first round, where it can be told */
        g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, !copy);
        talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 6000, 0);
        talk_send_tcp(&talk, 1, WT_TCP_ACK | WT_TCP_FIN, 6000, 1000, 0);
        talk_send_tcp(&talk, 0, WT_TCP_ACK | WT_TCP_FIN, 1000, 6001, 0);
    }
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* --- a long connection --- */

struct totals {
    uint64_t wire_frames, wire_len, payload;
};

static void add_facts(const struct talk *talk, uint32_t number, uint32_t payload, struct totals *totals)
{
    const struct wt_facts *facts = talk_facts(talk, number);
    totals->wire_frames += facts->wire_frames;
    totals->wire_len += facts->wire_len;
    totals->payload += payload;
}

static void check_quiet(const struct talk *talk, uint32_t number)
{
    for (const struct wt_finding *f = wt_engine_findings(talk->engine, number); f; f = f->next)
        g_assert_cmpint(f->severity, <, WT_SEVERITY_WARN);
}

/* 100 GB in super-frames of 44 segments, sequence numbers going round 23 times, with a hole of a quarter of
 * the number space now and then (frames that the capture missed). */
static void test_100_gigabytes(gconstpointer version)
{
    const uint64_t whole = 100 * (uint64_t)1000000000;
    struct talk talk;
    open_talk(&talk, version);
    wt_engine_keep(talk.engine, false);
    const uint32_t size = (talk.version == 4 ? 1460 : 1440) - 12, segments = 44;
    const uint32_t headers = TALK_ETHERNET + (talk.version == 4 ? 20 : 40) + 32;
    struct totals totals = {0, 0, 0};
    uint32_t seq = 4000000000U, frames = 0;
    talk_handshake(&talk, 1000, seq);
    while (totals.payload < whole) {
        struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, seq, 1000, segments * size);
        packet.l4_checksum = WT_CHECKSUM_PARTIAL;
        packet.id = packet.has_id ? (uint16_t)(frames * segments) : 0;
        uint32_t number = talk_send(&talk, &packet);
        g_assert_cmpuint(talk_facts(&talk, number)->segment_size, ==, size);
        check_quiet(&talk, number);
        add_facts(&talk, number, segments * size, &totals);
        seq += segments * size + (++frames % 100000 == 0 ? 1U << 30 : 0);
        talk.frame.time -= TALK_MS / 2;
        struct wt_packet ack = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, seq, 0);
        ack.tcp.window = 65535;
        number = talk_send(&talk, &ack);
        g_assert_cmpuint(talk_facts(&talk, number)->right_edge, ==, seq + (65535U << 7));
    }
    g_assert_cmpuint(totals.wire_frames, ==, (uint64_t)frames * segments);
    g_assert_cmpuint(totals.wire_len, ==, totals.payload + totals.wire_frames * headers);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("hostile/shift/answered-over-14", test_answered_shift_over_14);
    talk_add("hostile/shift/picked-over-14", test_picked_shift_over_14);
    talk_add("hostile/window-shrinks-far-ahead", test_window_shrinks_far_ahead);
    talk_add("hostile/time/clock-from-1970", test_clock_from_1970);
    talk_add("hostile/time/leaps", test_time_leaps);
    talk_add("hostile/time/runs-back", test_time_runs_back);
    talk_add("hostile/time/none", test_no_time);
    talk_add("hostile/out-of-order", test_out_of_order);
    talk_add("hostile/isn-reuse", test_isn_reuse);
    talk_add("hostile/concatenated", test_concatenated);
    talk_add("hostile/100-gigabytes", test_100_gigabytes);
    return g_test_run();
}
