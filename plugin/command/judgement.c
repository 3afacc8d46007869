/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judgement.h"

#include "progress.h"
#include "reader.h"
#include "tables/escape.h"
#include "tables/names.h"
#include "telling.h"

#include <wiretruth/symptom.h>

#include <string.h>

struct judgement {
    const struct wt_options *options;
    struct wt_reader *reader;
    struct wt_engine *engine;
    struct wt_names *names;
    GPtrArray *tables; /* of struct wt_table */
    bool every_frame;  /* also one without findings is told of */
    bool begun;        /* the tables know the engine */
    struct wt_telling telling;
    struct wt_outcome *outcome;
};

/* --- a frame --- */

static void note_trouble(struct judgement *judgement, const struct wt_finding *findings)
{
    for (const struct wt_finding *finding = findings; finding; finding = finding->next)
        if (finding->counted && finding->severity >= WT_SEVERITY_WARN)
            judgement->outcome->trouble = true;
}

/* The first frame is told in any case: it makes the engine known. */
static void tell_tables(const struct judgement *judgement, const struct wt_visit *visit)
{
    for (unsigned i = 0; i < judgement->tables->len; i++) {
        struct wt_table *table = g_ptr_array_index(judgement->tables, i);
        if (visit->findings || !table->type->findings_only || !table->engine)
            wt_table_frame(table, visit);
    }
}

static void tell(struct judgement *judgement, struct wt_visit *visit)
{
    const uint32_t number = visit->frame.number;

    visit->missed = wt_missed(&visit->reading, 0);
    visit->findings = wt_engine_findings(judgement->engine, number);
    judgement->outcome->frames++;
    judgement->outcome->missed[visit->missed]++;
    if (!visit->findings && !judgement->every_frame && judgement->begun)
        return;
    judgement->begun = true;
    note_trouble(judgement, visit->findings);
    visit->engine = judgement->engine;
    visit->names = judgement->names;
    visit->facts = wt_engine_facts(judgement->engine, number);
    visit->relations = wt_engine_relations(judgement->engine, number);
    visit->artefacts = judgement->options->settings.artefacts;
    tell_tables(judgement, visit);
    wt_telling_frame(&judgement->telling, visit);
}

enum {
    AHEAD = 8 /* frames that are read before the first of them is judged: by then memory has answered */
};

static void judge_some(struct judgement *judgement, const struct wt_frame *frames, unsigned count)
{
    static struct wt_visit visits[AHEAD];
    const bool verify = judgement->options->settings.engine.verify_checksums;

    for (unsigned i = 0; i < count; i++) {
        visits[i].frame = frames[i];
        wt_read_frame(&visits[i].frame, &visits[i].reading);
        wt_engine_expect(judgement->engine, &visits[i].frame, &visits[i].reading);
        wt_verify(&visits[i].frame, &visits[i].reading, verify);
    }
    for (unsigned i = 0; i < count; i++) {
        wt_engine_frame(judgement->engine, &visits[i].frame, &visits[i].reading);
        tell(judgement, &visits[i]);
    }
}

/* What comes from a pipe is judged frame by frame: the next one may take its time. */
static void judge_all(struct judgement *judgement, bool live, struct wt_progress *progress)
{
    struct wt_frame frames[WT_READER_AHEAD];
    unsigned count;

    while (
        (count = wt_reader_next(judgement->reader, frames, live ? 1 : WT_READER_AHEAD, judgement->names))) {
        for (unsigned i = 0; i < count; i += AHEAD)
            judge_some(judgement, frames + i, MIN(count - i, AHEAD));
        if (progress && judgement->outcome->frames % 8192 < count)
            wt_progress_part(progress, wt_reader_done(judgement->reader));
    }
}

/* --- the file --- */

static void start(struct judgement *judgement)
{
    const struct wt_options *options = judgement->options;

    judgement->engine = wt_engine_new(&options->settings.engine);
    wt_engine_keep(judgement->engine, false);
    judgement->names = wt_names_new();
    judgement->tables = g_ptr_array_new();
    judgement->every_frame = options->output == WT_OUTPUT_FRAMES;
    for (unsigned i = 0; options->output == WT_OUTPUT_TABLES && i < options->tables->len; i++) {
        struct wt_table *table = wt_table_new(g_ptr_array_index(options->tables, i), NULL);
        g_ptr_array_add(judgement->tables, table);
        judgement->every_frame |= !table->type->findings_only;
    }
}

static void stop(struct judgement *judgement)
{
    for (unsigned i = 0; i < judgement->tables->len; i++)
        wt_table_free(g_ptr_array_index(judgement->tables, i));
    g_ptr_array_free(judgement->tables, TRUE);
    wt_engine_free(judgement->engine);
    wt_names_free(judgement->names);
    wt_reader_close(judgement->reader);
}

static void note_diagnoses(const struct judgement *judgement)
{
    struct wt_outcome *outcome = judgement->outcome;
    struct wt_suffering *suffering = wt_engine_suffering(judgement->engine);
    unsigned count = 0;
    const struct wt_case **cases = wt_engine_diagnoses(judgement->engine, &count);

    for (unsigned i = 0; i < count; i++) {
        outcome->diagnosed[cases[i]->id] = true;
        outcome->trouble |= wt_diagnosis_table[cases[i]->id].trouble;
    }
    for (unsigned i = 0; i < suffering->sufferers; i++)
        if (suffering->sufferer[i].by)
            outcome->lost[suffering->sufferer[i].by->id] += suffering->sufferer[i].explained;
    outcome->lost[WT_DIAGNOSIS_UNEXPLAINED] += suffering->lost - suffering->explained - suffering->ordinary;
    g_free(cases);
    wt_suffering_free(suffering);
}

static void set_error(struct wt_outcome *outcome, const char *text)
{
    outcome->broken = true;
    g_strlcpy(outcome->error, text, sizeof outcome->error);
}

static void finish(struct judgement *judgement)
{
    struct wt_outcome *outcome = judgement->outcome;
    const char *error = wt_reader_error(judgement->reader);

    note_diagnoses(judgement);
    outcome->dropped = wt_reader_dropped(judgement->reader);
    wt_telling_end(&judgement->telling, judgement->tables, outcome);
    if (error) {
        char *text = g_strdup_printf("%s; what was said is of the %" G_GUINT64_FORMAT " frames before that",
                                     error, outcome->frames);
        set_error(outcome, text);
        g_free(text);
    }
}

static struct wt_reader *open_file(const struct wt_file *file, struct wt_outcome *outcome)
{
    char *why = g_strdup(file->error);
    bool foreign = false;
    struct wt_reader *reader = why ? NULL : wt_reader_open(file->path, &why, &foreign);

    if (reader && file->listed && !wt_reader_is_capture(reader)) {
        wt_reader_close(reader);
        reader = NULL;
        foreign = true;
    }
    outcome->foreign = foreign && file->listed;
    if (!reader && !outcome->foreign)
        set_error(outcome, why);
    g_free(why);
    return reader;
}

void wt_judgement(const struct wt_file *file, const struct wt_options *options, bool titled, FILE *out,
                  struct wt_progress *progress, struct wt_outcome *outcome)
{
    struct judgement judgement = {.options = options, .outcome = outcome};
    const bool live = strcmp(file->path, "-") == 0;

    judgement.reader = open_file(file, outcome);
    if (!judgement.reader)
        return;
    judgement.telling = (struct wt_telling){.out = out,
                                            .path = file->path,
                                            .output = options->output,
                                            .json = options->json,
                                            .live = live,
                                            .titled = titled};
    start(&judgement);
    judge_all(&judgement, live, progress);
    finish(&judgement);
    stop(&judgement);
}
