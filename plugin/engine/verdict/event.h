/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event: one number for one thing that happened, however many frames show it. */
#ifndef WIRETRUTH_EVENT_H
#define WIRETRUTH_EVENT_H

#include <wiretruth/packet.h>

/* What several numbers amount to; never 0. The order counts. */
uint32_t wt_event_mix(uint32_t event, uint64_t number);

/* The connection, or the pair of hosts, of `packet`: the same in both directions. */
uint32_t wt_event_connection(const struct wt_packet *packet);

uint32_t wt_event_between(const struct wt_address *a, const struct wt_address *b, uint16_t a_port,
                          uint16_t b_port, uint32_t proto);

/*
 * The data in `packet`: a copy and a repeat of them give the same number, at every capture point. For packets
 * without data it is what they acknowledge, for those of other protocols their identification or checksum.
 */
uint32_t wt_event_data(const struct wt_packet *packet);

#endif
