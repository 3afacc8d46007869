/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path: what is known of the way from one address to another, in that direction only.
 *
 * Every pair of addresses has a path, so it is small. What there is to tell of a path lives in a record of
 * its own, made with the first report or symptom; a flood of forged reports makes such records only, and they
 * are few.
 */
#ifndef WIRETRUTH_PATH_H
#define WIRETRUTH_PATH_H

#include <wiretruth/engine.h>

#include "map.h"

struct wt_path_key {
    uint32_t interface;
    struct wt_address src, dst;
};

struct wt_path {
    struct wt_entry entry;
    struct wt_path_key key;
    int64_t report_time; /* of the report that told `mtu` */
    uint32_t mtu;        /* by the reports so far; 0 without one */
    uint32_t newest;     /* its latest packet without ports in the history */
    uint16_t passed;     /* largest packet known to have passed, 65535 at most */
    bool troubled;       /* it has a record */
    bool vague;          /* `mtu` is by a report that anybody could have made up */
};

struct wt_map *wt_paths_new(void);

struct wt_path_key wt_path_key(uint32_t interface, const struct wt_address *src,
                               const struct wt_address *dst);

/* Whether its path MTU is known by a report that not anybody could have made up. */
static inline bool wt_path_is_told(const struct wt_path *path)
{
    return path->mtu && !path->vague;
}

#endif
