/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

void wt_table_register(void)
{
    wt_table_tree_register();
    wt_table_wire_register();
    wt_table_conversations_register();
    wt_table_paths_register();
    wt_table_offloads_register();
    wt_table_diagnosis_register();
    wt_table_points_register();
}
