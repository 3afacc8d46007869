/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rows.h"

#include <inttypes.h>

union cell {
    uint64_t number;
    double decimal;
    char *text; /* NULL at first */
};

struct wt_row {
    struct wt_rows *rows;
    unsigned index;
    bool changed;
    struct wt_row *next_changed;
    void *data;
    union cell cell[];
};

struct place {
    struct wt_entry entry;
    uint32_t key[WT_ROW_KEY_MAX / sizeof(uint32_t)];
    struct wt_row *row;
};

struct wt_rows {
    const struct wt_columns *columns;
    struct wt_map *map; /* key -> struct place */
    GPtrArray *row;     /* struct wt_row */
    struct wt_row *others;
    struct wt_row *changed;
};

unsigned wt_columns_shown(const struct wt_columns *columns)
{
    return columns->shown ? columns->shown_count : columns->count;
}

unsigned wt_columns_at(const struct wt_columns *columns, unsigned place)
{
    return columns->shown ? columns->shown[place] : place;
}

/* --- all rows --- */

static struct wt_map *map_new(const struct wt_columns *columns)
{
    return wt_map_new(sizeof(struct place), columns->key_size, columns->limit, columns->key_hash,
                      columns->key_equal);
}

static void row_free(void *pointer)
{
    struct wt_row *row = pointer;
    const struct wt_columns *columns = row->rows->columns;

    for (unsigned i = 0; i < columns->count; i++)
        if (columns->column[i].cell == WT_CELL_TEXT)
            g_free(row->cell[i].text);
    g_free(row->data);
    g_free(row);
}

struct wt_rows *wt_rows_new(const struct wt_columns *columns)
{
    struct wt_rows *rows = g_new0(struct wt_rows, 1);

    rows->columns = columns;
    rows->map = map_new(columns);
    rows->row = g_ptr_array_new_with_free_func(row_free);
    return rows;
}

void wt_rows_free(struct wt_rows *rows)
{
    if (!rows)
        return;
    g_ptr_array_free(rows->row, TRUE);
    wt_map_free(rows->map);
    g_free(rows);
}

void wt_rows_clear(struct wt_rows *rows)
{
    g_ptr_array_set_size(rows->row, 0);
    rows->changed = rows->others = NULL;
    wt_map_free(rows->map);
    rows->map = map_new(rows->columns);
}

unsigned wt_rows_count(const struct wt_rows *rows)
{
    return rows->row->len;
}

struct wt_row *wt_rows_at(const struct wt_rows *rows, unsigned index)
{
    return g_ptr_array_index(rows->row, index);
}

struct wt_row *wt_rows_take_changed(struct wt_rows *rows)
{
    struct wt_row *row = rows->changed;

    if (row) {
        rows->changed = row->next_changed;
        row->changed = false;
    }
    return row;
}

/* --- one row --- */

static void row_change(struct wt_row *row)
{
    if (row->changed)
        return;
    row->changed = true;
    row->next_changed = row->rows->changed;
    row->rows->changed = row;
}

static struct wt_row *row_new(struct wt_rows *rows)
{
    const struct wt_columns *columns = rows->columns;
    struct wt_row *row = g_malloc0(sizeof *row + columns->count * sizeof row->cell[0]);

    row->rows = rows;
    row->index = rows->row->len;
    row->data = g_malloc0(columns->data_size + 1);
    g_ptr_array_add(rows->row, row);
    row_change(row);
    return row;
}

/* Where the row of `key` is, or will be; when there is no room for another one, where all others are. */
static struct wt_row **row_place(struct wt_rows *rows, const void *key)
{
    const bool full = rows->row->len >= rows->columns->limit;
    struct place *place = full ? wt_map_find(rows->map, key) : wt_map_get(rows->map, key);

    return place ? &place->row : &rows->others;
}

struct wt_row *wt_rows_get(struct wt_rows *rows, const void *key, bool *added)
{
    struct wt_row **place = row_place(rows, key);

    if (added)
        *added = !*place;
    if (!*place)
        *place = row_new(rows);
    return *place;
}

bool wt_row_is_others(const struct wt_row *row)
{
    return row == row->rows->others;
}

unsigned wt_row_index(const struct wt_row *row)
{
    return row->index;
}

void *wt_row_data(struct wt_row *row)
{
    return row->data;
}

/* --- cells --- */

void wt_row_set_text(struct wt_row *row, unsigned column, const char *text)
{
    char **cell = &row->cell[column].text;

    if (*cell && strcmp(*cell, text) == 0)
        return;
    g_free(*cell);
    *cell = g_strdup(text);
    row_change(row);
}

void wt_row_set(struct wt_row *row, unsigned column, uint64_t value)
{
    row->cell[column].number = value;
    row_change(row);
}

void wt_row_add(struct wt_row *row, unsigned column, uint64_t value)
{
    if (value)
        wt_row_set(row, column, row->cell[column].number + value);
}

void wt_row_raise(struct wt_row *row, unsigned column, uint64_t value)
{
    if (value > row->cell[column].number)
        wt_row_set(row, column, value);
}

void wt_row_set_decimal(struct wt_row *row, unsigned column, double value)
{
    row->cell[column].decimal = value;
    row_change(row);
}

const char *wt_row_text(const struct wt_row *row, unsigned column)
{
    return row->cell[column].text ? row->cell[column].text : "";
}

uint64_t wt_row_number(const struct wt_row *row, unsigned column)
{
    const uint64_t number = row->cell[column].number;

    return row->rows->columns->column[column].cell == WT_CELL_COUNT ? MIN(number, UINT32_MAX) : number;
}

double wt_row_decimal(const struct wt_row *row, unsigned column)
{
    return row->cell[column].decimal;
}

char *wt_row_print(const struct wt_row *row, unsigned column)
{
    switch (row->rows->columns->column[column].cell) {
    case WT_CELL_TEXT:
        return g_strdup(wt_row_text(row, column));
    case WT_CELL_DECIMAL:
        return g_strdup_printf("%.3f", wt_row_decimal(row, column));
    case WT_CELL_COUNT:
    case WT_CELL_LARGE:
        break;
    }
    return g_strdup_printf("%" PRIu64, wt_row_number(row, column));
}
