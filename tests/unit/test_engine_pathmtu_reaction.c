/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What senders make of reports. */
#include "talk.h"

enum {
    CLIENT = 1000,
    FULL = 1428,
    NARROW = 1400,
};

static const uint32_t SERVER = 0xfffffa00; /* the first full segment crosses the wrap */

/* A server whose full segment a router refused; the handshake took 10 ms on its side. */
static uint32_t open_told(struct talk *talk, gconstpointer version, uint32_t mtu)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(talk, CLIENT, SERVER);
    struct wt_packet refused = talk_tcp(talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(talk, &refused);
    return talk_report(talk, 0, mtu, &refused);
}

static uint32_t fits(const struct talk *talk, uint32_t mtu)
{
    return mtu - (talk->version == 4 ? 20 : 40) - 32;
}

static uint32_t later(struct talk *talk, unsigned milliseconds, uint32_t seq, uint32_t payload)
{
    talk->frame.time += milliseconds * (int64_t)TALK_MS;
    return talk_send_tcp(talk, 1, WT_TCP_ACK, seq, CLIENT, payload);
}

/* New data may have waited in a queue behind the report; repeated data was cut anew. */
static void test_in_flight(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    g_assert_null(talk_found(&talk, later(&talk, 100, SERVER + FULL, FULL), WT_FINDING_PMTU_IGNORED));
    g_assert_null(talk_found(&talk, later(&talk, 100, SERVER + 2 * FULL, FULL), WT_FINDING_PMTU_IGNORED));
    g_assert_nonnull(talk_found(&talk, later(&talk, 1, SERVER, FULL), WT_FINDING_PMTU_IGNORED));
    talk_close(&talk);
}

static void test_new_data_at_last(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    g_assert_nonnull(talk_found(&talk, later(&talk, 1500, SERVER + FULL, FULL), WT_FINDING_PMTU_IGNORED));
    talk_close(&talk);
}

/* The receiver's own MSS forbids the size: the sender was told in the handshake, no round trip to wait for. */
static void test_told_by_mss(gconstpointer version)
{
    struct talk talk;
    uint32_t mss = NARROW - (GPOINTER_TO_UINT(version) == 4 ? 40 : 60);
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, CLIENT - 1, 0, 0);
    syn.tcp.mss = (uint16_t)mss;
    talk_send(&talk, &syn);
    talk.frame.time += 50 * (int64_t)TALK_MS;
    talk_send_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, SERVER - 1, CLIENT, 0);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(&talk, &refused);
    talk_report(&talk, 0, NARROW, &refused);
    uint32_t first = later(&talk, 1, SERVER + FULL, FULL), second = later(&talk, 0, SERVER + 2 * FULL, FULL);
    g_assert_cmpint(talk_found(&talk, first, WT_FINDING_PMTU_IGNORED)->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpint(talk_found(&talk, second, WT_FINDING_PMTU_IGNORED)->severity, ==, WT_SEVERITY_ERROR);
    talk_close(&talk);
}

static void test_df_cleared(void)
{
    struct talk talk;
    uint32_t report = open_told(&talk, GUINT_TO_POINTER(4), NARROW);
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    packet.df = false;
    talk.frame.time += 100 * (int64_t)TALK_MS;
    uint32_t number = talk_send(&talk, &packet);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_PMTU_DF_CLEARED);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[0], ==, report);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
    number = talk_send(&talk, &packet);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_DF_CLEARED));
    talk_close(&talk);
}

/* Each of two refused segments is answered by the packet that repeats its bytes. */
static void test_each_report(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet one = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    struct wt_packet two = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER + FULL, CLIENT, FULL);
    talk_send(&talk, &one);
    talk_send(&talk, &two);
    uint32_t first = talk_report(&talk, 0, NARROW, &one), second = talk_report(&talk, 0, NARROW, &two);
    uint32_t a = later(&talk, 1, SERVER, fits(&talk, NARROW));
    uint32_t b = later(&talk, 1, SERVER + fits(&talk, NARROW), fits(&talk, NARROW));
    g_assert_cmpuint(talk_related(&talk, first, WT_RELATION_REACTION), ==, a);
    g_assert_cmpuint(talk_related(&talk, second, WT_RELATION_REACTION), ==, b);
    g_assert_cmpuint(talk_found(&talk, a, WT_FINDING_PMTU_OBEYED)->value[3], ==, one.l3_len);
    talk_close(&talk);
}

/* RFC 1191 6.3: after ten minutes a larger packet is a new try. */
static void test_forgotten(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    uint32_t number = later(&talk, 601000, SERVER, FULL);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 0);
    talk_close(&talk);
}

/* RFC 5927: a report about bytes that arrived already is rightly ignored. */
static void test_stale(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(&talk, &refused);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER + FULL, 0);
    talk_report(&talk, 0, NARROW, &refused);
    for (unsigned i = 0; i < 3; i++)
        later(&talk, 2000, SERVER + (i + 1) * FULL, FULL);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static void test_datagrams(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet large = talk_packet(&talk, 1, 17, 8, FULL);
    talk_send(&talk, &large);
    uint32_t report = talk_report(&talk, 0, NARROW, &large);
    struct wt_packet small = talk_packet(&talk, 1, 17, 8, 1200);
    uint32_t reaction = talk_send(&talk, &small);
    g_assert_nonnull(talk_found(&talk, reaction, WT_FINDING_PMTU_OBEYED));
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_REACTION), ==, reaction);
    talk.frame.time += 3000 * (int64_t)TALK_MS;
    uint32_t number = 0;
    for (unsigned i = 0; i < 3; i++)
        number = talk_send(&talk, &large);
    g_assert_cmpint(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED)->severity, ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* A super-frame whose length is a multiple of the old size: its stack did not change it. */
static void test_super_frames(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    talk.frame.time += 1500 * (int64_t)TALK_MS;
    struct wt_packet old = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, 3 * FULL);
    old.l4_checksum = WT_CHECKSUM_PARTIAL;
    struct wt_packet obeying = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, 3 * fits(&talk, NARROW));
    obeying.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t number = talk_send(&talk, &obeying);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_PMTU_OBEYED));
    number = talk_send(&talk, &old);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_OBEYED));
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("reaction/in-flight", test_in_flight);
    talk_add("reaction/new-data-at-last", test_new_data_at_last);
    talk_add("reaction/told-by-mss", test_told_by_mss);
    g_test_add_func("/reaction/df-cleared", test_df_cleared);
    talk_add("reaction/each-report", test_each_report);
    talk_add("reaction/forgotten", test_forgotten);
    talk_add("reaction/stale", test_stale);
    talk_add("reaction/datagrams", test_datagrams);
    talk_add("reaction/super-frames", test_super_frames);
    return g_test_run();
}
