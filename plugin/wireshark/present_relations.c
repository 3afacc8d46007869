/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * present_relations: other frames that this one has to do with. Wireshark draws them as arrows in the packet
 * list, and a double click leads there.
 */
#include "compat.h"

#include "present.h"

#include <math.h>
#include <wiretruth/diagnosis.h>
#include <wiretruth/point.h>

static enum wt_field relation_field(enum wt_relation_kind kind)
{
    switch (kind) {
    case WT_RELATION_OFFENDER:
        return WT_FIELD_OFFENDER;
    case WT_RELATION_REPORT:
        return WT_FIELD_REPORT;
    case WT_RELATION_REACTION:
        return WT_FIELD_REACTION;
    case WT_RELATION_ORIGINAL:
        return WT_FIELD_ORIGINAL;
    case WT_RELATION_TWIN:
        return WT_FIELD_TWIN;
    }
    return WT_FIELDS;
}

/* The clocks of two capture points differ, so the other frame may seem to come from the future. */
static void add_twin(const struct wt_view *view, proto_item *item, const struct wt_relation *relation)
{
    const int64_t billion = 1000000000;
    const nstime_t delay = {.secs = (time_t)(relation->delay / billion),
                            .nsecs = (int)(relation->delay % billion)};
    proto_tree *tree = wt_view_below(item, WT_VIEW_RELATION);

    proto_item_append_text(item, ", the same packet %.6f s %s", fabs((double)relation->delay / 1e9),
                           relation->delay < 0 ? "later" : "before");
    proto_item_set_generated(
        proto_tree_add_time(tree, wt_field_id(WT_FIELD_TWIN_DELAY), view->tvb, 0, 0, &delay));
    for (unsigned i = 0; i < WT_CHANGES; i++)
        if (relation->changes & (1U << i))
            wt_view_text(view, tree, WT_FIELD_TWIN_CHANGE, wt_change_name[i]);
}

void wt_present_relations(const struct wt_view *view)
{
    const bool proof = wt_engine_proof(view->visit->engine, view->visit->frame.number) != NULL;

    for (const struct wt_relation *relation = view->visit->relations; relation; relation = relation->next) {
        const enum wt_field field = relation_field(relation->kind);
        if (field == WT_FIELDS)
            continue;
        proto_item *item = wt_view_number(view, view->tree, field, relation->frame);
        if (relation->kind == WT_RELATION_TWIN)
            add_twin(view, item, relation);
        else if (!proof) /* all of its evidence stands there */
            proto_item_set_hidden(wt_view_number(view, view->tree, WT_FIELD_EVIDENCE, relation->frame));
    }
}
