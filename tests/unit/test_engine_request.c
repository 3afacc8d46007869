/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests whose sum is why nobody answers, and those that nobody answers for other reasons. */
#include "talk.h"

enum {
    SYN = WT_TCP_SYN,
    SYN_ACK = WT_TCP_SYN | WT_TCP_ACK
};

static void wait_ms(struct talk *talk, uint32_t ms)
{
    talk->frame.time += (int64_t)ms * TALK_MS - TALK_MS;
}

/* The client's SYN; `number` varies its time stamp, and so its right sum. */
static uint32_t send_syn(struct talk *talk, enum wt_checksum state, uint16_t number)
{
    struct wt_packet syn = talk_tcp(talk, 0, SYN, 999, 0, 0);
    syn.l4_checksum = state;
    syn.l4_checksum_expected = (uint16_t)(0x4000 - number * 0x401);
    syn.l4_checksum_field = state == WT_CHECKSUM_BAD       ? (uint16_t)(syn.l4_checksum_expected - 0x4b)
                            : state == WT_CHECKSUM_PARTIAL ? 0x1433
                                                           : syn.l4_checksum_expected;
    return talk_send(talk, &syn);
}

static uint32_t send_syn_ack(struct talk *talk, enum wt_checksum state, uint16_t number)
{
    struct wt_packet answer = talk_tcp(talk, 1, SYN_ACK, 4999, 1000, 0);
    answer.l4_checksum = state;
    answer.l4_checksum_field = 0x1433;
    answer.l4_checksum_expected = (uint16_t)(0x7000 - number * 0x401);
    return talk_send(talk, &answer);
}

static unsigned count(const struct talk *talk, enum wt_finding_id id, enum wt_severity least)
{
    unsigned frames = 0;
    for (uint32_t number = 1; number <= talk->frame.number; number++) {
        const struct wt_finding *found = talk_found(talk, number, id);
        frames += found && !found->about && found->severity >= least;
    }
    return frames;
}

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
}

/* Four times ignored, the right one answered at once. */
static void test_syn_leaked(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    for (uint16_t i = 0; i < 4; i++, wait_ms(&talk, 1000U << i))
        send_syn(&talk, WT_CHECKSUM_PARTIAL, i);
    uint32_t right = send_syn(&talk, WT_CHECKSUM_VALID, 4);
    g_assert_cmpuint(count(&talk, WT_FINDING_CHECKSUM_LEAKED, WT_SEVERITY_CHAT), ==, 0);
    send_syn_ack(&talk, WT_CHECKSUM_VALID, 0);
    for (uint32_t number = 1; number <= 4; number++) {
        const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_CHECKSUM_LEAKED);
        g_assert_nonnull(found);
        g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
        g_assert_cmpuint(found->value[0], ==, right);
        g_assert_null(talk_found(&talk, number, WT_FINDING_CHECKSUM_PARTIAL)); /* no artefact as well */
    }
    talk_close(&talk);
}

/* Damaged four times: a Warn on each. */
static void test_syn_wrong(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    for (uint16_t i = 0; i < 2; i++, wait_ms(&talk, 1000))
        send_syn(&talk, WT_CHECKSUM_BAD, i);
    send_syn(&talk, WT_CHECKSUM_VALID, 4);
    g_assert_cmpuint(count(&talk, WT_FINDING_CHECKSUM_CORRUPT, WT_SEVERITY_WARN), ==, 0);
    send_syn_ack(&talk, WT_CHECKSUM_VALID, 0);
    g_assert_cmpuint(count(&talk, WT_FINDING_CHECKSUM_CORRUPT, WT_SEVERITY_WARN), ==, 2);
    talk_close(&talk);
}

/* A host's own capture: answered with a partial sum, or to a dead address and never answered. */
static void test_syn_own(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, WT_CHECKSUM_PARTIAL, 0);
    wait_ms(&talk, 1000);
    send_syn(&talk, WT_CHECKSUM_PARTIAL, 1);
    send_syn_ack(&talk, WT_CHECKSUM_VALID, 0);
    g_assert_nonnull(talk_found(&talk, 1, WT_FINDING_CHECKSUM_PARTIAL));
    talk_close(&talk);
    open_talk(&talk, version);
    for (uint16_t i = 0; i < 7; i++, wait_ms(&talk, 1000U << i))
        send_syn(&talk, WT_CHECKSUM_PARTIAL, i);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* The right one is ignored as well, and answered when it comes again: the peer was slow. */
static void test_syn_slow(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    for (uint16_t i = 0; i < 5; i++, wait_ms(&talk, 1000U << i))
        send_syn(&talk, i < 3 ? WT_CHECKSUM_PARTIAL : WT_CHECKSUM_VALID, i);
    send_syn_ack(&talk, WT_CHECKSUM_VALID, 0);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* One after the other the same packet, in front of what completes its sum and behind it: `any` shows both. */
static void test_syn_copy(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet syn = talk_tcp(&talk, 0, SYN, 999, 0, 0);
    syn.l4_checksum = WT_CHECKSUM_PARTIAL;
    syn.l4_checksum_expected = 0x1234;
    talk_send(&talk, &syn);
    syn.l4_checksum = WT_CHECKSUM_VALID;
    talk_send(&talk, &syn);
    send_syn_ack(&talk, WT_CHECKSUM_VALID, 0);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A device rewrote addresses and not the sum: never answered. */
static void test_syn_rewritten(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    for (uint16_t i = 0; i < 4; i++, wait_ms(&talk, 1000))
        send_syn(&talk, WT_CHECKSUM_BAD, i);
    g_assert_cmpuint(count(&talk, WT_FINDING_CHECKSUM_CORRUPT, WT_SEVERITY_WARN), ==, 4);
    talk_close(&talk);
}

/* An edited capture: somewhere a wrong sum was answered; or every sum has one value, that of other addresses. */
static void test_syn_edited(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, WT_CHECKSUM_BAD, 9);
    send_syn_ack(&talk, WT_CHECKSUM_BAD, 0);
    talk.host[0].bytes[14] ^= 9;
    for (uint16_t i = 0; i < 4; i++, wait_ms(&talk, 1000))
        send_syn(&talk, WT_CHECKSUM_BAD, i);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
    open_talk(&talk, version);
    for (uint16_t i = 0; i < 4; i++, wait_ms(&talk, 1000)) {
        struct wt_packet syn = talk_tcp(&talk, 0, SYN, 999, 0, 0);
        syn.l4_checksum = WT_CHECKSUM_BAD;
        syn.l4_checksum_field = 0x1433;
        syn.l4_checksum_expected = (uint16_t)(0x4000 - i * 0x401);
        talk_send(&talk, &syn);
    }
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* The client asks on, each answer comes `delay` microseconds after its question. */
static void ask_on(struct talk *talk, int64_t delay)
{
    for (uint16_t i = 0; i < 6; i++) {
        send_syn(talk, WT_CHECKSUM_VALID, i);
        talk->frame.time += delay * 1000 - TALK_MS;
        send_syn_ack(talk, WT_CHECKSUM_PARTIAL, i);
        wait_ms(talk, 1000);
    }
}

/* A SYN/ACK with a partial sum that was seen away from its sender, and never taken; in front of its sender's NIC
 * the same means that it got lost behind. */
static void test_syn_ack(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    ask_on(&talk, 440);
    g_assert_cmpuint(count(&talk, WT_FINDING_CHECKSUM_LEAKED, WT_SEVERITY_WARN), ==, 6);
    g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_WARN);
    g_assert_cmpuint(count(&talk, WT_FINDING_CHECKSUM_PARTIAL, WT_SEVERITY_NOTE), ==, 0);
    talk_close(&talk);
    open_talk(&talk, version);
    ask_on(&talk, 40);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Taken in the end, still partial: nothing leaked. */
static void test_syn_ack_taken(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    for (uint16_t i = 0; i < 2; i++) {
        send_syn(&talk, WT_CHECKSUM_VALID, i);
        send_syn_ack(&talk, WT_CHECKSUM_PARTIAL, i);
        wait_ms(&talk, 1000);
    }
    talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* --- tunnels --- */

/* The SYN in a tunnel, whose outer UDP sum has this state. */
static uint32_t send_tunnelled(struct talk *talk, unsigned from, uint16_t flags, enum wt_checksum outer)
{
    struct wt_packet packet = talk_packet(talk, from, WT_PROTO_UDP, 8, 90);
    packet.dst_port = 4789;
    packet.l4_checksum = outer;
    packet.l4_checksum_field = 0xffff;
    packet.l4_checksum_expected = 0xebda;
    struct wt_packet inner = talk_tcp(talk, from, flags, from ? 4999 : 999, from ? 1000 : 0, 0);
    for (unsigned i = 10; i < 14; i++) {
        inner.src.bytes[i] ^= i > 11;
        inner.dst.bytes[i] ^= i > 11;
    }
    inner.tunnel = 77;
    return talk_send_inside(talk, &packet, &inner);
}

static void test_tunnel(gconstpointer version)
{
    static const struct {
        enum wt_checksum state;
        enum wt_finding_id id;
    } each[] = {{WT_CHECKSUM_PARTIAL, WT_FINDING_CHECKSUM_LEAKED},
                {WT_CHECKSUM_BAD, WT_FINDING_CHECKSUM_CORRUPT}};
    for (unsigned i = 0; i < G_N_ELEMENTS(each); i++) {
        struct talk talk;
        open_talk(&talk, version);
        for (unsigned j = 0; j < 6; j++, wait_ms(&talk, 1000))
            send_tunnelled(&talk, 0, SYN, each[i].state);
        send_tunnelled(&talk, 0, SYN, WT_CHECKSUM_ABSENT);
        g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
        send_tunnelled(&talk, 1, SYN_ACK, WT_CHECKSUM_ABSENT);
        g_assert_cmpuint(count(&talk, each[i].id, WT_SEVERITY_WARN), ==, 6);
        talk_close(&talk);
    }
}

/* Outer sums that are left for a NIC, and answered. */
static void test_tunnel_own(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_tunnelled(&talk, 0, SYN, WT_CHECKSUM_PARTIAL);
    wait_ms(&talk, 1000);
    send_tunnelled(&talk, 0, SYN, WT_CHECKSUM_PARTIAL);
    send_tunnelled(&talk, 1, SYN_ACK, WT_CHECKSUM_ABSENT);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* --- UDP --- */

/* A datagram whose payload is `payload`. */
static uint32_t send_udp(struct talk *talk, unsigned from, const uint16_t ports[2], enum wt_checksum state,
                         const uint8_t *payload, uint32_t size)
{
    uint8_t bytes[400] = {0};
    struct wt_packet packet = talk_packet(talk, from, WT_PROTO_UDP, 8, size);
    packet.src_port = ports[0];
    packet.dst_port = ports[1];
    packet.l4_checksum = state;
    packet.l4_checksum_expected = 0x1234;
    memcpy(bytes + packet.l4_offset + 8, payload, size);
    talk->frame.bytes = bytes;
    uint32_t number = talk_send(talk, &packet);
    talk->frame.bytes = NULL;
    return number;
}

static const uint8_t query[20] = {0x12, 0x34, 1, 0, 0, 1};
static const uint8_t other[20] = {0x12, 0x35, 1, 0, 0, 1};
static const uint16_t up[2] = {40000, 53}, down[2] = {53, 40000};

static void test_dns(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    for (unsigned i = 0; i < 3; i++, wait_ms(&talk, 5000))
        send_udp(&talk, 0, up, WT_CHECKSUM_PARTIAL, query, sizeof query);
    send_udp(&talk, 0, up, WT_CHECKSUM_VALID, query, sizeof query);
    send_udp(&talk, 1, down, WT_CHECKSUM_VALID, query, sizeof query);
    g_assert_cmpuint(count(&talk, WT_FINDING_CHECKSUM_LEAKED, WT_SEVERITY_ERROR), ==, 3);
    talk_close(&talk);
}

/* Another question that is answered, a server that is slow, and one that takes partial sums. */
static void test_dns_own(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    for (unsigned i = 0; i < 3; i++, wait_ms(&talk, 5000))
        send_udp(&talk, 0, up, WT_CHECKSUM_PARTIAL, query, sizeof query);
    send_udp(&talk, 0, up, WT_CHECKSUM_VALID, other, sizeof other);
    send_udp(&talk, 1, down, WT_CHECKSUM_VALID, other, sizeof other);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
    open_talk(&talk, version);
    for (unsigned i = 0; i < 3; i++, wait_ms(&talk, 5000))
        send_udp(&talk, 0, up, WT_CHECKSUM_PARTIAL, query, sizeof query);
    send_udp(&talk, 1, down, WT_CHECKSUM_VALID, query, sizeof query);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A stream that nobody answers, with wrong sums that an editor left, and with partial ones: no request. */
static void test_stream(gconstpointer version)
{
    static const uint16_t ports[2] = {40000, 514}, back[2] = {514, 40000};
    static const uint8_t line[20] = "<134>Nov 27";
    struct talk talk;
    for (unsigned partial = 0; partial < 2; partial++) {
        open_talk(&talk, version);
        for (unsigned i = 0; i < 6; i++, wait_ms(&talk, 1000))
            send_udp(&talk, 0, ports, partial ? WT_CHECKSUM_PARTIAL : WT_CHECKSUM_BAD, line, sizeof line);
        send_udp(&talk, 0, ports, WT_CHECKSUM_VALID, line, sizeof line);
        send_udp(&talk, 1, back, WT_CHECKSUM_VALID, line, sizeof line);
        g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
        talk_close(&talk);
    }
}

/* One message of transaction 7. */
static uint32_t send_dhcp(struct talk *talk, unsigned from, uint8_t type, enum wt_checksum state)
{
    static const uint16_t to_server[2] = {68, 67}, to_client[2] = {67, 68};
    uint8_t message[244] = {0};
    message[0] = from ? 2 : 1;
    message[7] = 7;
    message[236] = 0x63, message[237] = 0x82, message[238] = 0x53, message[239] = 0x63;
    message[240] = 53, message[241] = 1, message[242] = type, message[243] = 255;
    return send_udp(talk, from, from ? to_client : to_server, state, message, sizeof message);
}

/* Offers with a partial sum, though the client keeps asking, until one is right. */
static void test_dhcp(void)
{
    struct talk talk;
    open_talk(&talk, GUINT_TO_POINTER(4));
    for (unsigned i = 0; i < 3; i++) {
        send_dhcp(&talk, 0, 1, WT_CHECKSUM_VALID);
        talk.host[0].bytes[15]++; /* offered another address each time, as seen by who sends to it */
        send_dhcp(&talk, 1, 2, WT_CHECKSUM_PARTIAL);
        wait_ms(&talk, 4000);
    }
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    send_dhcp(&talk, 0, 1, WT_CHECKSUM_VALID);
    send_dhcp(&talk, 1, 2, WT_CHECKSUM_VALID);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    send_dhcp(&talk, 0, 3, WT_CHECKSUM_VALID);
    g_assert_cmpuint(count(&talk, WT_FINDING_CHECKSUM_LEAKED, WT_SEVERITY_ERROR), ==, 3);
    talk_close(&talk);
}

/* A server's own capture: the offer is partial and taken. */
static void test_dhcp_own(void)
{
    struct talk talk;
    open_talk(&talk, GUINT_TO_POINTER(4));
    for (unsigned i = 0; i < 2; i++, wait_ms(&talk, 4000)) {
        send_dhcp(&talk, 0, 1, WT_CHECKSUM_VALID);
        send_dhcp(&talk, 1, 2, WT_CHECKSUM_PARTIAL);
    }
    send_dhcp(&talk, 0, 3, WT_CHECKSUM_VALID);
    send_dhcp(&talk, 1, 5, WT_CHECKSUM_PARTIAL);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("request/syn/leaked", test_syn_leaked);
    talk_add("request/syn/wrong", test_syn_wrong);
    talk_add("request/syn/own", test_syn_own);
    talk_add("request/syn/slow", test_syn_slow);
    talk_add("request/syn/copy", test_syn_copy);
    talk_add("request/syn/rewritten", test_syn_rewritten);
    talk_add("request/syn/edited", test_syn_edited);
    talk_add("request/syn-ack", test_syn_ack);
    talk_add("request/syn-ack/taken", test_syn_ack_taken);
    talk_add("request/tunnel", test_tunnel);
    talk_add("request/tunnel/own", test_tunnel_own);
    talk_add("request/dns", test_dns);
    talk_add("request/dns/own", test_dns_own);
    talk_add("request/stream", test_stream);
    g_test_add_func("/request/dhcp", test_dhcp);
    g_test_add_func("/request/dhcp/own", test_dhcp_own);
    return g_test_run();
}
