/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_tree: -z wiretruth,tree. Frames by how far they were looked at, then every finding with count and
 * rate, grouped by area. A finding counts in the frame in which it became known, so one pass and two passes
 * agree.
 */
#include "json.h"
#include "lines.h"
#include "table.h"

#include <inttypes.h>

enum {
    NAME_WIDTH = 44
};

struct tally {
    uint64_t frames, packets, missed[WT_MISSED_KINDS];
    uint64_t finding[WT_FINDINGS];
    int64_t first, last; /* times */
};

static void tree_frame(struct wt_table *table, const struct wt_visit *visit)
{
    struct tally *tally = table->data;
    const int64_t now = visit->frame.time;

    tally->first = tally->frames && tally->first < now ? tally->first : now;
    tally->last = tally->frames && tally->last > now ? tally->last : now;
    tally->frames++;
    tally->missed[visit->missed]++;
    tally->packets += !visit->missed && visit->reading.packets;
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next)
        tally->finding[finding->id] += wt_visit_counts(visit, finding);
}

static void put_row(GString *out, const struct tally *tally, const char *indent, const char *name,
                    uint64_t count)
{
    const double seconds = (double)(tally->last - tally->first) / 1e9;

    g_string_append_printf(out, "%s%-*s %10" PRIu64, indent, NAME_WIDTH - (int)strlen(indent), name, count);
    if (seconds > 0)
        g_string_append_printf(out, " %14.3f", (double)count / seconds);
    g_string_append_c(out, '\n');
}

static void put_frames(GString *out, const struct tally *tally)
{
    const uint64_t clean = tally->missed[WT_MISSED_NOTHING];

    put_row(out, tally, "", "Frames", tally->frames);
    put_row(out, tally, "  ", "looked at", tally->packets);
    put_row(out, tally, "  ", "no IP packet", clean - tally->packets);
    put_row(out, tally, "  ", "not looked at", tally->frames - clean);
    for (unsigned kind = WT_MISSED_NOTHING + 1; kind < WT_MISSED_KINDS; kind++)
        if (tally->missed[kind])
            put_row(out, tally, "    ", wt_missed_text((enum wt_missed)kind), tally->missed[kind]);
}

static void put_area(GString *out, const struct tally *tally, enum wt_area area)
{
    uint64_t sum = 0;

    for (unsigned id = 0; id < WT_FINDINGS; id++)
        sum += wt_finding_table[id].area == area ? tally->finding[id] : 0;
    put_row(out, tally, "", wt_area_name[area], sum);
    for (unsigned id = 0; id < WT_FINDINGS; id++)
        if (wt_finding_table[id].area == area && tally->finding[id])
            put_row(out, tally, "  ", wt_finding_table[id].name, tally->finding[id]);
}

static void tree_text(const struct wt_table *table, GString *out)
{
    const struct tally *tally = table->data;

    g_string_append_printf(out, "%-*s %10s %14s\n", NAME_WIDTH, "", "Count", "per second");
    put_frames(out, tally);
    for (unsigned area = 0; area < WT_AREAS; area++)
        put_area(out, tally, (enum wt_area)area);
}

static void put_counts(GString *out, const struct tally *tally)
{
    const uint64_t clean = tally->missed[WT_MISSED_NOTHING];

    wt_json_number(out, "frames", tally->frames);
    wt_json_number(out, "looked_at", tally->packets);
    wt_json_number(out, "no_ip_packet", clean - tally->packets);
    wt_json_number(out, "not_looked_at", tally->frames - clean);
}

static void tree_json(const struct wt_table *table, GString *out)
{
    const struct tally *tally = table->data;

    wt_json_begin(out, NULL);
    put_counts(out, tally);
    wt_json_begin(out, "findings");
    for (unsigned id = 0; id < WT_FINDINGS; id++)
        if (tally->finding[id])
            wt_json_number(out, wt_finding_table[id].name, tally->finding[id]);
    wt_json_end(out);
    wt_json_end(out);
    g_string_append_c(out, '\n');
}

const struct wt_table_type wt_table_tree = {
    .name = "wiretruth,tree",
    .title = "Wire Truth: Findings",
    .data_size = sizeof(struct tally),
    .coverage = true,
    .frame = tree_frame,
    .text = tree_text,
    .json = tree_json,
};
