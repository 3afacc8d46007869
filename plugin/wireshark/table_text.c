/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <wsutil/report_message.h>

const char *wt_table_text_filter(const char *option, const char *cli_name)
{
    const size_t length = strlen(cli_name);

    return strlen(option) > length && option[length] == ',' ? option + length + 1 : NULL;
}

void wt_table_text_listen(const char *option, const char *cli_name, const struct wt_listener *listener)
{
    GString *error = wt_listener_add(listener, wt_table_text_filter(option, cli_name));

    if (!error)
        return;
    report_failure("-z %s: %s", cli_name, error->str);
    exit(EXIT_FAILURE);
}

static void print_rule(void)
{
    printf("===============================================================================\n");
}

void wt_table_text_begin(const char *title, const char *filter)
{
    printf("\n");
    print_rule();
    printf("%s\n", title);
    if (filter)
        printf("Filter: %s\n", filter);
}

void wt_table_text_end(void)
{
    print_rule();
}

/* --- any stat_tap_table_ui --- */

/* One request for a table on the command line. */
struct request {
    stat_data_t stat; /* first: what the table's own packet callback expects */
    char *filter;
};

static char *item_text(const stat_tap_table_item_type *item)
{
    switch (item->type) {
    case TABLE_ITEM_UINT:
        return g_strdup_printf("%u", item->value.uint_value);
    case TABLE_ITEM_INT:
        return g_strdup_printf("%d", item->value.int_value);
    case TABLE_ITEM_FLOAT:
        return g_strdup_printf("%.3f", item->value.float_value);
    case TABLE_ITEM_STRING:
        return g_strstrip(g_strdup(item->value.string_value ? item->value.string_value : ""));
    default:
        return g_strdup("");
    }
}

static int column_width(const stat_tap_table_ui *ui, const stat_tap_table *table, unsigned column)
{
    size_t width = strlen(ui->fields[column].column_name);

    for (unsigned row = 0; row < table->num_elements; row++) {
        char *text = item_text(stat_tap_get_field_data(table, row, column));
        width = MAX(width, strlen(text));
        g_free(text);
    }
    return (int)width;
}

static void print_cell(const stat_tap_table_ui *ui, unsigned column, int width, const char *text)
{
    const bool last = column + 1 == ui->nfields;

    if (ui->fields[column].align == TAP_ALIGN_RIGHT)
        printf("%*s%s", width, text, last ? "\n" : "  ");
    else
        printf("%-*s%s", last ? 0 : width, text, last ? "\n" : "  ");
}

static void print_table(const stat_tap_table_ui *ui, const stat_tap_table *table)
{
    int *widths = g_new0(int, ui->nfields);

    for (unsigned column = 0; column < ui->nfields; column++) {
        widths[column] = column_width(ui, table, column);
        print_cell(ui, column, widths[column], ui->fields[column].column_name);
    }
    for (unsigned row = 0; row < table->num_elements; row++)
        for (unsigned column = 0; column < ui->nfields; column++) {
            char *text = item_text(stat_tap_get_field_data(table, row, column));
            print_cell(ui, column, widths[column], text);
            g_free(text);
        }
    g_free(widths);
}

static void text_draw(void *data)
{
    const struct request *request = data;
    const stat_tap_table_ui *ui = request->stat.stat_tap_data;

    wt_table_text_begin(ui->title, request->filter);
    for (unsigned i = 0; i < ui->tables->len; i++)
        print_table(ui, g_array_index(ui->tables, stat_tap_table *, i));
    wt_table_text_end();
}

static void text_reset(void *data)
{
    const struct request *request = data;

    reset_stat_table(request->stat.stat_tap_data);
}

/* The copy of `registered` gives this request rows of its own: a table may be asked for twice, with two
 * filters. */
static wt_stat_init text_init(const char *option, void *registered)
{
    struct request *request = g_new0(struct request, 1);
    stat_tap_table_ui *ui = g_new(stat_tap_table_ui, 1);
    struct wt_listener listener = {.data = request, .reset = text_reset, .draw = text_draw};

    *ui = *(const stat_tap_table_ui *)registered;
    ui->tables = NULL;
    ui->stat_tap_init_cb(ui);
    request->stat.stat_tap_data = ui;
    request->filter = g_strdup(wt_table_text_filter(option, ui->cli_string));
    listener.packet = ui->packet_func;
    wt_table_text_listen(option, ui->cli_string, &listener);
    WT_STAT_INIT_DONE;
}

void wt_table_text_register(stat_tap_table_ui *ui)
{
    stat_tap_ui text = {
        .group = REGISTER_STAT_GROUP_GENERIC, .cli_string = ui->cli_string, .tap_init_cb = text_init};

    if (wt_program_prints())
        register_stat_tap_ui(&text, ui);
    register_stat_tap_table_ui(ui);
}
