/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_capture: -z wiretruth,capture. How far a capture can be trusted: a row for each capture point, with what speaks
 * against it. Frames that are there twice, bytes that the capture lost though their receiver has them, frames in the
 * wrong order, frames that were cut short or changed afterwards, and connections of which one direction is here.
 *
 * Missed is a share of all bytes of TCP that were sent past this point: those captured, copies counted once, and those
 * missed. The worst second is the one in which most of them were missed: a full buffer loses in bursts. Copies at other
 * points are none here; see wiretruth,points.
 */
#include "names.h"
#include "table.h"

enum {
    ROWS_MAX = 4096, /* as many points as have names */
};

enum column {
    COLUMN_POINT,
    COLUMN_LIMITS,
    COLUMN_FRAMES,
    COLUMN_COPIES,
    COLUMN_MISSED,
    COLUMN_SHARE,
    COLUMN_WORST,
    COLUMN_WORST_AT,
    COLUMN_DISORDERED,
    COLUMN_SHORT,
    COLUMN_EDITED,
    COLUMN_ONE_SIDED,
    COLUMNS,
};

static const struct wt_column columns[COLUMNS] = {
    [COLUMN_POINT] = {.title = "Point", .cell = WT_CELL_TEXT},
    [COLUMN_LIMITS] = {.title = "What it cannot show", .cell = WT_CELL_TEXT},
    [COLUMN_FRAMES] = {.title = "Frames", .cell = WT_CELL_COUNT},
    [COLUMN_COPIES] = {.title = "Copies", .cell = WT_CELL_COUNT},
    [COLUMN_MISSED] = {.title = "Missed bytes", .cell = WT_CELL_LARGE},
    [COLUMN_SHARE] = {.title = "Missed percent", .cell = WT_CELL_DECIMAL},
    [COLUMN_WORST] = {.title = "Worst second: bytes", .cell = WT_CELL_LARGE, .blank = true},
    [COLUMN_WORST_AT] = {.title = "Worst second: frame", .cell = WT_CELL_COUNT, .blank = true},
    [COLUMN_DISORDERED] = {.title = "Disordered", .cell = WT_CELL_COUNT},
    [COLUMN_SHORT] = {.title = "Cut short", .cell = WT_CELL_COUNT},
    [COLUMN_EDITED] = {.title = "Edited", .cell = WT_CELL_COUNT},
    [COLUMN_ONE_SIDED] = {.title = "One-sided", .cell = WT_CELL_COUNT},
};

/* What a column takes away from the capture, where it is not 0. */
static const struct {
    enum column column;
    const char *text;
} limits[] = {
    {COLUMN_MISSED, "what was lost on the way"}, {COLUMN_ONE_SIDED, "the other direction"},
    {COLUMN_EDITED, "damage and lengths"},       {COLUMN_SHORT, "checksums of what was cut"},
    {COLUMN_DISORDERED, "which came first"},     {COLUMN_COPIES, "repeats: copies are among them"},
};

WT_MAP_KEY(interface, uint32_t)

/* What a row keeps beside its cells. */
struct point {
    uint64_t data; /* bytes of TCP captured, copies counted once */
    uint64_t missed;
    int64_t second;      /* the latest in which something was missed */
    uint64_t in_second;  /* bytes */
    uint32_t first_here; /* frame */
    uint32_t limits;     /* bits 1 << index that are shown */
};

/* The latest row, since frames of one point follow each other. */
struct data {
    struct wt_row *row;
    uint32_t interface;
};

static struct wt_row *row_of(struct wt_table *table, uint32_t interface)
{
    struct data *data = table->data;
    bool added = false;

    if (data->row && data->interface == interface)
        return data->row;
    data->row = wt_rows_get(table->rows, &interface, &added);
    data->interface = interface;
    if (added && !wt_row_is_others(data->row)) {
        const char *name = wt_names_of(table->names, interface);
        wt_row_set_text(data->row, COLUMN_POINT, *name ? name : "capture");
        wt_row_set_text(data->row, COLUMN_LIMITS, "nothing found that limits it");
    }
    return data->row;
}

static void take_missed(struct wt_row *row, const struct wt_visit *visit, uint64_t bytes)
{
    struct point *point = wt_row_data(row);
    const int64_t second = visit->frame.time / WT_SECOND;

    if (point->missed == 0 || second != point->second) {
        point->second = second;
        point->in_second = 0;
        point->first_here = visit->frame.number;
    }
    point->missed += bytes;
    point->in_second += bytes;
    wt_row_add(row, COLUMN_MISSED, bytes);
    if (point->in_second <= wt_row_number(row, COLUMN_WORST))
        return;
    wt_row_set(row, COLUMN_WORST, point->in_second);
    wt_row_set(row, COLUMN_WORST_AT, point->first_here);
}

static void take_findings(struct wt_row *row, const struct wt_visit *visit)
{
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next) {
        if (!finding->counted)
            continue;
        if (finding->id == WT_FINDING_CAPTURE_MISSED)
            take_missed(row, visit, finding->value[0]);
        wt_row_add(row, COLUMN_DISORDERED, finding->id == WT_FINDING_CAPTURE_DISORDERED);
        wt_row_add(row, COLUMN_EDITED, finding->id == WT_FINDING_CAPTURE_EDITED);
        wt_row_add(row, COLUMN_ONE_SIDED, finding->id == WT_FINDING_CAPTURE_ONE_SIDED);
    }
}

static void take_data(struct wt_row *row, const struct wt_visit *visit)
{
    struct point *point = wt_row_data(row);

    for (unsigned i = 0; i < visit->reading.packets; i++)
        if (visit->reading.packet[i].proto == WT_PROTO_TCP)
            point->data += visit->reading.packet[i].payload_len;
    if (point->missed)
        wt_row_set_decimal(row, COLUMN_SHARE,
                           100.0 * (double)point->missed / ((double)point->missed + (double)point->data));
}

static void show_limits(struct wt_row *row)
{
    struct point *point = wt_row_data(row);
    uint32_t found = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(limits); i++)
        found |= (uint32_t)(wt_row_number(row, limits[i].column) > 0) << i;
    if (found == point->limits)
        return;
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(limits); i++)
        if (found & 1U << i)
            g_string_append_printf(text, "%s%s", text->len ? "; " : "", limits[i].text);
    wt_row_set_text(row, COLUMN_LIMITS, text->str);
    g_string_free(text, TRUE);
    point->limits = found;
}

static void capture_frame(struct wt_table *table, const struct wt_visit *visit)
{
    struct wt_row *row = row_of(table, visit->frame.interface);
    const bool copy = visit->facts && visit->facts->copy;

    wt_row_add(row, COLUMN_FRAMES, 1);
    wt_row_add(row, COLUMN_COPIES, copy);
    wt_row_add(row, COLUMN_SHORT, visit->frame.captured < visit->frame.length);
    take_findings(row, visit);
    if (!copy)
        take_data(row, visit);
    if (!wt_row_is_others(row))
        show_limits(row);
}

const struct wt_table_type wt_table_capture = {
    .name = "wiretruth,capture",
    .title = "Wire Truth: Trust in this capture",
    .columns = {.column = columns,
                .count = COLUMNS,
                .key_size = sizeof(uint32_t),
                .key_hash = interface_hash,
                .key_equal = interface_equal,
                .data_size = sizeof(struct point),
                .limit = ROWS_MAX},
    .nothing = "No frame.",
    .data_size = sizeof(struct data),
    .frame = capture_frame,
};
