/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Black holes that only what was not lost shows, those that come later, and probing. */
#include "blackhole_story.h"

/* An acknowledgement of `ack` that says that `left` to `right` arrived as well. */
static uint32_t send_sack(struct talk *talk, uint32_t ack, uint32_t left, uint32_t right)
{
    struct wt_packet sack = talk_tcp(talk, 0, WT_TCP_ACK, CLIENT, ack, 0);
    sack.tcp.sacks = 1;
    sack.tcp.sack[0].left = left;
    sack.tcp.sack[0].right = right;
    return talk_send(talk, &sack);
}

/* How severe a black hole the frame shows; a Chat: none. */
static enum wt_severity hole(const struct talk *talk, uint32_t number)
{
    const struct wt_finding *found = talk_found(talk, number, WT_FINDING_PMTU_BLACK_HOLE);
    return found ? found->severity : WT_SEVERITY_CHAT;
}

/* The classic one: after the handshake a first flight of full segments, to a client that has nothing to say but
 * for a keepalive. */
static void test_classic(gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    struct talk talk;
    open_story(&talk, version, &story);
    for (unsigned i = 0; i < 3; i++)
        send_data(&talk, SERVER + i * FULL, FULL, 1);
    send_stalled(&talk, SERVER, FULL, 3);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER);
    g_assert_cmpint(hole(&talk, talk.frame.number), ==, WT_SEVERITY_WARN);
    g_assert_cmpint(hole(&talk, send_data(&talk, SERVER, FULL, 1)), ==, WT_SEVERITY_WARN);
    g_assert_cmpint(hole(&talk, send_data(&talk, SERVER, FULL, 1)), ==, WT_SEVERITY_ERROR);
    talk_close(&talk);
}

/* The same, and not a word: it may as well be gone. */
static void test_classic_silent(gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    struct talk talk;
    open_story(&talk, version, &story);
    send_data(&talk, SERVER, FULL, 1);
    g_assert_cmpint(hole(&talk, send_stalled(&talk, SERVER, FULL, 4)), ==, WT_SEVERITY_CHAT);
    g_assert_cmpint(hole(&talk, send_data(&talk, SERVER, FULL, 1)), ==, WT_SEVERITY_WARN);
    g_assert_cmpint(hole(&talk, send_data(&talk, SERVER, FULL, 1)), ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* All that is heard comes before the first repeat, since it causes that: the short end of the flight arrived. */
static void test_early_sack(gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    struct talk talk;
    open_story(&talk, version, &story);
    send_data(&talk, SERVER, FULL, 1);
    send_data(&talk, SERVER + FULL, SMALL, 1);
    send_sack(&talk, SERVER, SERVER + FULL, SERVER + FULL + SMALL);
    g_assert_cmpint(hole(&talk, send_stalled(&talk, SERVER, FULL, 3)), ==, WT_SEVERITY_WARN);
    uint32_t number = send_stalled(&talk, SERVER, FULL, 2);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_PMTU_BLACK_HOLE);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
    g_assert_cmpuint(found->value[1], ==, SMALL + (talk.version == 4 ? 52 : 72));
    talk_close(&talk);
}

/* A full segment arrived behind the hole: loss. */
static void test_early_sack_full(gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    struct talk talk;
    open_story(&talk, version, &story);
    for (unsigned i = 0; i < 3; i++)
        send_data(&talk, SERVER + i * FULL, FULL, 1);
    send_sack(&talk, SERVER, SERVER + FULL, SERVER + 3 * FULL);
    send_stalled(&talk, SERVER, FULL, 7);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER);
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_NOTE));
    talk_close(&talk);
}

/* Full segments pass, then the path becomes smaller: of the next flight only the short end arrives. `flight` full
 * segments are missing. */
static enum wt_severity play_later(struct talk *talk, gconstpointer version, unsigned flight)
{
    const struct story story = {.full_passed = true};
    uint32_t seq = SERVER;
    open_story(talk, version, &story);
    send_data(talk, seq, FULL, 1);
    send_ack(talk, &story, WT_TCP_ACK, seq += FULL);
    for (unsigned i = 0; i < flight; i++)
        send_data(talk, seq + i * FULL, FULL, 1);
    send_data(talk, seq + flight * FULL, SMALL, 1);
    send_sack(talk, seq, seq + flight * FULL, seq + flight * FULL + SMALL);
    return hole(talk, send_stalled(talk, seq, FULL, 6));
}

static void test_later(gconstpointer version)
{
    struct talk talk;
    g_assert_cmpint(play_later(&talk, version, 3), ==, WT_SEVERITY_ERROR);
    const struct wt_finding *found = talk_found(&talk, talk.frame.number, WT_FINDING_PMTU_BLACK_HOLE);
    g_assert_cmpuint(found->value[1], ==, SMALL + (talk.version == 4 ? 52 : 72));
    talk_close(&talk);
    g_assert_cmpint(play_later(&talk, version, 1), ==, WT_SEVERITY_CHAT); /* a single one may be lost */
    talk_close(&talk);
}

/* A stalled segment is sent again in small pieces: that they arrive does not mean that it did. */
static void test_pieces_arrive(gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    struct talk talk;
    open_story(&talk, version, &story);
    send_data(&talk, SERVER, FULL, 1);
    send_data(&talk, SERVER + FULL, FULL, 1);
    for (unsigned i = 0; i < 4; i++)
        send_data(&talk, SERVER + FULL + i * 400, MIN(400U, FULL - i * 400), 1);
    send_sack(&talk, SERVER, SERVER + FULL, SERVER + 2 * FULL);
    g_assert_cmpint(hole(&talk, send_stalled(&talk, SERVER, FULL, 5)), ==, WT_SEVERITY_ERROR);
    talk_close(&talk);
}

/* At the receiver a segment that is repeated has not vanished; nor has a damaged one that was captured. */
static void test_arrived(gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    for (unsigned received = 0; received < 2; received++) {
        struct talk talk;
        open_story(&talk, version, &story);
        struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
        packet.l4_checksum = received ? WT_CHECKSUM_VALID : WT_CHECKSUM_BAD;
        talk.frame.direction = received ? WT_DIRECTION_RECEIVED : WT_DIRECTION_UNKNOWN;
        for (unsigned i = 0; i < 8; i++) {
            packet.id++;
            talk_send(&talk, &packet);
            talk.frame.time += 1000 * (int64_t)TALK_MS;
        }
        g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_NOTE));
        talk_close(&talk);
    }
}

/* A report to the sender whose quote the capture cut off may be about the segment. */
static void test_unread_report(gconstpointer version)
{
    const struct story story = {.size = 0};
    struct talk talk;
    open_story(&talk, version, &story);
    struct wt_packet report = talk_packet(&talk, 0, talk.version == 4 ? 1 : 58, 8, 500);
    report.icmp = (struct wt_icmp){.mtu = 1400, .error = true, .report = true};
    report.src_port = report.dst_port = 0;
    report.truncated = true;
    talk_send(&talk, &report);
    send_data(&talk, SERVER, SMALL, 1);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER + SMALL);
    send_stalled(&talk, SERVER + SMALL, FULL, 7);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER + SMALL);
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_NOTE));
    talk_close(&talk);
}

static void test_link_between(void)
{
    g_assert_cmpuint(wt_mtu_between(564, 9001), ==, 1500); /* not 9000: that leaves 1500 open */
    g_assert_cmpuint(wt_mtu_between(3646, 9001), ==, 9000);
    g_assert_cmpuint(wt_mtu_between(3646, 4400), ==, 0); /* FDDI has gone */
    g_assert_cmpuint(wt_mtu_between(564, 1500), ==, 1492);
    g_assert_cmpuint(wt_mtu_between(1300, 1420), ==, 1400);
    g_assert_cmpuint(wt_mtu_between(1496, 1500), ==, 0);
}

/* --- probing --- */

/* A full segment sent four times, then 1024 bytes of it, in the frame returned. */
static uint32_t play_lowered(struct talk *talk, gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    open_story(talk, version, &story);
    send_data(talk, SERVER, FULL, 1);
    send_stalled(talk, SERVER, FULL, 3);
    return send_data(talk, SERVER, 1024, 1);
}

static void test_probing_down(gconstpointer version)
{
    struct talk talk;
    uint32_t step = play_lowered(&talk, version);
    const struct wt_finding *found = talk_found(&talk, step, WT_FINDING_PMTU_PROBING);
    g_assert_nonnull(found);
    uint32_t headers = talk.version == 4 ? 52 : 72;
    g_assert_cmpuint(found->value[0], ==, 1024 + headers);
    g_assert_cmpuint(found->value[1], ==, FULL + headers);
    g_assert_cmpuint(talk_related(&talk, step, WT_RELATION_ORIGINAL), ==, step - 4);
    talk_close(&talk);
}

/* The lowered size passes: so size was the matter. Then the sender tries a larger one. */
static void test_probing_passed(gconstpointer version)
{
    struct talk talk;
    play_lowered(&talk, version);
    uint32_t headers = talk.version == 4 ? 52 : 72;
    struct wt_packet ack = talk_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER + 1024, 0);
    uint32_t proof = talk_send(&talk, &ack);
    const struct wt_finding *found = talk_found(&talk, proof, WT_FINDING_PMTU_BLACK_HOLE);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
    g_assert_cmpuint(found->value[0], ==, FULL + headers);
    g_assert_cmpuint(found->value[1], ==, 1024 + headers);
    uint32_t up = send_data(&talk, SERVER + 1024, 1236, 1);
    g_assert_nonnull(talk_found(&talk, up, WT_FINDING_PMTU_PROBING));
    talk_close(&talk);
}

/* A single loss whose bytes come again in smaller pieces proves nothing. */
static void test_not_probing(gconstpointer version)
{
    const struct story story = {.none_smaller = true};
    struct talk talk;
    open_story(&talk, version, &story);
    send_data(&talk, SERVER, FULL, 1);
    send_data(&talk, SERVER, 700, 1);
    send_ack(&talk, &story, WT_TCP_ACK, SERVER + 700);
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_PROBING, WT_SEVERITY_CHAT));
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_CHAT));
    talk_close(&talk);
}

static uint32_t send_datagram(struct talk *talk, uint32_t payload)
{
    const struct wt_packet packet = talk_packet(talk, 1, 17, 8, payload);
    return talk_send(talk, &packet);
}

/* QUIC: one padded datagram between others of the settled size. */
static void test_probing_datagrams(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned i = 0; i < 5; i++)
        send_datagram(&talk, 1200);
    uint32_t probe = send_datagram(&talk, 1400);
    g_assert_null(talk_found(&talk, probe, WT_FINDING_PMTU_PROBING));
    send_datagram(&talk, 1200);
    g_assert_nonnull(talk_found(&talk, probe, WT_FINDING_PMTU_PROBING));
    talk_close(&talk);
}

/* QUIC behind a black hole: it falls back, and stays there. */
static void test_lowered_datagrams(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned i = 0; i < 5; i++)
        send_datagram(&talk, 1400);
    for (unsigned i = 0; i < 15; i++)
        send_datagram(&talk, 1200);
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_PROBING, WT_SEVERITY_CHAT));
    uint32_t number = send_datagram(&talk, 1200);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_PMTU_PROBING));
    talk_close(&talk);
}

/* A program that begins small and goes on large. */
static void test_growing_datagrams(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned i = 0; i < 5; i++)
        send_datagram(&talk, 1200);
    for (unsigned i = 0; i < 5; i++)
        send_datagram(&talk, 1400);
    send_datagram(&talk, 1200);
    g_assert_false(found_anywhere(&talk, WT_FINDING_PMTU_PROBING, WT_SEVERITY_CHAT));
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("blackhole/classic", test_classic);
    talk_add("blackhole/classic-silent", test_classic_silent);
    talk_add("blackhole/early-sack", test_early_sack);
    talk_add("blackhole/early-sack-full", test_early_sack_full);
    talk_add("blackhole/later", test_later);
    talk_add("blackhole/pieces-arrive", test_pieces_arrive);
    talk_add("blackhole/arrived", test_arrived);
    talk_add("blackhole/unread-report", test_unread_report);
    g_test_add_func("/blackhole/link-between", test_link_between);
    talk_add("probing/down", test_probing_down);
    talk_add("probing/passed", test_probing_passed);
    talk_add("probing/not", test_not_probing);
    talk_add("probing/datagrams", test_probing_datagrams);
    talk_add("probing/lowered-datagrams", test_lowered_datagrams);
    talk_add("probing/growing-datagrams", test_growing_datagrams);
    return g_test_run();
}
