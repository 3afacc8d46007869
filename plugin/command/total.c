/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "total.h"

#include "tables/json.h"

#include <inttypes.h>

void wt_total_add(struct wt_total *total, const struct wt_outcome *outcome)
{
    total->files += !outcome->foreign;
    total->foreign += outcome->foreign;
    total->trouble += outcome->trouble;
    total->broken += outcome->broken;
    total->frames += outcome->frames;
    for (unsigned missed = WT_MISSED_NOTHING + 1; missed < WT_MISSED_KINDS; missed++)
        total->missed += outcome->missed[missed];
    for (unsigned id = 0; id < WT_DIAGNOSES; id++) {
        total->diagnosed[id] += outcome->diagnosed[id];
        total->lost[id] += outcome->lost[id];
    }
}

static double seconds(int64_t nanoseconds)
{
    return (double)nanoseconds / 1e9;
}

void wt_total_text(const struct wt_total *total, GString *out)
{
    g_string_append_printf(out,
                           "\nIn all: %u files, %u with trouble, %u not read whole; %" PRIu64
                           " frames, %" PRIu64 " of them not looked at in full\n",
                           total->files, total->trouble, total->broken, total->frames, total->missed);
    if (total->foreign)
        g_string_append_printf(out, "Not counted: %u files that are no captures\n", total->foreign);
    g_string_append_printf(out, "%-30s %8s %14s\n", "Diagnosis", "Files", "Seconds lost");
    for (unsigned id = 0; id < WT_DIAGNOSES; id++)
        if (total->diagnosed[id])
            g_string_append_printf(out, "%-30s %8u %14.3f\n", wt_diagnosis_table[id].name,
                                   total->diagnosed[id], seconds(total->lost[id]));
}

static void put_diagnoses(const struct wt_total *total, GString *out)
{
    wt_json_begin(out, "diagnoses");
    for (unsigned id = 0; id < WT_DIAGNOSES; id++) {
        if (!total->diagnosed[id])
            continue;
        wt_json_begin(out, wt_diagnosis_table[id].name);
        wt_json_number(out, "files", total->diagnosed[id]);
        wt_json_decimal(out, "seconds_lost", seconds(total->lost[id]));
        wt_json_end(out);
    }
    wt_json_end(out);
}

void wt_total_json(const struct wt_total *total, GString *out)
{
    wt_json_begin(out, NULL);
    wt_json_begin(out, "total");
    wt_json_number(out, "files", total->files);
    wt_json_number(out, "files_with_trouble", total->trouble);
    wt_json_number(out, "files_not_read_whole", total->broken);
    wt_json_number(out, "files_no_captures", total->foreign);
    wt_json_number(out, "frames", total->frames);
    wt_json_number(out, "frames_not_looked_at_in_full", total->missed);
    put_diagnoses(total, out);
    wt_json_end(out);
    wt_json_end(out);
    g_string_append_c(out, '\n');
}
