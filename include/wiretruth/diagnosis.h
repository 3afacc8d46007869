/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diagnosis: a root cause that explains many findings, with culprit, evidence and remedy.
 */
#ifndef WIRETRUTH_DIAGNOSIS_H
#define WIRETRUTH_DIAGNOSIS_H

#include <wiretruth/engine.h>

enum wt_diagnosis_id {
#define WT_DIAGNOSIS(id, name, trouble, role, sentence, provable, decide, linux, windows, hypervisor)        \
    WT_DIAGNOSIS_##id,
#include <wiretruth/diagnosis_table.h>
#undef WT_DIAGNOSIS
    WT_DIAGNOSES,
};

enum wt_role {
    WT_ROLE_SENDER,
    WT_ROLE_SENDERS_NIC,
    WT_ROLE_BEHIND_SENDER,
    WT_ROLE_RECEIVER,
    WT_ROLE_FORWARDER,
    WT_ROLE_REPORTER,
    WT_ROLE_BETWEEN,
    WT_ROLE_NOBODY, /* it is not known who */
    WT_ROLE_CAPTURING_HOST,
    WT_ROLE_CAPTURE, /* no device: the file */
};

/* Ascending. */
enum wt_confidence {
    WT_CONFIDENCE_NONE, /* suspected, or explained by another diagnosis: not to be said */
    WT_CONFIDENCE_POSSIBLE,
    WT_CONFIDENCE_LIKELY,
    WT_CONFIDENCE_CERTAIN,
};

struct wt_diagnosis_row {
    const char *name;
    bool trouble;
    enum wt_role role;
    const char *sentence, *provable, *decide, *on_linux, *on_windows, *on_hypervisor;
};

extern const struct wt_diagnosis_row wt_diagnosis_table[WT_DIAGNOSES];
extern const char *const wt_confidence_name[];
extern const char *const wt_role_name[];

/* One suspicion, and what was found for and against it. Findings carry the number of the case that they
 * support. An event is one thing that happened, however many findings tell of it; there are WT_EVENTS_MAX at
 * most, so that number means "so many or more". */
enum {
    WT_EVENTS_MAX = 32,
    WT_CASE_EVIDENCE = 12, /* frames */
};

struct wt_case {
    enum wt_diagnosis_id id;
    uint32_t number;           /* from 1 */
    struct wt_address culprit; /* for a device between two hosts: one of them; zero where it is the capture */
    struct wt_address other;   /* the first other end */
    uint32_t others;           /* how many other ends there are, as far as they were counted */
    uint32_t findings;         /* that speak for it */
    uint32_t size;             /* what to configure, SIZE in the remedies; 0 while unknown */
    uint32_t events[WT_SEVERITY_ERROR + 1]; /* of them, by the highest severity found */
    uint32_t blind;         /* events that anybody could have made up, without seeing the traffic */
    uint32_t contradicting; /* events that speak against it, and when they came does not matter */
    bool both_sides;        /* trouble seen in front of the culprit and behind it */
    uint32_t first_frame, last_frame;
    uint32_t proof_frame;                /* which completed the proof of trouble; 0 while there is none */
    uint32_t evidence[WT_CASE_EVIDENCE]; /* frames that the proof rests on, those found first */
    unsigned evidences;
};

/* Cases in the order in which they came up, `index` from 0; NULL behind the last one. Some of them only
 * wait for evidence. */
const struct wt_case *wt_engine_case(const struct wt_engine *engine, uint32_t index);

/* Findings for which there was no room for another case. */
uint64_t wt_engine_cases_left_out(const struct wt_engine *engine);

/* Independent events that speak for the case. */
uint32_t wt_case_events(const struct wt_case *c);

/*
 * How sure the case is now, other cases considered: what another diagnosis explains better is
 * WT_CONFIDENCE_NONE. It may still change while frames come in.
 */
enum wt_confidence wt_engine_confidence(const struct wt_engine *engine, const struct wt_case *c);

/* The case whose proof frame `number` completed, if it still stands; or NULL. */
const struct wt_case *wt_engine_proof(const struct wt_engine *engine, uint32_t number);

/* All cases with some confidence, most severe and most certain first; free the array with g_free(). */
const struct wt_case **wt_engine_diagnoses(const struct wt_engine *engine, unsigned *count);

/* Writes the sentence of `c` into `text` of `size` bytes, always terminated. Returns `text`. `sentence` may
 * be any text of the row that has $1 and $2 in it; of many other ends one is named, and how many others. */
char *wt_case_text(const struct wt_case *c, const char *sentence, char *text, size_t size);

#endif
