/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnoses beside each other: precedence, suspects, bounds and texts. */
#include "diagnosis_story.h"

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

/* Datagrams that are cut wrong speak for a broken UDP offload, and not for a NIC that ignores the MSS. */
static void test_udp(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (uint32_t i = 1; i <= 2; i++) {
        const struct wt_packet packet = talk_packet(&talk, 1, WT_PROTO_UDP, 8, 1200);
        const struct wt_evidence evidence = {
            .most = WT_AT_MOST(WT_SEVERITY_ERROR), .event = i, .value = {0, 0, i}};
        hear_of(&talk, &packet, WT_FINDING_SEGMENTATION_WRONG, &evidence);
    }
    assert_said(&talk, "udp_offload_broken:certain");
    talk_close(&talk);
}

/* A cause that is itself a mere possibility explains nothing surer than itself. */
static void test_doubtful_cause(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    hear(&talk, 1, WT_FINDING_SEGMENTATION_WRONG, WT_SEVERITY_WARN);
    hear(&talk, 1, WT_FINDING_PMTU_IGNORED, WT_SEVERITY_ERROR);
    assert_said(&talk, "reports_ignored:likely nic_ignores_mss:possible");
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

/* An artefact is likely when seen once, certain when seen again, never an Error, and not said beside trouble. */
static void test_artefact(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    assert_said(&talk, "");
    hear(&talk, 1, WT_FINDING_CHECKSUM_PARTIAL, WT_SEVERITY_NOTE);
    assert_said(&talk, "capture_before_offload:likely");
    hear(&talk, 1, WT_FINDING_CHECKSUM_PARTIAL, WT_SEVERITY_NOTE);
    assert_said(&talk, "capture_before_offload:certain");
    g_assert_null(wt_engine_proof(talk.engine, talk.frame.number));
    hear(&talk, 0, WT_FINDING_CAPTURE_MISSED, WT_SEVERITY_NOTE);
    hear(&talk, 0, WT_FINDING_PMTU_BLACK_HOLE, WT_SEVERITY_WARN);
    assert_said(&talk, "black_hole:possible capture_incomplete:likely");
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

/* Host 1 is another one each time. */
static void hear_suspects(struct talk *talk, unsigned count, enum wt_severity severity)
{
    for (unsigned i = 0; i < count; i++) {
        talk->host[1].bytes[14] = (uint8_t)i;
        talk->host[1].bytes[13] = (uint8_t)(i >> 8);
        hear(talk, 1, WT_FINDING_PMTU_IGNORED, severity);
    }
}

/* Thousands of suspects: the first ones stay, nothing grows without limit, and Notes keep out no trouble. */
static void test_bounds(void)
{
    struct talk talk;
    talk_open(&talk, 4);
    hear_suspects(&talk, 3000, WT_SEVERITY_NOTE);
    g_assert_nonnull(wt_engine_case(talk.engine, 255));
    g_assert_null(wt_engine_case(talk.engine, 256));
    g_assert_cmpuint(wt_engine_cases_left_out(talk.engine), ==, 3000 - 256);
    hear(&talk, 0, WT_FINDING_PMTU_IGNORED, WT_SEVERITY_ERROR);
    assert_said(&talk, "reports_ignored:likely");
    hear_suspects(&talk, 3000, WT_SEVERITY_WARN);
    hear(&talk, 0, WT_FINDING_SEGMENTATION_WRONG, WT_SEVERITY_ERROR);
    g_assert_cmpuint(wt_engine_case(talk.engine, 256)->id, ==, WT_DIAGNOSIS_REPORTS_IGNORED);
    unsigned count = 0;
    const struct wt_case **cases = wt_engine_diagnoses(talk.engine, &count);
    g_assert_cmpint(cases[0]->id, ==, WT_DIAGNOSIS_NIC_IGNORES_MSS);
    g_free(cases);
    talk_close(&talk);
}

/* A culprit with many at the other end: one is named, the others are counted. */
static void test_others(void)
{
    struct talk talk;
    char text[300];
    talk_open(&talk, 4);
    for (unsigned i = 0; i < 1600; i++) {
        talk.host[0].bytes[14] = (uint8_t)i;
        talk.host[0].bytes[13] = (uint8_t)(i >> 8);
        hear(&talk, 1, WT_FINDING_MSS_EXCEEDED, WT_SEVERITY_WARN);
    }
    const struct wt_case *c = wt_engine_case(talk.engine, 0);
    g_assert_cmpuint(c->others, ==, 1600);
    wt_case_text(c, wt_diagnosis_table[c->id].sentence, text, sizeof text);
    g_assert_cmpstr(text, ==,
                    "10.0.0.2 sends larger segments than the MSS of 10.0.0.1 and 1,599 others allows");
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
    g_assert_cmpstr(text, ==, "10.0.0.2 sends larger segments than the MSS of 10.0.0.1 allows");
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
    talk_add("diagnosis/contradiction-and-precedence", test_contradiction_and_precedence);
    talk_add("diagnosis/two-suspects", test_two_suspects);
    talk_add("diagnosis/between-is-one", test_between_is_one);
    talk_add("diagnosis/udp", test_udp);
    talk_add("diagnosis/doubtful-cause", test_doubtful_cause);
    talk_add("diagnosis/artefact", test_artefact);
    g_test_add_func("/diagnosis/others", test_others);
    talk_add("diagnosis/suspect-of-report", test_suspect_of_report);
    g_test_add_func("/diagnosis/bounds", test_bounds);
    g_test_add_func("/diagnosis/text", test_text);
    g_test_add_func("/diagnosis/rows", test_rows);
    return g_test_run();
}
