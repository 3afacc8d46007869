/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sheet.h"

#include "table_text.h"

enum {
    SHEET_TEXT_LARGE = 24,
    SHEET_LARGE_WIDTH = 12
};

/* A key with its size in front, as hash and equal functions are not told it. */
struct sheet_key {
    size_t size;
    const void *bytes;
};

struct wt_sheet {
    const struct wt_sheet_type *type;
    const stat_tap_table_ui *ui;
    stat_tap_table *table;
    GHashTable *rows;   /* struct sheet_key -> struct wt_sheet_row */
    GPtrArray *retired; /* struct wt_sheet_row, no longer in the table */
};

struct wt_sheet_row {
    struct wt_sheet *sheet;
    stat_tap_table_item_type *items; /* the row as Wireshark holds it */
    struct sheet_key *key;
    void *data;
    uint64_t value[WT_SHEET_COLUMNS_MAX];
    char *text[WT_SHEET_COLUMNS_MAX];
};

static GHashTable *sheet_types; /* name behind -z -> struct wt_sheet_type */
static GHashTable *sheets;      /* stat_tap_table -> struct wt_sheet */

static guint key_hash(gconstpointer pointer)
{
    const struct sheet_key *key = pointer;
    guint hash = 5381;

    for (size_t i = 0; i < key->size; i++)
        hash = hash * 33 + ((const uint8_t *)key->bytes)[i];
    return hash;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    const struct sheet_key *x = a, *y = b;

    return x->size == y->size && memcmp(x->bytes, y->bytes, x->size) == 0;
}

static struct sheet_key *key_copy(const void *bytes, size_t size)
{
    struct sheet_key *key = g_malloc(sizeof *key + size);

    memcpy(key + 1, bytes, size);
    key->size = size;
    key->bytes = key + 1;
    return key;
}

static void row_free(gpointer pointer)
{
    struct wt_sheet_row *row = pointer;

    for (unsigned i = 0; i < row->sheet->type->count; i++)
        g_free(row->text[i]);
    g_free(row->key);
    g_free(row->data);
    g_free(row);
}

static struct wt_sheet_row *row_add(struct wt_sheet *sheet, const void *key)
{
    const struct wt_sheet_type *type = sheet->type;
    const unsigned number = sheet->table->num_elements;
    struct wt_sheet_row *row = g_new0(struct wt_sheet_row, 1);
    stat_tap_table_item_type items[WT_SHEET_COLUMNS_MAX] = {{0}};

    row->sheet = sheet;
    row->key = key_copy(key, type->key_size);
    row->data = g_malloc0(type->data_size + 1);
    for (unsigned i = 0; i < type->count; i++) {
        items[i].type = type->items[i].type;
        if (items[i].type == TABLE_ITEM_STRING)
            items[i].value.string_value = "";
    }
    stat_tap_init_table_row(sheet->table, number, type->count, items);
    row->items = stat_tap_get_field_data(sheet->table, number, 0);
    for (unsigned i = 0; i < type->count; i++)
        if (type->columns[i].cell == WT_CELL_LARGE)
            wt_sheet_set(row, i, 0);
    g_hash_table_insert(sheet->rows, row->key, row);
    return row;
}

static const uint8_t sheet_others[WT_SHEET_KEY_MAX]; /* the key of all that came behind the limit */

static struct wt_sheet_row *row_find(const struct wt_sheet *sheet, const void *key)
{
    const struct sheet_key lookup = {sheet->type->key_size, key};

    return g_hash_table_lookup(sheet->rows, &lookup);
}

struct wt_sheet_row *wt_sheet_row(struct wt_sheet *sheet, const void *key, bool *added)
{
    struct wt_sheet_row *row = row_find(sheet, key);

    if (!row && sheet->type->limit && g_hash_table_size(sheet->rows) >= sheet->type->limit) {
        key = sheet_others;
        row = row_find(sheet, key);
    }
    if (added)
        *added = !row;
    return row ? row : row_add(sheet, key);
}

bool wt_sheet_is_others(const struct wt_sheet_row *row)
{
    return row->sheet->type->limit && memcmp(row->key->bytes, sheet_others, row->key->size) == 0;
}

void *wt_sheet_data(struct wt_sheet_row *row)
{
    return row->data;
}

void wt_sheet_set_text(struct wt_sheet_row *row, unsigned column, const char *text)
{
    if (row->text[column] && strcmp(row->text[column], text) == 0)
        return;
    g_free(row->text[column]);
    row->text[column] = g_strdup(text);
    row->items[column].value.string_value = row->text[column];
}

void wt_sheet_set(struct wt_sheet_row *row, unsigned column, uint64_t value)
{
    char text[SHEET_TEXT_LARGE];

    row->value[column] = value;
    if (row->sheet->type->columns[column].cell == WT_CELL_COUNT) {
        row->items[column].value.uint_value = value > UINT32_MAX ? UINT32_MAX : (unsigned)value;
        return;
    }
    snprintf(text, sizeof text, "%*" PRIu64, SHEET_LARGE_WIDTH, value);
    wt_sheet_set_text(row, column, text);
}

void wt_sheet_set_decimal(struct wt_sheet_row *row, unsigned column, double value)
{
    row->items[column].value.float_value = (float)value;
}

void wt_sheet_add(struct wt_sheet_row *row, unsigned column, uint64_t value)
{
    if (value)
        wt_sheet_set(row, column, row->value[column] + value);
}

void wt_sheet_raise(struct wt_sheet_row *row, unsigned column, uint64_t value)
{
    if (value > row->value[column])
        wt_sheet_set(row, column, value);
}

uint64_t wt_sheet_value(const struct wt_sheet_row *row, unsigned column)
{
    return row->value[column];
}

/* --- the life of a table as Wireshark sees it --- */

static tap_packet_status sheet_packet(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,
                                      const void *data, tap_flags_t flags)
{
    const stat_data_t *stat = tapdata;
    stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);
    struct wt_sheet *sheet = g_hash_table_lookup(sheets, table);

    (void)pinfo, (void)edt, (void)flags;
    if (!sheet)
        return TAP_PACKET_DONT_REDRAW;
    sheet->type->packet(sheet, data);
    return TAP_PACKET_REDRAW;
}

/*
 * Rows of the last file, or of the last filter, go. Windows of the GUI share one table and keep on pointing
 * to the rows that they show, so a row that a window may show is only put aside: see sheet_init().
 */
static void sheet_reset(stat_tap_table *table)
{
    struct wt_sheet *sheet = g_hash_table_lookup(sheets, table);
    GHashTableIter iter;
    gpointer row;

    if (!sheet)
        return;
    g_hash_table_iter_init(&iter, sheet->rows);
    while (g_hash_table_iter_next(&iter, NULL, &row))
        g_ptr_array_add(sheet->retired, row);
    g_hash_table_remove_all(sheet->rows);
    table->num_elements = 0;
    if (sheet->ui->refcount == 0)
        g_ptr_array_set_size(sheet->retired, 0);
}

/* A retired row owns its items, which the table has forgotten. */
static void retired_free(gpointer pointer)
{
    struct wt_sheet_row *row = pointer;

    g_free(row->items);
    row_free(row);
}

static void sheet_free(gpointer pointer)
{
    struct wt_sheet *sheet = pointer;
    GHashTableIter iter;
    gpointer row;

    g_hash_table_iter_init(&iter, sheet->rows);
    while (g_hash_table_iter_next(&iter, NULL, &row))
        row_free(row);
    g_hash_table_destroy(sheet->rows);
    g_ptr_array_free(sheet->retired, TRUE);
    g_free(sheet);
}

/* Called for each cell when the table is given up; its items go with it, the rest goes with the first cell. */
static void sheet_free_item(stat_tap_table *table, unsigned row, unsigned column,
                            stat_tap_table_item_type *item)
{
    (void)item;
    if (row == 0 && column == 0)
        g_hash_table_remove(sheets, table);
}

static void sheet_new(const struct wt_sheet_type *type, stat_tap_table_ui *ui)
{
    struct wt_sheet *sheet = g_new0(struct wt_sheet, 1);

    sheet->type = type;
    sheet->ui = ui;
    sheet->table = stat_tap_init_table(type->title, (int)type->count, 0, NULL);
    sheet->rows = g_hash_table_new(key_hash, key_equal);
    sheet->retired = g_ptr_array_new_with_free_func(retired_free);
    g_hash_table_replace(sheets, sheet->table, sheet);
    stat_tap_add_table(ui, sheet->table);
}

/*
 * Called for each window opened, each filter applied in one and each -z; a further window finds the table of
 * the first. While there is one window at most, rows that were put aside before are shown nowhere: it shows
 * the latest, or forgets what it shows before it looks again.
 */
static void sheet_init(stat_tap_table_ui *ui)
{
    const struct wt_sheet_type *type = g_hash_table_lookup(sheet_types, ui->cli_string);
    stat_tap_table *table = stat_tap_find_table(ui, type->title);
    const struct wt_sheet *sheet = table ? g_hash_table_lookup(sheets, table) : NULL;

    if (!sheet) {
        sheet_new(type, ui);
        return;
    }
    if (ui->refcount <= 1)
        g_ptr_array_set_size(sheet->retired, 0);
    sheet_reset(table);
}

/* How Wireshark holds and shows the cells of each kind. */
static const struct {
    stat_tap_table_item_enum type;
    const char *format;
} sheet_cells[] = {
    [WT_CELL_TEXT] = {TABLE_ITEM_STRING, "%s"},
    [WT_CELL_COUNT] = {TABLE_ITEM_UINT, "%u"},
    [WT_CELL_LARGE] = {TABLE_ITEM_STRING, "%s"},
    [WT_CELL_DECIMAL] = {TABLE_ITEM_FLOAT, "%.3f"},
};

static void sheet_fill_items(struct wt_sheet_type *type)
{
    for (unsigned i = 0; i < type->count; i++) {
        const struct wt_sheet_column *column = &type->columns[i];

        type->items[i] = (stat_tap_table_item){
            .type = sheet_cells[column->cell].type,
            .align = column->cell == WT_CELL_TEXT ? TAP_ALIGN_LEFT : TAP_ALIGN_RIGHT,
            .column_name = column->title,
            .field_format = sheet_cells[column->cell].format,
        };
    }
}

void wt_sheet_register(struct wt_sheet_type *type)
{
    stat_tap_table_ui *ui = g_new0(stat_tap_table_ui, 1); /* Wireshark keeps it for good */

    if (!sheet_types) {
        sheet_types = g_hash_table_new(g_str_hash, g_str_equal);
        sheets = g_hash_table_new_full(NULL, NULL, NULL, sheet_free);
    }
    g_hash_table_insert(sheet_types, g_strdup(type->name), type);
    sheet_fill_items(type);
    ui->group = REGISTER_PACKET_STAT_GROUP_UNSORTED;
    ui->title = type->title;
    ui->tap_name = "wiretruth";
    ui->cli_string = type->name;
    ui->stat_tap_init_cb = sheet_init;
    ui->packet_func = sheet_packet;
    ui->stat_tap_reset_table_cb = sheet_reset;
    ui->stat_tap_free_table_item_cb = sheet_free_item;
    ui->nfields = type->count;
    ui->fields = type->items;
    wt_table_text_register(ui);
}
