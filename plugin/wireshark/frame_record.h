/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame_record: all that is known about one frame at one visit. It is what the tree shows and what the tap
 * "wiretruth" hands to the statistics, so both always agree.
 */
#ifndef WIRETRUTH_WIRESHARK_FRAME_RECORD_H
#define WIRETRUTH_WIRESHARK_FRAME_RECORD_H

#include "frame.h"

#include <wiretruth/engine.h>

struct wt_record {
    struct wt_frame frame;
    struct wt_reading reading;
    const struct wt_facts *facts; /* NULL where the engine holds none for this frame */
    const struct wt_finding *findings;
    const struct wt_relation *relations;
    const packet_info *pinfo;       /* for what only Wireshark knows; NULL for patient listeners */
    const struct wt_engine *engine; /* for what is known of the whole capture so far */
    enum wt_missed missed;
    bool artefacts; /* findings of severity Note count too */
};

/* Whether the user wants `finding` at all, see the preference wiretruth.artefacts. */
bool wt_record_wants(const struct wt_record *record, const struct wt_finding *finding);

#endif
