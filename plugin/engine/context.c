/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context.h"

static struct wt_finding context_finding(enum wt_finding_id id, const struct wt_evidence *evidence)
{
    struct wt_finding finding = {.id = id,
                                 .severity = wt_finding_table[id].severity,
                                 .shown = true,
                                 .counted = true,
                                 .reason = evidence->reason};
    if (evidence->most && evidence->most - 1 < finding.severity)
        finding.severity = (enum wt_severity)(evidence->most - 1);
    memcpy(finding.value, evidence->value, sizeof finding.value);
    return finding;
}

static void context_hear(const struct wt_context *context, uint32_t shown_in, struct wt_finding *finding,
                         const struct wt_evidence *evidence)
{
    for (wt_hook_hear *const *hear = context->engine->hear; *hear; hear++)
        (*hear)(context, shown_in, finding, evidence);
}

void wt_find_with(const struct wt_context *context, enum wt_finding_id id, const struct wt_evidence *evidence)
{
    struct wt_records *records = context->engine->records;
    const uint32_t here = context->frame->number;
    const uint32_t shown_in = evidence->shown_in ? evidence->shown_in : here;
    struct wt_finding finding = context_finding(id, evidence);
    context_hear(context, shown_in, &finding, evidence);
    finding.counted = shown_in == here;
    wt_records_add(records, shown_in, &finding);
    if (finding.counted)
        return;
    finding.counted = true;
    finding.shown = false;
    wt_records_add(records, here, &finding);
}

void wt_relate(const struct wt_context *context, enum wt_relation_kind kind, uint32_t other, int64_t delay)
{
    const struct wt_relation relation = {.kind = kind, .frame = other, .delay = delay};
    wt_records_relate(context->engine->records, context->frame->number, &relation);
}

void wt_relate_earlier(const struct wt_context *context, uint32_t number, enum wt_relation_kind kind,
                       int64_t delay)
{
    const struct wt_relation relation = {.kind = kind, .frame = context->frame->number, .delay = -delay};
    wt_records_relate(context->engine->records, number, &relation);
}
