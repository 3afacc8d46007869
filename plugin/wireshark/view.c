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

static void set_label(proto_item *item, const struct wt_line *line)
{
    item_label_t *label = wmem_new0(PNODE_POOL(item), item_label_t);

    G_STATIC_ASSERT(sizeof(label->representation) == sizeof(line->text));
    memcpy(label->representation, line->text, line->length + 1);
    PNODE_FINFO(item)->rep = label;
}

/* The functions that add an item with its label print both anew, which costs more than the item. */
static proto_item *add_labelled(const struct wt_view *view, int id, const struct wt_line *label)
{
    proto_item *item = proto_tree_add_item(view->tree, id, view->tvb, 0, 0, ENC_NA);

    set_label(item, label);
    return item;
}

/* Only a tree that is shown has labels; elsewhere the item may be another's, or none. */
static bool has_labels(const struct wt_view *view)
{
    return PTREE_DATA(view->tree)->visible;
}

proto_item *wt_view_protocol(const struct wt_view *view, int proto, const struct wt_line *label)
{
    if (has_labels(view))
        return add_labelled(view, proto, label);
    return proto_tree_add_protocol_format(view->tree, proto, view->tvb, 0, 0, "%s", label->text);
}

proto_item *wt_view_line(const struct wt_view *view, enum wt_field field, const struct wt_line *label)
{
    const int id = wt_field_id(field);
    proto_item *item;

    if (has_labels(view))
        item = add_labelled(view, id, label);
    else
        item = proto_tree_add_none_format(view->tree, id, view->tvb, 0, 0, "%s", label->text);
    proto_item_set_generated(item);
    return item;
}

proto_tree *wt_view_below(proto_item *item, enum wt_view_subtree subtree)
{
    return proto_item_add_subtree(item, etts[subtree]);
}
