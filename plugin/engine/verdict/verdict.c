/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. How sure a case is depends on its independent events:
 *   certain   two Errors, or one that was seen from both sides of the culprit
 *   likely    one Error, or WARNS_LIKELY Warns: each has an innocent reading, all of them together hardly
 *   possible  a Warn, or whatever somebody blind can have made up
 * With anything that contradicts it a case is possible at most; both numbers are shown with the result.
 * An artefact that was seen once is likely, and certain when it was seen again.
 *
 * Precedence. A cause explains its consequences: the NIC that cuts at the wrong size also exceeds the MSS and
 * makes it look as if reports were ignored; a leaked checksum looks like corruption. The consequence is not
 * said of the same suspect, unless it is surer than its cause. That frames were captured before the NIC goes
 * without saying where something is broken.
 *
 * Where to capture: see the column `provable` of the table of diagnoses.
 */
#include <wiretruth/diagnosis.h>

#include "cases.h"
#include "engine/context.h"
#include "symptoms.h"

enum {
    WARNS_LIKELY = 3, /* one damaged or odd frame happens to everybody */
    ERRORS_CERTAIN = 2,
    ARTEFACTS_CERTAIN = 2,
};

static const struct {
    enum wt_diagnosis_id cause, consequence;
} precedence[] = {
    {WT_DIAGNOSIS_NIC_IGNORES_MSS, WT_DIAGNOSIS_MSS_IGNORED},
    {WT_DIAGNOSIS_NIC_IGNORES_MSS, WT_DIAGNOSIS_REPORTS_IGNORED},
    {WT_DIAGNOSIS_SUPER_FRAMES_DROPPED, WT_DIAGNOSIS_BLACK_HOLE},
    {WT_DIAGNOSIS_CHECKSUM_LEAK, WT_DIAGNOSIS_WIRE_CORRUPTION},
    {WT_DIAGNOSIS_UDP_OFFLOAD_BROKEN, WT_DIAGNOSIS_WIRE_CORRUPTION},
    {WT_DIAGNOSIS_UDP_OFFLOAD_BROKEN, WT_DIAGNOSIS_CHECKSUM_LEAK},
    {WT_DIAGNOSIS_REPORTS_MISTRANSLATED, WT_DIAGNOSIS_REPORTS_IGNORED},
    {WT_DIAGNOSIS_REPORTS_IMPOSSIBLE, WT_DIAGNOSIS_REPORTS_IGNORED},
    {WT_DIAGNOSIS_REPORTS_IGNORED, WT_DIAGNOSIS_BLACK_HOLE}, /* seen in front of what drops the reports */
    {WT_DIAGNOSIS_TUNNEL_MTU, WT_DIAGNOSIS_FRAGMENTS_LOST},
    {WT_DIAGNOSIS_SCALE_STRIPPED, WT_DIAGNOSIS_SCALE_NOT_NEGOTIATED},
    {WT_DIAGNOSIS_SCALE_STRIPPED, WT_DIAGNOSIS_WINDOW_SHRINKS},
    {WT_DIAGNOSIS_SCALE_STRIPPED, WT_DIAGNOSIS_WINDOW_OVERRUN},
    {WT_DIAGNOSIS_SCALE_NOT_NEGOTIATED, WT_DIAGNOSIS_WINDOW_SHRINKS},
    {WT_DIAGNOSIS_SCALE_NOT_NEGOTIATED, WT_DIAGNOSIS_WINDOW_OVERRUN},
    {WT_DIAGNOSIS_WINDOW_SHRINKS, WT_DIAGNOSIS_WINDOW_OVERRUN},
    {WT_DIAGNOSIS_WIRE_CORRUPTION, WT_DIAGNOSIS_BLACK_HOLE},
};

uint32_t wt_case_events(const struct wt_case *c)
{
    uint32_t sum = 0;
    for (unsigned severity = 0; severity <= WT_SEVERITY_ERROR; severity++)
        sum += c->events[severity];
    return sum;
}

static enum wt_confidence case_of_trouble(const struct wt_case *c)
{
    const uint32_t errors = c->events[WT_SEVERITY_ERROR], warns = c->events[WT_SEVERITY_WARN];
    const bool doubted = c->contradicting > 0 || c->blind == wt_case_events(c);
    enum wt_confidence confidence = WT_CONFIDENCE_NONE;
    if (errors >= ERRORS_CERTAIN || c->both_sides)
        confidence = WT_CONFIDENCE_CERTAIN;
    else if (errors || warns >= WARNS_LIKELY)
        confidence = WT_CONFIDENCE_LIKELY;
    else if (warns)
        confidence = WT_CONFIDENCE_POSSIBLE;
    return doubted ? MIN(confidence, WT_CONFIDENCE_POSSIBLE) : confidence;
}

enum wt_confidence wt_case_confidence(const struct wt_case *c)
{
    if (wt_diagnosis_table[c->id].trouble)
        return case_of_trouble(c);
    const uint32_t events = wt_case_events(c);
    if (events == 0)
        return WT_CONFIDENCE_NONE;
    return events >= ARTEFACTS_CERTAIN ? WT_CONFIDENCE_CERTAIN : WT_CONFIDENCE_LIKELY;
}

/* --- what is made of the cases --- */

/* Whether the culprit of `cause`, or for a device between two hosts either of them, is concerned by `c`. */
static bool case_concerns(const struct wt_case *cause, const struct wt_case *c)
{
    const bool between = wt_diagnosis_table[c->id].role == WT_ROLE_BETWEEN;
    const bool either = wt_diagnosis_table[cause->id].role == WT_ROLE_BETWEEN ||
                        wt_diagnosis_table[cause->id].role == WT_ROLE_REPORTER;
    if (wt_address_equal(&cause->culprit, &c->culprit) ||
        (either && wt_address_equal(&cause->other, &c->culprit)))
        return true;
    return between && (wt_address_equal(&cause->culprit, &c->other) ||
                       (either && wt_address_equal(&cause->other, &c->other)));
}

static bool case_is_explained(const struct wt_engine *engine, const struct wt_case *c,
                              enum wt_diagnosis_id cause)
{
    const enum wt_confidence own = wt_case_confidence(c);
    const struct wt_case *other = NULL;
    for (uint32_t i = 0; (other = wt_engine_case(engine, i)); i++)
        if (other->id == cause && wt_case_confidence(other) >= MIN(own, WT_CONFIDENCE_LIKELY) &&
            case_concerns(other, c))
            return true;
    return false;
}

static bool engine_has_trouble(const struct wt_engine *engine)
{
    const struct wt_case *c = NULL;
    for (uint32_t i = 0; (c = wt_engine_case(engine, i)); i++)
        if (wt_diagnosis_table[c->id].trouble && wt_case_confidence(c))
            return true;
    return false;
}

enum wt_confidence wt_engine_confidence(const struct wt_engine *engine, const struct wt_case *c)
{
    const enum wt_confidence own = wt_case_confidence(c);
    if (own == WT_CONFIDENCE_NONE)
        return own;
    if (c->id == WT_DIAGNOSIS_CAPTURE_BEFORE_OFFLOAD && engine_has_trouble(engine))
        return WT_CONFIDENCE_NONE;
    for (size_t i = 0; i < G_N_ELEMENTS(precedence); i++)
        if (precedence[i].consequence == c->id && case_is_explained(engine, c, precedence[i].cause))
            return WT_CONFIDENCE_NONE;
    return own;
}

const struct wt_case *wt_engine_proof(const struct wt_engine *engine, uint32_t number)
{
    const struct wt_case *c = NULL;
    for (uint32_t i = 0; (c = wt_engine_case(engine, i)); i++)
        if (c->proof_frame == number && wt_engine_confidence(engine, c) >= WT_CONFIDENCE_LIKELY)
            return c;
    return NULL;
}

static gint case_compare(gconstpointer a, gconstpointer b, gpointer engine)
{
    const struct wt_case *x = *(const struct wt_case *const *)a;
    const struct wt_case *y = *(const struct wt_case *const *)b;
    enum wt_confidence confidence_x = wt_engine_confidence(engine, x);
    enum wt_confidence confidence_y = wt_engine_confidence(engine, y);
    bool trouble_x = wt_diagnosis_table[x->id].trouble;
    bool trouble_y = wt_diagnosis_table[y->id].trouble;
    if (trouble_x != trouble_y)
        return trouble_x ? -1 : 1;
    if (confidence_x != confidence_y)
        return confidence_x > confidence_y ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

static GPtrArray *cases_said(const struct wt_engine *engine, bool trouble_only)
{
    GPtrArray *said = g_ptr_array_new();
    const struct wt_case *c = NULL;
    for (uint32_t i = 0; (c = wt_engine_case(engine, i)); i++)
        if (wt_engine_confidence(engine, c) && (!trouble_only || wt_diagnosis_table[c->id].trouble))
            g_ptr_array_add(said, (gpointer)c);
    g_ptr_array_sort_with_data(said, case_compare, (gpointer)engine);
    return said;
}

const struct wt_case **wt_cases_said(const struct wt_engine *engine, bool trouble_only, unsigned *count)
{
    GPtrArray *said = cases_said(engine, trouble_only);
    *count = said->len;
    return (const struct wt_case **)g_ptr_array_free(said, FALSE);
}

const struct wt_case **wt_engine_diagnoses(const struct wt_engine *engine, unsigned *count)
{
    struct wt_case *unexplained = &wt_cases_of(engine)->unexplained;
    GPtrArray *said = cases_said(engine, false);
    wt_suffering_unexplained(engine, unexplained);
    if (wt_case_confidence(unexplained)) {
        g_ptr_array_add(said, unexplained);
        g_ptr_array_sort_with_data(said, case_compare, (gpointer)engine);
    }
    *count = said->len;
    return (const struct wt_case **)g_ptr_array_free(said, FALSE);
}
