/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view: one frame on its way into the tree, and the items of which the tree is made. All are generated: they
 * stand in no byte of the frame.
 */
#ifndef WIRETRUTH_WIRESHARK_VIEW_H
#define WIRETRUTH_WIRESHARK_VIEW_H

#include "compat.h"

#include "field.h"
#include "line.h"
#include "tables/frame_visit.h"

struct wt_view {
    const struct wt_visit *visit;
    packet_info *pinfo;
    tvbuff_t *tvb;
    proto_tree *tree; /* below the top line; NULL if nobody wants one */
};

/* Registers the subtrees. */
void wt_view_register(void);

/* Each adds a field to `tree`: a number, the same unless it is 0, a text unless it is NULL or empty. */
proto_item *wt_view_number(const struct wt_view *view, proto_tree *tree, enum wt_field field, uint32_t value);
void wt_view_known(const struct wt_view *view, proto_tree *tree, enum wt_field field, uint32_t value);
void wt_view_text(const struct wt_view *view, proto_tree *tree, enum wt_field field, const char *text);

/* Adds the line of the protocol itself. */
proto_item *wt_view_protocol(const struct wt_view *view, int proto, const struct wt_line *label);

/* Adds a line that has no value of its own. */
proto_item *wt_view_line(const struct wt_view *view, enum wt_field field, const struct wt_line *label);

/* What stands below `item`; Wireshark remembers for all of one kind whether it is open. */
enum wt_view_subtree {
    WT_VIEW_TOP,
    WT_VIEW_FINDING,
    WT_VIEW_PROOF,
    WT_VIEW_RELATION,
    WT_VIEW_WIRE,
    WT_VIEW_CHECKSUM,
    WT_VIEW_PATH,
    WT_VIEW_WINDOW,
    WT_VIEW_SUBTREES
};

proto_tree *wt_view_below(proto_item *item, enum wt_view_subtree subtree);

#endif
