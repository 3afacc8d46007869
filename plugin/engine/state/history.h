/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history: the latest packets that a report may quote, in a ring of fixed size.
 *
 * A report quotes a packet sent a moment ago, so the ring holds the last HISTORY_SIZE packets with payload of
 * the whole capture. The packets of one sender in one flow form a chain, newest first; so do those without
 * ports, of one path. Whoever owns the chain keeps the position of its newest packet (0: none) and hands it
 * in; a position whose packet was overwritten since ends a chain.
 *
 * A search may take as many steps as its budget allows: each packet that comes in adds some, so all searches
 * together cost no more than the packets do, however many reports arrive.
 */
#ifndef WIRETRUTH_HISTORY_H
#define WIRETRUTH_HISTORY_H

#include <wiretruth/engine.h>

struct wt_past {
    struct wt_address src, dst;
    int64_t time;
    uint32_t interface, tunnel;
    uint32_t frame;
    uint32_t before;   /* position of the packet before it in its chain */
    uint32_t seq, end; /* TCP; of an echo, identifier << 16 and number */
    uint32_t id;       /* IP identification of the first wire frame */
    uint32_t segments; /* wire frames that it stands for */
    uint32_t segment;  /* payload of each of them but the last */
    uint32_t l3_len;   /* as captured */
    uint32_t wire_l3;  /* of the largest of them */
    uint16_t headers;  /* IP and L4, of each of them */
    uint16_t src_port, dst_port;
    uint8_t proto;
    bool has_id;
    bool larger;  /* than an earlier report allows, which its sender could know */
    bool certain; /* `segment` is what the stack asked for, not a mere estimate */
};

struct wt_history;

struct wt_history *wt_history_new(void);
void wt_history_free(struct wt_history *history);

/*
 * Remembers `packet` of `frame` in front of the chain that starts at `newest`, which then starts with it. The
 * entry may be completed until the next call.
 */
struct wt_past *wt_history_add(struct wt_history *history, const struct wt_frame *frame,
                               const struct wt_packet *packet, uint32_t *newest);

/* Walks through a chain, newest first, a bounded number of steps. */
struct wt_history_walk {
    struct wt_history *history;
    uint32_t position;
    uint32_t steps;
};

struct wt_history_walk wt_history_walk(struct wt_history *history, uint32_t newest);

/* The next packet of the chain; NULL at its end, or if the budget is spent. */
const struct wt_past *wt_history_next(struct wt_history_walk *walk);

/*
 * The packet of the chain at `newest`, sent by `time`, that `quote` can have been taken from; NULL if there is
 * none. An IP identification that fits outweighs a length that fits, and that a later packet with the same
 * sequence number: a repeated segment has another identification. `weak` tells that only its length fits.
 */
const struct wt_past *wt_history_find(struct wt_history *history, uint32_t newest,
                                      const struct wt_packet *quote, int64_t time, bool *weak);

/*
 * The same where a translator left other addresses or ports in the quote than were captured on `interface`.
 * One port has to be the same, and what has no chance to agree by accident: sequence number and identification;
 * or without the latter (IPv6) sequence number, length and one address, of a connection whose port alone
 * changed all but that. Of an echo identifier and number count as a sequence number; of UDP without identification both
 * ports, if they differ, length and one address.
 */
const struct wt_past *wt_history_find_translated(struct wt_history *history, uint32_t interface,
                                                 const struct wt_packet *quote, int64_t time);

/* Whether a segment of the TCP chain at `newest` that was sent by `time`, overlaps with `length` bytes at `seq`
 * and exceeds `mtu`. */
bool wt_history_exceeds(struct wt_history *history, uint32_t newest, uint32_t seq, uint32_t length,
                        int64_t time, uint32_t mtu);

/* The newest packet of a chain, to be completed; NULL if it was overwritten. Until the next wt_history_add(). */
struct wt_past *wt_history_newest(struct wt_history *history, uint32_t newest);

/* Whether the sender's stack cut at `seq`: a segment of the TCP chain at `newest` begins or ends there. */
bool wt_history_is_boundary(struct wt_history *history, uint32_t newest, uint32_t seq);

/* The frame in which the byte at `seq` was first sent, as far as the TCP chain at `newest` reaches; 0 if it
 * does not. */
uint32_t wt_history_original(struct wt_history *history, uint32_t newest, uint32_t seq);

#endif
