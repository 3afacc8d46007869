/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_points: -z wiretruth,points. Captures of several points in one file: what happened to the packets on
 * their way from one point to another, a row for each direction.
 *
 * The numbers are those of the whole capture when the table is drawn, since a loss is known only some time
 * after the packet; so a filter does not lower them. It chooses rows: those whose points both have a frame
 * that matches.
 */
#include "names.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <wiretruth/point.h>

enum {
    POINTS_TEXT = 64,
    POINTS_SEEN_MAX = 4096, /* interfaces */
};

/* Interfaces of the frames that matched the filter. */
struct seen {
    struct wt_map *map; /* of interfaces */
    unsigned count;
};

WT_MAP_KEY(interface, uint32_t)

static void points_start(struct wt_table *table)
{
    struct seen *seen = table->data;

    seen->map = wt_map_new(sizeof(struct wt_entry) + sizeof(uint64_t), sizeof(uint32_t), POINTS_SEEN_MAX,
                           interface_hash, interface_equal);
}

static void points_end(struct wt_table *table)
{
    struct seen *seen = table->data;

    wt_map_free(seen->map);
}

static bool is_seen(const struct wt_table *table, const struct wt_passage *passage)
{
    const struct seen *seen = table->data;

    return wt_map_peek(seen->map, &passage->from) && wt_map_peek(seen->map, &passage->to);
}

static void points_frame(struct wt_table *table, const struct wt_visit *visit)
{
    struct seen *seen = table->data;

    if (seen->count >= POINTS_SEEN_MAX || wt_map_peek(seen->map, &visit->frame.interface))
        return;
    wt_map_get(seen->map, &visit->frame.interface);
    seen->count++;
    table->stale = true;
}

/* --- text --- */

/* Nanoseconds as milliseconds. */
static const char *milliseconds(int64_t time, char *text)
{
    snprintf(text, POINTS_TEXT, "%.3f ms", (double)time / 1e6);
    return text;
}

static void put_number(GString *out, const char *label, uint64_t number)
{
    if (number)
        g_string_append_printf(out, "   %-28s %10" PRIu64 "\n", label, number);
}

static void put_clock(GString *out, const struct wt_passage *passage)
{
    char ahead[POINTS_TEXT], error[POINTS_TEXT];

    if (!passage->clock_known)
        g_string_append_printf(out, "   %-28s %10s (packets seen one way only: clocks taken as equal)\n",
                               "clock difference", "unknown");
    else if (passage->clock_error < 0)
        g_string_append_printf(out, "   %-28s %10s (the clocks drift apart)\n", "clock ahead",
                               milliseconds(passage->clock_ahead, ahead));
    else
        g_string_append_printf(out, "   %-28s %10s (+- %s)\n", "clock ahead",
                               milliseconds(passage->clock_ahead, ahead),
                               milliseconds(passage->clock_error, error));
}

static void put_delay(GString *out, const struct wt_passage *passage)
{
    char min[POINTS_TEXT], mean[POINTS_TEXT], max[POINTS_TEXT];

    g_string_append_printf(out, "   %-28s %10s to %s, mean %s\n", "one-way delay",
                           milliseconds(passage->delay_min, min), milliseconds(passage->delay_max, max),
                           milliseconds(passage->delay_mean, mean));
}

static void put_passage(GString *out, const struct wt_passage *passage, const struct wt_names *names)
{
    g_string_append_printf(out, "%s -> %s", wt_names_of(names, passage->from),
                           wt_names_of(names, passage->to));
    if (passage->hops)
        g_string_append_printf(out, " (%d hop%s)", abs(passage->hops), abs(passage->hops) == 1 ? "" : "s");
    g_string_append_printf(out, "\n");
    g_string_append_printf(out, "   %-28s %10u\n", "packets matched", passage->matched);
    g_string_append_printf(out, "   %-28s %10u\n", "lost between", passage->lost);
    put_number(out, "lost in part", passage->lost_in_part);
    put_number(out, "smallest lost, bytes", passage->smallest_lost);
    put_number(out, "largest passed, bytes", passage->largest_passed);
    for (unsigned i = 0; i < WT_CHANGES; i++)
        put_number(out, wt_change_name[i], passage->changed[i]);
    put_clock(out, passage);
    if (passage->matched)
        put_delay(out, passage);
}

static unsigned put_passages(GString *out, const struct wt_table *table)
{
    const struct wt_passages *passages = wt_engine_passages(table->engine);
    unsigned said = 0;

    for (unsigned i = 0; i < passages->count; i++) {
        const struct wt_passage *passage = &passages->passage[i];
        if (!is_seen(table, passage))
            continue;
        put_passage(out, passage, table->names);
        said++;
    }
    if (passages->more)
        g_string_append_printf(out, "The file has more interfaces; only the first %d are compared.\n",
                               WT_POINTS_MAX);
    return said;
}

static void points_text(const struct wt_table *table, GString *out)
{
    if (!table->engine || put_passages(out, table) == 0)
        g_string_append_printf(out, "%s\n", table->type->nothing);
}

/* --- rows --- */

enum column {
    COLUMN_FROM,
    COLUMN_TO,
    COLUMN_HOPS,
    COLUMN_MATCHED,
    COLUMN_LOST,
    COLUMN_LOST_IN_PART,
    COLUMN_SMALLEST_LOST,
    COLUMN_LARGEST_PASSED,
    COLUMN_CHANGES,
    COLUMN_CLOCKS = COLUMN_CHANGES + WT_CHANGES,
    COLUMN_CLOCK_AHEAD,
    COLUMN_CLOCK_ERROR,
    COLUMN_DELAY_MIN,
    COLUMN_DELAY_MEAN,
    COLUMN_DELAY_MAX,
    COLUMNS,
};

static const struct wt_column columns[COLUMNS] = {
    [COLUMN_FROM] = {.title = "From", .cell = WT_CELL_TEXT},
    [COLUMN_TO] = {.title = "To", .cell = WT_CELL_TEXT},
    [COLUMN_HOPS] = {.title = "Hops", .cell = WT_CELL_COUNT},
    [COLUMN_MATCHED] = {.title = "Matched", .cell = WT_CELL_COUNT},
    [COLUMN_LOST] = {.title = "Lost", .cell = WT_CELL_COUNT},
    [COLUMN_LOST_IN_PART] = {.title = "Lost in part", .cell = WT_CELL_COUNT},
    [COLUMN_SMALLEST_LOST] = {.title = "Smallest lost", .cell = WT_CELL_COUNT, .blank = true},
    [COLUMN_LARGEST_PASSED] = {.title = "Largest passed", .cell = WT_CELL_COUNT, .blank = true},
    [COLUMN_CHANGES + WT_CHANGE_CUT] = {.title = "Cut", .cell = WT_CELL_COUNT},
    [COLUMN_CHANGES + WT_CHANGE_MERGED] = {.title = "Merged", .cell = WT_CELL_COUNT},
    [COLUMN_CHANGES + WT_CHANGE_FRAGMENTED] = {.title = "Fragmented", .cell = WT_CELL_COUNT},
    [COLUMN_CHANGES + WT_CHANGE_TRANSLATED] = {.title = "Address or port translated", .cell = WT_CELL_COUNT},
    [COLUMN_CHANGES + WT_CHANGE_MSS] = {.title = "MSS changed", .cell = WT_CELL_COUNT},
    [COLUMN_CHANGES + WT_CHANGE_SCALE] = {.title = "Window scale changed", .cell = WT_CELL_COUNT},
    [COLUMN_CHANGES + WT_CHANGE_DF] = {.title = "DF cleared", .cell = WT_CELL_COUNT},
    [COLUMN_CHANGES + WT_CHANGE_CHECKSUM_COMPLETED] = {.title = "Checksum completed", .cell = WT_CELL_COUNT},
    [COLUMN_CHANGES + WT_CHANGE_CHECKSUM_LEAKED] = {.title = "Checksum leaked", .cell = WT_CELL_COUNT},
    [COLUMN_CHANGES + WT_CHANGE_CHECKSUM_DAMAGED] = {.title = "Damaged", .cell = WT_CELL_COUNT},
    [COLUMN_CLOCKS] = {.title = "Clocks", .cell = WT_CELL_TEXT},
    [COLUMN_CLOCK_AHEAD] = {.title = "Clock ahead ms", .cell = WT_CELL_DECIMAL, .blank = true},
    [COLUMN_CLOCK_ERROR] = {.title = "Clock error ms", .cell = WT_CELL_DECIMAL, .blank = true},
    [COLUMN_DELAY_MIN] = {.title = "Delay min ms", .cell = WT_CELL_DECIMAL, .blank = true},
    [COLUMN_DELAY_MEAN] = {.title = "Delay mean ms", .cell = WT_CELL_DECIMAL, .blank = true},
    [COLUMN_DELAY_MAX] = {.title = "Delay max ms", .cell = WT_CELL_DECIMAL, .blank = true},
};

static const char *clocks_text(const struct wt_passage *passage)
{
    if (!passage->clock_known)
        return "taken as equal";
    return passage->clock_error < 0 ? "drift apart" : "compared";
}

static void row_time(struct wt_row *row, enum column column, int64_t time)
{
    wt_row_set_decimal(row, column, (double)time / 1e6);
}

static void row_times(struct wt_row *row, const struct wt_passage *passage)
{
    wt_row_set_text(row, COLUMN_CLOCKS, clocks_text(passage));
    if (passage->clock_known) {
        row_time(row, COLUMN_CLOCK_AHEAD, passage->clock_ahead);
        row_time(row, COLUMN_CLOCK_ERROR, MAX(passage->clock_error, 0));
    }
    if (!passage->matched)
        return;
    row_time(row, COLUMN_DELAY_MIN, passage->delay_min);
    row_time(row, COLUMN_DELAY_MEAN, passage->delay_mean);
    row_time(row, COLUMN_DELAY_MAX, passage->delay_max);
}

static void row_fill(struct wt_row *row, const struct wt_passage *passage, const struct wt_names *names)
{
    wt_row_set_text(row, COLUMN_FROM, wt_names_of(names, passage->from));
    wt_row_set_text(row, COLUMN_TO, wt_names_of(names, passage->to));
    wt_row_set(row, COLUMN_HOPS, (uint64_t)abs(passage->hops));
    wt_row_set(row, COLUMN_MATCHED, passage->matched);
    wt_row_set(row, COLUMN_LOST, passage->lost);
    wt_row_set(row, COLUMN_LOST_IN_PART, passage->lost_in_part);
    wt_row_set_known(row, COLUMN_SMALLEST_LOST, passage->smallest_lost);
    wt_row_set_known(row, COLUMN_LARGEST_PASSED, passage->largest_passed);
    for (unsigned i = 0; i < WT_CHANGES; i++)
        wt_row_set(row, COLUMN_CHANGES + i, passage->changed[i]);
    row_times(row, passage);
}

static void points_rows(struct wt_table *table)
{
    const struct wt_passages *passages = wt_engine_passages(table->engine);

    for (unsigned i = 0; i < passages->count; i++) {
        const struct wt_passage *passage = &passages->passage[i];
        const uint32_t key[2] = {passage->from, passage->to};

        if (is_seen(table, passage))
            row_fill(wt_rows_get(table->rows, key, NULL), passage, table->names);
    }
}

WT_MAP_KEY(passage, uint32_t[2])

const struct wt_table_type wt_table_points = {
    .name = "wiretruth,points",
    .title = "Wire Truth: Capture points",
    .columns = {.column = columns,
                .count = COLUMNS,
                .key_size = sizeof(uint32_t[2]),
                .key_hash = passage_hash,
                .key_equal = passage_equal,
                .limit = WT_POINTS_MAX * (WT_POINTS_MAX - 1)},
    .data_size = sizeof(struct seen),
    .nothing = "No packet was seen at two points.",
    .reads_engine = true,
    .start = points_start,
    .end = points_end,
    .frame = points_frame,
    .rows = points_rows,
    .text = points_text,
};
