/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_wire: -z wiretruth,wire. What each host sent and received: frames as captured, and as they crossed
 * the wire.
 *
 * Every IP frame counts twice, once for the host that sends it and once for the host that it is addressed to (the
 * addresses of the outermost IP packet). Each frame has one checksum state, the worst of all its checksums, so the states of
 * a row add up to its frames. What was captured twice, by a mirror port or at several points, crossed a wire once.
 */
#include "table.h"

#include <wiretruth/point.h>

enum {
    ROWS_MAX = 20000
};

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

static const struct wt_column columns[COLUMNS] = {
    [COLUMN_HOST] = {.title = "Host", .cell = WT_CELL_TEXT},
    [COLUMN_ROLE] = {.title = "Role", .cell = WT_CELL_TEXT},
    [COLUMN_FRAMES] = {.title = "Frames", .cell = WT_CELL_COUNT},
    [COLUMN_BYTES] = {.title = "Bytes", .cell = WT_CELL_LARGE},
    [COLUMN_SUPER_FRAMES] = {.title = "Super-frames", .cell = WT_CELL_COUNT},
    [COLUMN_WIRE_FRAMES] = {.title = "Wire frames", .cell = WT_CELL_COUNT},
    [COLUMN_WIRE_BYTES] = {.title = "Wire bytes", .cell = WT_CELL_LARGE},
    [COLUMN_LARGEST] = {.title = "Largest super-frame", .cell = WT_CELL_COUNT, .blank = true},
    [COLUMN_VALID] = {.title = "Checksums: valid", .cell = WT_CELL_COUNT},
    [COLUMN_PARTIAL] = {.title = "Checksums: partial", .cell = WT_CELL_COUNT},
    [COLUMN_UNFILLED] = {.title = "Checksums: unfilled", .cell = WT_CELL_COUNT},
    [COLUMN_BAD] = {.title = "Checksums: bad", .cell = WT_CELL_COUNT},
    [COLUMN_UNKNOWN] = {.title = "Checksums: not verified", .cell = WT_CELL_COUNT},
};

struct key {
    struct wt_address host;
    uint32_t sends;
};

WT_MAP_KEY(key, struct key)

static struct wt_row *row_of(struct wt_table *table, const struct wt_address *host, bool sends)
{
    const struct key key = {*host, sends};
    char text[WT_ADDRESS_TEXT];
    bool added = false;
    struct wt_row *row = wt_rows_get(table->rows, &key, &added);

    if (added) {
        wt_address_text(host, text);
        wt_row_set_text(row, COLUMN_HOST, text);
        wt_row_set_text(row, COLUMN_ROLE, sends ? "sends" : "is addressed to");
    }
    return row;
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
    for (unsigned i = 0; i < G_N_ELEMENTS(checksum_columns); i++)
        if (any_checksum(reading, checksum_columns[i].state))
            return checksum_columns[i].column;
    return COLUMN_UNKNOWN; /* no checksum at all */
}

/* A super-frame counts where it was seen first, though the frames that it became may have been seen before. */
static void count_super(struct wt_row *row, const struct wt_visit *visit)
{
    const uint32_t cut_or_merged = 1u << WT_CHANGE_CUT | 1u << WT_CHANGE_MERGED;

    if (!visit->facts || visit->facts->wire_frames < 2 || wt_visit_is_copy(visit, cut_or_merged))
        return;
    wt_row_add(row, COLUMN_SUPER_FRAMES, 1);
    wt_row_raise(row, COLUMN_LARGEST, visit->facts->l3_len);
}

static void count_wire(struct wt_row *row, const struct wt_visit *visit)
{
    const struct wt_facts *facts = visit->facts;

    if (wt_visit_is_copy(visit, 0))
        return;
    wt_row_add(row, COLUMN_WIRE_BYTES, facts ? facts->wire_len : visit->frame.length);
    wt_row_add(row, COLUMN_WIRE_FRAMES, facts ? facts->wire_frames : 1);
}

static void count(struct wt_row *row, const struct wt_visit *visit)
{
    wt_row_add(row, COLUMN_FRAMES, 1);
    wt_row_add(row, COLUMN_BYTES, visit->frame.length);
    wt_row_add(row, checksum_column(&visit->reading), 1);
    count_super(row, visit);
    count_wire(row, visit);
}

static void wire_frame(struct wt_table *table, const struct wt_visit *visit)
{
    if (!visit->reading.packets)
        return;
    count(row_of(table, &visit->reading.packet[0].src, true), visit);
    count(row_of(table, &visit->reading.packet[0].dst, false), visit);
}

const struct wt_table_type wt_table_wire = {
    .name = "wiretruth,wire",
    .title = "Wire Truth: Wire frames by host",
    .columns = {.column = columns,
                .count = COLUMNS,
                .key_size = sizeof(struct key),
                .key_hash = key_hash,
                .key_equal = key_equal,
                .limit = ROWS_MAX},
    .nothing = "No IP packet.",
    .frame = wire_frame,
};
