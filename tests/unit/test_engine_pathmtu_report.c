/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports: which packet they are about, who sent them, and whether they can be right. */
#include "report_story.h"

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

static struct wt_packet send_datagram(struct talk *talk, uint8_t proto, uint32_t *number)
{
    struct wt_packet packet = talk_packet(talk, 1, proto, 8, 1400);
    if (proto != WT_PROTO_UDP) {
        packet.icmp.type = talk->version == 4 ? 8 : 128;
        packet.icmp.id = 7;
        packet.icmp.seq = 3;
        packet.src_port = packet.dst_port = 0;
    }
    *number = talk_send(talk, &packet);
    return packet;
}

/* The same of UDP and echo. What differs in both ports, or is between two equal ones, may be another conversation's. */
static void test_mistranslated_datagrams(gconstpointer version)
{
    struct talk talk;
    uint32_t offender = 0;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk.id = 900;
    const uint8_t echo = talk.version == 4 ? WT_PROTO_ICMP : WT_PROTO_ICMPV6;
    struct wt_packet refused = send_datagram(&talk, WT_PROTO_UDP, &offender);
    refused.dst.bytes[14] = 77;
    check_mistranslated(&talk, offender, &refused, "another address than");
    refused = send_datagram(&talk, echo, &offender);
    refused.dst.bytes[14] = 77;
    check_mistranslated(&talk, offender, &refused, "another address than");
    refused = send_datagram(&talk, WT_PROTO_UDP, &offender);
    refused.id = 0;
    refused.dst.bytes[14] = 78;
    refused.dst_port++;
    offender = talk_report(&talk, 0, NARROW, &refused);
    g_assert_null(talk_found(&talk, offender, WT_FINDING_PMTU_MISTRANSLATED));
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

/* A firewall that sends the report to itself; and a host that tells itself about its own tunnel, which is
 * right. */
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("report/mistranslated/datagrams", test_mistranslated_datagrams);
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
    return g_test_run();
}
