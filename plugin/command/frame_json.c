/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_json.h"

#include "tables/json.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const direction_names[] = {
    [WT_DIRECTION_UNKNOWN] = "unknown",
    [WT_DIRECTION_SENT] = "sent",
    [WT_DIRECTION_RECEIVED] = "received",
};
static const char *const direction_source_names[] = {
    [WT_DIRECTION_SOURCE_NONE] = "none",
    [WT_DIRECTION_SOURCE_FLAGS] = "pcapng flags",
    [WT_DIRECTION_SOURCE_COOKED] = "cooked header",
    [WT_DIRECTION_SOURCE_LEARNT] = "learnt",
};
static const char *const mtu_source_names[] = {
    [WT_MTU_PREFERENCE] = "preference",
    [WT_MTU_DHCP] = "DHCP",
    [WT_MTU_ROUTER_ADVERTISEMENT] = "router advertisement",
    [WT_MTU_PPP] = "PPP",
    [WT_MTU_LLDP] = "LLDP",
    [WT_MTU_FRAGMENTS] = "fragments",
    [WT_MTU_MSS] = "MSS",
    [WT_MTU_OBSERVED] = "observed",
    [WT_MTU_DEFAULT] = "default",
};
static const char *const checksum_names[] = {
    [WT_CHECKSUM_VALID] = "valid",
    [WT_CHECKSUM_PARTIAL] = "partial",
    [WT_CHECKSUM_PARTIAL_NO_LENGTH] = "partial_no_length",
    [WT_CHECKSUM_UNFILLED] = "unfilled",
    [WT_CHECKSUM_BAD] = "bad",
    [WT_CHECKSUM_ABSENT] = "absent",
    [WT_CHECKSUM_UNVERIFIABLE] = "unverifiable",
};
static const char *const severity_names[] = {
    [WT_SEVERITY_CHAT] = "chat",
    [WT_SEVERITY_NOTE] = "note",
    [WT_SEVERITY_WARN] = "warn",
    [WT_SEVERITY_ERROR] = "error",
};
static const char *const relation_names[] = {
    [WT_RELATION_OFFENDER] = "offender", [WT_RELATION_REPORT] = "report", [WT_RELATION_REACTION] = "reaction",
    [WT_RELATION_ORIGINAL] = "original", [WT_RELATION_TWIN] = "twin",
};

/* Where what is known of one frame goes. */
struct sink {
    GString *out;
    const char *prefix;
    char name[64]; /* of the member at hand */
};

static const char *named(struct sink *sink, const char *name)
{
    snprintf(sink->name, sizeof sink->name, "%s%s", sink->prefix, name);
    return sink->name;
}

static void put_text(struct sink *sink, const char *name, const char *text)
{
    wt_json_text(sink->out, named(sink, name), text);
}

static void put_number(struct sink *sink, const char *name, uint64_t number)
{
    wt_json_number(sink->out, named(sink, name), number);
}

/* Where 0 says that it is not known. */
static void put_known(struct sink *sink, const char *name, uint64_t number)
{
    if (number)
        put_number(sink, name, number);
}

/* --- facts --- */

static void put_checksums(struct sink *sink, const struct wt_reading *reading)
{
    for (int l4 = 0; l4 < 2; l4++) {
        wt_json_list(sink->out, named(sink, l4 ? "checksum.l4" : "checksum.ip"));
        for (unsigned i = 0; i < reading->packets; i++) {
            const struct wt_packet *packet = &reading->packet[i];
            wt_json_list_text(sink->out, checksum_names[l4 ? packet->l4_checksum : packet->ip_checksum]);
        }
        wt_json_list_end(sink->out);
    }
}

static void put_wire(struct sink *sink, const struct wt_facts *facts)
{
    put_number(sink, "l3_len", facts->l3_len);
    put_known(sink, "wire.frames", facts->wire_frames);
    put_known(sink, "wire.len", facts->wire_len);
    put_known(sink, "segment.size", facts->segment_size);
    put_known(sink, "segment.last", facts->segment_last);
    put_known(sink, "mss.limit", facts->mss_limit);
}

static void put_path(struct sink *sink, const struct wt_facts *facts)
{
    put_text(sink, "direction", direction_names[facts->direction]);
    if (facts->direction_source)
        put_text(sink, "direction.source", direction_source_names[facts->direction_source]);
    if (facts->link_mtu) {
        put_number(sink, "link_mtu", facts->link_mtu);
        put_text(sink, "link_mtu.source", mtu_source_names[facts->link_mtu_source]);
    }
    put_known(sink, "path_mtu", facts->path_mtu);
}

static void put_window(struct sink *sink, const struct wt_facts *facts)
{
    if (!facts->tcp)
        return;
    if (facts->window_scale != WT_SCALE_NONE)
        put_number(sink, "window.scale", (uint64_t)facts->window_scale);
    put_known(sink, "window.scale.least", facts->scale_least);
    if (facts->scale_hint >= 0 && facts->window_scale == WT_SCALE_NONE)
        put_number(sink, "window.scale.hint", (uint64_t)facts->scale_hint);
    if (facts->has_right_edge)
        put_number(sink, "window.right_edge", facts->right_edge);
    if (facts->has_flight)
        put_number(sink, "window.flight", facts->flight);
    if (facts->has_room)
        wt_json_signed(sink->out, named(sink, "window.room"), facts->room);
}

/* --- findings and relations --- */

/* One list of the findings that are shown on the frame: names, severities, or texts. */
static void put_findings(struct sink *sink, const struct wt_visit *visit, const char *name,
                         const char *(*text_of)(const struct wt_finding *finding))
{
    bool any = false;

    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next) {
        if (!finding->shown || !wt_visit_wants(visit, finding))
            continue;
        if (!any)
            wt_json_list(sink->out, named(sink, name));
        any = true;
        wt_json_list_text(sink->out, text_of(finding));
    }
    if (any)
        wt_json_list_end(sink->out);
}

static const char *finding_name(const struct wt_finding *finding)
{
    return wt_finding_table[finding->id].name;
}

static const char *finding_severity(const struct wt_finding *finding)
{
    return severity_names[finding->severity];
}

static const char *finding_text(const struct wt_finding *finding)
{
    static char text[1000];

    return wt_finding_text(finding, text, sizeof text);
}

static void put_relations(struct sink *sink, const struct wt_relation *relations)
{
    for (enum wt_relation_kind kind = 0; kind < G_N_ELEMENTS(relation_names); kind++) {
        bool any = false;
        for (const struct wt_relation *relation = relations; relation; relation = relation->next) {
            if (relation->kind != kind)
                continue;
            if (!any)
                wt_json_list(sink->out, named(sink, relation_names[kind]));
            any = true;
            wt_json_list_number(sink->out, relation->frame);
        }
        if (any)
            wt_json_list_end(sink->out);
    }
}

/* The difference of both frames' times as Wireshark writes it: "-0.000123000". */
static void put_delay(struct sink *sink, int64_t delay)
{
    const int64_t billion = 1000000000;
    char text[64];

    snprintf(text, sizeof text, "%s%" PRId64 ".%09" PRId64, delay < 0 ? "-" : "", ABS(delay) / billion,
             ABS(delay) % billion);
    wt_json_list_text(sink->out, text);
}

static void put_delays(struct sink *sink, const struct wt_relation *relations)
{
    bool any = false;

    for (const struct wt_relation *relation = relations; relation; relation = relation->next) {
        if (relation->kind != WT_RELATION_TWIN)
            continue;
        if (!any)
            wt_json_list(sink->out, named(sink, "twin.delay"));
        any = true;
        put_delay(sink, relation->delay);
    }
    if (any)
        wt_json_list_end(sink->out);
}

void wt_frame_json(GString *out, const char *prefix, const struct wt_visit *visit)
{
    struct sink sink = {.out = out, .prefix = prefix};

    if (!visit->reading.packets)
        return;
    if (visit->facts && visit->facts->ip) {
        put_wire(&sink, visit->facts);
        put_path(&sink, visit->facts);
        put_window(&sink, visit->facts);
    } else {
        put_number(&sink, "l3_len", visit->reading.packet[0].l3_len);
    }
    put_checksums(&sink, &visit->reading);
    put_findings(&sink, visit, "finding", finding_name);
    put_findings(&sink, visit, "finding.severity", finding_severity);
    put_findings(&sink, visit, "finding.text", finding_text);
    put_relations(&sink, visit->relations);
    put_delays(&sink, visit->relations);
}
