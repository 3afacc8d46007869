/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rows: what all tables of rows and columns have in common.
 *
 * A table declares its columns and the size of its keys, asks for the row of a key, and fills cells. What
 * packets say makes keys, so rows are found by the engine's seeded hash, and a table may have a limit: what
 * comes later shares one more row.
 */
#ifndef WIRETRUTH_TABLES_ROWS_H
#define WIRETRUTH_TABLES_ROWS_H

#include "engine/state/map.h"

enum wt_cell {
    WT_CELL_TEXT,
    WT_CELL_COUNT, /* up to 2^32 - 1, stays there */
    WT_CELL_LARGE, /* up to 2^64 - 1 */
    WT_CELL_DECIMAL,
};

struct wt_column {
    const char *title;
    enum wt_cell cell;
    bool blank;        /* until it is set, as nothing is known; others begin with 0 */
    bool differs;      /* as text it is left out while all rows say the same */
    const char *brief; /* title as text, where room is scarce; NULL for the same */
};

enum {
    WT_COLUMNS_MAX = 32,
    WT_ROW_KEY_MAX = 48, /* bytes */
};

/* What the rows of one kind of table look like. */
struct wt_columns {
    const struct wt_column *column;
    unsigned count;
    size_t key_size;
    GHashFunc key_hash; /* see WT_MAP_KEY() */
    GEqualFunc key_equal;
    size_t data_size;      /* of what the table keeps for each row beside the cells */
    unsigned limit;        /* rows; what comes later shares one more */
    const unsigned *shown; /* columns to show, in this order; NULL for all */
    unsigned shown_count;
};

/* How many columns are shown, and which is the one at `place`, from 0. */
unsigned wt_columns_shown(const struct wt_columns *columns);
unsigned wt_columns_at(const struct wt_columns *columns, unsigned place);

struct wt_rows;
struct wt_row;

struct wt_rows *wt_rows_new(const struct wt_columns *columns);
void wt_rows_free(struct wt_rows *rows);
void wt_rows_clear(struct wt_rows *rows);

/* Rows in the order in which they were added, `index` from 0. */
unsigned wt_rows_count(const struct wt_rows *rows);
struct wt_row *wt_rows_at(const struct wt_rows *rows, unsigned index);

/* A row with a cell that was set since it was taken out here before, or NULL. */
struct wt_row *wt_rows_take_changed(struct wt_rows *rows);

/* The row of `key`, added at the end if there is none; `added` (may be NULL) tells. */
struct wt_row *wt_rows_get(struct wt_rows *rows, const void *key, bool *added);

/* Whether this is the row of all that came behind the limit: it says so in the first two columns, which are texts. */
bool wt_row_is_others(const struct wt_row *row);

/* Its place among the rows, from 0; and from 1 where users are to find it, the same unless it is set. */
unsigned wt_row_index(const struct wt_row *row);
unsigned wt_row_rank(const struct wt_row *row);
void wt_row_set_rank(struct wt_row *row, unsigned rank);

/* The row's `data_size` bytes, zero at first. */
void *wt_row_data(struct wt_row *row);

/* Cells. A text is copied. Numbers go into COUNT and LARGE cells. */
void wt_row_set_text(struct wt_row *row, unsigned column, const char *text);
void wt_row_set(struct wt_row *row, unsigned column, uint64_t value);
void wt_row_add(struct wt_row *row, unsigned column, uint64_t value);
void wt_row_raise(struct wt_row *row, unsigned column, uint64_t value);     /* to the larger of the two */
void wt_row_set_known(struct wt_row *row, unsigned column, uint64_t value); /* of 0 nothing is known */
void wt_row_set_decimal(struct wt_row *row, unsigned column, double value); /* for DECIMAL cells */

/* What is in a cell. */
bool wt_row_is_blank(const struct wt_row *row, unsigned column);
const char *wt_row_text(const struct wt_row *row, unsigned column); /* "" where none was set */
uint64_t wt_row_number(const struct wt_row *row, unsigned column);
double wt_row_decimal(const struct wt_row *row, unsigned column);

/* A cell of any kind, as people read it; free it with g_free(). */
char *wt_row_print(const struct wt_row *row, unsigned column);

#endif
