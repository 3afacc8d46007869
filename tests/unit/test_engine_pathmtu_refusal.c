/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Super-frames that whoever takes them from a virtual link drops, and lost flights that look like it at first. */
#include "talk.h"

enum {
    CLIENT = 1000,
    FULL = 1428,
    LARGE = 2 * FULL,
};

static const uint32_t SERVER = 0xfffffa00; /* the first super-frame crosses the wrap */

static uint32_t send_data(struct talk *talk, uint32_t seq, uint32_t payload, unsigned wait)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, seq, CLIENT, payload);
    packet.l4_checksum = WT_CHECKSUM_PARTIAL;
    talk->frame.time += wait * (int64_t)TALK_MS;
    talk->frame.direction = WT_DIRECTION_SENT;
    return talk_send(talk, &packet);
}

static uint32_t send_ack(struct talk *talk, uint32_t ack)
{
    talk->frame.direction = WT_DIRECTION_RECEIVED;
    return talk_send_tcp(talk, 0, WT_TCP_ACK, CLIENT, ack, 0);
}

/* A flight of three super-frames; then one segment of it after the other, each when time is up, and each arrives.
 * Returns the frame of the last acknowledgement, after `singles` of them. */
static uint32_t play(struct talk *talk, uint32_t seq, unsigned singles)
{
    uint32_t last = 0;
    for (unsigned i = 0; i < 3; i++)
        send_data(talk, seq + i * LARGE, LARGE, 1);
    for (unsigned i = 0; i < singles; i++) {
        send_data(talk, seq + i * FULL, FULL, 300);
        last = send_ack(talk, seq + (i + 1) * FULL);
    }
    return last;
}

static void test_refused(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    const struct wt_finding *found = talk_found(&talk, play(&talk, SERVER, 3), WT_FINDING_SUPERFRAME_REFUSED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpuint(found->value[0], ==, 3);
    g_assert_cmpuint(found->value[1], ==, FULL);
    talk_close(&talk);
}

/* A whole flight lost, once: after two segments by themselves a super-frame passes. */
static void test_flight_lost(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    play(&talk, SERVER, 2);
    send_data(&talk, SERVER + LARGE, LARGE, 0);
    send_ack(&talk, SERVER + 2 * LARGE);
    for (unsigned i = 4; i < 6; i++) {
        send_data(&talk, SERVER + i * FULL, FULL, 300);
        send_ack(&talk, SERVER + (i + 1) * FULL);
    }
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Super-frames arrived before: a flight lost, and slow answers. */
static void test_passed_before(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    send_data(&talk, SERVER, LARGE, 1);
    send_ack(&talk, SERVER + LARGE);
    play(&talk, SERVER + LARGE, 4);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Plain segments, all lost but for their repeats: nothing to do with super-frames. */
static void test_single_segments(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    for (unsigned i = 0; i < 6; i++)
        send_data(&talk, SERVER + i * FULL, FULL, 1);
    for (unsigned i = 0; i < 5; i++) {
        send_data(&talk, SERVER + i * FULL, FULL, 300);
        send_ack(&talk, SERVER + (i + 1) * FULL);
    }
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A second capture point in the same file, behind the segmenter: the pieces follow at once. */
static void test_pieces_behind(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    for (unsigned i = 0; i < 6; i++) {
        send_data(&talk, SERVER + i * LARGE, LARGE, 1);
        for (unsigned piece = 0; piece < 2; piece++) {
            send_data(&talk, SERVER + i * LARGE + piece * FULL, FULL, 0);
            send_ack(&talk, SERVER + i * LARGE + (piece + 1) * FULL);
        }
    }
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("refusal/refused", test_refused);
    talk_add("refusal/flight-lost", test_flight_lost);
    talk_add("refusal/passed-before", test_passed_before);
    talk_add("refusal/single-segments", test_single_segments);
    talk_add("refusal/pieces-behind", test_pieces_behind);
    return g_test_run();
}
