/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include "json.h"
#include "lines.h"

const struct wt_table_type *const wt_table_types[] = {
    &wt_table_tree,          &wt_table_wire,      &wt_table_conversations_wide,
    &wt_table_conversations, &wt_table_paths,     &wt_table_offloads,
    &wt_table_symptoms,      &wt_table_diagnosis, &wt_table_json,
    &wt_table_capture,       &wt_table_points,
};
const unsigned wt_table_types_count = G_N_ELEMENTS(wt_table_types);

static void table_start(struct wt_table *table)
{
    table->data = g_malloc0(table->type->data_size + 1);
    table->stale = true;
    if (table->type->start)
        table->type->start(table);
}

static void table_end(struct wt_table *table)
{
    if (table->type->end)
        table->type->end(table);
    g_free(table->data);
    table->engine = NULL;
    table->names = NULL;
}

struct wt_table *wt_table_new(const struct wt_table_type *type, const char *filter)
{
    struct wt_table *table = g_new0(struct wt_table, 1);

    table->type = type;
    table->filter = filter;
    if (type->columns.count)
        table->rows = wt_rows_new(&type->columns);
    table_start(table);
    return table;
}

void wt_table_free(struct wt_table *table)
{
    if (!table)
        return;
    table_end(table);
    wt_rows_free(table->rows);
    g_free(table);
}

void wt_table_reset(struct wt_table *table)
{
    table_end(table);
    if (table->rows)
        wt_rows_clear(table->rows);
    table_start(table);
}

void wt_table_frame(struct wt_table *table, const struct wt_visit *visit)
{
    table->engine = visit->engine;
    table->names = visit->names;
    table->type->frame(table, visit);
}

void wt_table_print(struct wt_table *table, GString *out)
{
    const struct wt_table_type *type = table->type;

    if (type->title)
        wt_lines_begin(out, type->title, table->filter);
    if (type->text)
        type->text(table, out);
    else if (wt_rows_count(table->rows))
        wt_lines_rows(out, table->rows, &type->columns);
    else
        g_string_append_printf(out, "%s\n", type->nothing);
    if (type->title)
        wt_lines_end(out);
}

/* --- JSON --- */

/* The title of a column as the name of a member: lower case, words joined by "_". */
static char *member_name(const char *title)
{
    GString *name = g_string_new(NULL);

    for (const char *at = title; *at; at++)
        if (g_ascii_isalnum(*at))
            g_string_append_c(name, g_ascii_tolower(*at));
        else if (name->len && name->str[name->len - 1] != '_')
            g_string_append_c(name, '_');
    return g_string_free(name, FALSE);
}

static void put_cell(GString *out, const struct wt_row *row, const struct wt_column *column, unsigned at)
{
    char *name = member_name(column->title);

    switch (column->cell) {
    case WT_CELL_TEXT:
        wt_json_text(out, name, wt_row_text(row, at));
        break;
    case WT_CELL_COUNT:
    case WT_CELL_LARGE:
        wt_json_number(out, name, wt_row_number(row, at));
        break;
    case WT_CELL_DECIMAL:
        wt_json_decimal(out, name, wt_row_decimal(row, at));
        break;
    }
    g_free(name);
}

static void put_row(GString *out, const struct wt_row *row, const struct wt_columns *columns)
{
    wt_json_begin(out, NULL);
    for (unsigned place = 0; place < wt_columns_shown(columns); place++) {
        const unsigned at = wt_columns_at(columns, place);
        if (!wt_row_is_blank(row, at))
            put_cell(out, row, &columns->column[at], at);
    }
    wt_json_end(out);
    g_string_append_c(out, '\n');
}

void wt_table_print_json(struct wt_table *table, GString *out)
{
    const struct wt_table_type *type = table->type;

    if (type->json) {
        type->json(table, out);
        return;
    }
    if (type->rows && table->engine)
        type->rows(table);
    for (unsigned i = 0; i < wt_rows_count(table->rows); i++)
        put_row(out, wt_rows_at(table->rows, i), &type->columns);
}
