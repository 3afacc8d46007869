/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_tree: -z wiretruth,tree. Frames by how far they were looked at, then every finding with count and
 * rate, grouped by area. A finding counts in the frame in which it became known, so one pass and two passes
 * agree.
 */
#include "compat.h"

#include "record.h"
#include "table.h"

static int node_frames;
static int node_area[WT_AREAS];

static void tree_init(stats_tree *tree)
{
    node_frames = stats_tree_create_node(tree, "Frames", 0, STAT_DT_INT, TRUE);
    for (unsigned area = 0; area < WT_AREAS; area++)
        node_area[area] = stats_tree_create_node(tree, wt_area_name[area], 0, STAT_DT_INT, TRUE);
}

static void count_frame(stats_tree *tree, const struct wt_record *record)
{
    char text[160];

    tick_stat_node(tree, "Frames", 0, TRUE);
    if (record->not_looked_at)
        snprintf(text, sizeof(text), "not looked at%s: %s", record->reading.packets ? " in full" : "",
                 record->not_looked_at);
    else
        snprintf(text, sizeof(text), record->reading.packets ? "looked at" : "no IP packet");
    tick_stat_node(tree, text, node_frames, FALSE);
}

static void count_finding(stats_tree *tree, const struct wt_finding *finding)
{
    const struct wt_finding_row *row = &wt_finding_table[finding->id];

    tick_stat_node(tree, wt_area_name[row->area], 0, TRUE);
    tick_stat_node(tree, row->name, node_area[row->area], FALSE);
}

static tap_packet_status tree_packet(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt,
                                     const void *data, tap_flags_t flags)
{
    const struct wt_record *record = data;

    (void)pinfo, (void)edt, (void)flags;
    count_frame(tree, record);
    for (const struct wt_finding *finding = record->findings; finding; finding = finding->next)
        if (finding->counted && wt_record_wants(record, finding))
            count_finding(tree, finding);
    return TAP_PACKET_REDRAW;
}

void wt_table_tree_handoff(void)
{
    stats_tree_register_plugin("wiretruth", "wiretruth", "Wire Truth" STATS_TREE_MENU_SEPARATOR "Findings", 0,
                               tree_packet, tree_init, NULL);
}
