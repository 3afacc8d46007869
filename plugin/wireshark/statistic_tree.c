/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statistic_tree: the table of findings as a statistics tree, which brings rates, sorting and a submenu along.
 * It counts as table_tree.c does.
 */
#include "statistic.h"

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

static void tree_count_frame(stats_tree *tree, const struct wt_visit *visit)
{
    tick_stat_node(tree, "Frames", 0, TRUE);
    if (visit->missed) {
        tick_stat_node(tree, "not looked at", node_frames, TRUE);
        tick_stat_node(tree, wt_missed_text(visit->missed), node_missed, FALSE);
    } else {
        tick_stat_node(tree, visit->reading.packets ? "looked at" : "no IP packet", node_frames, FALSE);
    }
}

static tap_packet_status tree_packet(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt,
                                     const void *data, tap_flags_t flags)
{
    const struct wt_visit *visit = data;

    (void)pinfo, (void)edt, (void)flags;
    tree_count_frame(tree, visit);
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next)
        if (wt_visit_counts(visit, finding))
            tree_count(tree, finding);
    return TAP_PACKET_REDRAW;
}

void wt_statistic_tree_register(void)
{
    stats_tree_register_plugin("wiretruth", "wiretruth", "Wire Truth" STATS_TREE_MENU_SEPARATOR "Findings", 0,
                               tree_packet, tree_init, NULL);
}
