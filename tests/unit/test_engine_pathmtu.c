/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports, offenders and reactions. */
#include "talk.h"

enum {
    CLIENT = 1000,
    SERVER = 5000,
    FULL = 1428 /* payload that fits 1500 in both IP versions, with timestamps */
};

static uint32_t narrow(const struct talk *talk)
{
    return talk->version == 4 ? 1400 : 1420;
}

static uint32_t fits(const struct talk *talk)
{
    return narrow(talk) - (talk->version == 4 ? 20 : 40) - 32;
}

static void test_offender(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER + FULL, CLIENT, FULL);
    uint32_t offender = talk_send(&talk, &refused);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER + 2 * FULL, CLIENT, FULL);
    uint32_t report = talk_report(&talk, 0, narrow(&talk), &refused);
    g_assert_nonnull(talk_found(&talk, report, WT_FINDING_PMTU_REPORT));
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, offender);
    g_assert_cmpuint(talk_related(&talk, offender, WT_RELATION_REPORT), ==, report);
    g_assert_nonnull(talk_found(&talk, offender, WT_FINDING_PMTU_REPORTED));
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* The quoted segment lies inside a super-frame, whose IP identification it carries plus its place. */
static void test_offender_in_superframe(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet super = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, 5 * FULL);
    super.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t offender = talk_send(&talk, &super);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER + 3 * FULL, CLIENT, FULL);
    refused.id = super.id + 3;
    uint32_t report = talk_report(&talk, 0, narrow(&talk), &refused);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, offender);
    talk_close(&talk);
}

/* The segment was sent twice; the identification tells which of the two is quoted. */
static void test_offender_by_id(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet first = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    uint32_t earlier = talk_send(&talk, &first);
    uint32_t later = talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    uint32_t report = talk_report(&talk, 0, narrow(&talk), &first);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==,
                     talk.version == 4 ? earlier : later);
    talk_close(&talk);
}

static void test_offender_of_other_flow(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet other = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(&talk, &other);
    other.dst_port++;
    other.tcp.seq += 1 << 20;
    other.id += 9;
    uint32_t report = talk_report(&talk, 0, narrow(&talk), &other);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, 0);
    talk_close(&talk);
}

static void test_obeyed(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(&talk, &refused);
    uint32_t report = talk_report(&talk, 0, narrow(&talk), &refused);
    uint32_t reaction = talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, fits(&talk));
    const struct wt_finding *found = talk_found(&talk, reaction, WT_FINDING_PMTU_OBEYED);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[0], ==, narrow(&talk));
    g_assert_cmpuint(found->value[1], ==, report);
    g_assert_cmpuint(found->value[2], ==, TALK_MS);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_REACTION), ==, reaction);
    g_assert_cmpuint(talk_facts(&talk, reaction)->path_mtu, ==, narrow(&talk));
    talk.frame.time += 1000 * (int64_t)TALK_MS;
    talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER + fits(&talk), CLIENT, fits(&talk));
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Within a round trip of the report a large packet was on its way already; after it, each one counts. */
static void test_ignored(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(&talk, &refused);
    talk_report(&talk, 0, narrow(&talk), &refused);
    uint32_t flying = talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER + FULL, CLIENT, FULL);
    g_assert_null(talk_found(&talk, flying, WT_FINDING_PMTU_IGNORED));
    talk.frame.time += 20 * (int64_t)TALK_MS;
    uint32_t first = talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    g_assert_cmpint(talk_found(&talk, first, WT_FINDING_PMTU_IGNORED)->severity, ==, WT_SEVERITY_WARN);
    struct wt_packet again = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    uint32_t second = talk_send(&talk, &again);
    g_assert_cmpint(talk_found(&talk, second, WT_FINDING_PMTU_IGNORED)->severity, ==, WT_SEVERITY_ERROR);
    uint32_t report = talk_report(&talk, 0, narrow(&talk), &again);
    g_assert_null(talk_found(&talk, report, WT_FINDING_PMTU_IGNORED)); /* one packet, one event */
    talk_close(&talk);
}

/* An MTU that no path can have, or that is not below what it refuses, tells nothing of the path. */
static void test_implausible(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(&talk, &refused);
    talk_report(&talk, 0, 60, &refused);
    talk_report(&talk, 0, 9000, &refused);
    uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 0);
    talk_close(&talk);
}

/* RFC 1191 section 5: an MTU of 0 means the next plateau below the packet. */
static void test_plateau(void)
{
    struct talk talk;
    talk_open(&talk, 4);
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, 1448);
    talk_send(&talk, &refused);
    talk_report(&talk, 0, 0, &refused);
    uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, 100);
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 1492);
    talk_close(&talk);
}

/* A million forged reports about one packet: bounded memory on its frame, and quick. */
static void test_flood(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    uint32_t offender = talk_send(&talk, &refused);
    for (unsigned i = 0; i < 20000; i++)
        talk_report(&talk, 0, narrow(&talk) + i % 8, &refused);
    unsigned relations = 0;
    for (const struct wt_relation *r = wt_engine_relations(talk.engine, offender); r; r = r->next)
        relations++;
    g_assert_cmpuint(relations, <=, 16);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("pmtu/offender", test_offender);
    talk_add("pmtu/offender-in-superframe", test_offender_in_superframe);
    talk_add("pmtu/offender-by-id", test_offender_by_id);
    talk_add("pmtu/offender-of-other-flow", test_offender_of_other_flow);
    talk_add("pmtu/obeyed", test_obeyed);
    talk_add("pmtu/ignored", test_ignored);
    talk_add("pmtu/implausible", test_implausible);
    g_test_add_func("/pmtu/plateau", test_plateau);
    talk_add("pmtu/flood", test_flood);
    return g_test_run();
}
