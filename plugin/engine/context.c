/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context.h"

#include "diagnosis.h"

static struct wt_finding context_finding(enum wt_finding_id id, struct wt_values values)
{
    struct wt_finding finding = {
        .id = id, .severity = wt_finding_table[id].severity, .shown = true, .counted = true};
    memcpy(finding.value, values.value, sizeof finding.value);
    return finding;
}

static void context_record(const struct wt_context *context, struct wt_finding *finding)
{
    finding->supports = wt_diagnosis_hear(context, context->frame->number, finding);
    wt_records_add(context->engine->records, context->frame->number, finding);
}

void wt_find(const struct wt_context *context, enum wt_finding_id id, struct wt_values values)
{
    struct wt_finding finding = context_finding(id, values);
    context_record(context, &finding);
}

void wt_find_because(const struct wt_context *context, enum wt_finding_id id, enum wt_severity severity,
                     const char *reason, struct wt_values values)
{
    struct wt_finding finding = context_finding(id, values);
    if (severity < finding.severity)
        finding.severity = severity;
    finding.reason = reason;
    context_record(context, &finding);
}

void wt_find_earlier(const struct wt_context *context, uint32_t number, enum wt_finding_id id,
                     struct wt_values values)
{
    struct wt_finding finding = context_finding(id, values);
    finding.supports = wt_diagnosis_hear(context, number, &finding);
    finding.counted = false;
    wt_records_add(context->engine->records, number, &finding);
    finding.counted = true;
    finding.shown = false;
    wt_records_add(context->engine->records, context->frame->number, &finding);
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
