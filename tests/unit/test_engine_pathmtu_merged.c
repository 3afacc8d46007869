/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports: where they come from, sums and MTUs that cannot be, merged packets, floods. */
#include "report_story.h"

static void test_origin(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_nonnull(strstr(reason(&talk, report, WT_FINDING_PMTU_REPORT), "destination itself"));
    talk.host[0].bytes[14] = 9; /* somebody else */
    report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_nonnull(strstr(reason(&talk, report, WT_FINDING_PMTU_REPORT), "router"));
    g_assert_cmpuint(talk_found(&talk, report, WT_FINDING_PMTU_REPORT)->value[1], ==, 2 * (uint64_t)TALK_MS);
    talk_close(&talk);
}

/* A report like the last one, but with a wrong checksum. */
static uint32_t send_bad(struct talk *talk, uint32_t mtu)
{
    struct wt_reading reading = talk->reading;
    reading.packet[0].l4_checksum = WT_CHECKSUM_BAD;
    reading.packet[0].icmp.mtu = mtu;
    reading.packet[0].id++;
    talk->frame.number++;
    talk->frame.time += TALK_MS;
    wt_engine_frame(talk->engine, &talk->frame, &reading);
    return talk->frame.number;
}

/* A wrong checksum: its receiver drops it. */
static void test_bad_checksum(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    talk_report(&talk, 0, NARROW, &refused);
    uint32_t report = send_bad(&talk, 1300);
    g_assert_nonnull(strstr(reason(&talk, report, WT_FINDING_PMTU_REPORT), "checksum"));
    send_full(&talk, SERVER, &number);
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, NARROW);
    talk_close(&talk);
}

/* Unless who gets it obeys: then only the capture is wrong, as an anonymiser left it. */
static void test_bad_checksum_obeyed(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    talk_report(&talk, 0, NARROW, &refused);
    uint32_t report = send_bad(&talk, 1300), fits = 1300 - (talk.version == 4 ? 52 : 72);
    talk.frame.time += 20 * (int64_t)TALK_MS;
    uint32_t reaction = talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, fits);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_REACTION), ==, reaction);
    number = talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER + fits, CLIENT, 100);
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 1300);
    talk_close(&talk);
}

static void check_implausible(struct talk *talk, const struct wt_packet *refused, uint32_t mtu,
                              uint64_t plateau)
{
    uint32_t report = talk_report(talk, 0, mtu, refused);
    const struct wt_finding *found = talk_found(talk, report, WT_FINDING_PMTU_IMPLAUSIBLE);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpuint(found->value[0], ==, mtu);
    g_assert_cmpuint(found->value[1], ==, refused->l3_len);
    g_assert_cmpuint(found->value[TOLD_PLATEAU], ==, plateau);
}

static void test_implausible(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    check_implausible(&talk, &refused, talk.version == 4 ? 67 : 1279, 0);
    check_implausible(&talk, &refused, refused.l3_len, 0);
    check_implausible(&talk, &refused, 9000, 0);
    send_full(&talk, SERVER + FULL, &number);
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 0);
    check_implausible(&talk, &refused, 0, talk.version == 4 ? 1006 : 0);
    uint32_t report = talk_report(&talk, 0, talk.version == 4 ? 68 : 1280, &refused);
    g_assert_null(talk_found(&talk, report, WT_FINDING_PMTU_IMPLAUSIBLE));
    talk_close(&talk);
}

static void assert_merged(const struct talk *talk, uint32_t report, uint64_t quoted, uint64_t mtu)
{
    const struct wt_finding *found = talk_found(talk, report, WT_FINDING_PMTU_MERGED_QUOTE);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
    g_assert_cmpuint(found->value[0], ==, quoted);
    g_assert_cmpuint(found->value[2], ==, mtu);
}

/* Three segments of the wire quoted as one packet, with an MTU that each of them fits. */
static void test_merged_quote(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    for (unsigned i = 1; i < 4; i++)
        send_full(&talk, SERVER + i * FULL, &number);
    refused.l3_len += 2 * FULL;
    refused.l3_field = refused.l3_len;
    uint32_t report = talk_report(&talk, 0, 1500, &refused);
    g_assert_null(talk_found(&talk, report, WT_FINDING_PMTU_MERGED_QUOTE)); /* perhaps forged */
    talk.frame.time += 500 * (int64_t)TALK_MS;
    send_full(&talk, SERVER, &number);
    assert_merged(&talk, report, refused.l3_len, 1500);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_OBEYED));
    talk_close(&talk);
}

/* The same quote with an MTU that the segments do exceed: a router with GRO, and right. */
static void test_merged_and_right(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    send_full(&talk, SERVER + FULL, &number);
    refused.l3_len += FULL;
    refused.l3_field = refused.l3_len;
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_null(talk_found(&talk, report, WT_FINDING_PMTU_MERGED_QUOTE));
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A length that ends inside a segment was rewritten or merged by nobody that can be named: a Warn at most. */
static void test_merged_doubtful(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    refused.l3_len = refused.l3_field = 40000;
    uint32_t report = talk_report(&talk, 0, 1500, &refused);
    send_full(&talk, SERVER, &number);
    g_assert_cmpint(talk_found(&talk, report, WT_FINDING_PMTU_MERGED_QUOTE)->severity, ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* What it refuses arrives although it is not sent again: forged. */
static void test_merged_forged(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    for (unsigned i = 1; i < 3; i++)
        send_full(&talk, SERVER + i * FULL, &number);
    refused.l3_field = refused.l3_len = refused.l3_len + FULL;
    talk_report(&talk, 0, 1500, &refused);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER + 3 * FULL, 0);
    send_full(&talk, SERVER, &number);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* The report stands behind the packets that obey it, by some microseconds: it is about those before. */
static void test_merged_disordered(gconstpointer version)
{
    struct talk talk;
    uint32_t first = 0, number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &first);
    send_full(&talk, SERVER + FULL, &number);
    refused.l3_field = refused.l3_len = refused.l3_len + FULL;
    const int64_t before = talk.frame.time;
    uint32_t fits = NARROW - (talk.version == 4 ? 52 : 72);
    for (uint32_t seq = SERVER; seq != SERVER + 2 * FULL; seq += fits) {
        fits = MIN(fits, SERVER + 2 * FULL - seq);
        talk_send_tcp(&talk, 1, WT_TCP_ACK, seq, CLIENT, fits);
    }
    talk.frame.time = before - TALK_MS + 1000; /* a sending adds 1 ms */
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, first);
    send_full(&talk, SERVER, &number);
    g_assert_null(talk_found(&talk, report, WT_FINDING_PMTU_MERGED_QUOTE));
    talk_close(&talk);
}

/* A hundred thousand reports with quotes of their own: quick, told as a flood, and the real one still
 * counts. */
static void test_flood(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0, report = 0;
    open_talk(&talk, version);
    struct wt_packet real = send_full(&talk, SERVER, &offender);
    struct wt_packet forged = real;
    for (uint32_t i = 0; i < 100000; i++) {
        memcpy(forged.dst.bytes + 12, &i, sizeof i);
        forged.dst_port = (uint16_t)i;
        forged.tcp.seq = i * 2654435761U;
        talk.frame.time -= TALK_MS - 1000;
        report = talk_report(&talk, 0, NARROW, &forged);
    }
    g_assert_nonnull(strstr(reason(&talk, report, WT_FINDING_PMTU_REPORT), "flood"));
    struct wt_path_state state;
    g_assert_true(wt_engine_path(talk.engine, 0, &forged.src, &forged.dst, &state));
    g_assert_cmpint(state.verdict, ==, WT_PATH_FLOOD);
    report = talk_report(&talk, 0, NARROW, &real);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, offender);
    g_assert_null(strstr(reason(&talk, report, WT_FINDING_PMTU_REPORT), "flood"));
    talk_close(&talk);
}

static void test_path_state(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    struct wt_path_state state;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_true(wt_engine_path(talk.engine, 0, &talk.host[1], &talk.host[0], &state));
    g_assert_cmpuint(state.path_mtu, ==, NARROW);
    g_assert_cmpuint(state.since, ==, report);
    g_assert_cmpuint(state.reports, ==, 1);
    g_assert_cmpuint(state.lost, ==, refused.l3_len);
    g_assert_true(wt_address_equal(&state.reporter, &talk.host[0]));
    g_assert_cmpint(state.verdict, ==, WT_PATH_REPORTED);
    talk_close(&talk);
}

/* Nothing to tell of a path without reports, nor of the way back. */
static void test_no_path_state(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    struct wt_path_state state;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    g_assert_false(wt_engine_path(talk.engine, 0, &talk.host[1], &talk.host[0], &state));
    talk_report(&talk, 0, NARROW, &refused);
    g_assert_false(wt_engine_path(talk.engine, 0, &talk.host[0], &talk.host[1], &state));
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("report/origin", test_origin);
    talk_add("report/bad-checksum", test_bad_checksum);
    talk_add("report/bad-checksum-obeyed", test_bad_checksum_obeyed);
    talk_add("report/implausible", test_implausible);
    talk_add("report/merged-quote", test_merged_quote);
    talk_add("report/merged-and-right", test_merged_and_right);
    talk_add("report/merged-doubtful", test_merged_doubtful);
    talk_add("report/merged-forged", test_merged_forged);
    talk_add("report/merged-disordered", test_merged_disordered);
    talk_add("report/flood", test_flood);
    talk_add("report/path-state", test_path_state);
    talk_add("report/no-path-state", test_no_path_state);
    return g_test_run();
}
