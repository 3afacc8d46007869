/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_diagnosis: -z wiretruth,diagnosis. Root causes as sentences, in the GUI as rows; most severe first.
 *
 * What is said of a case is what is known when the table is drawn. With a filter, only frames that match it
 * count as supporting, and cases without any are left out; symptoms and their sum are of the whole capture.
 */
#include "lines.h"
#include "support.h"

#include <wiretruth/symptom.h>

#include <inttypes.h>
#include <stdio.h>

enum {
    SENTENCE_SIZE = 512,
    ROWS_MAX = 1000, /* more than the engine has cases */
};

/* --- text --- */

static void put_sentence(GString *out, const char *label, const struct wt_case *c, const char *sentence)
{
    char text[SENTENCE_SIZE];

    wt_lines_labelled(out, label, wt_case_text(c, sentence, text, sizeof(text)));
}

struct seconds {
    char text[G_ASCII_DTOSTR_BUF_SIZE];
};

/* With a point whatever the user's language. */
static struct seconds in_seconds(int64_t nanoseconds)
{
    struct seconds seconds;

    g_ascii_formatd(seconds.text, sizeof(seconds.text), "%.1f", (double)nanoseconds * 1e-9);
    return seconds;
}

/* Connections and seconds that `c` explains. */
static void put_cost(GString *out, const struct wt_suffering *suffering, const struct wt_case *c)
{
    const struct wt_cost cost = wt_suffering_cost(suffering, c);
    char text[SENTENCE_SIZE];

    if (cost.lost == 0)
        return;
    snprintf(text, sizeof(text), "%s s in %u connection%s", in_seconds(cost.lost).text, cost.connections,
             cost.connections == 1 ? "" : "s");
    wt_lines_labelled(out, "Cost", text);
}

/* Symptoms are all the evidence that there is for what is not explained. */
static void put_symptoms(GString *out, const struct wt_case *c)
{
    char text[SENTENCE_SIZE];

    snprintf(text, sizeof(text), "%u symptom%s that nothing explains, frames %u to %u", c->findings,
             c->findings == 1 ? "" : "s", c->first_frame, c->last_frame);
    wt_lines_labelled(out, "Evidence", text);
}

static void put_evidence(GString *out, const struct wt_case *c, const struct wt_support *support)
{
    GString *text = g_string_new(NULL);

    const uint32_t events = wt_case_events(c);

    g_string_printf(text, "%u%s independent event%s in %" PRIu64 " frames, first %u, last %u", events,
                    events >= WT_EVENTS_MAX ? " or more" : "", events == 1 ? "" : "s", support->frames,
                    c->first_frame, c->last_frame);
    if (c->proof_frame)
        g_string_append_printf(text, ", proof complete in %u", c->proof_frame);
    g_string_append(text, ":");
    for (unsigned id = 0; id < WT_FINDINGS; id++)
        if (support->finding[id])
            g_string_append_printf(text, " %s %" PRIu64, wt_finding_table[id].name, support->finding[id]);
    g_string_append_printf(text, "; against it: %u", c->contradicting);
    if (c->blind)
        g_string_append_printf(text, "; anybody could have sent %u", c->blind);
    wt_lines_labelled(out, "Evidence", text->str);
    g_string_free(text, TRUE);
}

static void culprit_text(const struct wt_case *c, char *text, size_t size)
{
    char culprit[WT_ADDRESS_TEXT], other[WT_ADDRESS_TEXT];
    const enum wt_role role = wt_diagnosis_table[c->id].role;

    wt_address_text(&c->culprit, culprit);
    wt_address_text(&c->other, other);
    if (role == WT_ROLE_CAPTURE)
        snprintf(text, size, "this file");
    else if (role == WT_ROLE_BETWEEN || role == WT_ROLE_NOBODY)
        snprintf(text, size, "%s %s and %s", wt_role_name[role], culprit, other);
    else
        snprintf(text, size, "%s %s", wt_role_name[role], culprit);
}

static void put_case(GString *out, const struct wt_table *table, const struct wt_suffering *suffering,
                     const struct wt_case *c, unsigned place)
{
    const struct wt_diagnosis_row *row = &wt_diagnosis_table[c->id];
    const enum wt_confidence confidence = wt_engine_confidence(table->engine, c);
    char culprit[SENTENCE_SIZE];

    culprit_text(c, culprit, sizeof(culprit));
    g_string_append_printf(out, "%u. %s, %s: %s\n", place, row->name, wt_confidence_name[confidence],
                           culprit);
    put_sentence(out, "", c, row->sentence);
    if (c->id == WT_DIAGNOSIS_UNEXPLAINED)
        put_symptoms(out, c);
    else
        put_evidence(out, c, wt_support_of(table, c));
    put_cost(out, suffering, c);
    if (confidence < WT_CONFIDENCE_CERTAIN)
        put_sentence(out, "To decide", c, row->decide);
    put_sentence(out, "Linux", c, row->on_linux);
    put_sentence(out, "Windows", c, row->on_windows);
    put_sentence(out, "Hypervisor", c, row->on_hypervisor);
}

static unsigned put_cases(GString *out, const struct wt_table *table, const struct wt_suffering *suffering)
{
    unsigned count = 0, said = 0;
    const struct wt_case **cases = wt_engine_diagnoses(table->engine, &count);

    for (unsigned i = 0; i < count; i++)
        if (wt_support_tells(table, cases[i]))
            put_case(out, table, suffering, cases[i], ++said);
    g_free(cases);
    return said;
}

/* What was looked at where nothing hurts, else what it cost and how much of that is explained. */
static void put_summary(GString *out, const struct wt_suffering *suffering)
{
    const int64_t open = suffering->lost - suffering->explained;

    if (suffering->lost == 0)
        g_string_append_printf(out, "Looked at: %u connection%s, no stall%s%s", suffering->connections,
                               suffering->connections == 1 ? "" : "s",
                               suffering->ordinary ? " but for ordinary reasons" : "",
                               suffering->handshakes_unanswered ? "" : ", no handshake unanswered");
    else
        g_string_append_printf(out, "Time lost: %s s in %u of %u connections; %s s explained",
                               in_seconds(suffering->lost).text, suffering->stalled, suffering->connections,
                               in_seconds(suffering->explained).text);
    if (open > 0)
        g_string_append_printf(out, "; %s s not explained: frames %u to %u", in_seconds(open).text,
                               suffering->first_unexplained, suffering->last_unexplained);
    if (suffering->ordinary)
        g_string_append_printf(out, "; beside it %s s for ordinary reasons",
                               in_seconds(suffering->ordinary).text);
    g_string_append(out, "\n");
}

static void put_left_out(GString *out, const struct wt_table *table, const struct wt_suffering *suffering)
{
    const uint64_t cases = wt_engine_cases_left_out(table->engine);

    if (cases)
        g_string_append_printf(out, "The table of cases was full: %" PRIu64 " findings speak for others.\n",
                               cases);
    if (suffering->left_out)
        g_string_append_printf(out, "The list of symptoms was full: %" PRIu64 " more are not in it.\n",
                               suffering->left_out);
}

static void diagnosis_text(const struct wt_table *table, GString *out)
{
    if (!table->engine) {
        g_string_append_printf(out, "%s\n", table->type->nothing);
        return;
    }
    struct wt_suffering *suffering = wt_engine_suffering(table->engine);
    if (put_cases(out, table, suffering) == 0)
        g_string_append_printf(out, "%s\n", table->type->nothing);
    put_summary(out, suffering);
    put_left_out(out, table, suffering);
    wt_suffering_free(suffering);
}

/* --- rows --- */

enum column {
    COLUMN_DIAGNOSIS,
    COLUMN_CONFIDENCE,
    COLUMN_CULPRIT,
    COLUMN_REMEDY,
    COLUMN_FRAMES,
    COLUMN_FIRST,
    COLUMN_FILTER,
    COLUMN_SENTENCE,
    COLUMNS,
};

static const struct wt_column columns[COLUMNS] = {
    [COLUMN_DIAGNOSIS] = {.title = "Diagnosis", .cell = WT_CELL_TEXT},
    [COLUMN_CONFIDENCE] = {.title = "Confidence", .cell = WT_CELL_TEXT},
    [COLUMN_CULPRIT] = {.title = "Culprit", .cell = WT_CELL_TEXT},
    [COLUMN_FRAMES] = {.title = "Frames", .cell = WT_CELL_COUNT},
    [COLUMN_FIRST] = {.title = "First frame", .cell = WT_CELL_COUNT},
    [COLUMN_SENTENCE] = {.title = "What it means", .cell = WT_CELL_TEXT},
    [COLUMN_REMEDY] = {.title = "Remedy on Linux", .cell = WT_CELL_TEXT},
    [COLUMN_FILTER] = {.title = "Filter for its frames", .cell = WT_CELL_TEXT},
};

static void row_fill(struct wt_row *table_row, const struct wt_engine *engine, const struct wt_case *c)
{
    const struct wt_diagnosis_row *row = &wt_diagnosis_table[c->id];
    char text[SENTENCE_SIZE];

    wt_row_set_text(table_row, COLUMN_DIAGNOSIS, row->name);
    wt_row_set_text(table_row, COLUMN_CONFIDENCE, wt_confidence_name[wt_engine_confidence(engine, c)]);
    culprit_text(c, text, sizeof(text));
    wt_row_set_text(table_row, COLUMN_CULPRIT, text);
    wt_row_set(table_row, COLUMN_FIRST, c->first_frame);
    wt_row_set_text(table_row, COLUMN_SENTENCE, wt_case_text(c, row->sentence, text, sizeof(text)));
    wt_row_set_text(table_row, COLUMN_REMEDY, wt_case_text(c, row->on_linux, text, sizeof(text)));
    snprintf(text, sizeof(text), "wiretruth.diagnosis == \"%s\"", row->name);
    wt_row_set_text(table_row, COLUMN_FILTER, text);
}

static void count_frame(struct wt_table *table, uint32_t number)
{
    const struct wt_support *support = number ? wt_support_get(table, number) : NULL;

    if (support && support->row)
        wt_row_set(support->row, COLUMN_FRAMES, support->frames);
    else if (support && support->frames == 1)
        table->stale = true; /* it may be worth a row from now on */
}

static void diagnosis_frame(struct wt_table *table, const struct wt_visit *visit)
{
    wt_supports_frame(table, visit);
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next) {
        count_frame(table, finding->supports);
        count_frame(table, finding->supports_too);
    }
}

static void diagnosis_rows(struct wt_table *table)
{
    unsigned count = 0;
    const struct wt_case **cases = wt_engine_diagnoses(table->engine, &count);

    for (unsigned i = 0; i < count; i++) {
        struct wt_support *support = wt_support_get(table, cases[i]->number);
        if (!support->frames && cases[i]->id != WT_DIAGNOSIS_UNEXPLAINED)
            continue;
        support->row = wt_rows_get(table->rows, &cases[i]->number, NULL);
        row_fill(support->row, table->engine, cases[i]);
        wt_row_set_rank(support->row, i + 1);
        wt_row_set(support->row, COLUMN_FRAMES, support->frames);
    }
    g_free(cases);
}

WT_MAP_KEY(number, uint32_t)

const struct wt_table_type wt_table_diagnosis = {
    .name = "wiretruth,diagnosis",
    .title = "Wire Truth: Diagnosis",
    .columns = {.column = columns,
                .count = COLUMNS,
                .key_size = sizeof(uint32_t),
                .key_hash = number_hash,
                .key_equal = number_equal,
                .limit = ROWS_MAX},
    .data_size = sizeof(struct wt_supports),
    .nothing = "No diagnosis: no finding speaks for one.",
    .findings_only = true,
    .reads_engine = true,
    .start = wt_supports_start,
    .end = wt_supports_end,
    .frame = diagnosis_frame,
    .rows = diagnosis_rows,
    .text = diagnosis_text,
    .json = wt_support_json,
};
