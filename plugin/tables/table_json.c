/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_json: -z wiretruth,json. For scripts, one JSON object a line: the diagnoses, most severe first, then the
 * symptoms, then a summary; what is said of filters in table_diagnosis.c holds here too.
 */
#include "json.h"
#include "support.h"

#include <wiretruth/symptom.h>

enum {
    SENTENCE_SIZE = 512
};

static void put_sentence(GString *out, const char *name, const struct wt_case *c, const char *sentence)
{
    char text[SENTENCE_SIZE];

    wt_json_text(out, name, wt_case_text(c, sentence, text, sizeof(text)));
}

/* Of many other ends the first; "others" tells how many there are. */
static void put_address(GString *out, const char *name, const struct wt_address *address)
{
    char text[WT_ADDRESS_TEXT] = "";

    if (address)
        wt_address_text(address, text);
    wt_json_text(out, name, text);
}

static void put_findings(GString *out, const struct wt_support *support)
{
    wt_json_begin(out, "findings");
    for (unsigned id = 0; id < WT_FINDINGS; id++)
        if (support->finding[id])
            wt_json_number(out, wt_finding_table[id].name, support->finding[id]);
    wt_json_end(out);
}

static void put_remedy(GString *out, const struct wt_case *c)
{
    const struct wt_diagnosis_row *row = &wt_diagnosis_table[c->id];

    wt_json_begin(out, "remedy");
    put_sentence(out, "linux", c, row->on_linux);
    put_sentence(out, "windows", c, row->on_windows);
    put_sentence(out, "hypervisor", c, row->on_hypervisor);
    wt_json_end(out);
}

static void put_seconds(GString *out, const char *name, int64_t nanoseconds)
{
    wt_json_decimal(out, name, (double)nanoseconds * 1e-9);
}

static void put_symptom(GString *out, const struct wt_symptom *symptom)
{
    wt_json_begin(out, NULL);
    wt_json_text(out, "symptom", wt_symptom_name[symptom->kind]);
    put_address(out, "src", &symptom->src);
    wt_json_number(out, "src_port", symptom->src_port);
    put_address(out, "dst", &symptom->dst);
    wt_json_number(out, "dst_port", symptom->dst_port);
    put_seconds(out, "seconds", symptom->lasted);
    wt_json_number(out, "bytes", symptom->bytes);
    wt_json_number(out, "first_frame", symptom->first_frame);
    wt_json_number(out, "last_frame", symptom->last_frame);
    wt_json_text(out, "explained_by", wt_symptom_explained_by(symptom));
    wt_json_end(out);
    g_string_append_c(out, '\n');
}

static void put_summary(GString *out, const struct wt_table *table, const struct wt_suffering *suffering)
{
    wt_json_begin(out, NULL);
    wt_json_begin(out, "summary");
    wt_json_number(out, "connections", suffering->connections);
    wt_json_number(out, "connections_stalled", suffering->stalled);
    put_seconds(out, "seconds_lost", suffering->lost);
    put_seconds(out, "seconds_explained", suffering->explained);
    put_seconds(out, "seconds_ordinary", suffering->ordinary);
    wt_json_number(out, "symptoms_left_out", suffering->left_out);
    wt_json_number(out, "findings_left_out", wt_engine_cases_left_out(table->engine));
    wt_json_end(out);
    wt_json_end(out);
    g_string_append_c(out, '\n');
}

static void put_case(GString *out, const struct wt_table *table, const struct wt_suffering *suffering,
                     const struct wt_case *c)
{
    const struct wt_diagnosis_row *row = &wt_diagnosis_table[c->id];
    const struct wt_support *support = wt_support_of(table, c);

    wt_json_begin(out, NULL);
    wt_json_text(out, "diagnosis", row->name);
    wt_json_text(out, "confidence", wt_confidence_name[wt_engine_confidence(table->engine, c)]);
    put_sentence(out, "culprit", c, row->role == WT_ROLE_CAPTURE ? "" : "$1");
    wt_json_text(out, "role", wt_role_name[row->role]);
    put_address(out, "other", row->role == WT_ROLE_CAPTURE ? NULL : &c->other);
    wt_json_number(out, "others", c->others);
    wt_json_number(out, "frames", support->frames);
    wt_json_number(out, "first_frame", c->first_frame);
    wt_json_number(out, "last_frame", c->last_frame);
    wt_json_number(out, "proof_frame", c->proof_frame);
    wt_json_number(out, "events", wt_case_events(c));
    wt_json_number(out, "contradicting", c->contradicting);
    wt_json_number(out, "connections", wt_suffering_cost(suffering, c).connections);
    put_seconds(out, "seconds_lost", wt_suffering_cost(suffering, c).lost);
    put_findings(out, support);
    put_sentence(out, "sentence", c, row->sentence);
    put_sentence(out, "decide", c, row->decide);
    put_remedy(out, c);
    wt_json_end(out);
    g_string_append_c(out, '\n');
}

void wt_support_json(const struct wt_table *table, GString *out)
{
    unsigned count = 0;

    if (!table->engine)
        return;
    struct wt_suffering *suffering = wt_engine_suffering(table->engine);
    const struct wt_case **cases = wt_engine_diagnoses(table->engine, &count);
    for (unsigned i = 0; i < count; i++)
        if (wt_support_tells(table, cases[i]))
            put_case(out, table, suffering, cases[i]);
    for (unsigned i = 0; i < suffering->symptoms; i++)
        put_symptom(out, &suffering->symptom[i]);
    put_summary(out, table, suffering);
    g_free(cases);
    wt_suffering_free(suffering);
}

const struct wt_table_type wt_table_json = {
    .name = "wiretruth,json",
    .data_size = sizeof(struct wt_supports),
    .findings_only = true,
    .reads_engine = true,
    .start = wt_supports_start,
    .end = wt_supports_end,
    .frame = wt_supports_frame,
    .text = wt_support_json,
    .json = wt_support_json,
};
