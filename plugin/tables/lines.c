/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lines.h"

enum {
    LINE_WIDTH = 116,
    LABEL_WIDTH = 14,
};

static void put_rule(GString *out)
{
    g_string_append(out, "===============================================================================\n");
}

void wt_lines_begin(GString *out, const char *title, const char *filter)
{
    g_string_append_c(out, '\n');
    put_rule(out);
    g_string_append_printf(out, "%s\n", title);
    if (filter)
        g_string_append_printf(out, "Filter: %s\n", filter);
}

void wt_lines_end(GString *out)
{
    put_rule(out);
}

/* --- rows and columns --- */

static int column_width(const struct wt_rows *rows, const struct wt_columns *columns, unsigned column)
{
    size_t width = strlen(columns->column[column].title);

    for (unsigned i = 0; i < wt_rows_count(rows); i++) {
        char *text = wt_row_print(wt_rows_at(rows, i), column);
        width = MAX(width, strlen(text));
        g_free(text);
    }
    return (int)width;
}

static void put_cell(GString *out, enum wt_cell cell, int width, const char *text)
{
    if (cell == WT_CELL_TEXT)
        g_string_append_printf(out, "%-*s", width, text);
    else
        g_string_append_printf(out, "%*s", width, text);
}

/* A line of cells: of a row, or of the titles of columns. */
static void put_line(GString *out, const struct wt_columns *columns, const int *width,
                     const struct wt_row *row)
{
    const unsigned count = wt_columns_shown(columns);

    for (unsigned place = 0; place < count; place++) {
        const unsigned at = wt_columns_at(columns, place);
        const struct wt_column *column = &columns->column[at];
        const bool last = place + 1 == count;
        char *text = row ? wt_row_print(row, at) : g_strdup(column->title);
        put_cell(out, column->cell, last && column->cell == WT_CELL_TEXT ? 0 : width[place], text);
        g_string_append(out, last ? "\n" : "  ");
        g_free(text);
    }
}

void wt_lines_rows(GString *out, const struct wt_rows *rows, const struct wt_columns *columns)
{
    int width[WT_COLUMNS_MAX];

    for (unsigned place = 0; place < wt_columns_shown(columns); place++)
        width[place] = column_width(rows, columns, wt_columns_at(columns, place));
    put_line(out, columns, width, NULL);
    for (unsigned i = 0; i < wt_rows_count(rows); i++)
        put_line(out, columns, width, wt_rows_at(rows, i));
}

/* --- sentences --- */

void wt_lines_labelled(GString *out, const char *label, const char *text)
{
    size_t column = LABEL_WIDTH;

    if (!*text)
        return;
    g_string_append_printf(out, "   %-*s", LABEL_WIDTH - 3, label);
    for (const char *word = text; *word;) {
        const size_t length = strcspn(word, " ");
        if (column > LABEL_WIDTH && column + length + 1 > LINE_WIDTH) {
            g_string_append_printf(out, "\n%*s", LABEL_WIDTH, "");
            column = LABEL_WIDTH;
        }
        if (column > LABEL_WIDTH) {
            g_string_append_c(out, ' ');
            column++;
        }
        g_string_append_len(out, word, (gssize)length);
        column += length;
        word += length;
        word += strspn(word, " ");
    }
    g_string_append_c(out, '\n');
}
