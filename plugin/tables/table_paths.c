/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_paths: -z wiretruth,paths. A row for every source and destination (and interface) with a report or a
 * symptom, whatever the protocol: what the link and the path carry, who said so, what passed and what did not, on what
 * that rests (TCP, UDP, echo, reports, fragments), and what the sender made of it; of a tunnel also how many bytes its
 * headers take.
 *
 * The numbers are the engine's, of the whole capture up to the frame at hand, so the last frame of a path
 * leaves the final ones; a display filter chooses which paths have a row. A flood of reports about packets
 * that nobody sent would make a row for each, so there is a limit, and one row for all others.
 */
#include "names.h"
#include "table.h"

enum column {
    COLUMN_SOURCE,
    COLUMN_DESTINATION,
    COLUMN_VERDICT,
    COLUMN_INTERFACE,
    COLUMN_LINK_MTU,
    COLUMN_PATH_MTU,
    COLUMN_SINCE,
    COLUMN_REPORTER,
    COLUMN_REPORTS,
    COLUMN_UNMATCHED,
    COLUMN_IGNORED,
    COLUMN_PASSED,
    COLUMN_LOST,
    COLUMN_EVIDENCE,
    COLUMN_OVERHEAD,
    COLUMNS,
};

enum {
    ROWS_MAX = 1000
};

static const struct wt_column columns[COLUMNS] = {
    [COLUMN_SOURCE] = {.title = "Source", .cell = WT_CELL_TEXT},
    [COLUMN_DESTINATION] = {.title = "Destination", .cell = WT_CELL_TEXT},
    [COLUMN_VERDICT] = {.title = "Verdict", .cell = WT_CELL_TEXT},
    [COLUMN_INTERFACE] = {.title = "If", .cell = WT_CELL_TEXT, .differs = true},
    [COLUMN_LINK_MTU] = {.title = "Link MTU", .cell = WT_CELL_COUNT, .blank = true},
    [COLUMN_PATH_MTU] = {.title = "Path MTU", .cell = WT_CELL_COUNT, .blank = true},
    [COLUMN_SINCE] = {.title = "Since frame", .cell = WT_CELL_COUNT, .blank = true},
    [COLUMN_REPORTER] = {.title = "Reported by", .cell = WT_CELL_TEXT},
    [COLUMN_REPORTS] = {.title = "Reports", .cell = WT_CELL_COUNT},
    [COLUMN_UNMATCHED] = {.title = "Unmatched", .cell = WT_CELL_COUNT},
    [COLUMN_IGNORED] = {.title = "Ignored", .cell = WT_CELL_COUNT},
    [COLUMN_PASSED] = {.title = "Largest passed", .cell = WT_CELL_COUNT, .blank = true},
    [COLUMN_LOST] = {.title = "Smallest lost", .cell = WT_CELL_COUNT, .blank = true},
    [COLUMN_EVIDENCE] = {.title = "Evidence", .cell = WT_CELL_TEXT},
    [COLUMN_OVERHEAD] = {.title = "Tunnel overhead",
                         .cell = WT_CELL_COUNT,
                         .blank = true,
                         .brief = "Overhead"},
};

static const char *const verdicts[WT_PATH_VERDICTS] = {
    [WT_PATH_NOTHING] = "nothing to say",
    [WT_PATH_CUT_WRONG] = "the sender's NIC cuts at the wrong size",
    [WT_PATH_MERGED] = "the reporter merges segments and refuses the result",
    [WT_PATH_BLACK_HOLE] = "black hole: large packets vanish unreported",
    [WT_PATH_FRAGMENTS] = "fragments do not arrive",
    [WT_PATH_IGNORED] = "reports ignored",
    [WT_PATH_FLOOD] = "a flood of reports that match nothing: forged, or answers to a scan",
    [WT_PATH_IMPLAUSIBLE] = "implausible reports",
    [WT_PATH_TUNNEL] = "tunnel: its MTU leaves no room for its headers",
    [WT_PATH_DF_CLEARED] = "the sender allows fragmentation",
    [WT_PATH_OBEYED] = "obeyed",
    [WT_PATH_PROBED] = "found by probing",
    [WT_PATH_REPORTED] = "reported, no reaction seen",
    [WT_PATH_UNMATCHED] = "reports about packets that are not in this capture",
};

struct key {
    uint32_t interface;
    struct wt_address src, dst;
};

WT_MAP_KEY(key, struct key)

static void show_address(struct wt_row *row, unsigned column, const struct wt_address *host)
{
    char text[WT_ADDRESS_TEXT];

    wt_address_text(host, text);
    wt_row_set_text(row, column, text);
}

static void show_evidence(struct wt_row *row, uint32_t evidence)
{
    static const char *const names[WT_PATH_EVIDENCE] = {
        [WT_PATH_BY_TCP] = "TCP",     [WT_PATH_BY_UDP] = "UDP",         [WT_PATH_BY_ECHO] = "echo",
        [WT_PATH_BY_OTHER] = "other", [WT_PATH_BY_REPORTS] = "reports", [WT_PATH_BY_FRAGMENTS] = "fragments"};
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < WT_PATH_EVIDENCE; i++)
        if (evidence & 1U << i)
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", names[i]);
    wt_row_set_text(row, COLUMN_EVIDENCE, text->str);
    g_string_free(text, TRUE);
}

static void set_state(struct wt_row *row, const struct wt_path_state *state)
{
    wt_row_set_known(row, COLUMN_LINK_MTU, state->link_mtu);
    wt_row_set_known(row, COLUMN_PATH_MTU, state->path_mtu);
    wt_row_set_known(row, COLUMN_SINCE, state->since);
    wt_row_set(row, COLUMN_REPORTS, state->reports);
    wt_row_set(row, COLUMN_UNMATCHED, state->unmatched);
    wt_row_set(row, COLUMN_IGNORED, state->ignored);
    wt_row_set_known(row, COLUMN_PASSED, state->passed);
    wt_row_set_known(row, COLUMN_LOST, state->lost);
    wt_row_set_known(row, COLUMN_OVERHEAD, state->overhead);
    show_evidence(row, state->evidence);
    wt_row_set_text(row, COLUMN_VERDICT, verdicts[state->verdict]);
    if (state->since)
        show_address(row, COLUMN_REPORTER, &state->reporter);
}

static void set_path(struct wt_table *table, const struct wt_visit *visit, const struct wt_address *src,
                     const struct wt_address *dst)
{
    const struct key key = {visit->frame.interface, *src, *dst};
    struct wt_path_state state;
    bool added = false;

    if (!wt_engine_path(visit->engine, key.interface, src, dst, &state))
        return;
    struct wt_row *row = wt_rows_get(table->rows, &key, &added);
    if (wt_row_is_others(row)) {
        wt_row_add(row, COLUMN_REPORTS, visit->reading.quotes > 0);
        return;
    }
    if (added) {
        show_address(row, COLUMN_SOURCE, src);
        show_address(row, COLUMN_DESTINATION, dst);
        wt_row_set_text(row, COLUMN_INTERFACE, wt_names_of(table->names, key.interface));
    }
    set_state(row, &state);
}

/* What a frame can change: both directions of its packets, the path of the packet that it quotes, and the
 * path that a report was found to be about, which translators may have left another one in the quote. */
static void paths_frame(struct wt_table *table, const struct wt_visit *visit)
{
    const struct wt_reading *reading = &visit->reading;
    struct wt_address src, dst;

    for (unsigned i = 0; i < reading->packets; i++) {
        set_path(table, visit, &reading->packet[i].src, &reading->packet[i].dst);
        set_path(table, visit, &reading->packet[i].dst, &reading->packet[i].src);
    }
    if (!reading->packets || !reading->quotes)
        return;
    const struct wt_packet *quote = &reading->quote[0];
    set_path(table, visit, &quote->src, &quote->dst);
    if (wt_engine_reported(visit->engine, visit->frame.number, &src, &dst) &&
        (!wt_address_equal(&src, &quote->src) || !wt_address_equal(&dst, &quote->dst)))
        set_path(table, visit, &src, &dst);
}

const struct wt_table_type wt_table_paths = {
    .name = "wiretruth,paths",
    .title = "Wire Truth: Paths",
    .columns = {.column = columns,
                .count = COLUMNS,
                .key_size = sizeof(struct key),
                .key_hash = key_hash,
                .key_equal = key_equal,
                .limit = ROWS_MAX},
    .nothing = "No path with a report or a symptom.",
    .frame = paths_frame,
};
