/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Super-frames, link MTU and MSS, judged on packets as structs. */
#include "talk.h"

/* Oracle: cut the payload as a segmenter does, one segment after the other. */
static uint32_t naive_segments(uint32_t payload, uint32_t size, uint32_t *last)
{
    uint32_t segments = 0;
    while (payload > 0) {
        *last = payload < size ? payload : size;
        payload -= *last;
        segments++;
    }
    return segments;
}

static uint32_t talk_mss(const struct talk *talk)
{
    return (talk->version == 4 ? 1460 : 1440) - 12; /* less timestamps */
}

static void test_superframe_counts(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    uint32_t seq = 5000;
    for (uint32_t payload = talk_mss(&talk) + 1; payload < 60000; payload += 977) {
        struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, seq, 1000, payload);
        packet.l4_checksum = WT_CHECKSUM_PARTIAL;
        uint32_t number = talk_send(&talk, &packet);
        seq += payload;
        uint32_t last = 0;
        uint32_t segments = naive_segments(payload, talk_mss(&talk), &last);
        const struct wt_facts *facts = talk_facts(&talk, number);
        g_assert_cmpuint(facts->wire_frames, ==, segments);
        g_assert_cmpuint(facts->segment_size, ==, talk_mss(&talk));
        g_assert_cmpuint(facts->segment_last, ==, last);
        uint32_t headers = TALK_ETHERNET + packet.ip_header_len + packet.l4_header_len;
        g_assert_cmpuint(facts->wire_len, ==, segments * headers + payload);
        g_assert_null(talk_found(&talk, number, WT_FINDING_MTU_EXCEEDED));
        g_assert_null(talk_found(&talk, number, WT_FINDING_MSS_EXCEEDED));
    }
    talk_close(&talk);
}

/* The side whose small packets carry partial sums is the capturing host. */
static void test_superframe_sides(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    struct wt_packet small = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 0);
    small.l4_checksum = WT_CHECKSUM_PARTIAL;
    g_assert_cmpint(talk_facts(&talk, talk_send(&talk, &small))->direction, ==, WT_DIRECTION_SENT);
    struct wt_packet sent = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 4000);
    sent.l4_checksum = WT_CHECKSUM_PARTIAL_NO_LENGTH;
    g_assert_nonnull(talk_found(&talk, talk_send(&talk, &sent), WT_FINDING_SUPERFRAME_SENT));
    struct wt_packet received = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 9000, 4000);
    received.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t number = talk_send(&talk, &received);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_SUPERFRAME_RECEIVED));
    g_assert_cmpint(talk_facts(&talk, number)->direction_source, ==, WT_DIRECTION_SOURCE_LEARNT);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Both ends leave their sums, as on a virtual switch: then no side can be told. */
static void test_superframe_unknown(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned from = 0; from < 2; from++) {
        struct wt_packet syn =
            talk_tcp(&talk, from, from ? WT_TCP_SYN | WT_TCP_ACK : WT_TCP_SYN, 999, 1000, 0);
        syn.l4_checksum = WT_CHECKSUM_PARTIAL;
        talk_send(&talk, &syn);
    }
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, 1000, 1000, 4000);
    packet.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t number = talk_send(&talk, &packet);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_SUPERFRAME_UNKNOWN));
    g_assert_cmpint(talk_facts(&talk, number)->direction, ==, WT_DIRECTION_UNKNOWN);
    talk_close(&talk);
}

/* GRO: merged frames partial while single ones are complete; nothing is known of the receiving host. */
static void test_superframe_gro(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 1000);
    struct wt_packet merged = talk_tcp(&talk, 1, WT_TCP_ACK, 6000, 1000, 5000);
    merged.l4_checksum = WT_CHECKSUM_PARTIAL;
    talk_send(&talk, &merged);
    merged.tcp.seq += 5000;
    uint32_t number = talk_send(&talk, &merged);
    g_assert_cmpint(talk_facts(&talk, number)->direction, ==, WT_DIRECTION_RECEIVED);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_SUPERFRAME_RECEIVED));
    talk_close(&talk);
}

static void test_superframe_flags_and_cooked(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    talk.frame.direction = WT_DIRECTION_RECEIVED;
    struct wt_packet merged = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 5000);
    merged.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t number = talk_send(&talk, &merged);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_SUPERFRAME_RECEIVED));
    g_assert_cmpint(talk_facts(&talk, number)->direction_source, ==, WT_DIRECTION_SOURCE_FLAGS);
    talk_close(&talk);
}

/* No handshake: the flow's own ordinary segments tell the size, and before any the link MTU does. */
static void test_superframe_midstream(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet first = talk_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 2 * 1400);
    first.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t number = talk_send(&talk, &first);
    g_assert_cmpuint(talk_facts(&talk, number)->segment_size, ==, 1500 - first.ip_header_len - 32);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, 2801, 1, 1200);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, 4001, 1, 1200);
    first.tcp.seq = 5201;
    number = talk_send(&talk, &first);
    g_assert_cmpuint(talk_facts(&talk, number)->segment_size, ==, 1200);
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, 3);
    talk_close(&talk);
}

static void test_superframe_big_tcp(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    struct wt_packet big = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 140000);
    big.l4_checksum = WT_CHECKSUM_PARTIAL;
    big.length_zero = true;
    big.l3_field = 0;
    big.jumbo_len = talk.version == 6 ? 8 : 0;
    big.ip_header_len += big.jumbo_len;
    big.l3_len += big.jumbo_len;
    big.l4_offset += big.jumbo_len;
    uint32_t number = talk_send(&talk, &big);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_SUPERFRAME_BIG_TCP));
    const struct wt_facts *facts = talk_facts(&talk, number);
    uint32_t last = 0;
    g_assert_cmpuint(facts->wire_frames, ==, naive_segments(140000, talk_mss(&talk), &last));
    uint64_t headers =
        TALK_ETHERNET + (talk.version == 4 ? 20U : 40U) + 32U; /* no hop-by-hop header on the wire */
    g_assert_cmpuint(facts->wire_len, ==, facts->wire_frames * headers + 140000);
    talk_close(&talk);
}

static void test_superframe_udp(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet datagram = talk_packet(&talk, 1, 17, 8, 1200);
    talk_send(&talk, &datagram);
    struct wt_packet merged = talk_packet(&talk, 1, 17, 8, 5 * 1200 + 100);
    merged.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t number = talk_send(&talk, &merged);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_SUPERFRAME_UDP));
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, 6);
    g_assert_cmpuint(talk_facts(&talk, number)->segment_last, ==, 100);
    talk_close(&talk);
}

/* A segment of 1448 bytes where the MSS less timestamps allows 1440: the fault of the emulated NIC, seen on
 * the wire. */
static void test_mss_exceeded(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    syn.tcp.mss = talk.version == 4 ? 1452 : 1432;
    talk_send(&talk, &syn);
    talk_send_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0);
    uint32_t allowed = syn.tcp.mss - 12U;
    uint32_t fits = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, allowed);
    g_assert_cmpuint(talk_facts(&talk, fits)->mss_limit, ==, allowed);
    g_assert_null(talk_found(&talk, fits, WT_FINDING_MSS_EXCEEDED));
    uint32_t over = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000 + allowed, 1000, allowed + 8);
    const struct wt_finding *found = talk_found(&talk, over, WT_FINDING_MSS_EXCEEDED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE); /* or a full segment and a tail of 8 */
    g_assert_cmpuint(found->value[0], ==, allowed + 8);
    g_assert_cmpuint(found->value[1], ==, allowed);
    g_assert_null(talk_found(&talk, over, WT_FINDING_MTU_EXCEEDED));
    talk_close(&talk);
}

/* Opens a connection whose client allows 1448 or 1428 bytes with timestamps. Returns how many. */
static uint32_t open_plain(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(talk, 0, WT_TCP_SYN, 999, 0, 0);
    syn.tcp.mss = talk->version == 4 ? 1460 : 1440;
    talk_send(talk, &syn);
    talk_send_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0);
    return syn.tcp.mss - 12U;
}

/* A full segment and a tail of 56 bytes, merged by the receiving NIC with a valid sum: the acknowledgement at
 * the border inside the first tells, so the second is a super-frame. */
static void test_merged_tail_acknowledged(gconstpointer version)
{
    struct talk talk;
    uint32_t allowed = open_plain(&talk, version);
    uint32_t first = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, allowed + 56);
    const struct wt_finding *found = talk_found(&talk, first, WT_FINDING_MSS_EXCEEDED);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000 + allowed, 0);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000 + allowed + 56, 0);
    uint32_t second = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000 + allowed + 56, 1000, allowed + 24);
    g_assert_null(talk_found(&talk, second, WT_FINDING_MSS_EXCEEDED));
    g_assert_cmpuint(talk_facts(&talk, second)->wire_frames, ==, 2);
    g_assert_cmpuint(talk_facts(&talk, second)->segment_last, ==, 24);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* The same where a larger merged frame of that host was seen before. */
static void test_merged_tail_known(gconstpointer version)
{
    struct talk talk;
    uint32_t allowed = open_plain(&talk, version);
    talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 3 * allowed);
    uint32_t tail = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000 + 3 * allowed, 1000, allowed + 60);
    g_assert_null(talk_found(&talk, tail, WT_FINDING_MSS_EXCEEDED));
    g_assert_cmpuint(talk_facts(&talk, tail)->wire_frames, ==, 2);
    talk_close(&talk);
}

/* A NIC that cuts at one size: too large once, too large again, even behind a report that lowers the limit. */
static void test_oversized_again(gconstpointer version)
{
    struct talk talk;
    uint32_t allowed = open_plain(&talk, version);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t over = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000 + i * (allowed + 12), 1000, allowed + 12);
        const struct wt_finding *found = talk_found(&talk, over, WT_FINDING_MSS_EXCEEDED);
        g_assert_cmpint(found->severity, ==, i ? WT_SEVERITY_WARN : WT_SEVERITY_NOTE);
        g_assert_cmpuint(talk_facts(&talk, over)->wire_frames, ==, 1);
    }
    talk_close(&talk);
}

/* Loopback of MTU 2300: what is left for the NIC and larger than the MSS is cut there as anywhere. */
static void test_loopback_small(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    syn.dst = syn.src;
    syn.tcp.mss = 2260;
    talk_send(&talk, &syn);
    struct wt_packet data = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 5 * 2248);
    data.src = data.dst = syn.src;
    data.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t number = talk_send(&talk, &data);
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, 5);
    g_assert_cmpuint(talk_facts(&talk, number)->link_mtu, ==, talk.version == 4 ? 2300 : 2320);
    g_assert_null(talk_found(&talk, number, WT_FINDING_MSS_EXCEEDED));
    data.tcp.seq += 5 * 2248;
    data.payload_len = 2248;
    data.l3_len -= 4 * 2248;
    data.l4_len -= 4 * 2248;
    g_assert_cmpuint(talk_facts(&talk, talk_send(&talk, &data))->wire_frames, ==, 1);
    talk_close(&talk);
}

/* Two ends that announce more than 1500 make a jumbo link; what exceeds even that is trouble. */
static void test_mtu_jumbo(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    uint16_t mss = talk.version == 4 ? 8960 : 8940;
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    struct wt_packet answer = talk_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0);
    syn.tcp.mss = answer.tcp.mss = mss;
    talk_send(&talk, &syn);
    talk_send(&talk, &answer);
    uint32_t jumbo = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, mss - 12U);
    g_assert_cmpuint(talk_facts(&talk, jumbo)->link_mtu, ==, 9000);
    g_assert_cmpint(talk_facts(&talk, jumbo)->link_mtu_source, ==, WT_MTU_MSS);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    struct wt_packet datagram = talk_packet(&talk, 1, 17, 8, 9100);
    const struct wt_finding *found = talk_found(&talk, talk_send(&talk, &datagram), WT_FINDING_MTU_EXCEEDED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* While only the link type speaks for 1500, a larger packet is worth a note and no more. */
static void test_mtu_default(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet ping = talk_packet(&talk, 0, talk.version == 4 ? 1 : 58, 8, 1600);
    ping.src_port = ping.dst_port = 0;
    const struct wt_finding *found = talk_found(&talk, talk_send(&talk, &ping), WT_FINDING_MTU_EXCEEDED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE);
    g_assert_cmpuint(found->reason, !=, WT_REASON_NONE);
    talk_close(&talk);
}

static void test_mtu_fragment(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet piece = talk_packet(&talk, 0, 17, 8, 4000);
    piece.fragment = piece.more_fragments = true;
    uint32_t number = talk_send(&talk, &piece);
    g_assert_cmpuint(talk_facts(&talk, number)->link_mtu, ==, piece.l3_len);
    g_assert_cmpint(talk_facts(&talk, number)->link_mtu_source, ==, WT_MTU_FRAGMENTS);
    g_assert_null(wt_engine_findings(talk.engine, number));
    talk_close(&talk);
}

static void test_mtu_loopback(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    for (unsigned i = 0; i < 2; i++) {
        memset(&talk.host[i], 0, sizeof talk.host[i]);
        talk.host[i].bytes[15] = 1;
        if (talk.version == 4) {
            memset(talk.host[i].bytes + 10, 0xff, 2);
            talk.host[i].bytes[12] = 127;
        }
    }
    uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 32768);
    g_assert_cmpuint(talk_facts(&talk, number)->link_mtu, ==, 65536);
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, 1);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("size/superframe/counts", test_superframe_counts);
    talk_add("size/superframe/sides", test_superframe_sides);
    talk_add("size/superframe/unknown", test_superframe_unknown);
    talk_add("size/superframe/gro", test_superframe_gro);
    talk_add("size/superframe/flags", test_superframe_flags_and_cooked);
    talk_add("size/superframe/midstream", test_superframe_midstream);
    talk_add("size/superframe/big-tcp", test_superframe_big_tcp);
    talk_add("size/superframe/udp", test_superframe_udp);
    talk_add("size/mss/exceeded", test_mss_exceeded);
    talk_add("size/mss/tail-acknowledged", test_merged_tail_acknowledged);
    talk_add("size/mss/tail-known", test_merged_tail_known);
    talk_add("size/mss/again", test_oversized_again);
    talk_add("size/loopback/small", test_loopback_small);
    talk_add("size/mtu/jumbo", test_mtu_jumbo);
    talk_add("size/mtu/default", test_mtu_default);
    talk_add("size/mtu/fragment", test_mtu_fragment);
    talk_add("size/mtu/loopback", test_mtu_loopback);
    return g_test_run();
}
