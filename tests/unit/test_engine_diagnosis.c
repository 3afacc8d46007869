/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnoses: from findings to causes, their confidence, precedence and bounds. */
#include "diagnosis_story.h"

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("diagnosis/each", test_each);
    talk_add("diagnosis/confidence", test_confidence);
    talk_add("diagnosis/events", test_events);
    talk_add("diagnosis/event-grows", test_event_grows);
    talk_add("diagnosis/both-sides", test_both_sides);
    talk_add("diagnosis/blind", test_blind);
    talk_add("diagnosis/against-before", test_against_before);
    talk_add("diagnosis/speaks-for", test_speaks_for);
    talk_add("diagnosis/explained-away", test_explained_away);
    talk_add("diagnosis/proof-speaks", test_proof_speaks);
    return g_test_run();
}
