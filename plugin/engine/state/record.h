/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record: what is remembered about each frame.
 *
 * Findings and relations exist only for frames that have some, a bounded number of each kind a frame (a
 * million forged reports about one frame must not grow without limit). Facts are kept for every frame, 16
 * bytes each, but only if frames can be visited again; otherwise everything belongs to the current frame and
 * goes with it.
 */
#ifndef WIRETRUTH_RECORD_H
#define WIRETRUTH_RECORD_H

#include <wiretruth/engine.h>

struct wt_records;

struct wt_records *wt_records_new(void);
void wt_records_free(struct wt_records *records);
void wt_records_keep(struct wt_records *records, bool keep);

/* Starts frame `number`: forgets what was known of it, and of all others unless they are kept. Returns its
 * facts. */
struct wt_facts *wt_records_begin(struct wt_records *records, uint32_t number);

/* Leaves out of the facts of the frame at hand what would cost too much memory to be kept. */
void wt_records_trim(struct wt_records *records);

/* Adds a copy of `finding` to frame `number`. A frame holds a finding shown, and counted, once at most: the
 * more severe of two. */
void wt_records_add(struct wt_records *records, uint32_t number, const struct wt_finding *finding);

/* Frame `number` shows `finding` from now on, in place of what it showed under this name; nothing is counted anew. */
void wt_records_replace(struct wt_records *records, uint32_t number, const struct wt_finding *finding);

/* Shows finding `id` on frame `number` no longer, since something else explains it; it stays counted. */
void wt_records_hide(struct wt_records *records, uint32_t number, enum wt_finding_id id);

/* What a frame is on the wire. */
struct wt_wire {
    uint32_t frames, size, last; /* as in struct wt_facts */
    uint64_t len;
};

/* Corrects what is kept of frame `number`; nothing happens if that frame is gone. */
void wt_records_resize(struct wt_records *records, uint32_t number, const struct wt_wire *wire);

/* Adds a copy of `relation` to frame `number`, unless it stands there already. */
void wt_records_relate(struct wt_records *records, uint32_t number, const struct wt_relation *relation);

/* Valid until the next call. */
const struct wt_facts *wt_records_facts(struct wt_records *records, uint32_t number);
const struct wt_finding *wt_records_findings(const struct wt_records *records, uint32_t number);
const struct wt_relation *wt_records_relations(const struct wt_records *records, uint32_t number);

#endif
