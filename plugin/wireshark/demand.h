/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * demand: whether anybody can see what the plugin says about a frame.
 */
#ifndef WIRETRUTH_DEMAND_H
#define WIRETRUTH_DEMAND_H

#include "compat.h"

/* To be called when a file is opened: Wireshark registers its tap of expert infos after all protocols. */
void wt_demand_start(int proto, int tap);

/* True if somebody will see our fields in `tree`, which may be NULL. */
bool wt_demand_fields(const proto_tree *tree);

enum wt_demand {
    WT_DEMAND_NONE,
    WT_DEMAND_LATER, /* tables that can be told of the frame when it is gone, see listener.h */
    WT_DEMAND_NOW,
};

/*
 * Whether something at hand shows, filters, colours, counts or exports what the plugin says: one of its
 * tables, a visible tree, one of its fields, or Wireshark's expert information in a field, a tap or a column.
 */
enum wt_demand wt_demand(const packet_info *pinfo, const proto_tree *tree);

#endif
