/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge [-1] CAPTURE...   what the core says of captures, without a dissection: hundreds of them in a second
 *
 * Prints lines of JSON; names are those of the filter fields without "wiretruth.":
 *
 *   {"capture":"FILE"}                               the lines that follow are of this one
 *   {"frame":7,"l3_len":1500,...}                    facts, findings and relations of a frame that has an IP packet
 *   {"diagnosis":"black_hole","confidence":"likely",...}
 *
 * A field that a frame has several times is a list. "interface" is the frame's number of it. As in two passes of Wireshark, frames are told when all are judged;
 * with -1 each is told at once, before the next is known, as in a single pass.
 */
#include "capture_file.h"

#include <wiretruth/diagnosis.h>
#include <wiretruth/engine.h>

#include "command/frame_json.h"
#include "tables/json.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- JSON --- */

static void put_string(const char *text)
{
    putchar('"');
    for (const char *at = text; *at; at++)
        if (*at == '"' || *at == '\\')
            printf("\\%c", *at);
        else if ((unsigned char)*at < ' ')
            printf("\\u%04x", (unsigned)*at);
        else
            putchar(*at);
    putchar('"');
}

static void put_name(const char *name)
{
    putchar(',');
    put_string(name);
    putchar(':');
}

static void put_text(const char *name, const char *text)
{
    put_name(name);
    put_string(text);
}

static void put_number(const char *name, int64_t number)
{
    put_name(name);
    printf("%" G_GINT64_FORMAT, number);
}

/* --- a frame --- */

static void put_frame(struct wt_engine *engine, const struct wt_frame *frame,
                      const struct wt_reading *reading)
{
    const struct wt_visit visit = {
        .frame = *frame,
        .reading = *reading,
        .facts = wt_engine_facts(engine, frame->number),
        .findings = wt_engine_findings(engine, frame->number),
        .relations = wt_engine_relations(engine, frame->number),
        .artefacts = true,
    };
    GString *out = NULL;

    if (!reading->packets)
        return;
    out = g_string_new(NULL);
    wt_json_begin(out, NULL);
    wt_json_number(out, "frame", frame->number);
    wt_json_number(out, "interface", frame->interface);
    wt_frame_json(out, "", &visit);
    wt_json_end(out);
    puts(out->str);
    g_string_free(out, TRUE);
}

/* --- a capture --- */

static void put_diagnoses(const struct wt_engine *engine)
{
    char culprit[WT_ADDRESS_TEXT], other[WT_ADDRESS_TEXT];
    unsigned count = 0;
    const struct wt_case **cases = wt_engine_diagnoses(engine, &count);
    for (unsigned i = 0; i < count; i++) {
        const struct wt_case *c = cases[i];
        wt_address_text(&c->culprit, culprit);
        wt_address_text(&c->other, other);
        printf("{\"diagnosis\":\"%s\"", wt_diagnosis_table[c->id].name);
        put_text("confidence", wt_confidence_name[wt_engine_confidence(engine, c)]);
        const bool nobody = wt_diagnosis_table[c->id].role == WT_ROLE_CAPTURE;
        put_text("culprit", nobody ? "" : culprit);
        put_text("other", nobody ? "" : other);
        put_number("first_frame", c->first_frame);
        put_number("last_frame", c->last_frame);
        put_number("proof_frame", c->proof_frame);
        printf("}\n");
    }
    g_free(cases);
}

static void read_frame(const struct wt_frame *frame, struct wt_reading *reading)
{
    memset(reading, 0, sizeof *reading);
    wt_read_frame(frame, reading);
    wt_verify(frame, reading, true);
}

static void judge_frames(struct wt_engine *engine, struct capture_file *file, bool at_once)
{
    struct wt_reading reading;
    struct wt_frame frame;
    while (capture_file_next(file, &frame)) {
        read_frame(&frame, &reading);
        wt_engine_frame(engine, &frame, &reading);
        if (at_once)
            put_frame(engine, &frame, &reading);
    }
}

static void put_frames(struct wt_engine *engine, struct capture_file *file)
{
    struct wt_reading reading;
    struct wt_frame frame;
    capture_file_rewind(file);
    while (capture_file_next(file, &frame)) {
        read_frame(&frame, &reading);
        put_frame(engine, &frame, &reading);
    }
}

static bool judge_capture(const char *path, bool one_pass)
{
    const struct wt_preferences preferences = {.verify_checksums = true};
    struct capture_file *file = capture_file_open(path);
    if (!file)
        return false;
    struct wt_engine *engine = wt_engine_new(&preferences);
    wt_engine_keep(engine, !one_pass);
    printf("{\"capture\":");
    put_string(path);
    printf("}\n");
    judge_frames(engine, file, one_pass);
    if (!one_pass)
        put_frames(engine, file);
    put_diagnoses(engine);
    wt_engine_free(engine);
    capture_file_close(file);
    return true;
}

int main(int argc, char **argv)
{
    const bool one_pass = argc > 1 && strcmp(argv[1], "-1") == 0;
    bool good = true;
    for (int i = 1 + one_pass; i < argc; i++)
        good &= judge_capture(argv[i], one_pass);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
