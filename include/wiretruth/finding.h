/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding: one statement about one frame, with its evidence; relation: one frame linked to another.
 */
#ifndef WIRETRUTH_FINDING_H
#define WIRETRUTH_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ascending, so that two severities compare. An artefact is never above NOTE. */
enum wt_severity {
    WT_SEVERITY_CHAT,
    WT_SEVERITY_NOTE,
    WT_SEVERITY_WARN,
    WT_SEVERITY_ERROR,
};

enum wt_area {
    WT_AREA_SIZE,
    WT_AREA_CHECKSUM,
    WT_AREA_WINDOW,
    WT_AREA_PMTU,
    WT_AREA_FRAGMENT,
    WT_AREA_CAPTURE,
    WT_AREAS,
};

enum wt_finding_id {
#define WT_FINDING(id, name, severity, area, sentence, explanation, remedy) WT_FINDING_##id,
#include <wiretruth/finding_table.h>
#undef WT_FINDING
    WT_FINDINGS,
};

/* Why a finding has a lower severity than the table's, or what $1s in its sentence stands for. */
enum wt_reason {
    WT_REASON_NONE,
#define WT_REASON(id, text) WT_REASON_##id,
#include <wiretruth/reason_table.h>
#undef WT_REASON
    WT_REASONS,
};

/* With $1 to $4 for the finding's values; NULL for none. */
extern const char *const wt_reason_text[WT_REASONS];

/* One row of the table. */
struct wt_finding_row {
    const char *name; /* without the "wiretruth." in front */
    enum wt_severity severity;
    enum wt_area area;
    const char *sentence, *explanation, *remedy;
};

extern const struct wt_finding_row wt_finding_table[WT_FINDINGS];
extern const char *const wt_area_name[WT_AREAS];

enum {
    WT_VALUES = 4
};

/*
 * A finding as recorded. It is shown on the frame that it is about, and counted in the frame in which it
 * became known, so that one pass and two passes count the same. For most findings both are one frame; a
 * finding about an earlier frame is recorded twice, once `shown` there and once `counted` here.
 */
struct wt_finding {
    struct wt_finding *next;
    enum wt_finding_id id;
    enum wt_severity severity; /* the table's, or lower where evidence is incomplete */
    bool shown, counted;
    uint64_t value[WT_VALUES]; /* fill $1 to $4 of the sentence */
    uint32_t supports;         /* number of the case that it supports, see diagnosis.h; 0 if none */
    uint32_t supports_too;     /* of a second one */
    enum wt_reason reason;
    bool proves;    /* the proof of what it supports became complete with it */
    uint32_t about; /* earlier frame that it is about, where this one proves it; 0: this one */
};

/* Whether it supports case `number`, which is not 0. */
static inline bool wt_finding_supports(const struct wt_finding *finding, uint32_t number)
{
    return finding->supports == number || finding->supports_too == number;
}

enum wt_relation_kind {
    WT_RELATION_OFFENDER, /* on a report: the frame it quotes */
    WT_RELATION_REPORT,   /* on an offender: the report that quotes it */
    WT_RELATION_REACTION, /* on a report: the first frame in which the sender obeyed */
    WT_RELATION_ORIGINAL, /* the frame that this one repeats */
    WT_RELATION_TWIN,     /* the same packet at another capture point */
};

struct wt_relation {
    struct wt_relation *next;
    enum wt_relation_kind kind;
    uint32_t frame;
    int64_t delay;    /* nanoseconds from that frame to this one, negative if that one is later */
    uint32_t changes; /* of a twin: a bit for each enum wt_change */
};

/*
 * Writes the sentence of `finding` into `text` of `size` bytes, always terminated; cut if it does not fit.
 * Returns `text`.
 */
char *wt_finding_text(const struct wt_finding *finding, char *text, size_t size);

/* The row number of the finding called `name` (without "wiretruth."), or WT_FINDINGS. */
enum wt_finding_id wt_finding_by_name(const char *name);

#endif
