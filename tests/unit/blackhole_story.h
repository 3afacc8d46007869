/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of this subject share. */
#ifndef WIRETRUTH_BLACKHOLE_STORY_H
#define WIRETRUTH_BLACKHOLE_STORY_H

#include "engine/state/mtu_kind.h"
#include "talk.h"

enum {
    CLIENT = 1000,
    SMALL = 200,
    FULL = 1428,
};

static const uint32_t SERVER = 0xfffffb00; /* the stalled segment crosses the wrap */

/* What differs from a true black hole. */
struct story {
    bool one_way;        /* only the server's direction is captured */
    bool dead;           /* the client is not heard again */
    bool reset;          /* nothing but its reset is */
    bool full_passed;    /* full segments arrived before */
    bool full_elsewhere; /* in another connection between the two */
    bool none_smaller;   /* the full segment is the first data of all */
    bool begun_late;     /* the handshake is not captured */
    bool closed;         /* beyond the window */
    bool reported;
    uint32_t size; /* payload of the stalled segment; 0: FULL */
};

static inline void send_ack(struct talk *talk, const struct story *story, uint16_t flags, uint32_t ack)
{
    struct wt_packet packet = talk_tcp(talk, 0, flags, CLIENT, ack, 0);
    packet.tcp.window = story->closed ? 0 : 502;
    if (!story->one_way)
        talk_send(talk, &packet);
}

static inline void open_story(struct talk *talk, gconstpointer version, const struct story *story)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    if (story->full_elsewhere) {
        struct wt_packet other = talk_tcp(talk, 1, WT_TCP_ACK, 1, 1, FULL);
        other.dst_port = 50000;
        talk_send(talk, &other);
        other = talk_tcp(talk, 0, WT_TCP_ACK, 1, 1 + FULL, 0);
        other.src_port = 50000;
        talk_send(talk, &other);
    }
    struct wt_packet syn = talk_tcp(talk, 0, WT_TCP_SYN, CLIENT - 1, 0, 0);
    if (story->closed)
        syn.tcp.window = SMALL;
    if (!story->one_way && !story->begun_late)
        talk_send(talk, &syn);
    if (!story->begun_late)
        talk_send_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, SERVER - 1, CLIENT, 0);
    send_ack(talk, story, WT_TCP_ACK, SERVER);
}

static inline uint32_t send_data(struct talk *talk, uint32_t seq, uint32_t payload, uint32_t echo)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, seq, CLIENT, payload);
    packet.tcp.timestamp_echo = echo;
    return talk_send(talk, &packet);
}

/* Sends the stalled segment `times` times, as time-outs do. */
static inline uint32_t send_stalled(struct talk *talk, uint32_t seq, uint32_t payload, unsigned times)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < times; i++) {
        number = send_data(talk, seq, payload, 1);
        talk->frame.time += (200LL << i) * TALK_MS;
    }
    return number;
}

static inline bool found_anywhere(const struct talk *talk, enum wt_finding_id id, enum wt_severity least)
{
    for (uint32_t number = 1; number <= talk->frame.number; number++) {
        const struct wt_finding *found = talk_found(talk, number, id);
        if (found && found->severity >= least)
            return true;
    }
    return false;
}

/* Plays the story; true if it was taken for a black hole. */
static inline bool play(struct talk *talk, gconstpointer version, const struct story *story)
{
    uint32_t seq = SERVER, full = story->size ? story->size : FULL;
    open_story(talk, version, story);
    if (story->full_passed) {
        send_data(talk, seq, full, 1);
        send_ack(talk, story, WT_TCP_ACK, seq += full);
    }
    if (!story->none_smaller) {
        send_data(talk, seq, SMALL, 1);
        send_ack(talk, story, WT_TCP_ACK, seq += SMALL);
    } else {
        send_ack(talk, story, WT_TCP_ACK, seq);
    }
    struct wt_packet refused = talk_tcp(talk, 1, WT_TCP_ACK, seq, CLIENT, full);
    if (story->reported) {
        talk_send(talk, &refused);
        talk_report(talk, 0, 1300, &refused);
    }
    send_stalled(talk, seq, full, 5);
    if (!story->dead)
        send_ack(talk, story, story->reset ? WT_TCP_RST | WT_TCP_ACK : WT_TCP_ACK, seq);
    if (story->one_way)
        send_data(talk, seq, full, story->dead ? 1 : 500);
    return found_anywhere(talk, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_WARN);
}

static inline void check(gconstpointer version, const struct story *story, bool expected)
{
    struct talk talk;
    g_assert_cmpint(play(&talk, version, story), ==, expected);
    talk_close(&talk);
}

#endif
