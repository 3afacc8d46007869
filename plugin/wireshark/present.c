/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * present: the subtree of a frame, the most important first.
 *
 *   Wire Truth: <the most severe finding, or what the frame is>
 *     <trouble found>              most severe first, each with its explanation and what to do
 *     Diagnosis: <what causes it>
 *     <artefacts, information>
 *     <other frames>               reported by, repeats, the same packet at another capture point
 *     On the wire: ...             facts, one line for each topic, details below it
 *     Checksums: ...
 *     Path: ...
 *     Window: ...
 *
 * A line is built even for a hidden tree if a filter or column asks for a field of ours; Wireshark itself
 * skips what nobody asked for.
 */
#include "present.h"

#include "program.h"

#include <math.h>
#include <wiretruth/point.h>

static int proto_wiretruth;

void wt_present_register(int proto)
{
    proto_wiretruth = proto;
    wt_field_register(proto);
    wt_view_register();
}

/* What the headline tells first: trouble, then news of the path, then what is an artefact; in each the most
 * severe. */
static unsigned weight(const struct wt_finding *finding)
{
    const enum wt_area area = wt_finding_table[finding->id].area;
    const bool news = area == WT_AREA_PMTU || area == WT_AREA_FRAGMENT;
    const unsigned severities = WT_SEVERITY_ERROR + 1;

    return finding->severity >= WT_SEVERITY_WARN || news ? severities + finding->severity : finding->severity;
}

static const struct wt_finding *most_telling(const struct wt_view *view)
{
    const struct wt_finding *best = NULL;

    for (const struct wt_finding *finding = view->visit->findings; finding; finding = finding->next)
        if (wt_present_shows(view, finding) && (!best || weight(finding) > weight(best)))
            best = finding;
    return best;
}

/* The frame that showed the same packet before; NULL if none did. */
static const struct wt_relation *twin_before(const struct wt_visit *visit)
{
    for (const struct wt_relation *relation = visit->relations; relation; relation = relation->next)
        if (relation->kind == WT_RELATION_TWIN && relation->frame < visit->frame.number)
            return relation;
    return NULL;
}

static void twin_line(const struct wt_relation *twin, struct wt_line *line)
{
    const bool piece = twin->changes & 1U << WT_CHANGE_CUT, merged = twin->changes & 1U << WT_CHANGE_MERGED;
    const char *what = piece    ? "Wire Truth: A piece of frame "
                       : merged ? "Wire Truth: Merged of frame "
                                : "Wire Truth: The same packet as frame ";
    char text[64], time[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(time, sizeof time, "%.3f", fabs((double)twin->delay / 1e6)); /* whatever the locale */
    g_snprintf(text, sizeof text, "%s, %s ms %s: no retransmission", merged && !piece ? " and others" : "",
               time, twin->delay < 0 ? "before" : "later");
    wt_line_number(line, what, twin->frame, text);
}

/* What a frame is where nothing was found. */
static void plain_line(const struct wt_visit *visit, struct wt_line *line)
{
    wt_line_begin(line);
    if (visit->missed) {
        wt_line_add(line, visit->reading.packets ? "Wire Truth: Not looked at in full: "
                                                 : "Wire Truth: Not looked at: ");
        wt_line_add(line, wt_missed_text(visit->missed));
    } else if (visit->facts && visit->facts->wire_frames > 1) {
        wt_line_number(line, "Wire Truth: Stands for ", visit->facts->wire_frames, " wire frames");
    } else if (twin_before(visit)) {
        twin_line(twin_before(visit), line);
    } else {
        wt_line_add(line, "Wire Truth: An ordinary frame, nothing found");
    }
}

static proto_item *finding_item(const struct wt_view *view, const struct wt_finding *finding)
{
    char text[WT_LINE_SIZE];

    wt_finding_text(finding, text, sizeof(text));
    return proto_tree_add_protocol_format(view->tree, proto_wiretruth, view->tvb, 0, 0, "Wire Truth: %s",
                                          text);
}

static proto_tree *add_top(const struct wt_view *view)
{
    const struct wt_finding *finding = most_telling(view);
    struct wt_line line;
    proto_item *item;

    if (finding) {
        item = finding_item(view, finding);
    } else {
        plain_line(view->visit, &line);
        item = wt_view_protocol(view, proto_wiretruth, &line);
    }
    proto_item_set_generated(item);
    return wt_view_below(item, WT_VIEW_TOP);
}

/* What a hidden tree in which nobody asked for our fields needs: _ws.expert filters see these. */
static void present_expert(const struct wt_view *view)
{
    wt_present_findings(view, WT_SEVERITY_ERROR, WT_SEVERITY_CHAT);
    wt_present_proof(view);
}

static void present_all(const struct wt_view *view)
{
    wt_present_findings(view, WT_SEVERITY_ERROR, WT_SEVERITY_WARN);
    wt_view_text(view, view->tree, WT_FIELD_NOT_LOOKED_AT, wt_missed_text(view->visit->missed));
    wt_present_diagnoses(view, true);
    wt_present_proof(view);
    wt_present_findings(view, WT_SEVERITY_NOTE, WT_SEVERITY_CHAT);
    wt_present_diagnoses(view, false);
    wt_present_relations(view);
    wt_present_facts(view);
}

void wt_present(const struct wt_visit *visit, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const bool asked = wt_program_shows_fields(tree);

    if (!visit->findings && !(asked && (visit->reading.packets || visit->missed)))
        return;

    struct wt_view view = {.visit = visit, .pinfo = pinfo, .tvb = tvb, .tree = tree};

    if (tree)
        view.tree = add_top(&view);
    if (asked)
        present_all(&view);
    else
        present_expert(&view);
}

void wt_present_info(const struct wt_visit *visit, packet_info *pinfo)
{
    const struct wt_view view = {.visit = visit, .pinfo = pinfo};
    const struct wt_finding *finding = most_telling(&view);
    char text[WT_LINE_SIZE];

    if (!finding || wt_visit_is_artefact(finding->id))
        return;
    wt_finding_text(finding, text, sizeof(text));
    col_append_fstr(pinfo->cinfo, COL_INFO, " [Wire Truth: %s]", text);
}
