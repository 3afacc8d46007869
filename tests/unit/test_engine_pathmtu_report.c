/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports: which packet they are about, who sent them, and whether they can be right. */
#include "talk.h"

enum {
    CLIENT = 1000,
    FULL = 1428, /* payload that fits 1500 in both IP versions, with timestamps */
    NARROW = 1400,
    TOLD_PLATEAU = 2,
};

static const uint32_t SERVER = 0xfffffa00; /* the first full segment crosses the wrap */

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(talk, CLIENT, SERVER);
}

static const char *reason(const struct talk *talk, uint32_t number, enum wt_finding_id id)
{
    const struct wt_finding *found = talk_found(talk, number, id);
    g_assert_nonnull(found);
    return wt_reason_text[found->reason];
}

static struct wt_packet send_full(struct talk *talk, uint32_t seq, uint32_t *number)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, seq, CLIENT, FULL);
    *number = talk_send(talk, &packet);
    return packet;
}

/* A translator in front of the router: the report comes back to the server, the quote does not know it. */
static void test_translated_source(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &offender);
    refused.src.bytes[14] = 77;
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, offender);
    g_assert_nonnull(strstr(reason(&talk, report, WT_FINDING_PMTU_REPORT), "translator"));
    uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER + FULL, CLIENT, 100);
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, NARROW);
    talk_close(&talk);
}

/* Address and port of the other end translated, and the report is not even addressed to the server. */
static void test_translated_ports(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &offender);
    refused.dst.bytes[14] = 77;
    refused.dst_port++;
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, offender);
    talk_close(&talk);
}

/* Lengths that tools rewrite do not hide the offender. */
static void test_rewritten_length(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &offender);
    refused.l3_field = refused.l3_len = 96;
    refused.ttl = 3;
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, offender);
    g_assert_null(talk_found(&talk, report, WT_FINDING_PMTU_IMPLAUSIBLE));
    talk_close(&talk);
}

static void test_udp(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet first = talk_packet(&talk, 1, 17, 8, 1400), other = talk_packet(&talk, 1, 17, 8, 1300);
    uint32_t offender = talk_send(&talk, &first);
    talk_send(&talk, &other);
    uint32_t report = talk_report(&talk, 0, 1300, &first);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, offender);
    talk_close(&talk);
}

/* Packets without ports: an echo by its numbers, a tunnel by identification or length. */
static void test_portless(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet echo = talk_packet(&talk, 1, talk.version == 4 ? 1 : 58, 8, 1440);
    echo.src_port = echo.dst_port = 0;
    echo.icmp.id = 7;
    echo.icmp.seq = 1;
    uint32_t first = talk_send(&talk, &echo);
    struct wt_packet second = echo;
    second.icmp.seq = 2;
    second.id++;
    talk_send(&talk, &second);
    struct wt_packet tunnel = talk_packet(&talk, 1, 50, 0, 1450);
    tunnel.has_l4 = false;
    tunnel.src_port = tunnel.dst_port = 0;
    tunnel.payload_len = tunnel.l4_header_len = 0;
    uint32_t third = talk_send(&talk, &tunnel);
    uint32_t report = talk_report(&talk, 0, NARROW, &echo);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, first);
    report = talk_report(&talk, 0, NARROW, &tunnel);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, third);
    talk_close(&talk);
}

/* A sequence number that was never sent: nobody acts on it, and it says nothing of the path. */
static void test_forged(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet forged = send_full(&talk, SERVER, &number);
    forged.tcp.seq += 1 << 20;
    forged.id += 1000;
    uint32_t report = talk_report(&talk, 0, NARROW, &forged);
    g_assert_nonnull(strstr(reason(&talk, report, WT_FINDING_PMTU_UNMATCHED), "never sent"));
    talk.frame.time += 5000 * (int64_t)TALK_MS;
    for (unsigned i = 1; i < 4; i++) {
        send_full(&talk, SERVER + i * FULL, &number);
        g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
        g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 0);
    }
    talk_close(&talk);
}

static void test_before_capture(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_send_tcp(&talk, 1, WT_TCP_ACK, SERVER + FULL, CLIENT, 100);
    struct wt_packet earlier = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    uint32_t report = talk_report(&talk, 0, NARROW, &earlier);
    g_assert_nonnull(strstr(reason(&talk, report, WT_FINDING_PMTU_UNMATCHED), "before the capture"));
    talk_close(&talk);
}

static void test_flow_not_captured(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet unknown = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    uint32_t report = talk_report(&talk, 0, NARROW, &unknown);
    g_assert_nonnull(strstr(reason(&talk, report, WT_FINDING_PMTU_REPORT), "not in this capture"));
    g_assert_null(talk_found(&talk, report, WT_FINDING_PMTU_UNMATCHED));
    talk_close(&talk);
}

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

static void test_bad_checksum(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &number);
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    struct wt_reading reading = talk.reading;
    reading.packet[0].l4_checksum = WT_CHECKSUM_BAD;
    reading.packet[0].icmp.mtu = 1300;
    talk.frame.number++;
    wt_engine_frame(talk.engine, &talk.frame, &reading);
    g_assert_nonnull(strstr(reason(&talk, report + 1, WT_FINDING_PMTU_REPORT), "checksum"));
    send_full(&talk, SERVER, &number);
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, NARROW);
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
    const struct wt_finding *found = talk_found(&talk, report, WT_FINDING_PMTU_MERGED_QUOTE);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
    g_assert_cmpuint(found->value[0], ==, refused.l3_len);
    g_assert_cmpuint(found->value[2], ==, 1500);
    talk.frame.time += 500 * (int64_t)TALK_MS;
    send_full(&talk, SERVER, &number);
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
    g_assert_cmpint(talk_found(&talk, report, WT_FINDING_PMTU_MERGED_QUOTE)->severity, ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* A hundred thousand reports with quotes of their own: quick, told as a flood, and the real
 * one still counts. */
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
    talk_add("report/translated-source", test_translated_source);
    talk_add("report/translated-ports", test_translated_ports);
    talk_add("report/rewritten-length", test_rewritten_length);
    talk_add("report/udp", test_udp);
    talk_add("report/portless", test_portless);
    talk_add("report/forged", test_forged);
    talk_add("report/before-capture", test_before_capture);
    talk_add("report/flow-not-captured", test_flow_not_captured);
    talk_add("report/origin", test_origin);
    talk_add("report/bad-checksum", test_bad_checksum);
    talk_add("report/implausible", test_implausible);
    talk_add("report/merged-quote", test_merged_quote);
    talk_add("report/merged-and-right", test_merged_and_right);
    talk_add("report/merged-doubtful", test_merged_doubtful);
    talk_add("report/flood", test_flood);
    talk_add("report/path-state", test_path_state);
    talk_add("report/no-path-state", test_no_path_state);
    return g_test_run();
}
