/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sheet: what all tables of rows and columns have in common, on top of Wireshark's stat_tap_table (which
 * tshark prints and the GUI shows, sorts, filters and copies).
 *
 * A table declares its columns, the size of its key and a function that takes a struct wt_visit; it asks for
 * the row of a key and fills cells. Wireshark's own cells hold 32-bit numbers only, so a LARGE cell is text,
 * padded to sort by value.
 */
#ifndef WIRETRUTH_WIRESHARK_SHEET_H
#define WIRETRUTH_WIRESHARK_SHEET_H

#include "compat.h"

#include "visit.h"

enum wt_cell {
    WT_CELL_TEXT,
    WT_CELL_COUNT, /* up to 2^32 - 1, stays there */
    WT_CELL_LARGE, /* up to 2^64 - 1 */
    WT_CELL_DECIMAL,
};

struct wt_sheet_column {
    const char *title;
    enum wt_cell cell;
};

enum {
    WT_SHEET_COLUMNS_MAX = 32,
    WT_SHEET_KEY_MAX = 64, /* bytes, where there is a limit of rows */
};

/* One table as asked for: the command line may ask for it several times, each with its filter. */
struct wt_sheet;
struct wt_sheet_row;

/* What is the same for all of them. */
struct wt_sheet_type {
    const char *name;  /* behind -z */
    const char *title; /* in the menu and above the table */
    const struct wt_sheet_column *columns;
    unsigned count;   /* of columns */
    size_t key_size;  /* of the keys, which have no padding */
    size_t data_size; /* of what the table keeps for each row beside the cells */
    unsigned limit;   /* rows; what comes later shares one more, whose key is all zero. 0: no limit */
    void (*packet)(struct wt_sheet *sheet, const struct wt_visit *visit);

    /* Filled by wt_sheet_register(). */
    stat_tap_table_item items[WT_SHEET_COLUMNS_MAX];
};

/* Makes a table (static) known to tshark, sharkd and the GUI. */
void wt_sheet_register(struct wt_sheet_type *type);

/* The row of `key`, added at the end if there is none; `added` (may be NULL) tells. */
struct wt_sheet_row *wt_sheet_row(struct wt_sheet *sheet, const void *key, bool *added);

/* Whether this is the row of all that came behind the limit. */
bool wt_sheet_is_others(const struct wt_sheet_row *row);

/* The row's `data_size` bytes, zero at first. */
void *wt_sheet_data(struct wt_sheet_row *row);

/* Cells. A text is copied. Numbers go into COUNT and LARGE cells. */
void wt_sheet_set_text(struct wt_sheet_row *row, unsigned column, const char *text);
void wt_sheet_set(struct wt_sheet_row *row, unsigned column, uint64_t value);
void wt_sheet_add(struct wt_sheet_row *row, unsigned column, uint64_t value);
void wt_sheet_set_decimal(struct wt_sheet_row *row, unsigned column, double value); /* for DECIMAL cells */
void wt_sheet_raise(struct wt_sheet_row *row, unsigned column, uint64_t value); /* to the larger of the two */
uint64_t wt_sheet_value(const struct wt_sheet_row *row, unsigned column);

#endif
