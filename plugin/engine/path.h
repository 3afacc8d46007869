/* SPDX-License-Identifier: GPL-2.0-or-later */
/* path: what is known of the way from one address to another, in that direction only. */
#ifndef WIRETRUTH_PATH_H
#define WIRETRUTH_PATH_H

#include <wiretruth/engine.h>

#include "table.h"

struct wt_path_key {
    uint32_t interface;
    struct wt_address src, dst;
};

struct wt_path {
    struct wt_entry entry;
    struct wt_path_key key;
    uint32_t mtu;          /* by the reports so far; 0 without one */
    uint32_t reports;      /* reports for packets of this path */
    uint32_t report_frame; /* the one that set `mtu` */
    int64_t report_time;
    uint32_t ignored; /* larger packets sent when the sender could know */
    uint32_t rtt;     /* a round trip from the reporter's side, microseconds: 0 unknown */
};

struct wt_table *wt_paths_new(void);

struct wt_path_key wt_path_key(uint32_t interface, const struct wt_address *src,
                               const struct wt_address *dst);

#endif
