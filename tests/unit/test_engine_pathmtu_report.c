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

/* A report about the packet of `refused` with the quote `changed`, which its addressee cannot match: it names the
 * offender, and tells neither the path nor the size of segments anything. */
static void check_mistranslated(struct talk *talk, uint32_t offender, const struct wt_packet *changed,
                                const char *what)
{
    uint32_t report = talk_report(talk, 0, NARROW, changed);
    const struct wt_finding *found = talk_found(talk, report, WT_FINDING_PMTU_MISTRANSLATED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    g_assert_nonnull(strstr(wt_reason_text[found->reason], what));
    g_assert_cmpuint(found->value[1], ==, offender);
    g_assert_cmpuint(talk_related(talk, report, WT_RELATION_OFFENDER), ==, offender);
}

static void test_mistranslated_source(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0, number = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &offender);
    refused.src.bytes[14] = 77;
    check_mistranslated(&talk, offender, &refused, "another address than");
    talk.frame.time += 1000 * (int64_t)TALK_MS;
    for (unsigned i = 0; i < 3; i++) { /* its stack has not heard of it */
        send_full(&talk, SERVER, &number);
        g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 0);
        const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_PMTU_IGNORED);
        g_assert_true(!found || found->severity == WT_SEVERITY_NOTE);
    }
    talk_close(&talk);
}

/* The server's load balancer has other ideas of where the packet went, or from which port. */
static void test_mistranslated_ports(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0;
    open_talk(&talk, version);
    const struct wt_packet refused = send_full(&talk, SERVER, &offender);
    struct wt_packet quote = refused;
    quote.dst.bytes[14] = 77;
    quote.dst_port++;
    check_mistranslated(&talk, offender, &quote, "another address and another port");
    quote = refused;
    quote.src_port++;
    check_mistranslated(&talk, offender, &quote, "another port than");
    talk_close(&talk);
}

/* Quote and packet agree, but the report goes to somebody else. */
static void test_mistranslated_addressee(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &offender);
    refused.src.bytes[14] = 77;
    talk.host[1].bytes[14] = 78;
    check_mistranslated(&talk, offender, &refused, "did not send");
    talk_close(&talk);
}

/* One capture of both sides of a translator: outside, report and quote agree; inside it will be right. */
static void test_both_sides(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &offender);
    refused.src.bytes[14] = 77;
    talk.host[1].bytes[14] = 77;
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_OFFENDER), ==, offender);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A firewall that sends the report to itself; and a host that tells itself about its own tunnel, which is right.
 */
static void test_own_source(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0;
    open_talk(&talk, version);
    struct wt_packet refused = send_full(&talk, SERVER, &offender);
    const struct wt_address client = talk.host[0], server = talk.host[1];
    talk.host[0] = server;
    uint32_t report = talk_report(&talk, 0, NARROW, &refused);
    g_assert_null(talk_found(&talk, report, WT_FINDING_PMTU_MISTRANSLATED));
    talk.host[0] = talk.host[1] = client;
    talk.host[0].bytes[14] = talk.host[1].bytes[14] = 77;
    refused.src = talk.host[0];
    check_mistranslated(&talk, offender, &refused, "own source");
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
    struct wt_path_state state;
    g_assert_true(wt_engine_path(talk.engine, 0, &talk.host[1], &talk.host[0], &state));
    g_assert_cmpuint(state.path_mtu, ==, NARROW); /* nothing else is known of this path */
    talk_close(&talk);
}

/* With another connection on that path, the report of an unknown one may be forged: it tells that one nothing. */
static void test_flow_disowned(gconstpointer version)
{
    struct talk talk;
    uint32_t number = 0;
    open_talk(&talk, version);
    struct wt_packet unknown = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER + (1 << 20), CLIENT, FULL);
    unknown.dst_port++;
    talk_report(&talk, 0, 1280, &unknown);
    send_full(&talk, SERVER, &number);
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 0);
    talk_report(&talk, 0, 60, &unknown); /* nor does it accuse its reporter */
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
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
    const struct wt_finding *found = talk_found(&talk, report, WT_FINDING_PMTU_MERGED_QUOTE);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
    g_assert_cmpuint(found->value[0], ==, refused.l3_len);
    g_assert_cmpuint(found->value[2], ==, 1500);
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

/* A hundred thousand reports with quotes of their own: quick, told as a flood, and the real one still counts.
 */
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
    talk_add("report/mistranslated/source", test_mistranslated_source);
    talk_add("report/mistranslated/ports", test_mistranslated_ports);
    talk_add("report/mistranslated/addressee", test_mistranslated_addressee);
    talk_add("report/mistranslated/both-sides", test_both_sides);
    talk_add("report/mistranslated/own-source", test_own_source);
    talk_add("report/rewritten-length", test_rewritten_length);
    talk_add("report/udp", test_udp);
    talk_add("report/portless", test_portless);
    talk_add("report/forged", test_forged);
    talk_add("report/before-capture", test_before_capture);
    talk_add("report/flow-not-captured", test_flow_not_captured);
    talk_add("report/flow-disowned", test_flow_disowned);
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
