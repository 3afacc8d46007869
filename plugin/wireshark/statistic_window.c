/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statistic_window: rows of a table as a stat_tap_table, which the GUI shows, sorts, filters and copies, and
 * sharkd hands out.
 *
 * It reads its cells when it likes, so they are brought up to date with each frame.
 */
#include "statistic.h"

enum {
    PADDED_WIDTH = 12
};

struct window_row {
    stat_tap_table_item_type *items; /* the row as Wireshark holds it */
    char *text[WT_COLUMNS_MAX + 1];
};

struct window {
    struct wt_table *table;
    const stat_tap_table_ui *ui;
    stat_tap_table *shown;
    GPtrArray *rows;    /* struct window_row */
    GPtrArray *retired; /* struct window_row, no longer in `shown` */
};

static GHashTable *window_types; /* name behind -z -> struct wt_table_type */
static GHashTable *windows;      /* stat_tap_table -> struct window */

/* --- rows --- */

/* Whether a cell is shown as text, padded so that it sorts by value: Wireshark's numbers have 32 bits, and are never
 * blank. */
static bool is_text(const struct wt_column *column)
{
    return column->cell != WT_CELL_COUNT || column->blank;
}

static struct window_row *row_add(struct window *window)
{
    struct window_row *row = g_new0(struct window_row, 1);
    stat_tap_table_item_type items[WT_COLUMNS_MAX + 1] = {{0}};

    stat_tap_init_table_row(window->shown, window->rows->len, (unsigned)window->ui->nfields, items);
    row->items = stat_tap_get_field_data(window->shown, window->rows->len, 0);
    g_ptr_array_add(window->rows, row);
    return row;
}

static struct window_row *row_at(struct window *window, unsigned index)
{
    while (window->rows->len <= index)
        row_add(window);
    return g_ptr_array_index(window->rows, index);
}

/* Takes `text` over. */
static void show_text(struct window_row *row, unsigned field, char *text)
{
    g_free(row->text[field]);
    row->text[field] = text;
    row->items[field].type = TABLE_ITEM_STRING;
    row->items[field].value.string_value = text;
}

static char *padded(const struct wt_row *row, unsigned at, const struct wt_column *column)
{
    char *text = wt_row_print(row, at);
    char *wide = g_strdup_printf("%*s", column->cell == WT_CELL_TEXT || !*text ? 0 : PADDED_WIDTH, text);

    g_free(text);
    return wide;
}

static void show_cell(struct window_row *shown, unsigned field, const struct wt_row *row, unsigned at,
                      const struct wt_column *column)
{
    stat_tap_table_item_type *item = &shown->items[field];

    if (is_text(column)) {
        show_text(shown, field, padded(row, at, column));
        return;
    }
    item->type = wt_row_is_blank(row, at) ? TABLE_ITEM_NONE : TABLE_ITEM_UINT;
    item->value.uint_value = (unsigned)wt_row_number(row, at);
}

static void show_row(struct window *window, const struct wt_row *row)
{
    const struct wt_columns *columns = &window->table->type->columns;
    struct window_row *shown = row_at(window, wt_row_index(row));

    shown->items[0].type = TABLE_ITEM_UINT;
    shown->items[0].value.uint_value = wt_row_rank(row);
    for (unsigned place = 0; place < wt_columns_shown(columns); place++) {
        const unsigned at = wt_columns_at(columns, place);
        show_cell(shown, place + 1, row, at, &columns->column[at]);
    }
}

/* Says that there is nothing, in the place of the first row, which takes it over. A row that begins with no number is none
 * for sharkd. */
static void show_nothing(struct window *window)
{
    show_text(row_at(window, 0), 1, g_strdup(window->table->type->nothing));
}

/* Frees the row but for its items, which the table frees. */
static void row_free(gpointer pointer)
{
    struct window_row *row = pointer;

    for (unsigned i = 0; i <= WT_COLUMNS_MAX; i++)
        g_free(row->text[i]);
    g_free(row);
}

/* A retired row owns its items, which the table has forgotten. */
static void retired_free(gpointer pointer)
{
    struct window_row *row = pointer;

    g_free(row->items);
    row_free(row);
}

/* --- frames --- */

/* Once all frames were judged only the frames told of can change anything. */
static void bring_up_to_date(struct window *window, bool judged)
{
    struct wt_table *table = window->table;
    struct wt_row *row = NULL;

    if (table->type->rows && (table->stale || !judged)) {
        table->stale = false;
        table->type->rows(table);
    }
    while ((row = wt_rows_take_changed(table->rows)))
        show_row(window, row);
}

static tap_packet_status window_packet(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,
                                       const void *visit, tap_flags_t flags)
{
    const stat_data_t *stat = tapdata;
    const stat_tap_table *shown = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);
    struct window *window = g_hash_table_lookup(windows, shown);

    (void)edt, (void)flags;
    if (!window)
        return TAP_PACKET_DONT_REDRAW;
    wt_table_frame(window->table, visit);
    bring_up_to_date(window, pinfo->fd->visited);
    return TAP_PACKET_REDRAW;
}

/* --- the life of a table as Wireshark sees it --- */

/*
 * Rows of the last file, or of the last filter, go. Windows of the GUI share one table and keep on pointing
 * to the rows that they show, so a row that a window may show is only put aside: see window_init().
 */
static void window_reset(stat_tap_table *shown)
{
    struct window *window = g_hash_table_lookup(windows, shown);

    if (!window)
        return;
    for (unsigned i = 0; i < window->rows->len; i++)
        g_ptr_array_add(window->retired, g_ptr_array_index(window->rows, i));
    g_ptr_array_set_size(window->rows, 0);
    wt_table_reset(window->table);
    shown->num_elements = 0;
    if (window->ui->refcount == 0)
        g_ptr_array_set_size(window->retired, 0);
    show_nothing(window);
}

static void window_free(gpointer pointer)
{
    struct window *window = pointer;

    for (unsigned i = 0; i < window->rows->len; i++)
        row_free(g_ptr_array_index(window->rows, i));
    g_ptr_array_free(window->rows, TRUE);
    g_ptr_array_free(window->retired, TRUE);
    wt_table_free(window->table);
    g_free(window);
}

/* Called for each cell when the table is given up; its items go with it, the rest goes with the first cell. */
static void window_free_item(stat_tap_table *shown, unsigned row, unsigned column,
                             stat_tap_table_item_type *item)
{
    (void)item;
    if (row == 0 && column == 0)
        g_hash_table_remove(windows, shown);
}

static void window_new(const struct wt_table_type *type, stat_tap_table_ui *ui)
{
    struct window *window = g_new0(struct window, 1);

    window->table = wt_table_new(type, NULL);
    window->ui = ui;
    window->shown = stat_tap_init_table(type->title, (int)ui->nfields, 0, NULL);
    window->rows = g_ptr_array_new();
    window->retired = g_ptr_array_new_with_free_func(retired_free);
    g_hash_table_replace(windows, window->shown, window);
    stat_tap_add_table(ui, window->shown);
    show_nothing(window);
}

/*
 * Called for each window opened and each filter applied in one; a further window finds the table of the
 * first. While there is one window at most, rows that were put aside before are shown nowhere: it shows the
 * latest, or forgets what it shows before it looks again.
 */
static void window_init(stat_tap_table_ui *ui)
{
    const struct wt_table_type *type = g_hash_table_lookup(window_types, ui->cli_string);
    stat_tap_table *shown = stat_tap_find_table(ui, type->title);
    const struct window *window = shown ? g_hash_table_lookup(windows, shown) : NULL;

    if (!window) {
        window_new(type, ui);
        return;
    }
    if (ui->refcount <= 1)
        g_ptr_array_set_size(window->retired, 0);
    window_reset(shown);
}

static stat_tap_table_item field_of(const struct wt_column *column)
{
    return (stat_tap_table_item){
        .type = is_text(column) ? TABLE_ITEM_STRING : TABLE_ITEM_UINT,
        .align = column->cell == WT_CELL_TEXT ? TAP_ALIGN_LEFT : TAP_ALIGN_RIGHT,
        .column_name = column->title,
        .field_format = is_text(column) ? "%s" : "%u",
    };
}

/* The first one is what the GUI sorts by, so it is the order of the rows. */
static stat_tap_table_item *fields_new(const struct wt_columns *columns)
{
    static const struct wt_column order = {.title = "#", .cell = WT_CELL_COUNT};
    stat_tap_table_item *fields = g_new0(stat_tap_table_item, wt_columns_shown(columns) + 1);

    fields[0] = field_of(&order);
    for (unsigned place = 0; place < wt_columns_shown(columns); place++)
        fields[place + 1] = field_of(&columns->column[wt_columns_at(columns, place)]);
    return fields;
}

/* Wireshark keeps the description for good. */
void wt_statistic_window_register(const struct wt_table_type *type)
{
    stat_tap_table_ui *ui = g_new0(stat_tap_table_ui, 1);

    if (!window_types) {
        window_types = g_hash_table_new(g_str_hash, g_str_equal);
        windows = g_hash_table_new_full(NULL, NULL, NULL, window_free);
    }
    g_hash_table_insert(window_types, (void *)type->name, (void *)type);
    ui->group = REGISTER_PACKET_STAT_GROUP_UNSORTED;
    ui->title = type->title;
    ui->tap_name = "wiretruth";
    ui->cli_string = type->name;
    ui->stat_tap_init_cb = window_init;
    ui->packet_func = window_packet;
    ui->stat_tap_reset_table_cb = window_reset;
    ui->stat_tap_free_table_item_cb = window_free_item;
    ui->nfields = wt_columns_shown(&type->columns) + 1;
    ui->fields = fields_new(&type->columns);
    register_stat_tap_table_ui(ui);
}
