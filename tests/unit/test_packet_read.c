/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reading says beside layers, lengths and checksum states: of samples, field by field. */
#include "packet_frame.h"
#include "packet_samples.h"

static struct wt_reading read_sample(const char *name)
{
    struct wt_reading reading;
    for (unsigned i = 0; i < G_N_ELEMENTS(packet_samples); i++)
        if (strcmp(packet_samples[i].name, name) == 0) {
            packet_read_hex(packet_samples[i].link_type, packet_samples[i].bytes, &reading);
            return reading;
        }
    g_error("no sample %s", name);
}

static void assert_address(const struct wt_address *found, const char *expected)
{
    char text[WT_ADDRESS_TEXT];
    wt_address_text(found, text);
    g_assert_cmpstr(text, ==, expected);
}

static void test_v4(void)
{
    const struct wt_reading reading = read_sample("ethernet-v4");
    const struct wt_packet *packet = &reading.packet[0];
    assert_address(&packet->src, "192.0.2.1");
    assert_address(&packet->dst, "198.51.100.2");
    PACKET_EXPECT({"version", packet->version, 4}, {"proto", packet->proto, 6}, {"ttl", packet->ttl, 64},
                  {"df", packet->df, true}, {"has_id", packet->has_id, true}, {"id", packet->id, 7},
                  {"fragment", packet->fragment, false}, {"truncated", packet->truncated, false},
                  {"offset", packet->offset, 14}, {"ip_header_len", packet->ip_header_len, 20},
                  {"l3_field", packet->l3_field, 81}, {"l4_offset", packet->l4_offset, 34},
                  {"src_port", packet->src_port, 40000}, {"dst_port", packet->dst_port, 80},
                  {"payload_captured", packet->payload_captured, 41}, {"tunnel", packet->tunnel, 0});
}

static void test_v6(void)
{
    const struct wt_reading reading = read_sample("ethernet-v6");
    const struct wt_packet *packet = &reading.packet[0];
    assert_address(&packet->src, "2001:db8::1");
    assert_address(&packet->dst, "2001:db8:1::2");
    PACKET_EXPECT({"version", packet->version, 6}, {"proto", packet->proto, 6}, {"ttl", packet->ttl, 64},
                  {"df", packet->df, true}, {"has_id", packet->has_id, false},
                  {"l3_field", packet->l3_field, 101}, {"ip_header_len", packet->ip_header_len, 40},
                  {"l4_offset", packet->l4_offset, 54});
}

static void test_link(void)
{
    static const uint8_t src[6] = {2, 0, 0, 0, 0, 1}, dst[6] = {2, 0, 0, 0, 0, 2};
    const struct wt_reading tagged = read_sample("qinq-88a8");
    PACKET_EXPECT({"has_mac", tagged.has_mac, true}, {"vlans", tagged.vlans, 2}, {"outer", tagged.vlan[0], 5},
                  {"inner", tagged.vlan[1], 6},
                  {"mac_src", (guint64)memcmp(tagged.mac_src, src, sizeof src), 0},
                  {"mac_dst", (guint64)memcmp(tagged.mac_dst, dst, sizeof dst), 0},
                  {"without its priority", read_sample("vlan").vlan[0], 5},
                  {"tag in a tunnel", read_sample("vxlan-vlan").vlans, 0},
                  {"no Ethernet", read_sample("raw-v4").has_mac, false});
}

static void test_direction(void)
{
    struct wt_reading other, loopback, broadcast;
    packet_read_hex(WT_LINK_SLL, "0003 0001 0006 000000000000 0000 0800", &other);
    packet_read_hex(WT_LINK_SLL, "0000 0304 0006 000000000000 0000 0800", &loopback);
    packet_read_hex(WT_LINK_SLL, "0001 0001 0006 000000000000 0000 0800", &broadcast);
    PACKET_EXPECT({"sll 4", read_sample("sll-v4").direction, WT_DIRECTION_SENT},
                  {"sll 0", read_sample("sll-v6").direction, WT_DIRECTION_RECEIVED},
                  {"sll2 4", read_sample("sll2-v4").direction, WT_DIRECTION_SENT},
                  {"sll2 0", read_sample("sll2-v6").direction, WT_DIRECTION_RECEIVED},
                  {"ethernet", read_sample("ethernet-v4").direction, WT_DIRECTION_UNKNOWN},
                  {"another host's", other.direction, WT_DIRECTION_UNKNOWN},
                  {"loopback", loopback.direction, WT_DIRECTION_UNKNOWN},
                  {"broadcast", broadcast.direction, WT_DIRECTION_RECEIVED});
}

static void test_fragments_v4(void)
{
    const struct wt_packet first = read_sample("v4-fragment-first").packet[0];
    const struct wt_packet later = read_sample("v4-fragment-later").packet[0];
    PACKET_EXPECT({"fragment", first.fragment, true}, {"more", first.more_fragments, true},
                  {"has_l4", first.has_l4, true}, {"df", first.df, false});
    PACKET_EXPECT({"fragment", later.fragment, true}, {"more", later.more_fragments, false},
                  {"has_l4", later.has_l4, false}, {"offset", later.fragment_offset, 72});
}

static void test_fragments_v6(void)
{
    const struct wt_packet first = read_sample("v6-fragment-first").packet[0];
    const struct wt_packet later = read_sample("v6-fragment-later").packet[0];
    const struct wt_packet atomic = read_sample("v6-fragment-atomic").packet[0];
    PACKET_EXPECT({"fragment", first.fragment, true}, {"has_id", first.has_id, true}, {"id", first.id, 5},
                  {"df", first.df, false}, {"ip_header_len", first.ip_header_len, 48});
    PACKET_EXPECT({"fragment", later.fragment, true}, {"offset", later.fragment_offset, 64},
                  {"proto", later.proto, 6}, {"has_l4", later.has_l4, false});
    PACKET_EXPECT({"fragment", atomic.fragment, false}, {"has_l4", atomic.has_l4, true});
}

/* A hop-by-hop header of 16 bytes that holds nothing but a jumbo option, in 16 bytes of payload and in 8. */
static void test_jumbo_beyond(void)
{
#define JUMBO_BEHIND(length)                                                                                 \
    "60000000" length "0040 20010db8000000000000000000000001 20010db8000000000000000000000002"               \
    "3b01 c204 00020000 0000000000000000"
    struct wt_reading fits, beyond;
    packet_read_hex(WT_LINK_RAW_IP, JUMBO_BEHIND("0010"), &fits);
    packet_read_hex(WT_LINK_RAW_IP, JUMBO_BEHIND("0008"), &beyond);
    PACKET_EXPECT({"fits: coverage", fits.layers.coverage, WT_COVERAGE_COMPLETE},
                  {"fits: header", fits.packet[0].ip_header_len, 56},
                  {"fits: jumbo", fits.packet[0].jumbo_len, 16},
                  {"beyond: coverage", beyond.layers.coverage, WT_COVERAGE_MALFORMED},
                  {"beyond: header", beyond.packet[0].ip_header_len, 40},
                  {"beyond: jumbo", beyond.packet[0].jumbo_len, 0});
}

static void test_report_v4(void)
{
    const struct wt_reading reading = read_sample("icmp-report-28");
    const struct wt_packet *quote = &reading.quote[0];
    PACKET_EXPECT({"error", reading.packet[0].icmp.error, true},
                  {"report", reading.packet[0].icmp.report, true}, {"mtu", reading.packet[0].icmp.mtu, 1400},
                  {"quote_captured", reading.quote_captured, 28});
    PACKET_EXPECT({"has_l4", quote->has_l4, true}, {"truncated", quote->truncated, true},
                  {"l3_len", quote->l3_len, 1500}, {"l4_len", quote->l4_len, 1480}, {"id", quote->id, 7},
                  {"src_port", quote->src_port, 40000}, {"dst_port", quote->dst_port, 80},
                  {"seq", quote->tcp.seq, 1000}, {"header_len, unknown", quote->tcp.header_len, 0});
    const struct wt_reading longer = read_sample("icmp-report-548");
    PACKET_EXPECT({"header_len", longer.quote[0].tcp.header_len, 20},
                  {"payload", longer.quote[0].payload_len, 1460},
                  {"quote_captured", longer.quote_captured, 548},
                  {"no L4", read_sample("icmp-report-20").quote[0].has_l4, false});
}

static void test_report_v6(void)
{
    const struct wt_reading reading = read_sample("icmpv6-too-big-48");
    const struct wt_packet *quote = &reading.quote[0];
    PACKET_EXPECT({"report", reading.packet[0].icmp.report, true}, {"mtu", reading.packet[0].icmp.mtu, 1400},
                  {"has_l4", quote->has_l4, true}, {"seq", quote->tcp.seq, 1000},
                  {"l3_len", quote->l3_len, 1500}, {"quote_captured", reading.quote_captured, 48});
    const struct wt_reading absurd =
        read_sample("icmpv6-too-big-absurd"); /* its MTU is no length of RFC 4884 */
    PACKET_EXPECT({"mtu", absurd.packet[0].icmp.mtu, 0x02000000},
                  {"quote_captured", absurd.quote_captured, 48});
    const struct wt_reading redirect = read_sample("icmpv6-redirect");
    PACKET_EXPECT({"report", redirect.packet[0].icmp.report, false},
                  {"quote_captured", redirect.quote_captured, 64});
}

static void test_other_icmp(void)
{
    const struct wt_reading extended = read_sample("icmp-extended"), echo = read_sample("icmp-echo");
    PACKET_EXPECT({"error", extended.packet[0].icmp.error, true},
                  {"report", extended.packet[0].icmp.report, false},
                  {"without the extension", extended.quote_captured, 128});
    PACKET_EXPECT({"error", echo.packet[0].icmp.error, false}, {"id", echo.packet[0].icmp.id, 9},
                  {"seq", echo.packet[0].icmp.seq, 4},
                  {"id", read_sample("icmpv6-echo").packet[0].icmp.id, 9});
    const struct wt_reading tunnelled = read_sample("icmp-vxlan");
    assert_address(&tunnelled.quote[0].src, "10.0.0.1");
    assert_address(&tunnelled.quote[1].src, "192.0.2.1");
    PACKET_EXPECT({"quotes", tunnelled.quotes, 2}, {"quote_captured", tunnelled.quote_captured, 131});
}

/* Outer and inner packet with a GRE header of this key between them, from `a` to `b`. */
static uint32_t gre_tunnel(const char *a, const char *b, const char *header)
{
    struct wt_reading reading;
    char *digits = g_strdup_printf("45000038 00080000 40 2f 0000 %s %s %s"
                                   "4500001c 00074000 40 11 0000 c0000201 c6336402 9c401388 00080000",
                                   a, b, header);
    packet_read_hex(WT_LINK_RAW_IP, digits, &reading);
    g_free(digits);
    g_assert_cmpuint(reading.packets, ==, 2);
    g_assert_cmpuint(reading.packet[0].tunnel, ==, 0);
    return reading.packet[1].tunnel;
}

/* Equal for both directions of a tunnel, different for another tunnel. */
static void test_tunnel(void)
{
    uint32_t there = gre_tunnel("0a000001", "0a000002", "20000800 00000007");
    g_assert_cmpuint(there, !=, 0);
    g_assert_cmpuint(gre_tunnel("0a000002", "0a000001", "20000800 00000007"), ==, there);
    g_assert_cmpuint(gre_tunnel("0a000001", "0a000002", "20000800 00000008"), !=, there);
    g_assert_cmpuint(gre_tunnel("0a000001", "0a000003", "20000800 00000007"), !=, there);
    g_assert_cmpuint(gre_tunnel("0a000001", "0a000002", "10000800 00000007"), !=,
                     there); /* a sequence number */
    g_assert_cmpuint(gre_tunnel("0a000001", "0a000002", "10000800 00000001"), ==,
                     gre_tunnel("0a000001", "0a000002", "10000800 00000002"));
}

/* The same tunnel inside another one is another tunnel; UDP's right sum may be 0xffff. */
static void test_nested(void)
{
    const struct wt_reading nested = read_sample("lco-nested");
    PACKET_EXPECT(
        {"packets", nested.packets, 3}, {"outer", nested.packet[0].tunnel, 0},
        {"distinct", nested.packet[1].tunnel != nested.packet[2].tunnel, true},
        {"by what is around", nested.packet[2].tunnel != read_sample("vxlan").packet[1].tunnel, true},
        {"UDP zero", read_sample("udp-ffff-wrong").packet[0].l4_checksum_expected, 0xffff});
}

static void test_tunnel_of_quote(void)
{
    const struct wt_reading inside = read_sample("icmp-in-vxlan"), quoting = read_sample("icmp-vxlan");
    uint32_t tunnel = read_sample("vxlan").packet[1].tunnel;
    PACKET_EXPECT({"error in a tunnel", inside.packet[1].tunnel, tunnel},
                  {"its quote", inside.quote[0].tunnel, tunnel},
                  {"quoted outer packet", quoting.quote[0].tunnel, 0},
                  {"quoted inner packet", quoting.quote[1].tunnel, tunnel});
}

/* A header that is repeated beyond the bounds is told, and bounds what is read. */
static void check_depth(enum wt_link_type link_type, const char *head, const char *repeated, unsigned times)
{
    GString *digits = g_string_new(head);
    for (unsigned i = 0; i < times; i++)
        g_string_append(digits, repeated);
    struct wt_reading reading;
    packet_read_hex(link_type, digits->str, &reading);
    g_assert_cmpint(reading.layers.coverage, ==, WT_COVERAGE_TOO_DEEP);
    g_assert_cmpuint(reading.packets, <=, WT_PACKETS_MAX);
    g_string_free(digits, TRUE);
}

static void test_depth(void)
{
    check_depth(WT_LINK_ETHERNET, "020000000002 020000000001 8100", "0005 8100", WT_LAYERS_MAX);
    check_depth(WT_LINK_ETHERNET, "020000000002 020000000001 8847", "00010009", WT_LAYERS_MAX + 5);
    check_depth(WT_LINK_RAW_IP, "", "45000000 00000000 40 04 0000 0a000001 0a000002", WT_PACKETS_MAX + 1);
    check_depth(WT_LINK_RAW_IP,
                "60000000 00f03c40 20010db8000000000000000000000001 20010db8000000000000000000000002",
                "3c00 0104 00000000", 30);
    check_depth(WT_LINK_RAW_IP, "45000000 00000000 40 2f 0000 0a000001 0a000002 40000800 00000000",
                "0800 0004 0a000001", 20);
}

static void test_unknown_link(void)
{
    struct wt_reading reading;
    packet_read_hex(WT_LINK_UNKNOWN, "4500001c 00074000 40 11 0000 c0000201 c6336402 9c401388 00080000",
                    &reading);
    g_assert_cmpint(reading.layers.coverage, ==, WT_COVERAGE_LINK_TYPE);
    g_assert_cmpuint(reading.layers.count + reading.packets, ==, 0);
}

/* Layers from elsewhere (a dissection) may point anywhere. */
static void test_foreign_layers(void)
{
    static const uint32_t offsets[] = {0, 1, 13, 20, 27, 28, 29, 1000, G_MAXUINT32 - 1, G_MAXUINT32};
    GByteArray *bytes = packet_bytes("4500001c 00074000 40 11 0000 c0000201 c6336402 9c401388 00080000");
    struct wt_frame frame = packet_frame(WT_LINK_UNKNOWN, bytes->data, bytes->len, bytes->len);
    for (int kind = WT_LAYER_ETHERNET; kind <= WT_LAYER_ICMPV6; kind++)
        for (unsigned i = 0; i < G_N_ELEMENTS(offsets); i++) {
            struct wt_reading reading = {.layers = {.count = 2, .coverage = WT_COVERAGE_COMPLETE}};
            reading.layers.layer[0] = (struct wt_layer){(enum wt_layer_kind)kind, offsets[i], false};
            reading.layers.layer[1] = (struct wt_layer){WT_LAYER_IPV4, 0, kind % 2 == 0};
            wt_read(&frame, &reading);
            wt_verify(&frame, &reading, true);
            g_assert_cmpuint(reading.packets + reading.quotes, >=, 1);
        }
    packet_frame_free(&frame);
    g_byte_array_free(bytes, TRUE);
}

/* What was read before leaves nothing behind. */
static void test_read_again(void)
{
    static const uint8_t none[6];
    const char *const names[] = {"ethernet-v4", "qinq-88a8", "icmp-report-548", "vxlan"};
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        struct wt_reading reading = read_sample(names[i]);
        const struct wt_frame empty = {.number = 1, .link_type = WT_LINK_RAW_IP};
        wt_walk(&empty, &reading.layers);
        wt_read(&empty, &reading);
        PACKET_EXPECT({"has_mac", reading.has_mac, false}, {"packets", reading.packets, 0},
                      {"quotes", reading.quotes, 0}, {"vlans", reading.vlans, 0},
                      {"mac_src", (guint64)memcmp(reading.mac_src, none, sizeof none), 0},
                      {"mac_dst", (guint64)memcmp(reading.mac_dst, none, sizeof none), 0});
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/read/v4", test_v4);
    g_test_add_func("/read/v6", test_v6);
    g_test_add_func("/read/link", test_link);
    g_test_add_func("/read/direction", test_direction);
    g_test_add_func("/read/fragments-v4", test_fragments_v4);
    g_test_add_func("/read/fragments-v6", test_fragments_v6);
    g_test_add_func("/read/jumbo-beyond", test_jumbo_beyond);
    g_test_add_func("/read/report-v4", test_report_v4);
    g_test_add_func("/read/report-v6", test_report_v6);
    g_test_add_func("/read/other-icmp", test_other_icmp);
    g_test_add_func("/read/tunnel", test_tunnel);
    g_test_add_func("/read/nested", test_nested);
    g_test_add_func("/read/tunnel-of-quote", test_tunnel_of_quote);
    g_test_add_func("/read/depth", test_depth);
    g_test_add_func("/read/unknown-link", test_unknown_link);
    g_test_add_func("/read/foreign-layers", test_foreign_layers);
    g_test_add_func("/read/again", test_read_again);
    return g_test_run();
}
