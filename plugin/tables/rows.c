/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    LEFT_OUT_MAX = 100000,
    LEFT_OUT_TEXT = 40,
};

union cell {
    uint64_t number;
    double decimal;
    char *text; /* NULL at first */
};

struct wt_row {
    struct wt_rows *rows;
    unsigned index;
    unsigned rank; /* 0 until it is set */
    bool changed;
    uint32_t set; /* a bit for each column */
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
    unsigned left_out; /* keys that have no row of their own, as far as they are counted */
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
    return wt_map_new(sizeof(struct place), columns->key_size, columns->limit + LEFT_OUT_MAX,
                      columns->key_hash, columns->key_equal);
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
    rows->left_out = 0;
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

static void tell_left_out(const struct wt_rows *rows)
{
    char text[LEFT_OUT_TEXT];

    snprintf(text, sizeof text, "%u%s more left out", rows->left_out,
             rows->left_out >= LEFT_OUT_MAX ? " or" : "");
    wt_row_set_text(rows->others, 0, "all others");
    wt_row_set_text(rows->others, 1, text);
}

/* The row of all that have none of their own, `key` among them from now on. */
static struct wt_row *row_of_others(struct wt_rows *rows, const void *key)
{
    if (!rows->others)
        rows->others = row_new(rows);
    if (rows->left_out < LEFT_OUT_MAX) {
        struct place *place = wt_map_get(rows->map, key);
        place->row = rows->others;
        rows->left_out++;
        tell_left_out(rows);
    }
    return rows->others;
}

static struct wt_row *row_add(struct wt_rows *rows, const void *key)
{
    struct place *place = wt_map_get(rows->map, key);

    place->row = row_new(rows);
    return place->row;
}

struct wt_row *wt_rows_get(struct wt_rows *rows, const void *key, bool *added)
{
    const struct place *place = wt_map_find(rows->map, key);
    const bool full = rows->row->len >= rows->columns->limit;

    if (added)
        *added = !place && !full;
    if (place)
        return place->row;
    return full ? row_of_others(rows, key) : row_add(rows, key);
}

bool wt_row_is_others(const struct wt_row *row)
{
    return row == row->rows->others;
}

unsigned wt_row_index(const struct wt_row *row)
{
    return row->index;
}

unsigned wt_row_rank(const struct wt_row *row)
{
    return row->rank ? row->rank : row->index + 1;
}

void wt_row_set_rank(struct wt_row *row, unsigned rank)
{
    row->rank = rank;
    row_change(row);
}

void *wt_row_data(struct wt_row *row)
{
    return row->data;
}

/* --- cells --- */

void wt_row_set_text(struct wt_row *row, unsigned column, const char *text)
{
    char **cell = &row->cell[column].text;

    row->set |= 1u << column;
    if (*cell && strcmp(*cell, text) == 0)
        return;
    g_free(*cell);
    *cell = g_strdup(text);
    row_change(row);
}

void wt_row_set(struct wt_row *row, unsigned column, uint64_t value)
{
    row->cell[column].number = value;
    row->set |= 1u << column;
    row_change(row);
}

void wt_row_add(struct wt_row *row, unsigned column, uint64_t value)
{
    if (value)
        wt_row_set(row, column, row->cell[column].number + value);
}

void wt_row_raise(struct wt_row *row, unsigned column, uint64_t value)
{
    if (value > row->cell[column].number || !(row->set & 1u << column))
        wt_row_set(row, column, value);
}

void wt_row_set_known(struct wt_row *row, unsigned column, uint64_t value)
{
    wt_row_set(row, column, value);
    if (!value)
        row->set &= ~(1u << column);
}

void wt_row_set_decimal(struct wt_row *row, unsigned column, double value)
{
    row->cell[column].decimal = value;
    row->set |= 1u << column;
    row_change(row);
}

bool wt_row_is_blank(const struct wt_row *row, unsigned column)
{
    const struct wt_column *described = &row->rows->columns->column[column];

    if (row->set & 1u << column)
        return false;
    return described->cell == WT_CELL_TEXT || described->blank || wt_row_is_others(row);
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
    if (wt_row_is_blank(row, column))
        return g_strdup("");
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
