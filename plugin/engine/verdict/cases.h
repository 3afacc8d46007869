/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cases: gathers findings into cases. See wiretruth/diagnosis.h for what is made of them. */
#ifndef WIRETRUTH_CASES_H
#define WIRETRUTH_CASES_H

#include <glib.h>
#include <wiretruth/diagnosis.h>

#include "engine/detector.h"

struct wt_ends;

struct wt_cases {
    GPtrArray *list;            /* of struct wt_case_file, as they came up */
    GHashTable *numbers;        /* whom a case suspects of what -> its number */
    GHashTable *others;         /* numbers of a case, mixed with an other end: those counted already */
    unsigned opened[3];         /* by what opened them, see case_quota() */
    uint64_t left_out;          /* findings for which there was no room */
    struct wt_case unexplained; /* made of symptoms when somebody asks */
};

/* Those of the capture. */
struct wt_cases *wt_cases_of(const struct wt_engine *engine);

/* Those with some confidence, in their order, without what symptoms make; free the array with g_free(). */
const struct wt_case **wt_cases_said(const struct wt_engine *engine, bool trouble_only, unsigned *count);

/* What the case's own evidence allows. */
enum wt_confidence wt_case_confidence(const struct wt_case *c);

/* The case that suspects `culprit` of `id`, whoever is at the other end; NULL if there is none. */
const struct wt_case *wt_cases_against(const struct wt_cases *cases, enum wt_diagnosis_id id,
                                       const struct wt_address *culprit);

#endif
