/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_points: -z wiretruth,points. Captures of several points in one file: what happened to the packets on
 * their way from one point to another, a row for each direction.
 *
 * The numbers are those of the whole capture when the table is drawn, since a loss is known only some time
 * after the packet; so a filter does not lower them. It chooses rows: those whose points both have a frame
 * that matches.
 */
#include "compat.h"

#include "frame.h"
#include "sheet.h"
#include "table.h"
#include "table_text.h"

#include <stdio.h>
#include <wiretruth/point.h>

enum {
    POINTS_TEXT = 64,
    POINTS_SEEN_MAX = 4096, /* interfaces whose name is remembered */
};

static const char points_name[] = "wiretruth,points";
static const char points_title[] = "Wire Truth: Capture points";

/* Frames that matched the filter, and the names of their interfaces. */
struct request {
    const struct wt_engine *engine; /* NULL until a frame of this one was seen */
    GHashTable *names;              /* interface -> text */
    char *filter;
};

static const char *name_of(GHashTable *names, uint32_t interface)
{
    return g_hash_table_lookup(names, GUINT_TO_POINTER(interface));
}

static void name_learn(GHashTable *names, const struct wt_visit *visit, const char *name)
{
    const uint32_t interface = visit->frame.interface;

    if (g_hash_table_size(names) >= POINTS_SEEN_MAX || name_of(names, interface))
        return;
    g_hash_table_insert(names, GUINT_TO_POINTER(interface), g_strdup(name));
}

/* Nanoseconds as milliseconds. */
static const char *milliseconds(int64_t time, char *text)
{
    snprintf(text, POINTS_TEXT, "%.3f ms", (double)time / 1e6);
    return text;
}

static void print_number(const char *label, uint64_t number)
{
    if (number)
        printf("   %-28s %10" PRIu64 "\n", label, number);
}

static void print_clock(const struct wt_passage *passage)
{
    char ahead[POINTS_TEXT], error[POINTS_TEXT];

    if (!passage->clock_known)
        printf("   %-28s %10s (packets seen one way only: clocks taken as equal)\n", "clock difference",
               "unknown");
    else if (passage->clock_error < 0)
        printf("   %-28s %10s (the clocks drift apart)\n", "clock ahead",
               milliseconds(passage->clock_ahead, ahead));
    else
        printf("   %-28s %10s (+- %s)\n", "clock ahead", milliseconds(passage->clock_ahead, ahead),
               milliseconds(passage->clock_error, error));
}

static void print_delay(const struct wt_passage *passage)
{
    char min[POINTS_TEXT], mean[POINTS_TEXT], max[POINTS_TEXT];

    printf("   %-28s %10s to %s, mean %s\n", "one-way delay", milliseconds(passage->delay_min, min),
           milliseconds(passage->delay_max, max), milliseconds(passage->delay_mean, mean));
}

static void print_passage(const struct wt_passage *passage, GHashTable *names)
{
    printf("%s -> %s", name_of(names, passage->from), name_of(names, passage->to));
    if (passage->hops)
        printf(" (%d hop%s)", abs(passage->hops), abs(passage->hops) == 1 ? "" : "s");
    printf("\n");
    printf("   %-28s %10u\n", "packets matched", passage->matched);
    printf("   %-28s %10u\n", "lost between", passage->lost);
    print_number("lost in part", passage->lost_in_part);
    print_number("smallest lost, bytes", passage->smallest_lost);
    print_number("largest passed, bytes", passage->largest_passed);
    for (unsigned i = 0; i < WT_CHANGES; i++)
        print_number(wt_change_name[i], passage->changed[i]);
    print_clock(passage);
    if (passage->matched)
        print_delay(passage);
}

static unsigned request_print(const struct request *request)
{
    const struct wt_passages *passages = wt_engine_passages(request->engine);
    unsigned said = 0;

    for (unsigned i = 0; i < passages->count; i++) {
        const struct wt_passage *passage = &passages->passage[i];
        if (!name_of(request->names, passage->from) || !name_of(request->names, passage->to))
            continue;
        print_passage(passage, request->names);
        said++;
    }
    if (passages->more)
        printf("The file has more interfaces; only the first %d are compared.\n", WT_POINTS_MAX);
    return said;
}

static void request_draw(void *data)
{
    const struct request *request = data;

    wt_table_text_begin(points_title, request->filter);
    if (!request->engine || request_print(request) == 0)
        printf("No packet was seen at two points.\n");
    wt_table_text_end();
}

static tap_packet_status request_packet(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                        const void *tapped, tap_flags_t flags)
{
    const struct wt_visit *visit = tapped;
    struct request *request = data;

    (void)edt, (void)flags;
    request->engine = visit->engine;
    name_learn(request->names, visit, wt_frame_point_name(&visit->frame, pinfo));
    return TAP_PACKET_REDRAW;
}

static void request_reset(void *data)
{
    struct request *request = data;

    request->engine = NULL;
    g_hash_table_remove_all(request->names);
}

static wt_stat_init text_init(const char *option, void *userdata)
{
    struct request *request = g_new0(struct request, 1);
    const struct wt_listener listener = {.data = request,
                                         .reset = request_reset,
                                         .packet = request_packet,
                                         .draw = request_draw,
                                         .needs_packet = true, /* names of interfaces */
                                         .reads_engine = true};

    (void)userdata;
    request->names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    request->filter = g_strdup(wt_table_text_filter(option, points_name));
    wt_table_text_listen(option, points_name, &listener);
    WT_STAT_INIT_DONE;
}

/* --- GUI and sharkd --- */

enum column {
    COLUMN_FROM,
    COLUMN_TO,
    COLUMN_HOPS,
    COLUMN_MATCHED,
    COLUMN_LOST,
    COLUMN_LOST_IN_PART,
    COLUMN_SMALLEST_LOST,
    COLUMN_LARGEST_PASSED,
    COLUMN_CHANGES,
    COLUMN_CLOCKS = COLUMN_CHANGES + WT_CHANGES,
    COLUMN_CLOCK_AHEAD,
    COLUMN_CLOCK_ERROR,
    COLUMN_DELAY_MIN,
    COLUMN_DELAY_MEAN,
    COLUMN_DELAY_MAX,
    COLUMNS,
};

static struct wt_sheet_column columns[COLUMNS] = {
    [COLUMN_FROM] = {"From", WT_CELL_TEXT},
    [COLUMN_TO] = {"To", WT_CELL_TEXT},
    [COLUMN_HOPS] = {"Hops", WT_CELL_COUNT},
    [COLUMN_MATCHED] = {"Matched", WT_CELL_COUNT},
    [COLUMN_LOST] = {"Lost", WT_CELL_COUNT},
    [COLUMN_LOST_IN_PART] = {"Lost in part", WT_CELL_COUNT},
    [COLUMN_SMALLEST_LOST] = {"Smallest lost", WT_CELL_COUNT},
    [COLUMN_LARGEST_PASSED] = {"Largest passed", WT_CELL_COUNT},
    [COLUMN_CLOCKS] = {"Clocks", WT_CELL_TEXT},
    [COLUMN_CLOCK_AHEAD] = {"Clock ahead ms", WT_CELL_DECIMAL},
    [COLUMN_CLOCK_ERROR] = {"Clock error ms", WT_CELL_DECIMAL},
    [COLUMN_DELAY_MIN] = {"Delay min ms", WT_CELL_DECIMAL},
    [COLUMN_DELAY_MEAN] = {"Delay mean ms", WT_CELL_DECIMAL},
    [COLUMN_DELAY_MAX] = {"Delay max ms", WT_CELL_DECIMAL},
};

static const char *clocks_text(const struct wt_passage *passage)
{
    if (!passage->clock_known)
        return "taken as equal";
    return passage->clock_error < 0 ? "drift apart" : "compared";
}

static void sheet_time(struct wt_sheet_row *row, enum column column, int64_t time)
{
    wt_sheet_set_decimal(row, column, (double)time / 1e6);
}

static void sheet_times(struct wt_sheet_row *row, const struct wt_passage *passage)
{
    wt_sheet_set_text(row, COLUMN_CLOCKS, clocks_text(passage));
    if (passage->clock_known) {
        sheet_time(row, COLUMN_CLOCK_AHEAD, passage->clock_ahead);
        sheet_time(row, COLUMN_CLOCK_ERROR, MAX(passage->clock_error, 0));
    }
    sheet_time(row, COLUMN_DELAY_MIN, passage->delay_min);
    sheet_time(row, COLUMN_DELAY_MEAN, passage->delay_mean);
    sheet_time(row, COLUMN_DELAY_MAX, passage->delay_max);
}

static void sheet_fill(struct wt_sheet_row *row, const struct wt_passage *passage)
{
    wt_sheet_set(row, COLUMN_HOPS, (uint64_t)abs(passage->hops));
    wt_sheet_set(row, COLUMN_MATCHED, passage->matched);
    wt_sheet_set(row, COLUMN_LOST, passage->lost);
    wt_sheet_set(row, COLUMN_LOST_IN_PART, passage->lost_in_part);
    wt_sheet_set(row, COLUMN_SMALLEST_LOST, passage->smallest_lost);
    wt_sheet_set(row, COLUMN_LARGEST_PASSED, passage->largest_passed);
    for (unsigned i = 0; i < WT_CHANGES; i++)
        wt_sheet_set(row, COLUMN_CHANGES + i, passage->changed[i]);
    sheet_times(row, passage);
}

/* All rows are brought up to date with each frame: in the GUI the engine has seen all of them by then. */
static void sheet_packet(struct wt_sheet *sheet, const struct wt_visit *visit)
{
    const char *name = wt_frame_point_name(&visit->frame, visit->pinfo);
    const struct wt_passages *passages = wt_engine_passages(visit->engine);

    for (unsigned i = 0; i < passages->count; i++) {
        const struct wt_passage *passage = &passages->passage[i];
        const uint32_t key[2] = {passage->from, passage->to};
        struct wt_sheet_row *row = wt_sheet_row(sheet, key, NULL);

        sheet_fill(row, passage);
        if (passage->from == visit->frame.interface)
            wt_sheet_set_text(row, COLUMN_FROM, name);
        if (passage->to == visit->frame.interface)
            wt_sheet_set_text(row, COLUMN_TO, name);
    }
}

static void columns_of_changes(void)
{
    for (unsigned i = 0; i < WT_CHANGES; i++)
        columns[COLUMN_CHANGES + i] = (struct wt_sheet_column){wt_change_name[i], WT_CELL_COUNT};
}

void wt_table_points_register(void)
{
    stat_tap_ui text = {
        .group = REGISTER_STAT_GROUP_GENERIC, .cli_string = points_name, .tap_init_cb = text_init};
    static struct wt_sheet_type sheet = {
        .name = points_name,
        .title = points_title,
        .columns = columns,
        .count = COLUMNS,
        .key_size = sizeof(uint32_t[2]),
        .packet = sheet_packet,
    };

    columns_of_changes();
    if (wt_program_prints())
        register_stat_tap_ui(&text, NULL);
    wt_sheet_register(&sheet);
}
