/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include "lines.h"

const struct wt_table_type *const wt_table_types[] = {
    &wt_table_tree,          &wt_table_wire,  &wt_table_conversations_wide,
    &wt_table_conversations, &wt_table_paths, &wt_table_offloads,
    &wt_table_diagnosis,     &wt_table_json,  &wt_table_points,
};
const unsigned wt_table_types_count = G_N_ELEMENTS(wt_table_types);

static void table_start(struct wt_table *table)
{
    table->data = g_malloc0(table->type->data_size + 1);
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
    table->stale = false;
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
    else
        wt_lines_rows(out, table->rows, &type->columns);
    if (type->title)
        wt_lines_end(out);
}
