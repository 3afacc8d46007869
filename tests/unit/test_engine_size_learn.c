/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segment sizes learnt from what the data show, and where the capture point stands. */
#include "talk.h"

static uint32_t default_size(const struct talk *talk)
{
    return (talk->version == 4 ? 1460 : 1440) - 12; /* less timestamps */
}

/* A data segment of the server with the checksum left for the NIC; takes `ids` IP identifications. */
static uint32_t send_left(struct talk *talk, uint32_t *seq, uint32_t payload, uint16_t ids)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, *seq, 1000, payload);
    packet.l4_checksum = WT_CHECKSUM_PARTIAL;
    talk->id = (uint16_t)(talk->id + ids - 1);
    *seq += payload;
    return talk_send(talk, &packet);
}

/* A path smaller than the handshake says: the identifications tell, in IPv4 (RFC 6864 leaves IPv6 none). */
static void test_by_identification(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    uint32_t seq = 5000, number = 0;
    for (unsigned i = 0; i < 4; i++)
        number = send_left(&talk, &seq, 6 * 500, 6);
    bool v4 = talk.version == 4;
    g_assert_cmpuint(talk_facts(&talk, number)->segment_size, ==, v4 ? 500 : default_size(&talk));
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, v4 ? 6 : 3);
    talk_close(&talk);
}

/* A frame that fits the MSS, yet was cut in two: told the same way. */
static void test_small(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    uint32_t seq = 5000, number = 0;
    for (unsigned i = 0; i < 6; i++)
        number = send_left(&talk, &seq, 2 * 500, 2);
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, talk.version == 4 ? 2 : 1);
    send_left(&talk, &seq, 1200, 1);
    number = send_left(&talk, &seq, 1200, 1);
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, 1); /* disproved */
    talk_close(&talk);
}

/* Identifications of a counter that others use too, or that stands still, prove nothing. */
static void test_foreign_counter(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    uint32_t seq = 5000, size = default_size(&talk);
    static const uint16_t ids[] = {5, 11, 1, 7, 900, 1, 13, 1};
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        uint32_t number = send_left(&talk, &seq, 2 * size, ids[i]);
        g_assert_cmpuint(talk_facts(&talk, number)->segment_size, ==, size);
        send_left(&talk, &seq, 40, ids[i]);
    }
    talk_close(&talk);
}

/* Acknowledgements inside a super-frame fall on borders of its segments: a tunnel lowers their size. */
static void test_by_borders(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    uint32_t seq = 5000, size = default_size(&talk), lower = size - 24;
    uint32_t first = send_left(&talk, &seq, 10 * size, 10);
    g_assert_cmpuint(talk_facts(&talk, first)->wire_frames, ==, 10);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000 + 2 * lower, 0);
    struct wt_packet sack = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000 + 2 * lower, 0);
    sack.tcp.sacks = 1;
    sack.tcp.sack[0].left = 5000 + 4 * lower;
    sack.tcp.sack[0].right = 5000 + 5 * lower;
    talk_send(&talk, &sack);
    uint32_t second = send_left(&talk, &seq, 10 * size, 10);
    g_assert_cmpuint(talk_facts(&talk, second)->segment_size, ==, lower);
    g_assert_cmpuint(talk_facts(&talk, second)->wire_frames, ==, 11);
    talk_close(&talk);
}

/* GRO on a jumbo host: within the receiver's MSS, beyond the sender's own. */
static void test_within_mss(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    syn.tcp.mss = 8940;
    talk_send(&talk, &syn);
    talk_send_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0);
    uint32_t seq = 5000, size = default_size(&talk);
    uint32_t number = send_left(&talk, &seq, 3 * size, 3);
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, 3);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_SUPERFRAME_RECEIVED));
    talk_close(&talk);
}

/* Largest payload, with timestamps, in a packet of `mtu`. */
static uint32_t filling(const struct talk *talk, uint32_t mtu)
{
    return mtu - (talk->version == 4 ? 40 : 60) - 12;
}

/*
 * No handshake, and of the server's data nothing but one super-frame, which ends with a short segment:
 * `segments` of the client went before.
 */
static const struct wt_facts *super_frame_after(struct talk *talk, uint32_t segment, unsigned segments)
{
    uint32_t seq = 1000, left = 5000;
    for (unsigned i = 0; i < segments; i++, seq += segment)
        talk_send_tcp(talk, 0, WT_TCP_ACK, seq, 5000, segment);
    return talk_facts(talk, send_left(talk, &left, 40 * default_size(talk) + 7, 41));
}

static const char *evidence(const struct talk *talk)
{
    static const enum wt_finding_id ids[] = {WT_FINDING_SUPERFRAME_SENT, WT_FINDING_SUPERFRAME_UNKNOWN};
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        const struct wt_finding *finding = talk_found(talk, talk->frame.number, ids[i]);
        if (finding)
            return wt_reason_text[finding->reason];
    }
    return "no super-frame";
}

/* The other direction's full segments tell the size where nothing else does, less this
 * segment's own options. */
static void test_other_direction(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    const struct wt_facts *facts = super_frame_after(&talk, filling(&talk, 1492), 2);
    g_assert_cmpuint(facts->segment_size, ==, filling(&talk, 1492));
    g_assert_cmpstr(evidence(&talk), ==, "size by segments of the other direction");
    uint32_t seq = 90000;
    struct wt_packet sack = talk_tcp(&talk, 1, WT_TCP_ACK, seq, 1000, 20000);
    sack.l4_checksum = WT_CHECKSUM_PARTIAL;
    sack.tcp.header_len = 44;
    sack.tcp.options_len = 24;
    sack.l4_header_len += 12;
    sack.l3_len += 12;
    facts = talk_facts(&talk, talk_send(&talk, &sack));
    g_assert_cmpuint(facts->segment_size, ==, filling(&talk, 1492) - 12);
    talk_close(&talk);
}

/* A size of no common link tells if this payload is a multiple of it, and not of the link's. */
static void test_other_direction_divides(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    uint32_t size = filling(&talk, 1412), left = 5000;
    super_frame_after(&talk, size, 2);
    left += 40 * default_size(&talk) + 7;
    g_assert_cmpuint(talk_facts(&talk, send_left(&talk, &left, 30 * size, 30))->segment_size, ==, size);
    talk_close(&talk);
}

/* Equal requests, and a single segment, are no evidence: the link MTU is. */
static void test_other_direction_short(gconstpointer version)
{
    const struct {
        uint32_t mtu;
        unsigned segments;
    } cases[] = {{700, 3}, {1411, 9}, {1492, 1}, {1492, 0}};
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct talk talk;
        talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
        const struct wt_facts *facts =
            super_frame_after(&talk, filling(&talk, cases[i].mtu), cases[i].segments);
        g_assert_cmpuint(facts->segment_size, ==, default_size(&talk));
        g_assert_cmpstr(evidence(&talk), ==, "size by the link MTU");
        talk_close(&talk);
    }
}

/* The other direction was seen to be cut to a size: that holds here, too. IPv6 has no identification. */
static void test_other_direction_cut(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    uint32_t seq = 5000;
    for (unsigned i = 0; i < 4; i++)
        send_left(&talk, &seq, 6 * 500, 6);
    struct wt_packet packet = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 4000);
    packet.l4_checksum = WT_CHECKSUM_PARTIAL;
    bool v4 = talk.version == 4;
    const struct wt_facts *facts = talk_facts(&talk, talk_send(&talk, &packet));
    g_assert_cmpuint(facts->segment_size, ==, v4 ? 500 : default_size(&talk));
    talk_close(&talk);
}

/* A report takes a moment to be obeyed: new data are still of the old size, repeated ones of the new. */
static void test_report(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    uint32_t seq = 5000, size = default_size(&talk), lower = size - 80;
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 2 * size);
    refused.l4_checksum = WT_CHECKSUM_PARTIAL;
    talk_send(&talk, &refused);
    seq += 2 * size;
    struct wt_packet quote = refused;
    quote.payload_len = size;
    quote.l3_len = quote.l3_field = quote.ip_header_len + 32 + size;
    talk_report(&talk, 0, 1420, &quote);
    uint32_t late = send_left(&talk, &seq, 2 * size, 2);
    g_assert_cmpuint(talk_facts(&talk, late)->segment_size, ==, size);
    uint32_t again = 5000;
    uint32_t obeyed = send_left(&talk, &again, 2 * lower, 2);
    g_assert_cmpuint(talk_facts(&talk, obeyed)->segment_size, ==, lower);
    uint32_t after = send_left(&talk, &seq, 2 * size, 3);
    g_assert_cmpuint(talk_facts(&talk, after)->segment_size, ==, lower);
    g_assert_cmpuint(talk_facts(&talk, after)->wire_frames, ==, 3);
    talk_close(&talk);
}

/* LRO: valid sums; a large segment of a flow whose MSS is not known is none, unless it is a multiple. */
static void test_valid_sums(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    uint32_t size = default_size(&talk);
    uint32_t jumbo = talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 8948);
    g_assert_cmpuint(talk_facts(&talk, jumbo)->wire_frames, ==, 1);
    uint32_t merged = talk_send_tcp(&talk, 1, WT_TCP_ACK, 13948, 1000, 3 * size);
    g_assert_cmpuint(talk_facts(&talk, merged)->wire_frames, ==, 3);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A packet that claims more than its frame ever held is no super-frame, and not too large. */
static void test_claim(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 9000);
    packet.l4_checksum = WT_CHECKSUM_PARTIAL;
    memset(&talk.reading, 0, sizeof talk.reading);
    talk.reading.packet[0] = packet;
    talk.reading.packets = 1;
    talk.frame.number++;
    talk.frame.length = talk.frame.captured = 600;
    wt_engine_frame(talk.engine, &talk.frame, &talk.reading);
    g_assert_cmpuint(talk_facts(&talk, talk.frame.number)->wire_frames, ==, 1);
    g_assert_null(talk_found(&talk, talk.frame.number, WT_FINDING_MTU_EXCEEDED));
    g_assert_null(talk_found(&talk, talk.frame.number, WT_FINDING_MSS_EXCEEDED));
    talk_close(&talk);
}

/* Neither is one that claims more than the packet around it, IP in IP, has room for. */
static void test_claim_inside(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    const uint32_t size = talk.version == 4 ? 1500 - 20 - 20 - 32 : 1500 - 40 - 40 - 32;
    struct wt_packet inner = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 5 * size);
    struct wt_packet outer = talk_packet(&talk, 1, 4, 0, inner.l3_len);
    inner.l4_checksum = WT_CHECKSUM_PARTIAL;
    inner.offset += outer.ip_header_len;
    outer.has_l4 = false;
    memset(&talk.reading, 0, sizeof talk.reading);
    talk.reading.packets = 2;
    talk.reading.packet[1] = inner;
    talk.frame.length = talk.frame.captured = TALK_ETHERNET + outer.l3_len;
    for (unsigned room = 0; room < 2; room++) {
        outer.l3_len = room ? outer.ip_header_len + inner.l3_len : 152;
        talk.reading.packet[0] = outer;
        talk.frame.number++;
        wt_engine_frame(talk.engine, &talk.frame, &talk.reading);
        g_assert_cmpuint(talk_facts(&talk, talk.frame.number)->wire_frames, ==, room ? 5 : 1);
    }
    talk_close(&talk);
}

static void announce(struct talk *talk, enum wt_announcement_kind kind, uint32_t mtu)
{
    memset(&talk->reading, 0, sizeof talk->reading);
    talk->reading.announcement = (struct wt_announcement){.kind = kind, .mtu = mtu, .on_link = true};
    talk->frame.number++;
    wt_engine_frame(talk->engine, &talk->frame, &talk->reading);
}

/* Stronger evidence replaces weaker, never the other way; a router's MTU counts for IPv6 alone. */
static void test_link_mtu(gconstpointer version)
{
    static const struct {
        enum wt_announcement_kind kind;
        uint32_t mtu;
        enum wt_mtu_source source;
    } steps[] = {
        {WT_ANNOUNCEMENT_LLDP, 9198, WT_MTU_LLDP},
        {WT_ANNOUNCEMENT_ROUTER, 1480, WT_MTU_ROUTER_ADVERTISEMENT},
        {WT_ANNOUNCEMENT_DHCP, 1400, WT_MTU_DHCP},
        {WT_ANNOUNCEMENT_LLDP, 9000, WT_MTU_DHCP},
    };
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    uint32_t expected = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
        announce(&talk, steps[i].kind, steps[i].mtu);
        uint32_t number = talk_send_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 0);
        bool foreign = steps[i].kind == WT_ANNOUNCEMENT_ROUTER && talk.version == 4;
        expected = foreign || i == 3 ? expected : steps[i].mtu;
        g_assert_cmpuint(talk_facts(&talk, number)->link_mtu, ==, expected);
        if (!foreign)
            g_assert_cmpint(talk_facts(&talk, number)->link_mtu_source, ==, steps[i].source);
    }
    struct wt_packet large = talk_packet(&talk, 1, 50, 0, 1460);
    large.has_l4 = false;
    const struct wt_finding *found = talk_found(&talk, talk_send(&talk, &large), WT_FINDING_MTU_EXCEEDED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* Packets of one length far above the default, again and again, are a jumbo link. */
static void test_observed(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    uint32_t number = 0;
    for (unsigned i = 0; i < 6; i++) {
        struct wt_packet packet = talk_packet(&talk, 1, 50, 0, 8900);
        packet.has_l4 = false;
        number = talk_send(&talk, &packet);
    }
    g_assert_cmpint(talk_facts(&talk, number)->link_mtu_source, ==, WT_MTU_OBSERVED);
    g_assert_null(talk_found(&talk, number, WT_FINDING_MTU_EXCEEDED));
    talk_close(&talk);
}

/* SCTP: packets end between chunks. */
static void test_sctp(gconstpointer version)
{
    uint8_t bytes[8192] = {0};
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet packet = talk_packet(&talk, 1, 132, 12, 4 * 1000);
    packet.l4_checksum = WT_CHECKSUM_UNFILLED;
    uint32_t at = packet.l4_offset + 12;
    for (unsigned i = 0; i < 4; i++) {
        bytes[at + i * 1000 + 2] = 1000 >> 8;
        bytes[at + i * 1000 + 3] = 1000 & 0xff;
    }
    talk.frame.bytes = bytes;
    uint32_t number = talk_send(&talk, &packet);
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, 4); /* 3 if cut anywhere */
    g_assert_cmpuint(talk_facts(&talk, number)->segment_last, ==, 1000);
    g_assert_cmpuint(talk_facts(&talk, number)->wire_len, ==, 4ULL * (packet.l4_offset + 12 + 1000));
    talk_close(&talk);
}

/* Of chunks that were not captured, as many bytes as fit count for each packet. */
static void test_sctp_cut(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet packet = talk_packet(&talk, 1, 132, 12, 4000);
    packet.l4_checksum = WT_CHECKSUM_UNFILLED;
    uint32_t number = talk_send(&talk, &packet), size = 1500 - packet.ip_header_len - 12;
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, ==, 3);
    g_assert_cmpuint(talk_facts(&talk, number)->segment_last, ==, 4000 - 2 * size);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("size/learn/identification", test_by_identification);
    talk_add("size/learn/small", test_small);
    talk_add("size/learn/foreign-counter", test_foreign_counter);
    talk_add("size/learn/borders", test_by_borders);
    talk_add("size/learn/within-mss", test_within_mss);
    talk_add("size/learn/report", test_report);
    talk_add("size/learn/valid-sums", test_valid_sums);
    talk_add("size/learn/claim", test_claim);
    talk_add("size/learn/claim-inside", test_claim_inside);
    talk_add("size/mtu/announced", test_link_mtu);
    talk_add("size/other_direction/common", test_other_direction);
    talk_add("size/other_direction/divides", test_other_direction_divides);
    talk_add("size/other_direction/no_full_segment", test_other_direction_short);
    talk_add("size/other_direction/cut", test_other_direction_cut);
    talk_add("size/mtu/observed", test_observed);
    talk_add("size/sctp", test_sctp);
    talk_add("size/sctp/cut", test_sctp_cut);
    return g_test_run();
}
