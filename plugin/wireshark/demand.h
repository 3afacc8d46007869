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

/*
 * True if something at hand shows, filters, colours, counts or exports what the plugin says: one of its
 * tables, a visible tree, one of its fields, or Wireshark's expert information in a field, a tap or a column.
 */
bool wt_demand(const packet_info *pinfo, const proto_tree *tree);

#endif
