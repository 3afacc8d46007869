/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_diagnosis: -z wiretruth,diagnosis for people, -z wiretruth,json for scripts (one JSON object a line),
 * and the table in the GUI. Most severe first.
 *
 * What is said of a case is what is known when the table is drawn. With a filter, only frames that match it
 * count as supporting, and cases without any are left out.
 */
#include "compat.h"

#include "sheet.h"
#include "table.h"
#include "table_text.h"

#include <stdio.h>
#include <wiretruth/diagnosis.h>
#include <wsutil/json_dumper.h>

static const char text_name[] = "wiretruth,diagnosis";
static const char json_name[] = "wiretruth,json";

enum {
    LINE_WIDTH = 116,
    LABEL_WIDTH = 14,
    SENTENCE_SIZE = 512,
};

/* What supports one case. */
struct support {
    uint64_t frames;
    uint64_t finding[WT_FINDINGS];
};

/* One request on the command line. */
struct request {
    const struct wt_engine *engine; /* NULL until a frame of this one was seen */
    GHashTable *support;            /* case number -> struct support */
    char *filter;
    bool json;
};

static struct support *support_of(GHashTable *table, uint32_t number)
{
    struct support *support = g_hash_table_lookup(table, GUINT_TO_POINTER(number));

    if (!support) {
        support = g_new0(struct support, 1);
        g_hash_table_insert(table, GUINT_TO_POINTER(number), support);
    }
    return support;
}

/* Whether a finding before this one counted the frame for case `number` already. */
static bool is_frame_counted(const struct wt_visit *visit, const struct wt_finding *finding, uint32_t number)
{
    for (const struct wt_finding *at = visit->findings; at != finding; at = at->next)
        if (at->counted && wt_finding_supports(at, number))
            return true;
    return false;
}

static void support_add(GHashTable *table, const struct wt_visit *visit, const struct wt_finding *finding,
                        uint32_t number)
{
    if (!finding->counted || !number)
        return;
    struct support *support = support_of(table, number);
    support->finding[finding->id]++;
    support->frames += !is_frame_counted(visit, finding, number);
}

static void support_count(GHashTable *table, const struct wt_visit *visit)
{
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next) {
        support_add(table, visit, finding, finding->supports);
        support_add(table, visit, finding, finding->supports_too);
    }
}

/* --- for people --- */

/* Prints `text` behind `label`, broken between words. */
static void print_labelled(const char *label, const char *text)
{
    int column = LABEL_WIDTH;

    if (!*text)
        return;
    printf("   %-*s", LABEL_WIDTH - 3, label);
    for (const char *word = text; *word;) {
        const size_t length = strcspn(word, " ");
        if (column > LABEL_WIDTH && column + (int)length + 1 > LINE_WIDTH) {
            printf("\n%*s", LABEL_WIDTH, "");
            column = LABEL_WIDTH;
        }
        column += printf("%s%.*s", column > LABEL_WIDTH ? " " : "", (int)length, word);
        word += length;
        word += strspn(word, " ");
    }
    printf("\n");
}

static void print_sentence(const char *label, const struct wt_case *c, const char *sentence)
{
    char text[SENTENCE_SIZE];

    print_labelled(label, wt_case_text(c, sentence, text, sizeof(text)));
}

static void print_evidence(const struct wt_case *c, const struct support *support)
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
    print_labelled("Evidence", text->str);
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

static void print_case(const struct request *request, const struct wt_case *c, unsigned place)
{
    const struct wt_diagnosis_row *row = &wt_diagnosis_table[c->id];
    const enum wt_confidence confidence = wt_engine_confidence(request->engine, c);
    char culprit[SENTENCE_SIZE];

    culprit_text(c, culprit, sizeof(culprit));
    printf("%u. %s, %s: %s\n", place, row->name, wt_confidence_name[confidence], culprit);
    print_sentence("", c, row->sentence);
    print_evidence(c, support_of(request->support, c->number));
    if (confidence < WT_CONFIDENCE_CERTAIN)
        print_sentence("To decide", c, row->decide);
    print_sentence("Linux", c, row->on_linux);
    print_sentence("Windows", c, row->on_windows);
    print_sentence("Hypervisor", c, row->on_hypervisor);
}

/* --- for scripts --- */

static void put_text(json_dumper *json, const char *name, const char *text)
{
    json_dumper_set_member_name(json, name);
    json_dumper_value_string(json, text);
}

static void put_number(json_dumper *json, const char *name, uint64_t number)
{
    json_dumper_set_member_name(json, name);
    json_dumper_value_anyf(json, "%" PRIu64, number);
}

static void put_sentence(json_dumper *json, const char *name, const struct wt_case *c, const char *sentence)
{
    char text[SENTENCE_SIZE];

    put_text(json, name, wt_case_text(c, sentence, text, sizeof(text)));
}

/* Of many other ends the first; "others" tells how many there are. */
static void put_address(json_dumper *json, const char *name, const struct wt_address *whom)
{
    char text[WT_ADDRESS_TEXT] = "";

    if (whom)
        wt_address_text(whom, text);
    put_text(json, name, text);
}

static void put_findings(json_dumper *json, const struct support *support)
{
    json_dumper_set_member_name(json, "findings");
    json_dumper_begin_object(json);
    for (unsigned id = 0; id < WT_FINDINGS; id++)
        if (support->finding[id])
            put_number(json, wt_finding_table[id].name, support->finding[id]);
    json_dumper_end_object(json);
}

static void put_remedy(json_dumper *json, const struct wt_case *c)
{
    const struct wt_diagnosis_row *row = &wt_diagnosis_table[c->id];

    json_dumper_set_member_name(json, "remedy");
    json_dumper_begin_object(json);
    put_sentence(json, "linux", c, row->on_linux);
    put_sentence(json, "windows", c, row->on_windows);
    put_sentence(json, "hypervisor", c, row->on_hypervisor);
    json_dumper_end_object(json);
}

static void put_case(const struct request *request, const struct wt_case *c)
{
    const struct wt_diagnosis_row *row = &wt_diagnosis_table[c->id];
    const struct support *support = support_of(request->support, c->number);
    json_dumper json = {.output_file = stdout};

    json_dumper_begin_object(&json);
    put_text(&json, "diagnosis", row->name);
    put_text(&json, "confidence", wt_confidence_name[wt_engine_confidence(request->engine, c)]);
    put_sentence(&json, "culprit", c, row->role == WT_ROLE_CAPTURE ? "" : "$1");
    put_text(&json, "role", wt_role_name[row->role]);
    put_address(&json, "other", row->role == WT_ROLE_CAPTURE ? NULL : &c->other);
    put_number(&json, "others", c->others);
    put_number(&json, "frames", support->frames);
    put_number(&json, "first_frame", c->first_frame);
    put_number(&json, "last_frame", c->last_frame);
    put_number(&json, "proof_frame", c->proof_frame);
    put_number(&json, "events", wt_case_events(c));
    put_number(&json, "contradicting", c->contradicting);
    put_findings(&json, support);
    put_sentence(&json, "sentence", c, row->sentence);
    put_sentence(&json, "decide", c, row->decide);
    put_remedy(&json, c);
    json_dumper_end_object(&json);
    json_dumper_finish(&json);
}

/* --- requests on the command line --- */

static tap_packet_status request_packet(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,
                                        const void *data, tap_flags_t flags)
{
    const struct wt_visit *visit = data;
    struct request *request = tapdata;

    (void)pinfo, (void)edt, (void)flags;
    request->engine = visit->engine;
    support_count(request->support, visit);
    return TAP_PACKET_REDRAW;
}

static void request_reset(void *tapdata)
{
    struct request *request = tapdata;

    request->engine = NULL;
    g_hash_table_remove_all(request->support);
}

static unsigned request_print(const struct request *request)
{
    unsigned count = 0, said = 0;
    const struct wt_case **cases = wt_engine_diagnoses(request->engine, &count);

    for (unsigned i = 0; i < count; i++) {
        if (request->filter && !support_of(request->support, cases[i]->number)->frames)
            continue;
        said++;
        if (request->json)
            put_case(request, cases[i]);
        else
            print_case(request, cases[i], said);
    }
    g_free(cases);
    return said;
}

static void request_draw(void *tapdata)
{
    const struct request *request = tapdata;
    unsigned said = 0;

    if (!request->json)
        wt_table_text_begin("Wire Truth: diagnosis", request->filter);
    if (request->engine)
        said = request_print(request);
    if (request->json)
        return;
    if (said == 0)
        printf("No diagnosis: no finding speaks for one.\n");
    wt_table_text_end();
}

static void request_start(const char *option, const char *name, bool json)
{
    struct request *request = g_new0(struct request, 1);
    const struct wt_listener listener = {.data = request,
                                         .reset = request_reset,
                                         .packet = request_packet,
                                         .draw = request_draw,
                                         .wants_findings_only = true,
                                         .reads_engine = true};

    request->support = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    request->filter = g_strdup(wt_table_text_filter(option, name));
    request->json = json;
    wt_table_text_listen(option, name, &listener);
}

static wt_stat_init text_init(const char *option, void *userdata)
{
    (void)userdata;
    request_start(option, text_name, false);
    WT_STAT_INIT_DONE;
}

static wt_stat_init json_init(const char *option, void *userdata)
{
    (void)userdata;
    request_start(option, json_name, true);
    WT_STAT_INIT_DONE;
}

/* --- GUI and sharkd --- */

enum column {
    COLUMN_DIAGNOSIS,
    COLUMN_CONFIDENCE,
    COLUMN_CULPRIT,
    COLUMN_FRAMES,
    COLUMN_FIRST,
    COLUMN_SENTENCE,
    COLUMN_REMEDY,
    COLUMN_FILTER,
    COLUMNS,
};

static const struct wt_sheet_column columns[COLUMNS] = {
    [COLUMN_DIAGNOSIS] = {"Diagnosis", WT_CELL_TEXT},
    [COLUMN_CONFIDENCE] = {"Confidence", WT_CELL_TEXT},
    [COLUMN_CULPRIT] = {"Culprit", WT_CELL_TEXT},
    [COLUMN_FRAMES] = {"Frames", WT_CELL_COUNT},
    [COLUMN_FIRST] = {"First frame", WT_CELL_COUNT},
    [COLUMN_SENTENCE] = {"What it means", WT_CELL_TEXT},
    [COLUMN_REMEDY] = {"Remedy on Linux", WT_CELL_TEXT},
    [COLUMN_FILTER] = {"Filter for its frames", WT_CELL_TEXT},
};

static void sheet_fill(struct wt_sheet_row *sheet_row, const struct wt_engine *engine,
                       const struct wt_case *c)
{
    const struct wt_diagnosis_row *row = &wt_diagnosis_table[c->id];
    char text[SENTENCE_SIZE];

    wt_sheet_set_text(sheet_row, COLUMN_DIAGNOSIS, row->name);
    wt_sheet_set_text(sheet_row, COLUMN_CONFIDENCE, wt_confidence_name[wt_engine_confidence(engine, c)]);
    culprit_text(c, text, sizeof(text));
    wt_sheet_set_text(sheet_row, COLUMN_CULPRIT, text);
    wt_sheet_set(sheet_row, COLUMN_FIRST, c->first_frame);
    wt_sheet_set_text(sheet_row, COLUMN_SENTENCE, wt_case_text(c, row->sentence, text, sizeof(text)));
    wt_sheet_set_text(sheet_row, COLUMN_REMEDY, row->on_linux);
    snprintf(text, sizeof(text), "wiretruth.diagnosis == \"%s\"", row->name);
    wt_sheet_set_text(sheet_row, COLUMN_FILTER, text);
}

static void sheet_add(struct wt_sheet *sheet, const struct wt_visit *visit, const struct wt_finding *finding,
                      uint32_t number)
{
    if (!finding->counted || !number || is_frame_counted(visit, finding, number))
        return;
    const struct wt_case *c = wt_engine_case(visit->engine, number - 1);
    if (!c || !wt_engine_confidence(visit->engine, c))
        return;
    struct wt_sheet_row *row = wt_sheet_row(sheet, &number, NULL);
    wt_sheet_add(row, COLUMN_FRAMES, 1);
    sheet_fill(row, visit->engine, c);
}

static void sheet_packet(struct wt_sheet *sheet, const struct wt_visit *visit)
{
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next) {
        sheet_add(sheet, visit, finding, finding->supports);
        sheet_add(sheet, visit, finding, finding->supports_too);
    }
}

void wt_table_diagnosis_register(void)
{
    stat_tap_ui text = {
        .group = REGISTER_STAT_GROUP_GENERIC, .cli_string = text_name, .tap_init_cb = text_init};
    stat_tap_ui json = {
        .group = REGISTER_STAT_GROUP_GENERIC, .cli_string = json_name, .tap_init_cb = json_init};
    static struct wt_sheet_type sheet = {
        .name = text_name,
        .title = "Wire Truth: Diagnosis",
        .columns = columns,
        .count = COLUMNS,
        .key_size = sizeof(uint32_t),
        .packet = sheet_packet,
    };

    if (wt_program_prints()) {
        register_stat_tap_ui(&text, NULL);
        register_stat_tap_ui(&json, NULL);
    }
    wt_sheet_register(&sheet);
}
