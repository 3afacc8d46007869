/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reading: what both ways to read a frame begin with. */
#ifndef WIRETRUTH_PACKET_READING_H
#define WIRETRUTH_PACKET_READING_H

#include <wiretruth/packet.h>

#include <string.h>

/*
 * Zeroes `packet`, in pieces that compilers clear by a few stores of many bytes: for all of it GCC takes an
 * instruction that is slow to start.
 */
static inline void wt_packet_clear(struct wt_packet *packet)
{
    enum {
        PIECE = 64
    };
    _Static_assert(sizeof *packet > 2 * (size_t)PIECE, "three pieces");
    uint8_t *at = (uint8_t *)packet;
    memset(at, 0, PIECE);
    memset(at + PIECE, 0, PIECE);
    memset(at + 2 * (size_t)PIECE, 0, sizeof *packet - 2 * (size_t)PIECE);
}

/* Empties `reading`, but for layers, Ethernet addresses and announcement. */
static inline void wt_reading_clear(struct wt_reading *reading)
{
    reading->packets = reading->quotes = reading->vlans = 0;
    reading->quote_captured = 0;
    reading->direction = WT_DIRECTION_UNKNOWN;
    memset(reading->vlan, 0, sizeof reading->vlan);
}

/* Takes the addresses of the outermost Ethernet header, of which at least these 12 bytes are there. */
static inline void wt_reading_take_mac(struct wt_reading *reading, const uint8_t *ethernet)
{
    memcpy(reading->mac_dst, ethernet, 6);
    memcpy(reading->mac_src, ethernet + 6, 6);
    reading->has_mac = true;
}

#endif
