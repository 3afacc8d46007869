/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view.h"

static int etts[WT_VIEW_SUBTREES];

void wt_view_register(void)
{
    int *list[WT_VIEW_SUBTREES];

    for (int i = 0; i < WT_VIEW_SUBTREES; i++) {
        etts[i] = -1;
        list[i] = &etts[i];
    }
    proto_register_subtree_array(list, WT_VIEW_SUBTREES);
}

proto_item *wt_view_number(const struct wt_view *view, proto_tree *tree, enum wt_field field, uint32_t value)
{
    proto_item *item = proto_tree_add_uint(tree, wt_field_id(field), view->tvb, 0, 0, value);

    proto_item_set_generated(item);
    return item;
}

void wt_view_known(const struct wt_view *view, proto_tree *tree, enum wt_field field, uint32_t value)
{
    if (value)
        wt_view_number(view, tree, field, value);
}

void wt_view_text(const struct wt_view *view, proto_tree *tree, enum wt_field field, const char *text)
{
    if (text && *text)
        proto_item_set_generated(proto_tree_add_string(tree, wt_field_id(field), view->tvb, 0, 0, text));
}

proto_item *wt_view_line(const struct wt_view *view, enum wt_field field, const char *label)
{
    proto_item *item =
        proto_tree_add_none_format(view->tree, wt_field_id(field), view->tvb, 0, 0, "%s", label);

    proto_item_set_generated(item);
    return item;
}

proto_tree *wt_view_below(proto_item *item, enum wt_view_subtree subtree)
{
    return proto_item_add_subtree(item, etts[subtree]);
}
