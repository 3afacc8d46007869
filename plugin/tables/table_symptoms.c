/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_symptoms: -z wiretruth,symptoms. A row for every connection that suffers, once for all capture points:
 * what it suffers, the seconds that it takes, what explains them, and who limited the connection how long.
 *
 * It is the engine's view of the whole capture when the table is drawn; a display filter changes nothing.
 */
#include "lines.h"
#include "table.h"

#include <wiretruth/symptom.h>

enum column {
    COLUMN_SOURCE,
    COLUMN_SOURCE_PORT,
    COLUMN_DESTINATION,
    COLUMN_DESTINATION_PORT,
    COLUMN_STALLS,
    COLUMN_UNANSWERED,
    COLUMN_REPEATED,
    COLUMN_CLOSED,
    COLUMN_RESETS,
    COLUMN_SECONDS,
    COLUMN_EXPLAINED,
    COLUMN_ORDINARY,
    COLUMN_BY,
    COLUMN_SENDER,
    COLUMN_RECEIVER,
    COLUMN_PATH,
    COLUMNS,
};

enum {
    ROWS_MAX = 1000
};

static const struct wt_column columns[COLUMNS] = {
    [COLUMN_SOURCE] = {.title = "Source", .cell = WT_CELL_TEXT},
    [COLUMN_SOURCE_PORT] = {.title = "Port", .cell = WT_CELL_COUNT},
    [COLUMN_DESTINATION] = {.title = "Destination", .cell = WT_CELL_TEXT},
    [COLUMN_DESTINATION_PORT] = {.title = "Port", .cell = WT_CELL_COUNT},
    [COLUMN_STALLS] = {.title = "Stalls", .cell = WT_CELL_COUNT},
    [COLUMN_UNANSWERED] = {.title = "Unanswered", .cell = WT_CELL_COUNT},
    [COLUMN_REPEATED] = {.title = "Bytes repeated", .cell = WT_CELL_LARGE},
    [COLUMN_CLOSED] = {.title = "Closed windows", .cell = WT_CELL_COUNT},
    [COLUMN_RESETS] = {.title = "Resets", .cell = WT_CELL_COUNT},
    [COLUMN_SECONDS] = {.title = "Seconds", .cell = WT_CELL_DECIMAL},
    [COLUMN_EXPLAINED] = {.title = "Explained", .cell = WT_CELL_DECIMAL},
    [COLUMN_ORDINARY] = {.title = "Ordinary", .cell = WT_CELL_DECIMAL},
    [COLUMN_BY] = {.title = "By", .cell = WT_CELL_TEXT},
    [COLUMN_SENDER] = {.title = "Sender limits", .cell = WT_CELL_DECIMAL},
    [COLUMN_RECEIVER] = {.title = "Receiver limits", .cell = WT_CELL_DECIMAL},
    [COLUMN_PATH] = {.title = "Path limits", .cell = WT_CELL_DECIMAL},
};

static const double seconds = 1e-9, milliseconds = 1e-3;

static void set_address(struct wt_row *row, unsigned column, const struct wt_address *address)
{
    char text[WT_ADDRESS_TEXT];

    wt_address_text(address, text);
    wt_row_set_text(row, column, text);
}

static const char *explanation(const struct wt_sufferer *sufferer)
{
    if (sufferer->by)
        return wt_diagnosis_table[sufferer->by->id].name;
    return sufferer->lost > sufferer->ordinary ? "not explained" : "ordinary";
}

static void set_row(struct wt_row *row, const struct wt_sufferer *sufferer)
{
    set_address(row, COLUMN_SOURCE, &sufferer->src);
    wt_row_set(row, COLUMN_SOURCE_PORT, sufferer->src_port);
    set_address(row, COLUMN_DESTINATION, &sufferer->dst);
    wt_row_set(row, COLUMN_DESTINATION_PORT, sufferer->dst_port);
    wt_row_set(row, COLUMN_STALLS, sufferer->count[WT_SYMPTOM_STALL]);
    wt_row_set(row, COLUMN_UNANSWERED, sufferer->count[WT_SYMPTOM_UNANSWERED]);
    wt_row_set(row, COLUMN_REPEATED, sufferer->repeated);
    wt_row_set(row, COLUMN_CLOSED, sufferer->count[WT_SYMPTOM_CLOSED_WINDOW]);
    wt_row_set(row, COLUMN_RESETS, sufferer->count[WT_SYMPTOM_RESET]);
    wt_row_set_decimal(row, COLUMN_SECONDS, (double)sufferer->lost * seconds);
    wt_row_set_decimal(row, COLUMN_EXPLAINED, (double)sufferer->explained * seconds);
    wt_row_set_decimal(row, COLUMN_ORDINARY, (double)sufferer->ordinary * seconds);
    wt_row_set_text(row, COLUMN_BY, explanation(sufferer));
    wt_row_set_decimal(row, COLUMN_SENDER, (double)sufferer->limited.sender * milliseconds);
    wt_row_set_decimal(row, COLUMN_RECEIVER, (double)sufferer->limited.receiver * milliseconds);
    wt_row_set_decimal(row, COLUMN_PATH, (double)sufferer->limited.path * milliseconds);
}

static void symptoms_fill(struct wt_rows *rows, const struct wt_engine *engine)
{
    struct wt_suffering *suffering = wt_engine_suffering(engine);

    for (unsigned i = 0; i < suffering->sufferers; i++) {
        struct wt_row *row = wt_rows_get(rows, &suffering->sufferer[i].connection, NULL);
        if (wt_row_is_others(row))
            wt_row_set_text(row, COLUMN_SOURCE, "all others");
        else
            set_row(row, &suffering->sufferer[i]);
    }
    wt_suffering_free(suffering);
}

static void symptoms_rows(struct wt_table *table)
{
    symptoms_fill(table->rows, table->engine);
}

static void symptoms_frame(struct wt_table *table, const struct wt_visit *visit)
{
    table->stale |= !visit->facts || visit->facts->symptoms || visit->findings;
}

static void symptoms_text(const struct wt_table *table, GString *out)
{
    if (table->engine)
        symptoms_fill(table->rows, table->engine);
    if (wt_rows_count(table->rows))
        wt_lines_rows(out, table->rows, &table->type->columns);
    else
        g_string_append_printf(out, "%s\n", table->type->nothing);
}

WT_MAP_KEY(number, uint32_t)

const struct wt_table_type wt_table_symptoms = {
    .name = "wiretruth,symptoms",
    .title = "Wire Truth: Symptoms",
    .nothing = "No symptom.",
    .columns = {.column = columns,
                .count = COLUMNS,
                .key_size = sizeof(uint32_t),
                .key_hash = number_hash,
                .key_equal = number_equal,
                .limit = ROWS_MAX},
    .findings_only = true,
    .reads_engine = true,
    .frame = symptoms_frame,
    .rows = symptoms_rows,
    .text = symptoms_text,
};
