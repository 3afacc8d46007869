/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context.h"

#include <stdarg.h>

#include "engine/state/record.h"

enum {
    LOG_TEXT = 240
};

struct wt_ends wt_context_ends(const struct wt_context *context, bool forward)
{
    const struct wt_packet *packet = context->packet;
    return (struct wt_ends){forward ? packet->src : packet->dst, forward ? packet->dst : packet->src};
}

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

/* A finding about an earlier frame is counted here, and shown too if this is the frame that proves it. */
static void context_count(const struct wt_context *context, struct wt_finding *finding, uint32_t about)
{
    finding->counted = true;
    finding->shown = finding->proves;
    finding->about = about;
    wt_records_add(context->engine->records, context->frame->number, finding);
}

/* A finding whose event was counted before; shown here too if this is the frame that proves it. */
static void context_replace(const struct wt_context *context, struct wt_finding *finding, uint32_t about)
{
    struct wt_records *records = context->engine->records;
    wt_records_replace(records, about, finding);
    if (!finding->proves || about == context->frame->number)
        return;
    finding->counted = false;
    finding->about = about;
    wt_records_add(records, context->frame->number, finding);
}

void wt_log_write(const struct wt_context *context, const char *format, ...)
{
    char text[LOG_TEXT];
    va_list values;
    int length = g_snprintf(text, sizeof text, "frame %" G_GUINT32_FORMAT ": ", context->frame->number);
    va_start(values, format);
    g_vsnprintf(text + length, sizeof text - (gulong)length, format, values);
    va_end(values);
    context->engine->log(context->engine->log_data, text);
}

static void context_log(const struct wt_context *context, const struct wt_finding *finding, uint32_t about)
{
    static const char *const severities[] = {"Chat", "Note", "Warn", "Error"};
    const char *reason = wt_reason_text[finding->reason];
    wt_log(context, "%s on frame %" G_GUINT32_FORMAT ", a %s%s%s", wt_finding_table[finding->id].name, about,
           severities[finding->severity], reason ? ", since " : "", reason ? reason : "");
}

void wt_find_with(const struct wt_context *context, enum wt_finding_id id, const struct wt_evidence *evidence)
{
    const uint32_t here = context->frame->number;
    const uint32_t shown_in = evidence->shown_in ? evidence->shown_in : here;
    struct wt_finding finding = context_finding(id, evidence);
    context_hear(context, shown_in, &finding, evidence);
    context_log(context, &finding, shown_in);
    if (evidence->uncounted) {
        context_replace(context, &finding, shown_in);
        return;
    }
    finding.counted = shown_in == here;
    if (evidence->instead_of)
        wt_records_hide(context->engine->records, shown_in, (enum wt_finding_id)(evidence->instead_of - 1));
    wt_records_add(context->engine->records, shown_in, &finding);
    if (!finding.counted)
        context_count(context, &finding, shown_in);
}

void wt_relate_with(const struct wt_context *context, uint32_t number, const struct wt_relation *relation)
{
    wt_records_relate(context->engine->records, number, relation);
}

void wt_withdraw(const struct wt_context *context, uint32_t number, enum wt_finding_id id)
{
    wt_records_hide(context->engine->records, number, id);
}

void wt_retract_with(const struct wt_context *context, enum wt_finding_id id,
                     const struct wt_evidence *evidence)
{
    struct wt_finding finding = context_finding(id, evidence);
    context_hear(context, context->frame->number, &finding, evidence);
}

void wt_relate(const struct wt_context *context, enum wt_relation_kind kind, uint32_t other, int64_t delay)
{
    const struct wt_relation relation = {.kind = kind, .frame = other, .delay = delay};
    wt_relate_with(context, context->frame->number, &relation);
}

void wt_relate_earlier(const struct wt_context *context, uint32_t number, enum wt_relation_kind kind,
                       int64_t delay)
{
    const struct wt_relation relation = {.kind = kind, .frame = context->frame->number, .delay = -delay};
    wt_relate_with(context, number, &relation);
}
