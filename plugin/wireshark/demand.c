/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command that never asks for Wire Truth should not pay for it. Wireshark tells all that it wants before
 * each frame is dissected: taps are listened to, and the fields that filters, columns, colours, taps and
 * scripts use are marked in the tree. In a single pass none of that changes from frame to frame, so a frame
 * nobody asks about need not be looked at: nobody asks about the others either.
 *
 * Traps: expert information reaches more places than our own fields do, also without a tree. And what counts
 * the protocols of each frame (-z io,phs since 4.6, the Protocol Hierarchy) wants all of them and no field:
 * proto_field_is_referenced() says yes for each, but ours is none of the packet's.
 */
#include "demand.h"

#include "command.h"
#include "listener.h"

#include <epan/column-info.h>

static const header_field_info *wiretruth, *expert;
static int tap_wiretruth, tap_expert;

void wt_demand_start(int proto, int tap)
{
    wiretruth = proto_registrar_get_nth((unsigned)proto);
    expert = proto_registrar_get_nth((unsigned)proto_expert);
    tap_wiretruth = tap;
    tap_expert = find_tap_id("expert");
}

static bool is_expert_column(const packet_info *pinfo)
{
    return pinfo->cinfo && pinfo->cinfo->col_first[COL_EXPERT] >= 0;
}

bool wt_demand_fields(const proto_tree *tree)
{
    return tree && ((PTREE_DATA(tree)->visible && !wt_command_prints_others()) ||
                    wiretruth->ref_type != HF_REF_TYPE_NONE);
}

enum wt_demand wt_demand(const packet_info *pinfo, const proto_tree *tree)
{
    if (have_tap_listener(tap_wiretruth) || have_tap_listener(tap_expert) || is_expert_column(pinfo) ||
        wt_demand_fields(tree) || (tree && expert->ref_type != HF_REF_TYPE_NONE))
        return WT_DEMAND_NOW;
    return wt_listeners_patient() ? WT_DEMAND_LATER : WT_DEMAND_NONE;
}
