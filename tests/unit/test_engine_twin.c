/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two capture points in one file, judged on packets as structs; captures of real ones are in tests/points. */
#include "talk.h"

#include <wiretruth/point.h>

enum {
    TWIN_A = 1,
    TWIN_B = 2
};

static const int64_t twin_ms = TALK_MS;
static const int64_t twin_way = 5 * (int64_t)TALK_MS; /* from one point to the other */

/* `packet` at `point`, some nanoseconds after the last frame. */
static uint32_t twin_see(struct talk *talk, uint32_t point, const struct wt_packet *packet, int64_t later)
{
    struct wt_packet copy = *packet;
    talk->frame.interface = point;
    talk->frame.time += later - TALK_MS; /* talk_send() adds a millisecond */
    bool from_server =
        packet->src_port == 80; /* the server is at A, the client at B, a router between them */
    copy.ttl = from_server == (point == TWIN_A) ? 64 : 63;
    return talk_send(talk, &copy);
}

/* Handshake seen at both points; `mss` is what the client's SYN says. */
static void twin_handshake(struct talk *talk)
{
    struct wt_packet steps[3] = {
        talk_tcp(talk, 0, WT_TCP_SYN, 999, 0, 0),
        talk_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0),
        talk_tcp(talk, 0, WT_TCP_ACK, 1000, 5000, 0),
    };
    for (unsigned i = 0; i < 3; i++) {
        bool from_b = i != 1;
        uint32_t first = twin_see(talk, from_b ? TWIN_B : TWIN_A, &steps[i], twin_ms);
        uint32_t second = twin_see(talk, from_b ? TWIN_A : TWIN_B, &steps[i], twin_way);
        g_assert_cmpuint(talk_related(talk, first, WT_RELATION_TWIN), ==, second);
        g_assert_cmpuint(talk_related(talk, second, WT_RELATION_TWIN), ==, first);
    }
}

static struct wt_packet twin_super(struct talk *talk, uint32_t seq, uint32_t size)
{
    struct wt_packet super = talk_tcp(talk, 1, WT_TCP_ACK, seq, 1000, 2 * size);
    super.l4_checksum = WT_CHECKSUM_PARTIAL;
    talk->id++; /* it stands for two */
    return super;
}

static struct wt_packet twin_piece(struct talk *talk, const struct wt_packet *super, uint32_t at,
                                   uint32_t length, uint32_t number)
{
    struct wt_packet piece = talk_tcp(talk, 1, WT_TCP_ACK, super->tcp.seq + at, 1000, length);
    talk->id--;
    piece.id = super->has_id ? super->id + number : 0;
    return piece;
}

static uint32_t twin_size(const struct talk *talk)
{
    return (talk->version == 4 ? 1460 : 1440) - 12;
}

static unsigned twin_count(const struct talk *talk, uint32_t number)
{
    unsigned count = 0;
    for (const struct wt_relation *r = wt_engine_relations(talk->engine, number); r; r = r->next)
        count += r->kind == WT_RELATION_TWIN;
    return count;
}

/* Two segments' worth at A, cut `excess` bytes too late on the way to B; `frame` gets the numbers of all
 * three. */
static void twin_cut(struct talk *talk, uint32_t excess, uint32_t frame[3])
{
    twin_handshake(talk);
    const uint32_t size = twin_size(talk) + excess;
    const struct wt_packet super = twin_super(talk, 5000, twin_size(talk));
    const struct wt_packet first = twin_piece(talk, &super, 0, size, 0);
    const struct wt_packet second = twin_piece(talk, &super, size, super.payload_len - size, 1);
    frame[0] = twin_see(talk, TWIN_A, &super, twin_ms);
    frame[1] = twin_see(talk, TWIN_B, &first, twin_way);
    frame[2] = twin_see(talk, TWIN_B, &second, twin_ms);
    g_assert_cmpuint(twin_count(talk, frame[0]), ==, 2);
    g_assert_cmpuint(talk_related(talk, frame[1], WT_RELATION_TWIN), ==, frame[0]);
    g_assert_cmpuint(talk_related(talk, frame[2], WT_RELATION_TWIN), ==, frame[0]);
}

static void test_cut_wrong(gconstpointer version)
{
    struct talk talk;
    uint32_t frame[3];
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    twin_cut(&talk, 8, frame);
    const struct wt_finding *wrong = talk_found(&talk, frame[1], WT_FINDING_SEGMENTATION_WRONG);
    g_assert_nonnull(wrong);
    g_assert_cmpint(wrong->severity, ==, WT_SEVERITY_ERROR);
    g_assert_cmpuint(wrong->value[0], ==, twin_size(&talk) + 8);
    g_assert_cmpuint(wrong->value[1], ==, twin_size(&talk));
    talk_close(&talk);
}

static void test_cut_right(gconstpointer version)
{
    struct talk talk;
    uint32_t frame[3];
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    twin_cut(&talk, 0, frame);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    const struct wt_passages *passages = wt_engine_passages(talk.engine);
    for (unsigned i = 0; i < passages->count; i++)
        g_assert_cmpuint(passages->passage[i].changed[WT_CHANGE_CUT], ==,
                         passages->passage[i].from == TWIN_A);
    talk_close(&talk);
}

/* The same although the pieces' clock is behind, so that they stand in the file before what they were cut
 * from. */
static void test_cut_before_cause(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    twin_handshake(&talk);
    const struct wt_packet super = twin_super(&talk, 5000, twin_size(&talk));
    const uint32_t size = twin_size(&talk) + 8;
    const struct wt_packet first = twin_piece(&talk, &super, 0, size, 0);
    const struct wt_packet second = twin_piece(&talk, &super, size, super.payload_len - size, 1);
    uint32_t one = twin_see(&talk, TWIN_B, &first, twin_ms);
    uint32_t two = twin_see(&talk, TWIN_B, &second, twin_ms);
    uint32_t whole = twin_see(&talk, TWIN_A, &super, twin_ms);
    g_assert_cmpuint(twin_count(&talk, whole), ==, 2);
    g_assert_cmpuint(talk_related(&talk, two, WT_RELATION_TWIN), ==, whole);
    g_assert_nonnull(talk_found(&talk, one, WT_FINDING_SEGMENTATION_WRONG));
    talk_close(&talk);
}

/* A segment of `host`, which sends nothing else, from A to B. `damaged` says whether its sum is bad at B. */
static uint32_t twin_segment(struct talk *talk, uint8_t host, uint32_t payload, bool damaged)
{
    struct wt_packet segment = talk_tcp(talk, 1, WT_TCP_ACK, 100000U * host, 1000, payload);
    segment.src.bytes[15] = host;
    twin_see(talk, TWIN_A, &segment, twin_ms);
    segment.l4_checksum = damaged ? WT_CHECKSUM_BAD : WT_CHECKSUM_VALID;
    return twin_see(talk, TWIN_B, &segment, twin_way);
}

/* Valid at one point and bad at the other: damaged in between, though that host sent nothing else. */
static void test_damaged(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    twin_handshake(&talk);
    uint32_t first = twin_segment(&talk, 10, 500, true);
    g_assert_cmpint(talk_found(&talk, first, WT_FINDING_CHECKSUM_CORRUPT)->severity, ==, WT_SEVERITY_NOTE);
    for (uint8_t host = 20; host < 28; host++)
        twin_segment(&talk, host, 400U + host, false);
    uint32_t damaged = twin_segment(&talk, 11, 501, true);
    const struct wt_finding *found = talk_found(&talk, damaged, WT_FINDING_CHECKSUM_CORRUPT);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpstr(wt_reason_text[found->reason], ==, "it was valid at the capture point before");
    g_assert_cmpuint(talk_related(&talk, damaged, WT_RELATION_TWIN), ==, damaged - 1);
    talk_close(&talk);
}

/* Payload replaced in one of the two captures: its sums are bad throughout, and that is no damage. */
static void test_replaced(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    twin_handshake(&talk);
    for (uint8_t host = 10; host < 60; host++)
        twin_segment(&talk, host, 400U + host, host % 4 != 0);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Partial at both points, as on a virtual switch: an artefact. */
static void test_partial_at_both(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    twin_handshake(&talk);
    for (uint32_t i = 0; i < 20; i++) {
        struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + 100 * i, 1000, 100);
        data.l4_checksum = WT_CHECKSUM_PARTIAL;
        talk.frame.direction = WT_DIRECTION_SENT;
        twin_see(&talk, TWIN_A, &data, twin_ms);
        talk.frame.direction = WT_DIRECTION_RECEIVED;
        twin_see(&talk, TWIN_B, &data, twin_way);
    }
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Lost is what the other point should have seen; a packet still on its way is not. */
static void test_lost(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    twin_handshake(&talk);
    for (uint32_t i = 0; i < 40; i++) {
        const struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + 100 * i, 1000, 100);
        twin_see(&talk, TWIN_A, &data, twin_ms);
        if (i % 10 != 3 && i != 39)
            twin_see(&talk, TWIN_B, &data, twin_way);
    }
    const struct wt_passages *passages = wt_engine_passages(talk.engine);
    g_assert_cmpuint(passages->count, ==, 2);
    for (unsigned i = 0; i < 2; i++) {
        bool away = passages->passage[i].from == TWIN_A;
        g_assert_cmpuint(passages->passage[i].matched, ==, away ? 1 + 35 : 2);
        g_assert_cmpuint(passages->passage[i].lost, ==, away ? 4 : 0);
        g_assert_true(passages->passage[i].clock_known);
    }
    talk_close(&talk);
}

/* A million packets of two points: found to the last, and some mebibytes at most. */
static void test_long(gconstpointer version)
{
    enum {
        MANY = 500000
    };
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    wt_engine_keep(talk.engine, false);
    unsigned found = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        const struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + 1000 * i, 1000, 1000);
        twin_see(&talk, TWIN_A, &data, twin_ms / 100);
        uint32_t number = twin_see(&talk, TWIN_B, &data, twin_ms / 100);
        found += talk_related(&talk, number, WT_RELATION_TWIN) == number - 1;
    }
    g_assert_cmpuint(found, ==, MANY);
    talk_close(&talk);
}

/* One interface for long, then a second: from there on twins are found. */
static void test_late_point(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (uint32_t i = 0; i < 20000; i++) {
        const struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + 100 * i, 1000, 100);
        uint32_t number = twin_see(&talk, TWIN_A, &data, twin_ms);
        g_assert_cmpuint(talk_related(&talk, number, WT_RELATION_TWIN), ==, 0);
    }
    for (uint32_t i = 20000; i < 20100; i++) {
        const struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000 + 100 * i, 1000, 100);
        uint32_t first = twin_see(&talk, TWIN_A, &data, twin_ms);
        uint32_t second = twin_see(&talk, TWIN_B, &data, twin_ms);
        g_assert_cmpuint(talk_related(&talk, second, WT_RELATION_TWIN), ==, i > 20000 ? first : 0);
    }
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("twin/cut-wrong", test_cut_wrong);
    talk_add("twin/cut-right", test_cut_right);
    talk_add("twin/cut-before-cause", test_cut_before_cause);
    talk_add("twin/lost", test_lost);
    talk_add("twin/damaged", test_damaged);
    talk_add("twin/payload-replaced", test_replaced);
    talk_add("twin/partial-at-both", test_partial_at_both);
    talk_add("twin/long", test_long);
    talk_add("twin/late-point", test_late_point);
    return g_test_run();
}
