/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_tree: -z wiretruth,tree. Frames by how far they were looked at, then every finding with count and
 * rate, grouped by area. A finding counts in the frame in which it became known, so one pass and two passes
 * agree.
 *
 * The GUI and sharkd show it as a statistics tree, which brings rates, sorting and a submenu along; tshark
 * prints it.
 */
#include "compat.h"

#include "table.h"
#include "table_text.h"
#include "visit.h"

#include <stdio.h>

static const char cli_name[] = "wiretruth,tree";

/* How a frame counts in the first group. */
static const char *frame_state(const struct wt_visit *visit)
{
    if (visit->missed)
        return wt_missed_text(visit->missed);
    return visit->reading.packets ? "looked at" : "no IP packet";
}

static bool is_counted(const struct wt_visit *visit, const struct wt_finding *finding)
{
    return finding->counted && wt_visit_wants(visit, finding);
}

/* --- GUI and sharkd --- */

static int node_frames, node_missed;
static int node_area[WT_AREAS];

static void tree_init(stats_tree *tree)
{
    node_frames = stats_tree_create_node(tree, "Frames", 0, STAT_DT_INT, TRUE);
    node_missed = stats_tree_create_node(tree, "not looked at", node_frames, STAT_DT_INT, TRUE);
    for (unsigned area = 0; area < WT_AREAS; area++)
        node_area[area] = stats_tree_create_node(tree, wt_area_name[area], 0, STAT_DT_INT, TRUE);
}

static void tree_count(stats_tree *tree, const struct wt_finding *finding)
{
    const struct wt_finding_row *row = &wt_finding_table[finding->id];

    tick_stat_node(tree, wt_area_name[row->area], 0, TRUE);
    tick_stat_node(tree, row->name, node_area[row->area], FALSE);
}

static tap_packet_status tree_packet(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt,
                                     const void *data, tap_flags_t flags)
{
    const struct wt_visit *visit = data;

    (void)pinfo, (void)edt, (void)flags;
    tick_stat_node(tree, "Frames", 0, TRUE);
    if (visit->missed)
        tick_stat_node(tree, "not looked at", node_frames, TRUE);
    tick_stat_node(tree, frame_state(visit), visit->missed ? node_missed : node_frames, FALSE);
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next)
        if (is_counted(visit, finding))
            tree_count(tree, finding);
    return TAP_PACKET_REDRAW;
}

/* --- tshark --- */

struct tally {
    uint64_t frames, packets, missed[WT_MISSED_KINDS];
    uint64_t finding[WT_FINDINGS];
    int64_t first, last; /* times */
    char *filter;
};

static tap_packet_status text_packet(void *tapdata, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                     tap_flags_t flags)
{
    const struct wt_visit *visit = data;
    struct tally *tally = tapdata;
    const int64_t now = visit->frame.time;

    (void)pinfo, (void)edt, (void)flags;
    tally->first = tally->frames && tally->first < now ? tally->first : now;
    tally->last = tally->frames && tally->last > now ? tally->last : now;
    tally->frames++;
    tally->missed[visit->missed]++;
    tally->packets += !visit->missed && visit->reading.packets;
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next)
        tally->finding[finding->id] += is_counted(visit, finding);
    return TAP_PACKET_REDRAW;
}

static void text_reset(void *tapdata)
{
    struct tally *tally = tapdata;

    *tally = (struct tally){.filter = tally->filter};
}

static void print_row(const struct tally *tally, const char *indent, const char *name, uint64_t count)
{
    const double seconds = (double)(tally->last - tally->first) / 1e9;

    printf("%s%-*s %10" PRIu64, indent, 44 - (int)strlen(indent), name, count);
    if (seconds > 0)
        printf(" %14.3f", (double)count / seconds);
    printf("\n");
}

static void print_frames(const struct tally *tally)
{
    const uint64_t clean = tally->missed[WT_MISSED_NOTHING];

    print_row(tally, "", "Frames", tally->frames);
    print_row(tally, "  ", "looked at", tally->packets);
    print_row(tally, "  ", "no IP packet", clean - tally->packets);
    print_row(tally, "  ", "not looked at", tally->frames - clean);
    for (unsigned kind = WT_MISSED_NOTHING + 1; kind < WT_MISSED_KINDS; kind++)
        if (tally->missed[kind])
            print_row(tally, "    ", wt_missed_text((enum wt_missed)kind), tally->missed[kind]);
}

static void print_area(const struct tally *tally, enum wt_area area)
{
    uint64_t sum = 0;

    for (unsigned id = 0; id < WT_FINDINGS; id++)
        sum += wt_finding_table[id].area == area ? tally->finding[id] : 0;
    print_row(tally, "", wt_area_name[area], sum);
    for (unsigned id = 0; id < WT_FINDINGS; id++)
        if (wt_finding_table[id].area == area && tally->finding[id])
            print_row(tally, "  ", wt_finding_table[id].name, tally->finding[id]);
}

static void text_draw(void *tapdata)
{
    const struct tally *tally = tapdata;

    wt_table_text_begin("Wire Truth: findings", tally->filter);
    printf("%-44s %10s %14s\n", "", "Count", "per second");
    print_frames(tally);
    for (unsigned area = 0; area < WT_AREAS; area++)
        print_area(tally, (enum wt_area)area);
    wt_table_text_end();
}

static wt_stat_init text_init(const char *option, void *userdata)
{
    struct tally *tally = g_new0(struct tally, 1);
    const struct wt_listener listener = {
        .data = tally, .reset = text_reset, .packet = text_packet, .draw = text_draw, .wants_coverage = true};

    (void)userdata;
    tally->filter = g_strdup(wt_table_text_filter(option, cli_name));
    wt_table_text_listen(option, cli_name, &listener);
    WT_STAT_INIT_DONE;
}

void wt_table_tree_register(void)
{
    stat_tap_ui text = {
        .group = REGISTER_STAT_GROUP_GENERIC, .cli_string = cli_name, .tap_init_cb = text_init};

    if (wt_program_prints())
        register_stat_tap_ui(&text, NULL);
    stats_tree_register_plugin("wiretruth", "wiretruth", "Wire Truth" STATS_TREE_MENU_SEPARATOR "Findings", 0,
                               tree_packet, tree_init, NULL);
}
