/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge [-1] CAPTURE...   what the core says of captures, without a dissection: hundreds of them in a second
 *
 * Prints lines of JSON; names are those of the filter fields without "wiretruth.":
 *
 *   {"capture":"FILE"}                               the lines that follow are of this one
 *   {"frame":7,"l3_len":1500,...}                    facts, findings and relations of a frame that has an IP packet
 *   {"diagnosis":"black_hole","confidence":"likely",...}
 *
 * A field that a frame has several times is a list. "interface" is the frame's number of it. As in two passes of Wireshark, frames are told when all are judged;
 * with -1 each is told at once, before the next is known, as in a single pass.
 */
#include "capture_file.h"

#include <wiretruth/diagnosis.h>
#include <wiretruth/engine.h>

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* --- JSON --- */

static void put_string(const char *text)
{
    putchar('"');
    for (const char *at = text; *at; at++)
        if (*at == '"' || *at == '\\')
            printf("\\%c", *at);
        else if ((unsigned char)*at < ' ')
            printf("\\u%04x", (unsigned)*at);
        else
            putchar(*at);
    putchar('"');
}

static void put_name(const char *name)
{
    putchar(',');
    put_string(name);
    putchar(':');
}

static void put_text(const char *name, const char *text)
{
    put_name(name);
    put_string(text);
}

static void put_number(const char *name, int64_t number)
{
    put_name(name);
    printf("%" G_GINT64_FORMAT, number);
}

/* Where 0 says that it is not known. */
static void put_known(const char *name, int64_t number)
{
    if (number)
        put_number(name, number);
}

/* --- a frame --- */

static void put_checksums(const struct wt_reading *reading)
{
    for (int l4 = 0; l4 < 2; l4++) {
        put_name(l4 ? "checksum.l4" : "checksum.ip");
        for (unsigned i = 0; i < reading->packets; i++) {
            const struct wt_packet *packet = &reading->packet[i];
            putchar(i ? ',' : '[');
            put_string(checksum_names[l4 ? packet->l4_checksum : packet->ip_checksum]);
        }
        putchar(']');
    }
}

static void put_wire(const struct wt_facts *facts)
{
    put_number("l3_len", facts->l3_len);
    put_known("wire.frames", facts->wire_frames);
    put_known("wire.len", (int64_t)facts->wire_len);
    put_known("segment.size", facts->segment_size);
    put_known("segment.last", facts->segment_last);
    put_known("mss.limit", facts->mss_limit);
}

static void put_path(const struct wt_facts *facts)
{
    put_text("direction", direction_names[facts->direction]);
    if (facts->direction_source)
        put_text("direction.source", direction_source_names[facts->direction_source]);
    if (facts->link_mtu) {
        put_number("link_mtu", facts->link_mtu);
        put_text("link_mtu.source", mtu_source_names[facts->link_mtu_source]);
    }
    put_known("path_mtu", facts->path_mtu);
}

static void put_window(const struct wt_facts *facts)
{
    if (!facts->tcp)
        return;
    if (facts->window_scale != WT_SCALE_NONE)
        put_number("window.scale", facts->window_scale);
    put_known("window.scale.least", facts->scale_least);
    if (facts->scale_hint >= 0 && facts->window_scale == WT_SCALE_NONE)
        put_number("window.scale.hint", facts->scale_hint);
    if (facts->has_right_edge)
        put_number("window.right_edge", facts->right_edge);
    if (facts->has_flight)
        put_number("window.flight", facts->flight);
}

/* One list of the findings that are shown on the frame: names, severities, or texts. */
static void put_findings(const struct wt_finding *findings, const char *name,
                         const char *(*text_of)(const struct wt_finding *finding))
{
    unsigned count = 0;
    for (const struct wt_finding *finding = findings; finding; finding = finding->next) {
        if (!finding->shown)
            continue;
        if (count++ == 0) {
            put_name(name);
            putchar('[');
        } else {
            putchar(',');
        }
        put_string(text_of(finding));
    }
    if (count)
        putchar(']');
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

static void put_relations(const struct wt_relation *relations)
{
    for (enum wt_relation_kind kind = 0; kind < G_N_ELEMENTS(relation_names); kind++) {
        unsigned count = 0;
        for (const struct wt_relation *relation = relations; relation; relation = relation->next) {
            if (relation->kind != kind)
                continue;
            if (count++ == 0)
                put_name(relation_names[kind]);
            printf("%c%u", count == 1 ? '[' : ',', relation->frame);
        }
        if (count)
            putchar(']');
    }
}

/* The difference of both frames' times as Wireshark writes it: "-0.000123000". */
static void put_delays(const struct wt_relation *relations)
{
    const int64_t billion = 1000000000;
    unsigned count = 0;
    for (const struct wt_relation *relation = relations; relation; relation = relation->next) {
        if (relation->kind != WT_RELATION_TWIN)
            continue;
        if (count++ == 0)
            put_name("twin.delay");
        printf("%c\"%s%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT "\"", count == 1 ? '[' : ',',
               relation->delay < 0 ? "-" : "", ABS(relation->delay) / billion,
               ABS(relation->delay) % billion);
    }
    if (count)
        putchar(']');
}

static void put_frame(struct wt_engine *engine, const struct wt_frame *frame,
                      const struct wt_reading *reading)
{
    const uint32_t number = frame->number;
    const struct wt_facts *facts = wt_engine_facts(engine, number);
    const struct wt_finding *findings = wt_engine_findings(engine, number);
    if (!reading->packets)
        return;
    printf("{\"frame\":%u,\"interface\":%u", number, frame->interface);
    if (facts && facts->ip) {
        put_wire(facts);
        put_path(facts);
        put_window(facts);
    } else {
        put_number("l3_len", reading->packet[0].l3_len);
    }
    put_checksums(reading);
    put_findings(findings, "finding", finding_name);
    put_findings(findings, "finding.severity", finding_severity);
    put_findings(findings, "finding.text", finding_text);
    put_relations(wt_engine_relations(engine, number));
    put_delays(wt_engine_relations(engine, number));
    printf("}\n");
}

/* --- a capture --- */

static void put_diagnoses(const struct wt_engine *engine)
{
    char culprit[WT_ADDRESS_TEXT], other[WT_ADDRESS_TEXT];
    unsigned count = 0;
    const struct wt_case **cases = wt_engine_diagnoses(engine, &count);
    for (unsigned i = 0; i < count; i++) {
        const struct wt_case *c = cases[i];
        wt_address_text(&c->culprit, culprit);
        wt_address_text(&c->other, other);
        printf("{\"diagnosis\":\"%s\"", wt_diagnosis_table[c->id].name);
        put_text("confidence", wt_confidence_name[wt_engine_confidence(engine, c)]);
        const bool nobody = wt_diagnosis_table[c->id].role == WT_ROLE_CAPTURE;
        put_text("culprit", nobody ? "" : culprit);
        put_text("other", nobody ? "" : other);
        put_number("first_frame", c->first_frame);
        put_number("last_frame", c->last_frame);
        put_number("proof_frame", c->proof_frame);
        printf("}\n");
    }
    g_free(cases);
}

static void read_frame(const struct wt_frame *frame, struct wt_reading *reading)
{
    memset(reading, 0, sizeof *reading);
    wt_read_frame(frame, reading);
    wt_verify(frame, reading, true);
}

static void judge_frames(struct wt_engine *engine, struct capture_file *file, bool at_once)
{
    struct wt_reading reading;
    struct wt_frame frame;
    while (capture_file_next(file, &frame)) {
        read_frame(&frame, &reading);
        wt_engine_frame(engine, &frame, &reading);
        if (at_once)
            put_frame(engine, &frame, &reading);
    }
}

static void put_frames(struct wt_engine *engine, struct capture_file *file)
{
    struct wt_reading reading;
    struct wt_frame frame;
    capture_file_rewind(file);
    while (capture_file_next(file, &frame)) {
        read_frame(&frame, &reading);
        put_frame(engine, &frame, &reading);
    }
}

static bool judge_capture(const char *path, bool one_pass)
{
    const struct wt_preferences preferences = {.verify_checksums = true};
    struct capture_file *file = capture_file_open(path);
    if (!file)
        return false;
    struct wt_engine *engine = wt_engine_new(&preferences);
    wt_engine_keep(engine, !one_pass);
    printf("{\"capture\":");
    put_string(path);
    printf("}\n");
    judge_frames(engine, file, one_pass);
    if (!one_pass)
        put_frames(engine, file);
    put_diagnoses(engine);
    wt_engine_free(engine);
    capture_file_close(file);
    return true;
}

int main(int argc, char **argv)
{
    const bool one_pass = argc > 1 && strcmp(argv[1], "-1") == 0;
    bool good = true;
    for (int i = 1 + one_pass; i < argc; i++)
        good &= judge_capture(argv[i], one_pass);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
