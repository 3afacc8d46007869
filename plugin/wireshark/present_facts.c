/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * present_facts: what is true of a frame, whether or not something was found. One line for each topic, with
 * the details below it.
 */
#include "compat.h"

#include "present.h"
#include "scaling.h"

#include <wiretruth/symptom.h>

static void wire_line(const struct wt_facts *facts, struct wt_line *line)
{
    wt_line_begin(line);
    if (facts->wire_frames == 0) {
        wt_line_add(line, facts->copy ? "On the wire: nothing, as it is a copy"
                                      : "On the wire: as many frames as nothing here tells");
        return;
    }
    wt_line_number(line, "On the wire: ", facts->wire_frames,
                   facts->wire_frames == 1 ? " frame, " : " frames, ");
    wt_line_number(line, "", (int64_t)facts->wire_len, " bytes");
}

/* Seen before at this point, or at one that it passed earlier. */
static bool is_copy(const struct wt_view *view, const struct wt_facts *facts)
{
    for (const struct wt_relation *relation = view->visit->relations; relation; relation = relation->next)
        if (relation->kind == WT_RELATION_TWIN && relation->frame < view->visit->frame.number)
            return true;
    return facts->copy;
}

static void add_wire(const struct wt_view *view, const struct wt_facts *facts)
{
    struct wt_line line;
    proto_tree *tree;
    proto_item *item;

    wire_line(facts, &line);
    tree = wt_view_below(wt_view_line(view, WT_FIELD_WIRE, &line), WT_VIEW_WIRE);
    wt_view_number(view, tree, WT_FIELD_L3_LEN, facts->l3_len);
    if (facts->wire_frames) {
        wt_view_number(view, tree, WT_FIELD_WIRE_FRAMES, facts->wire_frames);
        item = proto_tree_add_uint64(tree, wt_field_id(WT_FIELD_WIRE_LEN), view->tvb, 0, 0, facts->wire_len);
        proto_item_set_generated(item);
    }
    if (is_copy(view, facts)) {
        item = proto_tree_add_boolean(tree, wt_field_id(WT_FIELD_COPY), view->tvb, 0, 0, true);
        proto_item_set_generated(item);
    }
    wt_view_known(view, tree, WT_FIELD_SEGMENT_SIZE, facts->segment_size);
    wt_view_known(view, tree, WT_FIELD_SEGMENT_LAST, facts->segment_last);
    wt_view_known(view, tree, WT_FIELD_MSS_LIMIT, facts->mss_limit);
}

static const char *checksum_text(enum wt_checksum state)
{
    static const char *const texts[] = {
        [WT_CHECKSUM_VALID] = "valid",
        [WT_CHECKSUM_PARTIAL] = "partial (left for the NIC)",
        [WT_CHECKSUM_PARTIAL_NO_LENGTH] = "partial without length (left for the NIC)",
        [WT_CHECKSUM_UNFILLED] = "unfilled (left for the NIC)",
        [WT_CHECKSUM_BAD] = "bad",
        [WT_CHECKSUM_ABSENT] = "absent",
        [WT_CHECKSUM_UNVERIFIABLE] = "unverifiable",
    };

    return texts[state];
}

static void add_checksums(const struct wt_view *view)
{
    const struct wt_reading *reading = &view->visit->reading;
    struct wt_line line;
    proto_tree *tree;

    if (!reading->packets)
        return;
    const struct wt_packet *innermost = &reading->packet[reading->packets - 1];
    wt_line_begin(&line);
    wt_line_add(&line, "Checksums: IP header ");
    wt_line_add(&line, checksum_text(innermost->ip_checksum));
    wt_line_add(&line, ", transport ");
    wt_line_add(&line, checksum_text(innermost->l4_checksum));
    tree = wt_view_below(wt_view_line(view, WT_FIELD_CHECKSUM, &line), WT_VIEW_CHECKSUM);
    for (unsigned i = 0; i < reading->packets; i++) {
        wt_view_number(view, tree, WT_FIELD_CHECKSUM_IP, reading->packet[i].ip_checksum);
        wt_view_number(view, tree, WT_FIELD_CHECKSUM_L4, reading->packet[i].l4_checksum);
    }
}

static const char *direction_text(enum wt_direction direction)
{
    switch (direction) {
    case WT_DIRECTION_SENT:
        return "sent by the capturing host";
    case WT_DIRECTION_RECEIVED:
        return "received by the capturing host";
    case WT_DIRECTION_UNKNOWN:
        break;
    }
    return "direction not known";
}

static void path_line(const struct wt_facts *facts, struct wt_line *line)
{
    wt_line_begin(line);
    wt_line_add(line, "Path: ");
    wt_line_add(line, direction_text(facts->direction));
    wt_line_number(line, ", link MTU ", facts->link_mtu,
                   facts->link_mtu_source == WT_MTU_DEFAULT ? " (assumed)" : "");
    if (facts->path_mtu)
        wt_line_number(line, ", path MTU ", facts->path_mtu, "");
}

static void add_path(const struct wt_view *view, const struct wt_facts *facts)
{
    struct wt_line line;
    proto_tree *tree;

    path_line(facts, &line);
    tree = wt_view_below(wt_view_line(view, WT_FIELD_PATH, &line), WT_VIEW_PATH);
    wt_view_number(view, tree, WT_FIELD_DIRECTION, facts->direction);
    wt_view_known(view, tree, WT_FIELD_DIRECTION_SOURCE, facts->direction_source);
    if (facts->link_mtu) {
        wt_view_number(view, tree, WT_FIELD_LINK_MTU, facts->link_mtu);
        wt_view_number(view, tree, WT_FIELD_LINK_MTU_SOURCE, facts->link_mtu_source);
    }
    wt_view_known(view, tree, WT_FIELD_PATH_MTU, facts->path_mtu);
}

/* The innermost packet of the frame that is TCP: the one that the facts are about. */
static const struct wt_tcp *innermost_tcp(const struct wt_reading *reading)
{
    for (unsigned i = reading->packets; i > 0; i--)
        if (reading->packet[i - 1].proto == 6 && reading->packet[i - 1].has_l4)
            return &reading->packet[i - 1].tcp;
    return NULL;
}

static void add_window(const struct wt_view *view, const struct wt_facts *facts)
{
    const struct wt_tcp *tcp = innermost_tcp(&view->visit->reading);
    struct wt_line line;
    proto_tree *tree;
    proto_item *item;

    if (!facts->tcp || !tcp)
        return;
    wt_scaling_window(facts, tcp, &line);
    tree = wt_view_below(wt_view_line(view, WT_FIELD_WINDOW, &line), WT_VIEW_WINDOW);
    wt_scaling_explain(facts, &line);
    wt_view_text(view, tree, WT_FIELD_SCALING, line.text);
    if (facts->window_scale != WT_SCALE_NONE) {
        item = proto_tree_add_int(tree, wt_field_id(WT_FIELD_WINDOW_SCALE), view->tvb, 0, 0,
                                  facts->window_scale);
        proto_item_set_generated(item);
    }
    wt_view_known(view, tree, WT_FIELD_SCALE_LEAST, facts->scale_least);
    if (facts->scale_hint >= 0 && facts->window_scale == WT_SCALE_NONE)
        wt_view_number(view, tree, WT_FIELD_SCALE_HINT, (uint32_t)facts->scale_hint);
    if (facts->has_right_edge)
        wt_view_number(view, tree, WT_FIELD_RIGHT_EDGE, facts->right_edge);
    if (facts->has_flight)
        wt_view_number(view, tree, WT_FIELD_FLIGHT, facts->flight);
    if (facts->has_room)
        proto_item_set_generated(
            proto_tree_add_int(tree, wt_field_id(WT_FIELD_ROOM), view->tvb, 0, 0, facts->room));
}

static void add_symptoms(const struct wt_view *view, const struct wt_facts *facts)
{
    for (unsigned kind = 0; kind < WT_SYMPTOMS; kind++)
        if (facts->symptoms & 1U << kind)
            wt_view_text(view, view->tree, WT_FIELD_SYMPTOM, wt_symptom_name[kind]);
}

void wt_present_facts(const struct wt_view *view)
{
    const struct wt_facts *facts = view->visit->facts;

    if (facts && facts->ip) {
        add_symptoms(view, facts);
        add_wire(view, facts);
        add_checksums(view);
        add_path(view, facts);
        add_window(view, facts);
    } else if (view->visit->reading.packets) {
        wt_view_number(view, view->tree, WT_FIELD_L3_LEN, view->visit->reading.packet[0].l3_len);
        add_checksums(view);
    }
}
