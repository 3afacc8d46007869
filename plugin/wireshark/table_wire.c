/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_wire: -z wiretruth,wire. What each host sent and received: frames as captured, and as they crossed
 * the wire.
 *
 * Every IP frame counts twice, once for the host that sends it and once for the host that receives it (the
 * addresses of the outermost IP packet). Each frame has one checksum state, the worst of all its checksums,
 * so the states of a row add up to its frames.
 */
#include "compat.h"

#include "record.h"
#include "table.h"
#include "table_text.h"

enum column {
    COLUMN_HOST,
    COLUMN_ROLE,
    COLUMN_FRAMES,
    COLUMN_BYTES,
    COLUMN_SUPER_FRAMES,
    COLUMN_WIRE_FRAMES,
    COLUMN_WIRE_BYTES,
    COLUMN_LARGEST,
    COLUMN_VALID,
    COLUMN_PARTIAL,
    COLUMN_UNFILLED,
    COLUMN_BAD,
    COLUMN_UNKNOWN,
    COLUMNS,
};

/*
 * Wireshark's tables hold 32-bit numbers, too small for bytes. These are text instead, padded so that they
 * sort by value and stand right-aligned.
 */
enum {
    BYTES_TEXT = 24
};

struct row {
    const stat_tap_table *table; /* the first three are the key */
    struct wt_address host;
    bool sends;
    uint64_t bytes, wire_bytes;
    char bytes_text[BYTES_TEXT], wire_bytes_text[BYTES_TEXT];
    char host_text[WT_ADDRESS_TEXT];
    stat_tap_table_item_type *items; /* the row as Wireshark shows it */
};

static const char table_name[] = "Wire frames by host";
static GHashTable *rows; /* of all tables: the command line may ask for several, each with its filter */

static stat_tap_table_item columns[COLUMNS] = {
    [COLUMN_HOST] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Host", "%-25s"},
    [COLUMN_ROLE] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Role", "%-8s"},
    [COLUMN_FRAMES] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Frames", "%8u"},
    [COLUMN_BYTES] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Bytes", "%s"},
    [COLUMN_SUPER_FRAMES] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Super-frames", "%12u"},
    [COLUMN_WIRE_FRAMES] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Wire frames", "%11u"},
    [COLUMN_WIRE_BYTES] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Wire bytes", "%s"},
    [COLUMN_LARGEST] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Largest", "%7u"},
    [COLUMN_VALID] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Valid", "%8u"},
    [COLUMN_PARTIAL] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Partial", "%8u"},
    [COLUMN_UNFILLED] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Unfilled", "%8u"},
    [COLUMN_BAD] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Bad", "%8u"},
    [COLUMN_UNKNOWN] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Unverified", "%10u"},
};

static guint row_hash(gconstpointer data)
{
    const struct row *row = data;
    guint hash = g_direct_hash(row->table) + row->sends;

    for (size_t i = 0; i < sizeof(row->host.bytes); i++)
        hash = hash * 31 + row->host.bytes[i];
    return hash;
}

static gboolean row_equal(gconstpointer a, gconstpointer b)
{
    const struct row *one = a, *two = b;

    return one->table == two->table && one->sends == two->sends && wt_address_equal(&one->host, &two->host);
}

static void row_free(stat_tap_table *table, unsigned number, unsigned column, stat_tap_table_item_type *item)
{
    (void)table, (void)number;
    if (column != COLUMN_HOST)
        return;
    g_hash_table_remove(rows, item->user_data.ptr_value);
    g_free(item->user_data.ptr_value);
}

static struct row *row_add(stat_tap_table *table, const struct row *key)
{
    const unsigned number = table->num_elements;
    struct row *row = g_new0(struct row, 1);
    stat_tap_table_item_type items[COLUMNS];

    *row = *key;
    wt_address_text(&row->host, row->host_text);
    for (unsigned i = 0; i < COLUMNS; i++)
        items[i] = (stat_tap_table_item_type){.type = columns[i].type};
    items[COLUMN_HOST].value.string_value = row->host_text;
    items[COLUMN_HOST].user_data.ptr_value = row;
    items[COLUMN_ROLE].value.string_value = row->sends ? "sends" : "receives";
    items[COLUMN_BYTES].value.string_value = row->bytes_text;
    items[COLUMN_WIRE_BYTES].value.string_value = row->wire_bytes_text;
    stat_tap_init_table_row(table, number, COLUMNS, items);
    row->items = stat_tap_get_field_data(table, number, 0);
    g_hash_table_add(rows, row);
    return row;
}

static struct row *row_of(stat_tap_table *table, const struct wt_address *host, bool sends)
{
    const struct row key = {.table = table, .host = *host, .sends = sends};
    struct row *row = g_hash_table_lookup(rows, &key);

    return row ? row : row_add(table, &key);
}

/* --- counting --- */

/* The worst first. */
static const struct {
    enum wt_checksum state;
    enum column column;
} checksum_columns[] = {
    {WT_CHECKSUM_BAD, COLUMN_BAD},
    {WT_CHECKSUM_UNFILLED, COLUMN_UNFILLED},
    {WT_CHECKSUM_PARTIAL, COLUMN_PARTIAL},
    {WT_CHECKSUM_PARTIAL_NO_LENGTH, COLUMN_PARTIAL},
    {WT_CHECKSUM_UNVERIFIABLE, COLUMN_UNKNOWN},
    {WT_CHECKSUM_VALID, COLUMN_VALID},
};

static bool any_checksum(const struct wt_reading *reading, enum wt_checksum state)
{
    for (unsigned i = 0; i < reading->packets; i++)
        if (reading->packet[i].ip_checksum == state || reading->packet[i].l4_checksum == state)
            return true;
    return false;
}

static enum column checksum_column(const struct wt_reading *reading)
{
    for (unsigned i = 0; i < array_length(checksum_columns); i++)
        if (any_checksum(reading, checksum_columns[i].state))
            return checksum_columns[i].column;
    return COLUMN_UNKNOWN; /* no checksum at all */
}

static void count_wire(struct row *row, const struct wt_facts *facts, uint32_t length)
{
    const bool super = facts && facts->wire_frames > 1;

    row->wire_bytes += facts ? facts->wire_len : length;
    row->items[COLUMN_WIRE_FRAMES].value.uint_value += facts ? facts->wire_frames : 1;
    row->items[COLUMN_SUPER_FRAMES].value.uint_value += super;
    if (super && facts->l3_len > row->items[COLUMN_LARGEST].value.uint_value)
        row->items[COLUMN_LARGEST].value.uint_value = facts->l3_len;
}

static void count(struct row *row, const struct wt_record *record)
{
    row->bytes += record->frame.length;
    row->items[COLUMN_FRAMES].value.uint_value++;
    row->items[checksum_column(&record->reading)].value.uint_value++;
    count_wire(row, record->facts, record->frame.length);
    snprintf(row->bytes_text, sizeof(row->bytes_text), "%12" PRIu64, row->bytes);
    snprintf(row->wire_bytes_text, sizeof(row->wire_bytes_text), "%12" PRIu64, row->wire_bytes);
}

static tap_packet_status wire_packet(void *tapdata, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                     tap_flags_t flags)
{
    const stat_data_t *stat = tapdata;
    const struct wt_record *record = data;
    stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);

    (void)pinfo, (void)edt, (void)flags;
    if (!record->reading.packets)
        return TAP_PACKET_DONT_REDRAW;
    count(row_of(table, &record->reading.packet[0].src, true), record);
    count(row_of(table, &record->reading.packet[0].dst, false), record);
    return TAP_PACKET_REDRAW;
}

/* --- life of the table --- */

/* Hosts of the last file, or of the last filter, go. */
static void wire_reset(stat_tap_table *table)
{
    for (unsigned number = 0; number < table->num_elements; number++) {
        row_free(table, number, COLUMN_HOST, stat_tap_get_field_data(table, number, COLUMN_HOST));
        g_free(table->elements[number]);
    }
    table->num_elements = 0;
}

/* Called for each window opened and each -z; a window opened again finds the table of the last one. */
static void wire_init(stat_tap_table_ui *ui)
{
    stat_tap_table *table = stat_tap_find_table(ui, table_name);

    if (table)
        wire_reset(table);
    else
        stat_tap_add_table(ui, stat_tap_init_table(table_name, COLUMNS, 0, NULL));
}

void wt_table_wire_register(void)
{
    static stat_tap_table_ui ui = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "Wire Truth: Wire frames by host",
        .tap_name = "wiretruth",
        .cli_string = "wiretruth,wire",
        .stat_tap_init_cb = wire_init,
        .packet_func = wire_packet,
        .stat_tap_reset_table_cb = wire_reset,
        .stat_tap_free_table_item_cb = row_free,
        .nfields = COLUMNS,
        .fields = columns,
    };

    rows = g_hash_table_new(row_hash, row_equal);
    wt_table_text_register(&ui);
}
