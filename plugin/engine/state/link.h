/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link: what is known of the link at a capture point, one for each interface of the capture. */
#ifndef WIRETRUTH_LINK_H
#define WIRETRUTH_LINK_H

#include <wiretruth/engine.h>

#include "map.h"

struct wt_link_key {
    uint32_t interface;
};

enum {
    WT_LINK_ASKED = 4 /* clients that wait for an answer at once */
};

struct wt_link {
    struct wt_entry entry;
    struct wt_link_key key;
    uint32_t mtu;
    enum wt_mtu_source source;
    uint32_t router_mtu;   /* of a router advertisement, for IPv6; 0 without one */
    uint32_t loopback_mtu; /* of packets that never leave the host, where their MSS tells less than all */
    uint32_t ppp_mtu;      /* the smaller of both ends' agreed MRU; 0 while unknown */
    uint32_t above;        /* length of the last ordinary packet larger than `mtu` */
    uint32_t above_hits;   /* how often in a row */
    uint32_t asked[WT_LINK_ASKED];  /* numbers of the latest DHCP requests */
    uint32_t packets, copies_told;  /* packets of this point, and copies among them */
    int64_t latest;                 /* time of its latest frame */
    uint64_t data, missed;          /* bytes of TCP captured here, and acknowledged ones that were not */
    uint32_t disordered, one_sided; /* frames in the wrong place; connections of one direction */
    int64_t copy_distance;          /* nanoseconds between two pictures of one packet, lately */
    uint32_t copies_possible, copies_suspected; /* segments without identification, and those seen twice */
    bool copies;                                /* packets come twice here, see capture/duplicate.c */
    uint8_t asked_count;                        /* modulo 256 */
};

struct wt_map *wt_links_new(void);

/*
 * The link that `frame` was captured on. A new one starts with what the user states of its interface, else of
 * all interfaces (`preferred`; 0: nothing), else with the default of its link type.
 */
struct wt_link *wt_link_of(struct wt_map *links, const struct wt_frame *frame, uint32_t preferred);

/* Takes `mtu` from `source`, unless what is known comes from stronger evidence, or from equal one and is
 * larger. */
void wt_link_learn(struct wt_link *link, uint32_t mtu, enum wt_mtu_source source);

/* Takes what somebody on the link announced in `reading`, and forgets what a stranger sent. */
void wt_link_announced(struct wt_link *link, const struct wt_reading *reading);

#endif
