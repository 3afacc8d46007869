/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Black holes without TCP, and fragments that do not arrive: each beside what is healthy and looks like it. */
#include <wiretruth/diagnosis.h>

#include "talk.h"

enum {
    SECOND = 1000 * TALK_MS,
};

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk->id = 500;
}

static void wait_ms(struct talk *talk, int64_t milliseconds)
{
    talk->frame.time += (milliseconds - 1) * TALK_MS; /* talk_send() adds one */
}

static unsigned count(const struct talk *talk, enum wt_finding_id id, enum wt_severity least)
{
    unsigned found = 0;
    for (uint32_t number = 1; number <= talk->frame.number; number++) {
        const struct wt_finding *each = talk_found(talk, number, id);
        found += each && each->shown && each->severity >= least;
    }
    return found;
}

/* What is known of the path from host `from`. */
static struct wt_path_state path_of(const struct talk *talk, unsigned from)
{
    struct wt_path_state state;
    g_assert_true(wt_engine_path(talk->engine, 0, &talk->host[from], &talk->host[!from], &state));
    return state;
}

/* --- echo --- */

static uint32_t send_echo(struct talk *talk, bool reply, uint32_t size, uint16_t seq)
{
    const bool v4 = talk->version == 4;
    struct wt_packet packet = talk_packet(talk, reply ? 1 : 0, v4 ? 1 : 58, 8, size - (v4 ? 28 : 48));
    packet.icmp = (struct wt_icmp){.id = 7, .seq = seq};
    packet.icmp.type = v4 ? (reply ? 0 : 8) : (reply ? 129 : 128);
    packet.src_port = packet.dst_port = 0;
    return talk_send(talk, &packet);
}

/* One request a second of each size; those up to `passes` are answered. */
static void sweep(struct talk *talk, const uint32_t *sizes, unsigned n, uint32_t passes)
{
    for (unsigned i = 0; i < n; i++) {
        wait_ms(talk, 1000);
        send_echo(talk, false, sizes[i], (uint16_t)(i + 1));
        wait_ms(talk, 20);
        if (sizes[i] <= passes)
            send_echo(talk, true, sizes[i], (uint16_t)(i + 1));
    }
}

static void test_echo_sweep(gconstpointer version)
{
    static const uint32_t sizes[] = {1290, 1400, 1401, 1450, 1500, 1500, 1400, 1401};
    struct talk talk;
    open_talk(&talk, version);
    sweep(&talk, sizes, G_N_ELEMENTS(sizes), 1400);
    g_assert_cmpuint(count(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_WARN), >, 0);
    uint32_t lost = 0, passed = 0;
    for (uint32_t number = 1; number <= talk.frame.number; number++) {
        const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_PMTU_BLACK_HOLE);
        lost = found ? (uint32_t)found->value[0] : lost;
        passed = found ? (uint32_t)found->value[1] : passed;
    }
    g_assert_cmpuint(lost, ==, 1401);
    g_assert_cmpuint(passed, ==, 1400);
    const struct wt_path_state path = path_of(&talk, 0);
    g_assert_cmpint(path.verdict, ==, WT_PATH_BLACK_HOLE);
    g_assert_cmpuint(path.passed, ==, 1400);
    g_assert_cmpuint(path.lost, ==, 1401);
    g_assert_cmphex(path.evidence, ==, 1U << WT_PATH_BY_ECHO);
    talk_close(&talk);
}

/* A sweep that only ascends: nothing is heard behind the first loss, so the other end may be gone. Taken back once as
 * large a request is answered after all. */
static void test_echo_ascending(gconstpointer version)
{
    static const uint32_t sizes[] = {1290, 1400, 1450, 1450, 1450, 1450, 1450};
    static const uint32_t later[] = {1300, 1450};
    struct talk talk;
    open_talk(&talk, version);
    sweep(&talk, sizes, G_N_ELEMENTS(sizes), 1400);
    g_assert_cmpuint(count(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_WARN), ==, 1);
    g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_WARN);
    const struct wt_case *accused = wt_engine_case(talk.engine, 0);
    g_assert_cmpint(wt_engine_confidence(talk.engine, accused), ==, WT_CONFIDENCE_POSSIBLE);
    g_assert_true(wt_address_equal(&accused->culprit, &talk.host[0]));
    sweep(&talk, later, G_N_ELEMENTS(later), 1450);
    g_assert_cmpuint(count(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_WARN), ==, 0);
    g_assert_cmpint(wt_engine_confidence(talk.engine, accused), ==, WT_CONFIDENCE_NONE);
    talk_close(&talk);
}

/* A host that is gone, one that never answers, loss here and there, sizes that every link carries, and one direction. */
static void test_echo_healthy(gconstpointer version)
{
    static const uint32_t gone[] = {1290, 1450, 1450, 1450, 1450, 1450, 1450};
    static const uint32_t small[] = {100, 150, 500, 500, 500, 500, 100};
    struct talk talk;
    open_talk(&talk, version);
    sweep(&talk, gone, 3, 1450); /* the same size was answered before */
    sweep(&talk, gone + 3, G_N_ELEMENTS(gone) - 3, 0);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
    open_talk(&talk, version);
    sweep(&talk, gone, G_N_ELEMENTS(gone), 0);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
    open_talk(&talk, version);
    for (uint16_t i = 1; i < 40; i++) { /* every third is lost, whatever its size */
        wait_ms(&talk, 1000);
        send_echo(&talk, false, 1300 + i * 5U, i);
        wait_ms(&talk, 20);
        if (i % 3)
            send_echo(&talk, true, 1300 + i * 5U, i);
    }
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
    open_talk(&talk, version);
    if (talk.version == 4)
        sweep(&talk, small, G_N_ELEMENTS(small), 150);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* --- UDP --- */

static uint32_t send_datagram(struct talk *talk, unsigned from, uint32_t size)
{
    const struct wt_packet packet = talk_packet(talk, from, 17, 8, size - (talk->version == 4 ? 28 : 48));
    return talk_send(talk, &packet);
}

static void open_flow(struct talk *talk, gconstpointer version)
{
    open_talk(talk, version);
    send_datagram(talk, 0, 1290);
    wait_ms(talk, 20);
    send_datagram(talk, 1, 1290);
    wait_ms(talk, 20);
    send_datagram(talk, 0, 118);
}

/* Four large datagrams in each round, further apart each time; then a small one, which is answered. */
static void test_datagram_black_hole(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    for (unsigned round = 0; round < 4; round++) {
        wait_ms(&talk, 300 << round);
        for (unsigned i = 0; i < 4; i++)
            send_datagram(&talk, 1, 1480);
    }
    g_assert_cmpuint(count(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_CHAT), ==, 0);
    wait_ms(&talk, 3000);
    send_datagram(&talk, 1, 88);
    wait_ms(&talk, 20);
    send_datagram(&talk, 0, 68);
    g_assert_cmpuint(count(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_ERROR), >, 0);
    g_assert_cmphex(path_of(&talk, 1).evidence, ==, 1U << WT_PATH_BY_UDP);
    talk_close(&talk);
}

/* The same, but each round is answered; a small datagram at the end of each flight; probes lost while data goes on. */
static void test_datagram_healthy(gconstpointer version)
{
    struct talk talk;
    open_flow(&talk, version);
    for (unsigned round = 0; round < 8; round++) {
        wait_ms(&talk, 300);
        send_datagram(&talk, 1, 1480);
        if (round % 2)
            send_datagram(&talk, 1, 100);
        wait_ms(&talk, 20);
        send_datagram(&talk, 0, 68);
    }
    for (unsigned round = 0; round < 8; round++) {
        wait_ms(&talk, 300);
        send_datagram(&talk, 1, 1500);
        for (unsigned i = 0; i < 3; i++) {
            wait_ms(&talk, 30);
            send_datagram(&talk, 1, 1290);
            wait_ms(&talk, 20);
            send_datagram(&talk, 0, 68);
        }
    }
    for (unsigned i = 0; i < 100; i++) { /* media */
        wait_ms(&talk, 200);
        send_datagram(&talk, 1, 1400);
    }
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* --- fragments --- */

static uint32_t send_fragment(struct talk *talk, uint32_t id, uint32_t offset, uint32_t length, bool more)
{
    struct wt_packet packet = talk_packet(talk, 1, 17, 8, length - 8);
    packet.fragment = true;
    packet.df = false;
    packet.more_fragments = more;
    packet.fragment_offset = offset;
    packet.has_id = true;
    packet.id = id;
    packet.has_l4 = offset == 0;
    packet.l4_checksum = WT_CHECKSUM_UNVERIFIABLE;
    return talk_send(talk, &packet);
}

static void send_request(struct talk *talk, uint16_t sum)
{
    struct wt_packet packet = talk_packet(talk, 0, 17, 8, 250);
    packet.l4_checksum_field = sum;
    talk_send(talk, &packet);
}

/* Only first fragments come, and their receiver sends the same request again and again. */
static void test_first_fragments(gconstpointer version)
{
    for (unsigned complete = 0; complete < 2; complete++) {
        struct talk talk;
        open_talk(&talk, version);
        for (uint32_t i = 0; i < 6; i++) {
            wait_ms(&talk, 500);
            send_request(&talk, 1234);
            wait_ms(&talk, 10);
            send_fragment(&talk, 700 + i, 0, 1480, true);
            if (complete)
                send_fragment(&talk, 700 + i, 1480, 200, false);
        }
        g_assert_cmpint(count(&talk, WT_FINDING_FRAGMENT_LOST, WT_SEVERITY_WARN) > 0, ==, !complete);
        if (!complete) {
            g_assert_cmpint(path_of(&talk, 1).verdict, ==, WT_PATH_FRAGMENTS);
            g_assert_cmphex(path_of(&talk, 1).evidence, ==, 1U << WT_PATH_BY_FRAGMENTS);
        }
        talk_close(&talk);
    }
}

/* Pieces of a datagram of 3480 bytes: offset and length, 0 at the end. */
struct pieces {
    uint32_t piece[4][2];
    int64_t late; /* milliseconds before the last of them */
    bool lost;
};

/* Six datagrams in such pieces, each in answer to the same request; whether they are said to be lost. */
static bool answer_in_pieces(gconstpointer version, const struct pieces *pieces)
{
    struct talk talk;
    open_talk(&talk, version);
    for (uint32_t id = 700; id < 706; id++) {
        wait_ms(&talk, 100000);
        send_request(&talk, 1234);
        for (unsigned i = 0; i < 4 && pieces->piece[i][1]; i++) {
            const uint32_t offset = pieces->piece[i][0], length = pieces->piece[i][1];
            if (i == 2)
                wait_ms(&talk, pieces->late + 1);
            if (i == 2 && pieces->late)
                send_request(&talk, 1234);
            send_fragment(&talk, id, offset, length, offset + length < 3480);
        }
    }
    const bool lost = count(&talk, WT_FINDING_FRAGMENT_LOST, WT_SEVERITY_WARN) > 0;
    talk_close(&talk);
    return lost;
}

/* In any order, twice, overlapping, late: whole, unless bytes are missing or its receiver has given up. */
static void test_pieces(gconstpointer version)
{
    static const struct pieces all[] = {
        {{{0, 1480}, {1480, 1480}, {2960, 520}}, 0, false},
        {{{2960, 520}, {1480, 1480}, {0, 1480}}, 0, false},
        {{{0, 1480}, {720, 1480}, {2200, 1280}}, 0, false},
        {{{0, 1480}, {1480, 1480}, {2960, 520}}, 10000, false},
        {{{0, 1480}, {1480, 1480}, {2960, 520}}, 40000, true},
        {{{0, 1480}, {0, 1480}, {0, 1480}, {2960, 520}}, 0, true},
        {{{0, 1480}, {1480, 1480}, {1480, 1480}}, 0, true},
        {{{1480, 1480}, {1480, 1480}, {2960, 520}}, 0, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        g_assert_cmpint(answer_in_pieces(version, &all[i]), ==, all[i].lost);
}

/* A capture filter by port: nothing of the receiver, or it goes on at once with other requests. */
static void test_filtered_fragments(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    for (uint32_t i = 0; i < 6; i++) {
        wait_ms(&talk, 500);
        send_fragment(&talk, 700 + i, 0, 1480, true);
    }
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    g_assert_cmpuint(count(&talk, WT_FINDING_FRAGMENT_LOST, WT_SEVERITY_NOTE), >, 0);
    talk_close(&talk);
    open_talk(&talk, version);
    for (uint32_t i = 0; i < 20; i++) {
        send_request(&talk, (uint16_t)(1000 + i));
        wait_ms(&talk, 10);
        send_fragment(&talk, 700 + i, 0, 1480, true);
        wait_ms(&talk, 5);
    }
    g_assert_cmpuint(count(&talk, WT_FINDING_FRAGMENT_LOST, WT_SEVERITY_CHAT), ==, 0);
    talk_close(&talk);
}

/* The receiver itself says that it waited in vain: proof where the datagram is here, else anybody's word. */
static void test_reassembly_timeout(gconstpointer version)
{
    for (unsigned captured = 0; captured < 2; captured++) {
        struct talk talk;
        open_talk(&talk, version);
        uint32_t first = captured ? send_fragment(&talk, 700, 0, 1480, true) : 0;
        const bool v4 = talk.version == 4;
        struct wt_packet report = talk_packet(&talk, 0, v4 ? 1 : 58, 8, 28);
        report.icmp = (struct wt_icmp){.type = v4 ? 11 : 3, .code = 1, .error = true};
        report.src_port = report.dst_port = 0;
        struct wt_packet quote = talk_packet(&talk, 1, 17, 8, 1472);
        quote.has_id = true;
        quote.id = 700;
        memset(&talk.reading, 0, sizeof talk.reading);
        talk.reading.packet[0] = report;
        talk.reading.packets = talk.reading.quotes = 1;
        talk.reading.quote[0] = quote;
        talk.frame.number++;
        talk.frame.time += 30 * (int64_t)SECOND;
        wt_engine_frame(talk.engine, &talk.frame, &talk.reading);
        const struct wt_finding *found = talk_found(&talk, talk.frame.number, WT_FINDING_FRAGMENT_LOST);
        g_assert_nonnull(found);
        g_assert_cmpint(found->severity, ==, captured ? WT_SEVERITY_WARN : WT_SEVERITY_NOTE);
        g_assert_cmpuint(talk_related(&talk, talk.frame.number, WT_RELATION_OFFENDER), ==, first);
        talk_close(&talk);
    }
}

/* The first fragment of a tunnel's packet shows what is inside, and so how much would fit. */
static void test_tunnel(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet outer = talk_packet(&talk, 1, 17, 8, 1472);
    outer.fragment = outer.more_fragments = outer.has_id = true;
    outer.id = 900;
    outer.l3_len = 1500;
    struct wt_packet inner = talk_tcp(&talk, 0, WT_TCP_ACK, 1, 1, 1448);
    inner.offset = outer.offset + 50;
    inner.l3_len = 1500;
    inner.tunnel = 5;
    const uint32_t number = talk_send_inside(&talk, &outer, &inner);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_FRAGMENT_TUNNEL);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[0], ==, 1550);
    g_assert_cmpuint(found->value[1], ==, 1450);
    g_assert_cmpint(path_of(&talk, 1).verdict, ==, WT_PATH_TUNNEL);
    g_assert_cmpuint(path_of(&talk, 1).overhead, ==, 50);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("datagrams/echo/sweep", test_echo_sweep);
    talk_add("datagrams/echo/ascending", test_echo_ascending);
    talk_add("datagrams/echo/healthy", test_echo_healthy);
    talk_add("datagrams/udp/black-hole", test_datagram_black_hole);
    talk_add("datagrams/udp/healthy", test_datagram_healthy);
    talk_add("datagrams/fragments/first-only", test_first_fragments);
    talk_add("datagrams/fragments/pieces", test_pieces);
    talk_add("datagrams/fragments/filtered", test_filtered_fragments);
    talk_add("datagrams/fragments/timeout", test_reassembly_timeout);
    talk_add("datagrams/fragments/tunnel", test_tunnel);
    return g_test_run();
}
