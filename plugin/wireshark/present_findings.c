/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * present_findings: findings, each with its explanation and what to do, and the diagnoses they lead to.
 */
#include "compat.h"

#include "expert.h"
#include "present.h"
#include "tables/story.h"

bool wt_present_shows(const struct wt_view *view, const struct wt_finding *finding)
{
    return finding->shown && wt_visit_wants(view->visit, finding);
}

/* For columns, colour rules and scripts; what the reader sees says the same. */
static void add_hidden(const struct wt_view *view, proto_tree *tree, const struct wt_finding *finding,
                       const char *text)
{
    proto_item_set_hidden(
        proto_tree_add_string(tree, wt_field_id(WT_FIELD_FINDING_TEXT), view->tvb, 0, 0, text));
    proto_item_set_hidden(wt_view_number(view, tree, WT_FIELD_FINDING_SEVERITY, finding->severity));
}

static void add_finding(const struct wt_view *view, const struct wt_finding *finding)
{
    const struct wt_finding_row *row = &wt_finding_table[finding->id];
    char text[WT_LINE_SIZE];
    proto_item *item;
    proto_tree *tree;

    if (!view->tree) {
        wt_expert_add(view->pinfo, NULL, finding, NULL);
        return;
    }
    wt_finding_text(finding, text, sizeof(text));
    item = proto_tree_add_string_format(view->tree, wt_field_id(WT_FIELD_FINDING), view->tvb, 0, 0, row->name,
                                        "%s [%s]", text, row->name);
    proto_item_set_generated(item);
    tree = wt_view_below(item, WT_VIEW_FINDING);
    wt_expert_add(view->pinfo, item, finding, text);
    add_hidden(view, tree, finding, text);
    wt_view_text(view, tree, WT_FIELD_WHY, row->explanation);
    wt_view_text(view, tree, WT_FIELD_REMEDY, row->remedy);
}

void wt_present_findings(const struct wt_view *view, enum wt_severity most, enum wt_severity least)
{
    for (int severity = (int)most; severity >= (int)least; severity--)
        for (const struct wt_finding *finding = view->visit->findings; finding; finding = finding->next)
            if ((int)finding->severity == severity && wt_present_shows(view, finding))
                add_finding(view, finding);
}

/* --- diagnoses --- */

/*
 * The case that `finding` supports, if it is sure enough to be said of a frame; a mere possibility is not.
 * What is an artefact is said only where no trouble is, so not on the first visit.
 */
static const struct wt_case *case_of(const struct wt_view *view, const struct wt_finding *finding)
{
    const struct wt_case *c =
        finding->supports ? wt_engine_case(view->visit->engine, finding->supports - 1) : NULL;

    if (!c || !finding->shown || wt_engine_confidence(view->visit->engine, c) < WT_CONFIDENCE_LIKELY)
        return NULL;
    return wt_diagnosis_table[c->id].trouble || view->pinfo->fd->visited ? c : NULL;
}

/* Whether an earlier finding of this frame supports the same diagnosis. */
static bool is_repeated(const struct wt_view *view, const struct wt_finding *finding, enum wt_diagnosis_id id)
{
    for (const struct wt_finding *at = view->visit->findings; at != finding; at = at->next) {
        const struct wt_case *c = case_of(view, at);
        if (c && c->id == id)
            return true;
    }
    return false;
}

/* Links to the frames that the proof rests on, this one left out. */
static void add_evidence(const struct wt_view *view, proto_tree *tree, const struct wt_case *c)
{
    uint32_t frames[WT_STORY_FRAMES];
    const unsigned count = wt_story_frames(view->visit->engine, c, frames);

    for (unsigned i = 0; i < count; i++)
        if (frames[i] != view->visit->frame.number)
            wt_view_number(view, tree, WT_FIELD_EVIDENCE, frames[i]);
}

void wt_present_proof(const struct wt_view *view)
{
    const struct wt_engine *engine = view->visit->engine;
    const struct wt_case *c = wt_engine_proof(engine, view->visit->frame.number);
    char text[WT_LINE_SIZE];
    struct wt_line label;
    proto_item *item = NULL;

    if (!c)
        return;
    wt_case_text(c, wt_diagnosis_table[c->id].sentence, text, sizeof(text));
    wt_line_begin(&label);
    wt_line_add(&label, "Proof complete: with this frame the evidence for ");
    wt_line_add(&label, wt_diagnosis_table[c->id].name);
    wt_line_add(&label, " suffices");
    if (view->tree) {
        item = wt_view_line(view, WT_FIELD_PROOF, &label);
        add_evidence(view, wt_view_below(item, WT_VIEW_PROOF), c);
    }
    wt_expert_add_diagnosis(view->pinfo, item, c->id, wt_engine_confidence(engine, c), text);
}

static void add_diagnosis(const struct wt_view *view, const struct wt_case *c)
{
    const struct wt_diagnosis_row *row = &wt_diagnosis_table[c->id];
    char text[WT_LINE_SIZE];

    wt_case_text(c, row->sentence, text, sizeof(text));
    proto_item_set_generated(proto_tree_add_string_format(view->tree, wt_field_id(WT_FIELD_DIAGNOSIS),
                                                          view->tvb, 0, 0, row->name, "Diagnosis %s: %s",
                                                          row->name, text));
}

void wt_present_diagnoses(const struct wt_view *view, bool trouble)
{
    for (const struct wt_finding *finding = view->visit->findings; finding; finding = finding->next) {
        const struct wt_case *c = case_of(view, finding);
        if (c && wt_diagnosis_table[c->id].trouble == trouble && !is_repeated(view, finding, c->id))
            add_diagnosis(view, c);
    }
}
