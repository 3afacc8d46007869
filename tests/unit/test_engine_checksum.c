/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a checksum state leads to. */
#include "talk.h"

static uint32_t send_state(struct talk *talk, enum wt_checksum state)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, 5000, 1000, 100);
    packet.l4_checksum = state;
    return talk_send(talk, &packet);
}

static void test_artefacts(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    g_assert_nonnull(talk_found(&talk, send_state(&talk, WT_CHECKSUM_PARTIAL), WT_FINDING_CHECKSUM_PARTIAL));
    g_assert_nonnull(
        talk_found(&talk, send_state(&talk, WT_CHECKSUM_PARTIAL_NO_LENGTH), WT_FINDING_CHECKSUM_PARTIAL));
    g_assert_nonnull(
        talk_found(&talk, send_state(&talk, WT_CHECKSUM_UNFILLED), WT_FINDING_CHECKSUM_UNFILLED));
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 100);
    packet.ip_checksum = WT_CHECKSUM_UNFILLED;
    g_assert_nonnull(talk_found(&talk, talk_send(&talk, &packet), WT_FINDING_CHECKSUM_UNFILLED));
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static void test_silent(gconstpointer version)
{
    static const enum wt_checksum states[] = {WT_CHECKSUM_VALID, WT_CHECKSUM_ABSENT,
                                              WT_CHECKSUM_UNVERIFIABLE};
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    for (unsigned i = 0; i < G_N_ELEMENTS(states); i++)
        g_assert_null(wt_engine_findings(talk.engine, send_state(&talk, states[i])));
    talk_close(&talk);
}

static void test_corrupt(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    const struct wt_finding *early =
        talk_found(&talk, send_state(&talk, WT_CHECKSUM_BAD), WT_FINDING_CHECKSUM_CORRUPT);
    g_assert_cmpint(early->severity, ==, WT_SEVERITY_NOTE);
    send_state(&talk, WT_CHECKSUM_VALID);
    struct wt_packet damaged = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 100);
    damaged.l4_checksum = WT_CHECKSUM_BAD;
    damaged.l4_checksum_field = 0x1234;
    damaged.l4_checksum_expected = 0x00ff;
    const struct wt_finding *found =
        talk_found(&talk, talk_send(&talk, &damaged), WT_FINDING_CHECKSUM_CORRUPT);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    char text[200];
    wt_finding_text(found, text, sizeof text);
    g_assert_cmpstr(text, ==, "Checksum 0x1234, should be 0x00ff, and no offload explains it");
    talk_close(&talk);
}

/* Fraglist GRO and LRO leave the first segment's sum on the merged frame. */
static void test_stale_on_superframe(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    struct wt_packet merged = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 6000);
    merged.l4_checksum = WT_CHECKSUM_BAD;
    uint32_t number = talk_send(&talk, &merged);
    g_assert_null(talk_found(&talk, number, WT_FINDING_CHECKSUM_CORRUPT));
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, >, 1);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("checksum/artefacts", test_artefacts);
    talk_add("checksum/silent", test_silent);
    talk_add("checksum/corrupt", test_corrupt);
    talk_add("checksum/stale-on-superframe", test_stale_on_superframe);
    return g_test_run();
}
