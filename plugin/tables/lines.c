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

static const char *title_of(const struct wt_column *column)
{
    return column->brief ? column->brief : column->title;
}

static int column_width(const struct wt_rows *rows, const struct wt_column *column, unsigned at)
{
    size_t width = strlen(title_of(column));

    for (unsigned i = 0; i < wt_rows_count(rows); i++) {
        char *text = wt_row_print(wt_rows_at(rows, i), at);
        width = MAX(width, strlen(text));
        g_free(text);
    }
    return (int)width;
}

static bool all_equal(const struct wt_rows *rows, unsigned at)
{
    for (unsigned i = 1; i < wt_rows_count(rows); i++) {
        const struct wt_row *row = wt_rows_at(rows, i);
        if (!wt_row_is_others(row) && strcmp(wt_row_text(row, at), wt_row_text(wt_rows_at(rows, 0), at)) != 0)
            return false;
    }
    return true;
}

/* The columns of one table as they are printed. */
struct layout {
    unsigned count, at[WT_COLUMNS_MAX];
    int width[WT_COLUMNS_MAX];
};

static void lay_out(struct layout *layout, const struct wt_rows *rows, const struct wt_columns *columns)
{
    layout->count = 0;
    for (unsigned place = 0; place < wt_columns_shown(columns); place++) {
        const unsigned at = wt_columns_at(columns, place);
        if (columns->column[at].differs && all_equal(rows, at))
            continue;
        layout->at[layout->count] = at;
        layout->width[layout->count++] = column_width(rows, &columns->column[at], at);
    }
}

static void put_cell(GString *out, enum wt_cell cell, int width, const char *text)
{
    if (cell == WT_CELL_TEXT)
        g_string_append_printf(out, "%-*s", width, text);
    else
        g_string_append_printf(out, "%*s", width, text);
}

/* A line of cells: of a row, or of the titles of columns. */
static void put_line(GString *out, const struct layout *layout, const struct wt_columns *columns,
                     const struct wt_row *row)
{
    for (unsigned i = 0; i < layout->count; i++) {
        const struct wt_column *column = &columns->column[layout->at[i]];
        const bool last = i + 1 == layout->count;
        char *text = row ? wt_row_print(row, layout->at[i]) : g_strdup(title_of(column));
        put_cell(out, column->cell, last && column->cell == WT_CELL_TEXT ? 0 : layout->width[i], text);
        g_string_append(out, last ? "\n" : "  ");
        g_free(text);
    }
}

void wt_lines_rows(GString *out, const struct wt_rows *rows, const struct wt_columns *columns)
{
    struct layout layout;

    lay_out(&layout, rows, columns);
    put_line(out, &layout, columns, NULL);
    for (unsigned i = 0; i < wt_rows_count(rows); i++)
        put_line(out, &layout, columns, wt_rows_at(rows, i));
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
