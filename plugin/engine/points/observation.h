/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * observation: one packet at one capture point, reduced to what recognises it at another.
 *
 * A packet is looked for by keys, hashes of what stays the same on its way:
 *   sequence   TCP payload: acknowledgement, time stamps and a stretch of sequence numbers. All pieces of a
 *              super-frame share the first two, and a retransmission has other time stamps.
 *   datagram   IPv4 and IPv6 fragments, and the IPv4 packets they may come from: protocol and identification
 *   content    everything else, and UDP: length and first payload bytes; TCP without payload: its numbers
 *   series     UDP: flow and, over IPv4, a row of identifications, for super-frames and their pieces
 * Addresses and ports are in no key but the last, since NAT changes them.
 */
#ifndef WIRETRUTH_ENGINE_OBSERVATION_H
#define WIRETRUTH_ENGINE_OBSERVATION_H

#include "engine/context.h"
#include "passage.h"

enum wt_twin_key {
    WT_TWIN_SEQUENCE,
    WT_TWIN_DATAGRAM,
    WT_TWIN_CONTENT,
    WT_TWIN_SERIES,
};

enum {
    WT_TWIN_KEYS_MAX = 20 /* a TCP payload of 128 KiB, or less in pieces that fit no stretch */
};

struct wt_observation {
    uint64_t conversation; /* both directions of addresses, protocol and ports */
    uint64_t train;        /* TCP: acknowledgement and time stamps */
    uint64_t
        content; /* hash of the first payload bytes; of what TCP says without payload, or an ICMP error quotes */
    int64_t time;
    uint32_t frame;
    uint32_t source, destination;           /* hashes of address and port */
    uint32_t source_host, destination_host; /* hashes of address */
    uint32_t seq, payload;                  /* TCP: as in the header; others: 0 and length */
    uint32_t ip_start, ip_length; /* bytes of the IP packet's payload that this packet or fragment holds */
    uint32_t id;
    uint32_t l3_len;
    uint32_t wire_frames;
    uint32_t mss_limit, path_mtu;  /* that its sender had to obey; 0 unknown */
    uint32_t found[WT_POINTS_MAX]; /* bytes (or 1) of it seen at each other point */
    uint16_t flags;                /* TCP */
    uint16_t mss;
    uint16_t checksum_field, checksum_expected;
    int16_t scale;
    uint8_t point, side, ttl, proto, version;
    uint8_t checksum; /* enum wt_checksum */
    uint8_t lost;     /* bit for each point: counted as lost there */
    uint8_t content_len;
    bool has_id, has_timestamp, df, fragment, tcp, local;
    bool corrupt; /* already known to be damaged, by what its own point shows */
};

struct wt_twin_keys {
    uint64_t key[WT_TWIN_KEYS_MAX];
    enum wt_twin_key kind[WT_TWIN_KEYS_MAX];
    unsigned count;
};

/* Fills `observation` from the packet of `context`, captured at `point`. */
void wt_observation_fill(struct wt_observation *observation, const struct wt_context *context,
                         unsigned point);

/* The keys under which it is looked for and remembered. */
void wt_observation_keys(const struct wt_observation *observation, struct wt_twin_keys *keys);

/* Bytes that can be found elsewhere: payload, or 1 for a packet without. */
uint32_t wt_observation_size(const struct wt_observation *observation);

/* What wt_points_learn() needs to know of it. */
struct wt_end wt_observation_end(const struct wt_observation *observation);

#endif
