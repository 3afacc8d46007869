/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mute: keeps one finding or diagnosis from being made, named by the environment variable WIRETRUTH_MUTE, as
 * if its detector were missing. Linked in front of the real functions (ld --wrap) in a build of its own, see
 * tests/mutation/run; the ordinary ones know nothing of it.
 */
#include <glib.h>
#include <string.h>

#include "engine/context.h"
#include <wiretruth/diagnosis.h>

void __real_wt_find_with(const struct wt_context *context, enum wt_finding_id id,
                         const struct wt_evidence *evidence);
void __wrap_wt_find_with(const struct wt_context *context, enum wt_finding_id id,
                         const struct wt_evidence *evidence);
enum wt_confidence __real_wt_engine_confidence(const struct wt_engine *engine, const struct wt_case *c);
enum wt_confidence __wrap_wt_engine_confidence(const struct wt_engine *engine, const struct wt_case *c);
const struct wt_case *__real_wt_engine_proof(const struct wt_engine *engine, uint32_t number);
const struct wt_case *__wrap_wt_engine_proof(const struct wt_engine *engine, uint32_t number);
const struct wt_case **__real_wt_engine_diagnoses(const struct wt_engine *engine, unsigned *count);
const struct wt_case **__wrap_wt_engine_diagnoses(const struct wt_engine *engine, unsigned *count);

static bool mute(const char *name)
{
    const char *muted = g_getenv("WIRETRUTH_MUTE");
    return muted && strcmp(muted, name) == 0;
}

static bool mute_case(const struct wt_case *c)
{
    return mute(wt_diagnosis_table[c->id].name);
}

void __wrap_wt_find_with(const struct wt_context *context, enum wt_finding_id id,
                         const struct wt_evidence *evidence)
{
    if (!mute(wt_finding_table[id].name))
        __real_wt_find_with(context, id, evidence);
}

enum wt_confidence __wrap_wt_engine_confidence(const struct wt_engine *engine, const struct wt_case *c)
{
    return mute_case(c) ? WT_CONFIDENCE_NONE : __real_wt_engine_confidence(engine, c);
}

const struct wt_case *__wrap_wt_engine_proof(const struct wt_engine *engine, uint32_t number)
{
    const struct wt_case *proof = __real_wt_engine_proof(engine, number);
    return proof && mute_case(proof) ? NULL : proof;
}

const struct wt_case **__wrap_wt_engine_diagnoses(const struct wt_engine *engine, unsigned *count)
{
    const struct wt_case **said = __real_wt_engine_diagnoses(engine, count);
    unsigned kept = 0;
    for (unsigned i = 0; i < *count; i++)
        if (!mute_case(said[i]))
            said[kept++] = said[i];
    *count = kept;
    return said;
}
