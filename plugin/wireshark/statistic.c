/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "statistic.h"

#include "program.h"

void wt_statistic_register(void)
{
    for (unsigned i = 0; i < wt_table_types_count; i++) {
        const struct wt_table_type *type = wt_table_types[i];
        if (wt_program_prints())
            wt_statistic_print_register(type);
        if (type->columns.count)
            wt_statistic_window_register(type);
    }
    wt_statistic_tree_register();
}
