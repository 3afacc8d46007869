/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnoses: from findings to causes, their confidence, precedence and bounds. */
#include <wiretruth/diagnosis.h>

#include "../../plugin/engine/context.h"
#include "engine/verdict/cases.h"
#include "talk.h"

/* Lets the engine hear a finding about the segment at `seq` from host `from`, as if a detector had made it in
 * the next frame. */
static void hear_with(struct talk *talk, unsigned from, enum wt_finding_id id, uint32_t seq,
                      const struct wt_evidence *evidence)
{
    const struct wt_packet packet = talk_tcp(talk, from, WT_TCP_ACK, seq, 1, 10);
    uint32_t number = talk_send(talk, &packet);
    struct wt_facts facts = *talk_facts(talk, number);
    const struct wt_context context = {
        .engine = talk->engine,
        .frame = &talk->frame,
        .reading = &talk->reading,
        .packet = &talk->reading.packet[0],
        .facts = &facts,
    };
    wt_find_with(&context, id, evidence);
}

/* The same about data that were not sent before: an event of its own. */
static void hear(struct talk *talk, unsigned from, enum wt_finding_id id, enum wt_severity severity)
{
    const uint32_t number = talk->frame.number + 1;
    const struct wt_evidence evidence = {
        .most = WT_AT_MOST(severity), .event = number, .value = {0, 0, number}};
    hear_with(talk, from, id, number * 10, &evidence);
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
        {WT_FINDING_SUPERFRAME_REFUSED, "super_frames_dropped:possible"},
        {WT_FINDING_PMTU_MISTRANSLATED, "reports_mistranslated:possible"},
        {WT_FINDING_PMTU_IMPLAUSIBLE, "reports_impossible:possible"},
        {WT_FINDING_FRAGMENT_LOST, "fragments_lost:possible"},
        {WT_FINDING_WINDOW_RETRACTED, "window_shrinks:possible"},
        {WT_FINDING_WINDOW_EXCEEDED, "window_overrun:possible"},
        {WT_FINDING_FRAGMENT_TUNNEL, "tunnel_mtu:possible"},
        {WT_FINDING_CAPTURE_MISSED, "capture_incomplete:certain"},
        {WT_FINDING_CAPTURE_ONE_SIDED, "capture_incomplete:certain"},
        {WT_FINDING_CAPTURE_EDITED, "capture_edited:certain"},
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

/* Copies and repeats of one thing are one event; another segment, or another report, is another one. */
static void test_events(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    const struct wt_evidence evidence = {.value = {0, 0, 1}};
    for (unsigned i = 0; i < 9; i++) {
        hear_with(&talk, 1, WT_FINDING_WINDOW_UNSCALED_DROP, 1000, &evidence);
        hear_with(&talk, 1, WT_FINDING_PMTU_IGNORED, 1000 * i, &evidence);
    }
    assert_said(&talk, "reports_ignored:likely firewall_ignores_scaling:likely");
    g_assert_cmpuint(wt_case_events(wt_engine_case(talk.engine, 0)), ==, 1);
    hear_with(&talk, 1, WT_FINDING_WINDOW_UNSCALED_DROP, 2000, &evidence);
    assert_said(&talk, "firewall_ignores_scaling:certain reports_ignored:likely");
    const struct wt_evidence second = {.value = {0, 0, 2}};
    hear_with(&talk, 1, WT_FINDING_PMTU_IGNORED, 1000, &second);
    assert_said(&talk, "reports_ignored:certain firewall_ignores_scaling:certain");
    for (unsigned i = 0; i < 100; i++)
        hear_with(&talk, 1, WT_FINDING_WINDOW_UNSCALED_DROP, 1000 * i, &evidence);
    g_assert_cmpuint(wt_case_events(wt_engine_case(talk.engine, 0)), ==, WT_EVENTS_MAX);
    talk_close(&talk);
}

/* A second look that is surer makes no second event. */
static void test_event_grows(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    const struct wt_evidence doubtful = {.most = WT_AT_MOST(WT_SEVERITY_WARN)}, sure = {.value = {0}};
    hear_with(&talk, 1, WT_FINDING_PMTU_BLACK_HOLE, 1000, &doubtful);
    assert_said(&talk, "black_hole:possible");
    hear_with(&talk, 1, WT_FINDING_PMTU_BLACK_HOLE, 1000, &sure);
    assert_said(&talk, "black_hole:likely");
    hear_with(&talk, 1, WT_FINDING_PMTU_BLACK_HOLE, 1000, &doubtful);
    const struct wt_case *c = wt_engine_case(talk.engine, 0);
    g_assert_cmpuint(c->events[WT_SEVERITY_ERROR], ==, 1);
    g_assert_cmpuint(wt_case_events(c), ==, 1);
    g_assert_cmpuint(c->findings, ==, 3);
    talk_close(&talk);
}

/* One event seen in front of the culprit and behind it is proof. */
static void test_both_sides(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    const struct wt_evidence evidence = {.both_sides = true};
    hear_with(&talk, 1, WT_FINDING_CHECKSUM_CORRUPT, 1, &evidence);
    assert_said(&talk, "wire_corruption:certain");
    talk_close(&talk);
}

/* What somebody can make up who sees no packet is never more than possible, however much of it. */
static void test_blind(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned i = 0; i < 50; i++) {
        const struct wt_evidence evidence = {.blind = true, .event = i + 1};
        hear_with(&talk, 1, WT_FINDING_PMTU_IGNORED, i, &evidence);
    }
    assert_said(&talk, "reports_ignored:possible");
    const struct wt_evidence evidence = {.event = 1};
    hear_with(&talk, 1, WT_FINDING_PMTU_IGNORED, 1, &evidence);
    assert_said(&talk, "reports_ignored:certain"); /* the case stands on what was seen */
    talk_close(&talk);
}

/* What speaks against counts whenever it came, each event once. */
static void test_against_before(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    const struct wt_evidence evidence = {.value = {0}};
    for (unsigned i = 0; i < 6; i++)
        hear_with(&talk, 1, WT_FINDING_PMTU_OBEYED, 10 * (i / 2), &evidence);
    assert_said(&talk, "");
    g_assert_cmpuint(wt_engine_case(talk.engine, 0)->contradicting, ==, 3);
    hear(&talk, 1, WT_FINDING_PMTU_IGNORED, WT_SEVERITY_ERROR);
    hear(&talk, 1, WT_FINDING_PMTU_IGNORED, WT_SEVERITY_ERROR);
    assert_said(&talk, "reports_ignored:possible");
    talk_close(&talk);
}

/* A detector can tell which of several causes it means. */
static void test_speaks_for(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    const struct wt_evidence evidence = {.speaks_for = WT_SPEAKS_FOR(WT_DIAGNOSIS_SCALE_NOT_NEGOTIATED)};
    hear_with(&talk, 1, WT_FINDING_WINDOW_SCALE_STRIPPED, 1, &evidence);
    assert_said(&talk, "scale_not_negotiated:likely");
    talk_close(&talk);
}

/* A NIC that is proven explains what its sender seems to ignore, from the next frame on. */
static void test_explained_away(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    hear(&talk, 1, WT_FINDING_SEGMENTATION_WRONG, WT_SEVERITY_ERROR);
    hear(&talk, 1, WT_FINDING_PMTU_IGNORED, WT_SEVERITY_ERROR);
    const struct wt_finding *ignored = talk_found(&talk, talk.frame.number, WT_FINDING_PMTU_IGNORED);
    g_assert_cmpint(ignored->severity, ==, WT_SEVERITY_NOTE);
    g_assert_cmpuint(ignored->supports, ==, 1);
    hear(&talk, 0, WT_FINDING_PMTU_IGNORED, WT_SEVERITY_ERROR); /* another sender's own fault */
    g_assert_cmpint(talk_found(&talk, talk.frame.number, WT_FINDING_PMTU_IGNORED)->severity, ==,
                    WT_SEVERITY_ERROR);
    assert_said(&talk, "nic_ignores_mss:likely reports_ignored:likely");
    talk_close(&talk);
}

/* The frame that proves something about an earlier one says so. */
static void test_proof_speaks(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    char text[200];
    talk_send_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 10);
    const struct wt_evidence evidence = {.value = {2}, .shown_in = 1};
    hear_with(&talk, 1, WT_FINDING_CHECKSUM_LEAKED, 1, &evidence);
    g_assert_nonnull(wt_engine_proof(talk.engine, 2));
    const struct wt_finding *told = talk_found(&talk, 2, WT_FINDING_CHECKSUM_LEAKED);
    g_assert_true(g_str_has_prefix(wt_finding_text(told, text, sizeof text), "Proves of frame 1: A partial"));
    hear_with(&talk, 1, WT_FINDING_CHECKSUM_LEAKED, 20, &evidence);
    g_assert_null(talk_found(&talk, 3, WT_FINDING_CHECKSUM_LEAKED));
    talk_close(&talk);
}

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
    talk_add("diagnosis/each", test_each);
    talk_add("diagnosis/confidence", test_confidence);
    talk_add("diagnosis/contradiction-and-precedence", test_contradiction_and_precedence);
    talk_add("diagnosis/two-suspects", test_two_suspects);
    talk_add("diagnosis/between-is-one", test_between_is_one);
    talk_add("diagnosis/events", test_events);
    talk_add("diagnosis/event-grows", test_event_grows);
    talk_add("diagnosis/both-sides", test_both_sides);
    talk_add("diagnosis/blind", test_blind);
    talk_add("diagnosis/against-before", test_against_before);
    talk_add("diagnosis/speaks-for", test_speaks_for);
    talk_add("diagnosis/explained-away", test_explained_away);
    talk_add("diagnosis/proof-speaks", test_proof_speaks);
    talk_add("diagnosis/doubtful-cause", test_doubtful_cause);
    talk_add("diagnosis/artefact", test_artefact);
    g_test_add_func("/diagnosis/others", test_others);
    talk_add("diagnosis/suspect-of-report", test_suspect_of_report);
    g_test_add_func("/diagnosis/bounds", test_bounds);
    g_test_add_func("/diagnosis/text", test_text);
    g_test_add_func("/diagnosis/rows", test_rows);
    return g_test_run();
}
