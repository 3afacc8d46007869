/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * visit: all that is known about one frame at one visit of Wireshark. It is what the tree shows and what the tap
 * "wiretruth" hands to the statistics, so both always agree.
 */
#ifndef WIRETRUTH_WIRESHARK_VISIT_H
#define WIRETRUTH_WIRESHARK_VISIT_H

#include "compat.h"

#include "coverage.h"

#include <wiretruth/engine.h>

struct wt_visit {
    struct wt_frame frame;
    struct wt_reading reading;
    const struct wt_facts *facts; /* NULL where the engine holds none for this frame */
    const struct wt_finding *findings;
    const struct wt_relation *relations;
    const packet_info *pinfo;       /* for what only Wireshark knows; NULL for deferred listeners */
    const struct wt_engine *engine; /* for what is known of the whole capture so far */
    enum wt_missed missed;
    bool artefacts; /* findings of severity Note count too */
};

/* Whether the user wants `finding` at all, see the preference wiretruth.artefacts. */
bool wt_visit_wants(const struct wt_visit *visit, const struct wt_finding *finding);

/* Begins and ends with each file opened, reloaded or dissected anew; for the post-dissector `handle` of protocol
 * `proto`. */
void wt_visit_start(int proto, dissector_handle_t handle);
void wt_visit_stop(void);

/* The post-dissector: what happens to a frame, each time that Wireshark visits it. */
int wt_visit(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);

#endif
