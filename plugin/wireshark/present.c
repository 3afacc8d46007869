/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * present: the subtree of a frame.
 *
 *   Wire Truth: <the most severe finding, or what the frame is>
 *     <finding>                    most severe first, each with its explanation and what to do
 *     On the wire: ...             facts, one line for each topic, details below it
 *     Checksums: ...
 *     Path: ...
 *     Window: ...
 *
 * A line is built even for a hidden tree if a filter or column asks for a field of ours; Wireshark itself
 * skips what nobody asked for.
 */
#include "present.h"

#include "expert.h"
#include "field.h"
#include "scaling.h"

#include <wiretruth/point.h>

static int proto_wiretruth;
static int ett_wiretruth = -1, ett_finding = -1, ett_wire = -1, ett_checksum = -1, ett_path = -1,
           ett_window = -1;

enum {
    TEXT_SIZE = 240
}; /* Wireshark cuts an item's label there */

/* What the helpers below need all the time. */
struct view {
    const struct wt_record *record;
    packet_info *pinfo;
    tvbuff_t *tvb;
    proto_tree *tree;
};

void wt_present_register(int proto)
{
    static int *etts[] = {&ett_wiretruth, &ett_finding, &ett_wire, &ett_checksum, &ett_path, &ett_window};

    proto_wiretruth = proto;
    wt_field_register(proto);
    proto_register_subtree_array(etts, array_length(etts));
}

bool wt_record_wants(const struct wt_record *record, const struct wt_finding *finding)
{
    return record->artefacts || wt_finding_table[finding->id].severity != WT_SEVERITY_NOTE;
}

static bool is_shown(const struct view *view, const struct wt_finding *finding)
{
    return finding->shown && wt_record_wants(view->record, finding);
}

static const struct wt_finding *most_severe(const struct view *view)
{
    const struct wt_finding *best = NULL;

    for (const struct wt_finding *finding = view->record->findings; finding; finding = finding->next)
        if (is_shown(view, finding) && (!best || finding->severity > best->severity))
            best = finding;
    return best;
}

/* --- items; all are generated: they stand in no byte of the frame --- */

static void add_number(const struct view *view, proto_tree *tree, enum wt_field field, uint32_t value)
{
    proto_item_set_generated(proto_tree_add_uint(tree, wt_field_id(field), view->tvb, 0, 0, value));
}

static void add_known(const struct view *view, proto_tree *tree, enum wt_field field, uint32_t value)
{
    if (value)
        add_number(view, tree, field, value);
}

static proto_tree *add_group(const struct view *view, enum wt_field field, int ett, const char *text)
{
    proto_item *item =
        proto_tree_add_none_format(view->tree, wt_field_id(field), view->tvb, 0, 0, "%s", text);

    proto_item_set_generated(item);
    return proto_item_add_subtree(item, ett);
}

static void add_text(const struct view *view, proto_tree *tree, enum wt_field field, const char *text)
{
    if (text && *text)
        proto_item_set_generated(proto_tree_add_string(tree, wt_field_id(field), view->tvb, 0, 0, text));
}

/* --- findings --- */

static void add_finding(const struct view *view, const struct wt_finding *finding)
{
    const struct wt_finding_row *row = &wt_finding_table[finding->id];
    char text[TEXT_SIZE];
    proto_item *item;
    proto_tree *tree;

    if (!view->tree) {
        wt_expert_add(view->pinfo, NULL, finding, NULL);
        return;
    }
    wt_finding_text(finding, text, sizeof(text));
    item = proto_tree_add_string_format(view->tree, wt_field_id(WT_FIELD_FINDING), view->tvb, 0, 0, row->name,
                                        "%s [%s]", text, row->name);
    proto_item_set_generated(item);
    tree = proto_item_add_subtree(item, ett_finding);
    wt_expert_add(view->pinfo, item, finding, text);
    item = proto_tree_add_string(tree, wt_field_id(WT_FIELD_FINDING_TEXT), view->tvb, 0, 0, text);
    proto_item_set_hidden(item); /* for columns and scripts; the line above shows it */
    add_text(view, tree, WT_FIELD_WHY, row->explanation);
    add_text(view, tree, WT_FIELD_REMEDY, row->remedy);
}

static void add_findings(const struct view *view)
{
    for (int severity = WT_SEVERITY_ERROR; severity >= WT_SEVERITY_CHAT; severity--)
        for (const struct wt_finding *finding = view->record->findings; finding; finding = finding->next)
            if ((int)finding->severity == severity && is_shown(view, finding))
                add_finding(view, finding);
}

/* --- diagnoses --- */

/*
 * The case that `finding` supports, if it is sure enough to be said of a frame; a mere possibility is not.
 * That nothing is wrong is known only when all frames have been seen, so not on the first visit.
 */
static const struct wt_case *case_of(const struct view *view, const struct wt_finding *finding)
{
    const struct wt_case *c =
        finding->supports ? wt_engine_case(view->record->engine, finding->supports - 1) : NULL;

    if (!c || !finding->shown || wt_engine_confidence(view->record->engine, c) < WT_CONFIDENCE_LIKELY)
        return NULL;
    return wt_diagnosis_table[c->id].trouble || view->pinfo->fd->visited ? c : NULL;
}

/* Whether an earlier finding of this frame supports the same diagnosis. */
static bool is_repeated(const struct view *view, const struct wt_finding *finding, enum wt_diagnosis_id id)
{
    for (const struct wt_finding *at = view->record->findings; at != finding; at = at->next) {
        const struct wt_case *c = case_of(view, at);
        if (c && c->id == id)
            return true;
    }
    return false;
}

static void add_proof(const struct view *view)
{
    const struct wt_engine *engine = view->record->engine;
    const struct wt_case *c = wt_engine_proof(engine, view->record->frame.number);
    proto_item *item = NULL;
    char text[TEXT_SIZE];

    if (!c)
        return;
    wt_case_text(c, wt_diagnosis_table[c->id].sentence, text, sizeof(text));
    if (view->tree)
        item = proto_tree_add_none_format(view->tree, wt_field_id(WT_FIELD_PROOF), view->tvb, 0, 0,
                                          "Proof complete: %s", text);
    proto_item_set_generated(item);
    wt_expert_add_diagnosis(view->pinfo, item, c->id, wt_engine_confidence(engine, c), text);
}

static void add_diagnoses(const struct view *view)
{
    for (const struct wt_finding *finding = view->record->findings; finding; finding = finding->next) {
        const struct wt_case *c = case_of(view, finding);
        if (c && !is_repeated(view, finding, c->id))
            add_text(view, view->tree, WT_FIELD_DIAGNOSIS, wt_diagnosis_table[c->id].name);
    }
}

/* --- facts --- */

static void add_wire(const struct view *view, const struct wt_facts *facts)
{
    proto_tree *tree;
    char text[TEXT_SIZE];
    proto_item *item;

    snprintf(text, sizeof(text), "On the wire: %" PRIu32 " frame%s, %" PRIu64 " bytes", facts->wire_frames,
             facts->wire_frames == 1 ? "" : "s", facts->wire_len);
    tree = add_group(view, WT_FIELD_WIRE, ett_wire, text);
    add_number(view, tree, WT_FIELD_L3_LEN, facts->l3_len);
    add_number(view, tree, WT_FIELD_WIRE_FRAMES, facts->wire_frames);
    item = proto_tree_add_uint64(tree, wt_field_id(WT_FIELD_WIRE_LEN), view->tvb, 0, 0, facts->wire_len);
    proto_item_set_generated(item);
    add_known(view, tree, WT_FIELD_SEGMENT_SIZE, facts->segment_size);
    add_known(view, tree, WT_FIELD_SEGMENT_LAST, facts->segment_last);
    add_known(view, tree, WT_FIELD_MSS_LIMIT, facts->mss_limit);
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

static void add_checksums(const struct view *view)
{
    const struct wt_reading *reading = &view->record->reading;
    char text[TEXT_SIZE];
    proto_tree *tree;

    if (!reading->packets)
        return;
    const struct wt_packet *innermost = &reading->packet[reading->packets - 1];
    snprintf(text, sizeof(text), "Checksums: IP header %s, transport %s",
             checksum_text(innermost->ip_checksum), checksum_text(innermost->l4_checksum));
    tree = add_group(view, WT_FIELD_CHECKSUM, ett_checksum, text);
    for (unsigned i = 0; i < reading->packets; i++) {
        add_number(view, tree, WT_FIELD_CHECKSUM_IP, reading->packet[i].ip_checksum);
        add_number(view, tree, WT_FIELD_CHECKSUM_L4, reading->packet[i].l4_checksum);
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

static void add_twin(const struct view *view, const struct wt_relation *relation)
{
    const int64_t billion = 1000000000;
    const nstime_t delay = {.secs = (time_t)(relation->delay / billion),
                            .nsecs = (int)(relation->delay % billion)};

    proto_item_set_generated(
        proto_tree_add_time(view->tree, wt_field_id(WT_FIELD_TWIN_DELAY), view->tvb, 0, 0, &delay));
    for (unsigned i = 0; i < WT_CHANGES; i++)
        if (relation->changes & (1U << i))
            add_text(view, view->tree, WT_FIELD_TWIN_CHANGE, wt_change_name[i]);
}

/* Directly below the top line: the arrows of the packet list and a double click lead there. */
static void add_relations(const struct view *view)
{
    for (const struct wt_relation *relation = view->record->relations; relation; relation = relation->next) {
        const enum wt_field field = relation_field(relation->kind);
        if (field != WT_FIELDS)
            add_number(view, view->tree, field, relation->frame);
        if (relation->kind == WT_RELATION_TWIN)
            add_twin(view, relation);
    }
}

static void add_path(const struct view *view, const struct wt_facts *facts)
{
    char text[TEXT_SIZE];
    proto_tree *tree;
    int length;

    length = snprintf(text, sizeof(text), "Path: %s, link MTU %" PRIu32, direction_text(facts->direction),
                      facts->link_mtu);
    if (facts->path_mtu && length > 0)
        snprintf(text + length, sizeof(text) - (size_t)length, ", path MTU %" PRIu32, facts->path_mtu);
    tree = add_group(view, WT_FIELD_PATH, ett_path, text);
    add_number(view, tree, WT_FIELD_DIRECTION, facts->direction);
    add_known(view, tree, WT_FIELD_DIRECTION_SOURCE, facts->direction_source);
    if (facts->link_mtu) {
        add_number(view, tree, WT_FIELD_LINK_MTU, facts->link_mtu);
        add_number(view, tree, WT_FIELD_LINK_MTU_SOURCE, facts->link_mtu_source);
    }
    add_known(view, tree, WT_FIELD_PATH_MTU, facts->path_mtu);
}

/* The innermost packet of the frame that is TCP: the one that the facts are about. */
static const struct wt_tcp *innermost_tcp(const struct wt_reading *reading)
{
    for (unsigned i = reading->packets; i > 0; i--)
        if (reading->packet[i - 1].proto == 6 && reading->packet[i - 1].has_l4)
            return &reading->packet[i - 1].tcp;
    return NULL;
}

static void add_window(const struct view *view, const struct wt_facts *facts)
{
    const struct wt_tcp *tcp = innermost_tcp(&view->record->reading);
    char text[TEXT_SIZE];
    proto_tree *tree;
    proto_item *item;

    if (!facts->tcp || !tcp)
        return;
    wt_scaling_window(facts, tcp, text, sizeof(text));
    tree = add_group(view, WT_FIELD_WINDOW, ett_window, text);
    wt_scaling_explain(facts, text, sizeof(text));
    add_text(view, tree, WT_FIELD_SCALING, text);
    if (facts->window_scale != WT_SCALE_NONE) {
        item = proto_tree_add_int(tree, wt_field_id(WT_FIELD_WINDOW_SCALE), view->tvb, 0, 0,
                                  facts->window_scale);
        proto_item_set_generated(item);
    }
    add_known(view, tree, WT_FIELD_SCALE_LEAST, facts->scale_least);
    if (facts->scale_hint >= 0 && facts->window_scale == WT_SCALE_NONE)
        add_number(view, tree, WT_FIELD_SCALE_HINT, (uint32_t)facts->scale_hint);
    if (facts->has_right_edge)
        add_number(view, tree, WT_FIELD_RIGHT_EDGE, facts->right_edge);
    if (facts->has_flight)
        add_number(view, tree, WT_FIELD_FLIGHT, facts->flight);
}

static void add_facts(const struct view *view)
{
    const struct wt_facts *facts = view->record->facts;

    if (facts && facts->ip) {
        add_wire(view, facts);
        add_checksums(view);
        add_path(view, facts);
        add_window(view, facts);
    } else if (view->record->reading.packets) {
        add_number(view, view->tree, WT_FIELD_L3_LEN, view->record->reading.packet[0].l3_len);
        add_checksums(view);
    }
}

/* --- the whole --- */

static void top_text(const struct view *view, char *text, size_t size)
{
    const struct wt_record *record = view->record;
    const struct wt_finding *finding = most_severe(view);

    if (finding)
        wt_finding_text(finding, text, size);
    else if (record->missed)
        snprintf(text, size, "Not looked at%s: %s", record->reading.packets ? " in full" : "",
                 wt_missed_text(record->missed));
    else if (record->facts && record->facts->wire_frames > 1)
        snprintf(text, size, "Stands for %" PRIu32 " wire frames", record->facts->wire_frames);
    else
        snprintf(text, size, "An ordinary frame, nothing found");
}

static proto_tree *add_top(const struct view *view)
{
    char text[TEXT_SIZE];
    proto_item *item;

    top_text(view, text, sizeof(text));
    item =
        proto_tree_add_protocol_format(view->tree, proto_wiretruth, view->tvb, 0, 0, "Wire Truth: %s", text);
    proto_item_set_generated(item);
    return proto_item_add_subtree(item, ett_wiretruth);
}

void wt_present(const struct wt_record *record, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    struct view view = {.record = record, .pinfo = pinfo, .tvb = tvb, .tree = tree};

    /* A hidden tree in which nobody asked for our fields needs the findings alone: _ws.expert filters see
     * those. */
    const bool asked = tree && proto_field_is_referenced(tree, proto_wiretruth);

    if (!record->findings && !(asked && (record->reading.packets || record->missed)))
        return;
    if (tree)
        view.tree = add_top(&view);
    add_findings(&view);
    add_proof(&view);
    if (!asked)
        return;
    add_text(&view, view.tree, WT_FIELD_NOT_LOOKED_AT, wt_missed_text(record->missed));
    add_diagnoses(&view);
    add_relations(&view);
    add_facts(&view);
}
