/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnoses: from findings to causes, their confidence, precedence and bounds. */
#include <wiretruth/diagnosis.h>

#include "../../plugin/engine/context.h"
#include "engine/verdict/cases.h"
#include "talk.h"

/* Lets the engine hear a finding about a packet from host `from`, as if a detector had made it in the next
 * frame. */
static void hear(struct talk *talk, unsigned from, enum wt_finding_id id, enum wt_severity severity)
{
    const struct wt_packet packet = talk_tcp(talk, from, WT_TCP_ACK, 1, 1, 10);
    uint32_t number = talk_send(talk, &packet);
    struct wt_facts facts = *talk_facts(talk, number);
    const struct wt_context context = {
        .engine = talk->engine,
        .frame = &talk->frame,
        .reading = &talk->reading,
        .packet = &talk->reading.packet[0],
        .facts = &facts,
    };
    wt_find(&context, id, .most = WT_AT_MOST(severity), .value = {0});
}

/* The diagnoses said, as "name:confidence name:confidence"; free with g_free(). */
static char *said(const struct talk *talk)
{
    GString *text = g_string_new(NULL);
    unsigned count = 0;
    const struct wt_case **cases = wt_engine_diagnoses(talk->engine, &count);
    for (unsigned i = 0; i < count; i++)
        g_string_append_printf(text, "%s%s:%s", i ? " " : "", wt_diagnosis_table[cases[i]->id].name,
                               wt_confidence_name[wt_engine_confidence(talk->engine, cases[i])]);
    g_free(cases);
    return g_string_free(text, FALSE);
}

static void assert_said(const struct talk *talk, const char *expected)
{
    char *text = said(talk);
    g_assert_cmpstr(text, ==, expected);
    g_free(text);
}

/* Every trouble, from the finding that speaks for it; precedence is tested apart. */
static void test_each(gconstpointer version)
{
    static const struct {
        enum wt_finding_id finding;
        const char *diagnosis;
    } rows[] = {
        {WT_FINDING_SEGMENTATION_WRONG, "nic_ignores_mss:certain"},
        {WT_FINDING_PMTU_MERGED_QUOTE, "router_merges:certain"},
        {WT_FINDING_CHECKSUM_LEAKED, "checksum_leak:certain"},
        {WT_FINDING_WINDOW_UNSCALED_DROP, "firewall_ignores_scaling:certain"},
        {WT_FINDING_WINDOW_SCALE_STRIPPED, "scale_stripped:certain"},
        {WT_FINDING_PMTU_IGNORED, "reports_ignored:certain"},
        {WT_FINDING_PMTU_BLACK_HOLE, "black_hole:certain"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct talk talk;
        talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
        hear(&talk, 1, rows[i].finding, WT_SEVERITY_ERROR);
        hear(&talk, 1, rows[i].finding, WT_SEVERITY_ERROR);
        assert_said(&talk, rows[i].diagnosis);
        talk_close(&talk);
    }
}

static void test_confidence(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    hear(&talk, 1, WT_FINDING_CHECKSUM_CORRUPT, WT_SEVERITY_NOTE);
    assert_said(&talk, "");
    hear(&talk, 1, WT_FINDING_CHECKSUM_CORRUPT, WT_SEVERITY_WARN);
    assert_said(&talk, "wire_corruption:possible");
    g_assert_null(wt_engine_proof(talk.engine, talk.frame.number));
    hear(&talk, 1, WT_FINDING_CHECKSUM_CORRUPT, WT_SEVERITY_WARN);
    hear(&talk, 1, WT_FINDING_CHECKSUM_CORRUPT, WT_SEVERITY_WARN);
    assert_said(&talk, "wire_corruption:likely");
    g_assert_nonnull(wt_engine_proof(talk.engine, talk.frame.number));
    talk_close(&talk);
}

/* A sender whose single segments obey does act on reports; its NIC then explains what still comes out too
 * large. */
static void test_contradiction_and_precedence(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    hear(&talk, 1, WT_FINDING_MSS_EXCEEDED, WT_SEVERITY_WARN);
    hear(&talk, 1, WT_FINDING_PMTU_IGNORED, WT_SEVERITY_ERROR);
    hear(&talk, 1, WT_FINDING_PMTU_IGNORED, WT_SEVERITY_ERROR);
    assert_said(&talk, "reports_ignored:certain mss_ignored:possible");
    hear(&talk, 1, WT_FINDING_PMTU_OBEYED, WT_SEVERITY_CHAT);
    assert_said(&talk, "reports_ignored:possible mss_ignored:possible");
    hear(&talk, 1, WT_FINDING_SEGMENTATION_WRONG, WT_SEVERITY_ERROR);
    assert_said(&talk, "nic_ignores_mss:likely");
    talk_close(&talk);
}

/* Two causes at once, of different hosts: both are said. */
static void test_two_suspects(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    hear(&talk, 0, WT_FINDING_SEGMENTATION_WRONG, WT_SEVERITY_ERROR);
    hear(&talk, 1, WT_FINDING_MSS_EXCEEDED, WT_SEVERITY_WARN);
    assert_said(&talk, "nic_ignores_mss:likely mss_ignored:possible");
    talk_close(&talk);
}

static void test_between_is_one(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    hear(&talk, 0, WT_FINDING_WINDOW_UNSCALED_DROP, WT_SEVERITY_ERROR);
    hear(&talk, 1, WT_FINDING_WINDOW_UNSCALED_DROP, WT_SEVERITY_ERROR);
    assert_said(&talk, "firewall_ignores_scaling:certain");
    talk_close(&talk);
}

static void test_nothing_wrong(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    assert_said(&talk, "");
    hear(&talk, 1, WT_FINDING_CHECKSUM_PARTIAL, WT_SEVERITY_NOTE);
    assert_said(&talk, "capture_before_offload:certain");
    g_assert_null(wt_engine_proof(talk.engine, talk.frame.number)); /* nothing to prove, and never an Error */
    hear(&talk, 0, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_WARN);
    assert_said(&talk, "black_hole:possible");
    talk_close(&talk);
}

/* A report makes the sender of the quoted packet a suspect, or the reporter, whatever the rule says. */
static void test_suspect_of_report(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    const struct wt_packet quoted = talk_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 1400);
    talk_report(&talk, 0, 1300, &quoted);
    struct wt_facts facts = *talk_facts(&talk, talk.frame.number);
    const struct wt_context context = {
        .engine = talk.engine,
        .frame = &talk.frame,
        .reading = &talk.reading,
        .packet = &talk.reading.packet[0],
        .facts = &facts,
    };
    wt_find(&context, WT_FINDING_PMTU_MERGED_QUOTE, .value = {0});
    wt_find(&context, WT_FINDING_PMTU_IGNORED, .value = {0});
    const struct wt_case *merges = wt_engine_case(talk.engine, 0);
    const struct wt_case *ignores = wt_engine_case(talk.engine, 1);
    g_assert_true(wt_address_equal(&merges->culprit, &talk.host[0]));
    g_assert_true(wt_address_equal(&ignores->culprit, &talk.host[1]));
    g_assert_null(wt_engine_case(talk.engine, 2));
    talk_close(&talk);
}

/* Thousands of suspects: the first ones stay, nothing grows without limit. */
static void test_bounds(void)
{
    struct talk talk;
    talk_open(&talk, 4);
    for (unsigned i = 0; i < 3000; i++) {
        talk.host[1].bytes[14] = (uint8_t)i;
        talk.host[1].bytes[13] = (uint8_t)(i >> 8);
        hear(&talk, 1, WT_FINDING_CHECKSUM_CORRUPT, WT_SEVERITY_WARN);
    }
    g_assert_nonnull(wt_engine_case(talk.engine, 255));
    g_assert_null(wt_engine_case(talk.engine, 256));
    talk_close(&talk);
}

static void test_text(void)
{
    struct wt_case c = {.id = WT_DIAGNOSIS_MSS_IGNORED};
    struct talk talk;
    char text[200];
    talk_open(&talk, 4);
    c.culprit = talk.host[1];
    c.other = talk.host[0];
    wt_case_text(&c, wt_diagnosis_table[c.id].sentence, text, sizeof text);
    g_assert_cmpstr(text, ==, "10.0.0.2 sends larger segments than 10.0.0.1 allows with its MSS");
    g_assert_cmpstr(wt_case_text(&c, "$1", text, 5), ==, "10.0");
    talk_close(&talk);
}

static void test_rows(void)
{
    for (unsigned id = 0; id < WT_DIAGNOSES; id++) {
        const struct wt_diagnosis_row *row = &wt_diagnosis_table[id];
        g_assert_true(*row->name && *row->sentence && *row->provable && *row->decide && *row->on_linux);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("diagnosis/each", test_each);
    talk_add("diagnosis/confidence", test_confidence);
    talk_add("diagnosis/contradiction-and-precedence", test_contradiction_and_precedence);
    talk_add("diagnosis/two-suspects", test_two_suspects);
    talk_add("diagnosis/between-is-one", test_between_is_one);
    talk_add("diagnosis/nothing-wrong", test_nothing_wrong);
    talk_add("diagnosis/suspect-of-report", test_suspect_of_report);
    g_test_add_func("/diagnosis/bounds", test_bounds);
    g_test_add_func("/diagnosis/text", test_text);
    g_test_add_func("/diagnosis/rows", test_rows);
    return g_test_run();
}
