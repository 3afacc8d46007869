/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame_visit: all that is known about one frame at one visit. It is what the tree shows and what the tables
 * are told, so both always agree.
 */
#ifndef WIRETRUTH_TABLES_FRAME_VISIT_H
#define WIRETRUTH_TABLES_FRAME_VISIT_H

#include "coverage.h"

#include <wiretruth/engine.h>

struct wt_names;

struct wt_visit {
    struct wt_frame frame;
    struct wt_reading reading;
    const struct wt_facts *facts; /* NULL where the engine holds none for this frame */
    const struct wt_finding *findings;
    const struct wt_relation *relations;
    struct wt_engine *engine;     /* for what is known of the whole capture so far */
    const struct wt_names *names; /* of the capture points seen so far */
    enum wt_missed missed;
    bool artefacts; /* findings that are artefacts of capturing count too */
};

/* Whether a finding of this kind is an artefact of capturing. */
bool wt_visit_is_artefact(enum wt_finding_id id);

/* Whether the user wants `finding` at all, see the preference wiretruth.artefacts. */
bool wt_visit_wants(const struct wt_visit *visit, const struct wt_finding *finding);

/* Whether tables count `finding` in this frame: the one in which it became known. */
bool wt_visit_counts(const struct wt_visit *visit, const struct wt_finding *finding);

/*
 * Whether the frame shows a packet that an earlier frame showed too: at this capture point, or at another one unless on its
 * way there one of `changes` happened to it, a bit for each enum wt_change. What crossed a wire is counted once.
 */
bool wt_visit_is_copy(const struct wt_visit *visit, uint32_t changes);

#endif
