/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "telling.h"

#include "frame_json.h"
#include "tables/escape.h"
#include "tables/json.h"

#include <inttypes.h>

enum {
    TEXT_SIZE = 1000
};

static const char *const severity_names[] = {
    [WT_SEVERITY_CHAT] = "chat",
    [WT_SEVERITY_NOTE] = "note",
    [WT_SEVERITY_WARN] = "warn",
    [WT_SEVERITY_ERROR] = "error",
};

/* Prints `text` and frees it. */
static void print(const struct wt_telling *telling, GString *text)
{
    fwrite(text->str, 1, text->len, telling->out);
    g_string_free(text, TRUE);
}

/* An object that begins with the file's name. */
static GString *object(const struct wt_telling *telling)
{
    GString *out = g_string_new(NULL);

    wt_json_begin(out, NULL);
    wt_json_text(out, "file", telling->path);
    return out;
}

static void end_object(const struct wt_telling *telling, GString *out)
{
    wt_json_end(out);
    g_string_append_c(out, '\n');
    print(telling, out);
}

/* --- findings --- */

static void finding_json(const struct wt_telling *telling, uint32_t frame, const struct wt_finding *finding,
                         const char *text)
{
    GString *out = object(telling);

    wt_json_number(out, "frame", frame);
    wt_json_text(out, "severity", severity_names[finding->severity]);
    wt_json_text(out, "finding", wt_finding_table[finding->id].name);
    wt_json_text(out, "text", text);
    end_object(telling, out);
}

static void finding_line(const struct wt_telling *telling, uint32_t frame, const struct wt_finding *finding,
                         const char *text)
{
    char *path = wt_escape(telling->path);

    fprintf(telling->out, "%s:%u: %s %s: %s\n", path, frame, severity_names[finding->severity],
            wt_finding_table[finding->id].name, text);
    g_free(path);
}

/* A finding about an earlier frame is told when it becomes known, once. */
static void tell_findings(const struct wt_telling *telling, const struct wt_visit *visit)
{
    char text[TEXT_SIZE];

    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next) {
        const uint32_t frame = finding->about ? finding->about : visit->frame.number;
        if (!wt_visit_counts(visit, finding))
            continue;
        wt_finding_text(finding, text, sizeof text);
        (telling->json ? finding_json : finding_line)(telling, frame, finding, text);
    }
}

/* --- frames --- */

static void tell_frame(const struct wt_telling *telling, const struct wt_visit *visit)
{
    GString *out = NULL;

    if (!visit->reading.packets)
        return;
    out = object(telling);
    wt_json_number(out, "frame.number", visit->frame.number);
    wt_frame_json(out, "wiretruth.", visit);
    end_object(telling, out);
}

/* --- diagnoses as they come --- */

static void tell_proof(const struct wt_telling *telling, const struct wt_visit *visit)
{
    const struct wt_case *c = wt_engine_proof(visit->engine, visit->frame.number);
    char text[TEXT_SIZE];

    if (!c)
        return;
    const char *name = wt_diagnosis_table[c->id].name;
    const char *confidence = wt_confidence_name[wt_engine_confidence(visit->engine, c)];
    wt_case_text(c, wt_diagnosis_table[c->id].sentence, text, sizeof text);
    if (telling->json) {
        GString *out = object(telling);
        wt_json_number(out, "proof_complete", visit->frame.number);
        wt_json_text(out, "diagnosis", name);
        wt_json_text(out, "confidence", confidence);
        wt_json_text(out, "sentence", text);
        end_object(telling, out);
    } else {
        fprintf(telling->out, "Frame %u completes the proof of %s, %s: %s\n", visit->frame.number, name,
                confidence, text);
    }
}

void wt_telling_frame(const struct wt_telling *telling, const struct wt_visit *visit)
{
    switch (telling->output) {
    case WT_OUTPUT_FINDINGS:
        tell_findings(telling, visit);
        break;
    case WT_OUTPUT_FRAMES:
        tell_frame(telling, visit);
        break;
    case WT_OUTPUT_TABLES:
        if (telling->live && visit->findings)
            tell_proof(telling, visit);
        break;
    }
    if (telling->live)
        fflush(telling->out);
}

/* --- the end --- */

/* Each line of a table is an object; the file's name becomes its first member. */
static void table_json(const struct wt_telling *telling, struct wt_table *table)
{
    GString *lines = g_string_new(NULL), *name = object(telling);

    wt_table_print_json(table, lines);
    for (const char *at = lines->str; *at; at += strcspn(at, "\n") + 1)
        fprintf(telling->out, "%s,%.*s\n", name->str, (int)strcspn(at, "\n") - 1, at + 1);
    g_string_free(lines, TRUE);
    g_string_free(name, TRUE);
}

static void table_text(const struct wt_telling *telling, struct wt_table *table)
{
    GString *out = g_string_new(NULL);

    wt_table_print(table, out);
    print(telling, out);
}

static void tell_missed(const struct wt_telling *telling, enum wt_missed missed, uint64_t frames)
{
    if (telling->json) {
        GString *out = object(telling);
        wt_json_text(out, "not_looked_at", wt_missed_text(missed));
        wt_json_number(out, "frames", frames);
        end_object(telling, out);
    } else {
        fprintf(telling->out, "Not looked at: %" PRIu64 " frame%s, %s\n", frames, frames == 1 ? "" : "s",
                wt_missed_text(missed));
    }
}

/* By its own count: what it lost between the link and this file, whether anybody noticed or not. */
static void tell_dropped(const struct wt_telling *telling, uint64_t frames)
{
    if (!telling->json) {
        fprintf(telling->out,
                "By its own statistics the capture dropped %" PRIu64
                " %s: what is not here may have been there.\n",
                frames, frames == 1 ? "frame" : "frames");
        return;
    }
    GString *out = object(telling);
    wt_json_number(out, "dropped_by_capture", frames);
    end_object(telling, out);
}

void wt_telling_end(const struct wt_telling *telling, const GPtrArray *tables,
                    const struct wt_outcome *outcome)
{
    if (telling->output != WT_OUTPUT_TABLES)
        return;
    if (telling->titled && !telling->json) {
        char *path = wt_escape(telling->path);
        fprintf(telling->out, "\nFile: %s\n", path);
        g_free(path);
    }
    for (unsigned i = 0; i < tables->len; i++)
        (telling->json ? table_json : table_text)(telling, g_ptr_array_index(tables, i));
    for (unsigned missed = WT_MISSED_NOTHING + 1; missed < WT_MISSED_KINDS; missed++)
        if (outcome->missed[missed])
            tell_missed(telling, (enum wt_missed)missed, outcome->missed[missed]);
    if (outcome->dropped)
        tell_dropped(telling, outcome->dropped);
}
