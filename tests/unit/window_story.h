/* SPDX-License-Identifier: GPL-2.0-or-later */
/* window_story: two hosts with shifts and windows of the test's choice. */
#ifndef WIRETRUTH_WINDOW_STORY_H
#define WIRETRUTH_WINDOW_STORY_H

#include "talk.h"

enum {
    MSS = 1400,
    SYN_WINDOW = 64240
};

struct start {
    uint32_t client, server; /* next sequence numbers */
};

static const struct start starts[] = {{1000, 5000}, {UINT32_MAX - 700, UINT32_MAX - 40000}};

static inline uint32_t send_window(struct talk *talk, unsigned from, uint32_t seq, uint32_t ack,
                                   uint32_t payload, uint16_t window)
{
    struct wt_packet packet = talk_tcp(talk, from, WT_TCP_ACK, seq, ack, payload);
    packet.tcp.window = window;
    return talk_send(talk, &packet);
}

/* Handshake with these shifts; the client's first window is `window`. */
static inline void open_talk(struct talk *talk, gconstpointer version, struct start at, int16_t client,
                             int16_t server, uint16_t window)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(talk, 0, WT_TCP_SYN, at.client - 1, 0, 0);
    struct wt_packet answer = talk_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, at.server - 1, at.client, 0);
    syn.tcp.scale = client;
    answer.tcp.scale = server;
    talk_send(talk, &syn);
    talk_send(talk, &answer);
    send_window(talk, 0, at.client, at.server, 0, window);
}

/* How often `id` was found on any frame. */
static inline unsigned count(const struct talk *talk, enum wt_finding_id id)
{
    unsigned found = 0;
    for (uint32_t number = 1; number <= talk->frame.number; number++)
        found += talk_found(talk, number, id) != NULL;
    return found;
}

#endif
