/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is counted of the way between two points: what was lost, the largest that passed, and what was changed. */
#include "talk.h"

#include <wiretruth/point.h>

enum {
    PASSAGE_A = 1, /* where the server is */
    PASSAGE_B = 2,
    PASSAGE_HOPS = 3,
};

static const int64_t passage_way = 5 * (int64_t)TALK_MS;

/* `packet` at `point`, `later` after the last frame; three routers lie between the two. */
static uint32_t see(struct talk *talk, uint32_t point, const struct wt_packet *packet, int64_t later)
{
    struct wt_packet copy = *packet;
    talk->frame.interface = point;
    talk->frame.time += later - TALK_MS; /* talk_send() adds a millisecond */
    bool first = (packet->src_port == 80) == (point == PASSAGE_A);
    copy.ttl = first ? 64 : 64 - PASSAGE_HOPS;
    return talk_send(talk, &copy);
}

/* At both points, changed on the way; the frame at the second one. */
static uint32_t pass(struct talk *talk, const struct wt_packet *up, const struct wt_packet *down)
{
    uint32_t from = up->src_port == 80 ? PASSAGE_A : PASSAGE_B;
    see(talk, from, up, TALK_MS);
    return see(talk, PASSAGE_A + PASSAGE_B - from, down, passage_way);
}

static void greet(struct talk *talk)
{
    const struct wt_packet steps[] = {
        talk_tcp(talk, 0, WT_TCP_SYN, 999, 0, 0),
        talk_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0),
        talk_tcp(talk, 0, WT_TCP_ACK, 1000, 5000, 0),
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++)
        pass(talk, &steps[i], &steps[i]);
}

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk->id = 100; /* 0 stands for none */
}

static const struct wt_passage *passage_from(struct talk *talk, uint32_t point)
{
    const struct wt_passages *passages = wt_engine_passages(talk->engine);
    for (unsigned i = 0; i < passages->count; i++)
        if (passages->passage[i].from == point)
            return &passages->passage[i];
    g_assert_not_reached();
}

/* The bits of `frame` towards its twin. */
static uint32_t changes_of(const struct talk *talk, uint32_t frame)
{
    for (const struct wt_relation *r = wt_engine_relations(talk->engine, frame); r; r = r->next)
        if (r->kind == WT_RELATION_TWIN)
            return r->changes;
    g_assert_not_reached();
}

/* --- sizes --- */

static void test_sizes(gconstpointer version)
{
    static const struct {
        uint32_t payload;
        bool lost;
    } sent[] = {{400, false}, {1200, true}, {1000, false}, {700, true},
                {300, false}, {900, true},  {200, false}};
    struct talk talk;
    open_talk(&talk, version);
    greet(&talk);
    uint32_t seq = 5000, headers = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(sent); i++) {
        const struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, seq, 1000, sent[i].payload);
        seq += sent[i].payload;
        headers = data.l3_len - data.payload_len;
        if (sent[i].lost)
            see(&talk, PASSAGE_A, &data, TALK_MS);
        else
            pass(&talk, &data, &data);
    }
    for (unsigned i = 0; i < 20; i++) { /* the lost ones are overdue */
        const struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, seq + 10 * i, 1000, 10);
        pass(&talk, &data, &data);
    }
    const struct wt_passage *away = passage_from(&talk, PASSAGE_A);
    g_assert_cmpuint(away->lost, ==, 3);
    g_assert_cmpuint(away->lost_in_part, ==, 0);
    g_assert_cmpuint(away->smallest_lost, ==, headers + 700);
    g_assert_cmpuint(away->largest_passed, ==, headers + 1000);
    g_assert_cmpint(away->hops, ==, PASSAGE_HOPS);
    g_assert_cmpuint(passage_from(&talk, PASSAGE_B)->lost, ==, 0);
    talk_close(&talk);
}

/* What comes after it was given up as lost is not lost. */
static void test_late(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    greet(&talk);
    const struct wt_packet late = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 100);
    see(&talk, PASSAGE_A, &late, TALK_MS);
    for (uint32_t i = 1; i <= 60; i++) {
        const struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + 100 * i, 1000, 100);
        pass(&talk, &data, &data);
    }
    g_assert_cmpuint(passage_from(&talk, PASSAGE_A)->lost, ==, 1);
    g_assert_cmpuint(passage_from(&talk, PASSAGE_A)->smallest_lost, ==, late.l3_len);
    see(&talk, PASSAGE_B, &late, TALK_MS);
    g_assert_cmpuint(passage_from(&talk, PASSAGE_A)->lost, ==, 0);
    talk_close(&talk);
}

/* --- changes --- */

static void expect(struct talk *talk, const struct wt_packet *up, const struct wt_packet *down,
                   unsigned changes)
{
    uint32_t from = up->src_port == 80 ? PASSAGE_A : PASSAGE_B;
    struct wt_passage before = *passage_from(talk, from);
    uint32_t frame = pass(talk, up, down);
    g_assert_cmphex(changes_of(talk, frame), ==, changes);
    const struct wt_passage *after = passage_from(talk, from);
    for (unsigned i = 0; i < WT_CHANGES; i++)
        g_assert_cmpuint(after->changed[i] - before.changed[i], ==, changes >> i & 1);
}

static void test_syn(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    greet(&talk);
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 70000, 0, 0);
    struct wt_packet clamped = syn, stripped = syn;
    expect(&talk, &syn, &syn, 0);
    syn.id = clamped.id = talk.id++;
    syn.tcp.seq = clamped.tcp.seq = 80000;
    clamped.tcp.mss -= 40;
    expect(&talk, &syn, &clamped, 1U << WT_CHANGE_MSS);
    syn.id = stripped.id = talk.id++;
    syn.tcp.seq = stripped.tcp.seq = 90000;
    stripped.tcp.scale = WT_SCALE_NONE;
    expect(&talk, &syn, &stripped, 1U << WT_CHANGE_SCALE);
    talk_close(&talk);
}

static void test_headers(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    greet(&talk);
    struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 100), changed = data;
    expect(&talk, &data, &changed, 0);
    data.tcp.seq = changed.tcp.seq = 5100;
    data.id = changed.id = talk.id++;
    changed.df = false;
    expect(&talk, &data, &changed, talk.version == 4 ? 1U << WT_CHANGE_DF : 0);
    talk_close(&talk);
}

static void test_checksums(gconstpointer version)
{
    static const struct {
        enum wt_checksum up, down;
        unsigned changes;
    } cases[] = {
        {WT_CHECKSUM_VALID, WT_CHECKSUM_VALID, 0},
        {WT_CHECKSUM_VALID, WT_CHECKSUM_BAD, 1U << WT_CHANGE_CHECKSUM_DAMAGED},
        {WT_CHECKSUM_PARTIAL, WT_CHECKSUM_VALID, 1U << WT_CHANGE_CHECKSUM_COMPLETED},
        {WT_CHECKSUM_PARTIAL, WT_CHECKSUM_BAD, 0},
        {WT_CHECKSUM_PARTIAL, WT_CHECKSUM_PARTIAL, 0},
    };
    struct talk talk;
    open_talk(&talk, version);
    greet(&talk);
    for (uint32_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct wt_packet up = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + 100 * i, 1000, 100), down = up;
        up.l4_checksum = cases[i].up;
        down.l4_checksum = cases[i].down;
        expect(&talk, &up, &down, cases[i].changes);
    }
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("passage/sizes", test_sizes);
    talk_add("passage/late", test_late);
    talk_add("passage/syn", test_syn);
    talk_add("passage/headers", test_headers);
    talk_add("passage/checksums", test_checksums);
    return g_test_run();
}
