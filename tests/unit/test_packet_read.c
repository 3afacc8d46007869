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

static void test_l3(void)
{
    struct wt_reading reading = read_sample("ethernet-v4");
    const struct wt_packet *packet = &reading.packet[0];
    assert_address(&packet->src, "192.0.2.1");
    assert_address(&packet->dst, "198.51.100.2");
    g_assert_cmpuint(packet->version, ==, 4);
    g_assert_cmpuint(packet->proto, ==, 6);
    g_assert_cmpuint(packet->ttl, ==, 64);
    g_assert_true(packet->df && packet->has_id && !packet->fragment && !packet->truncated);
    g_assert_cmpuint(packet->id, ==, 7);
    g_assert_cmpuint(packet->offset, ==, 14);
    g_assert_cmpuint(packet->ip_header_len, ==, 20);
    g_assert_cmpuint(packet->l4_offset, ==, 34);
    g_assert_cmpuint(packet->l3_field, ==, 81);
    g_assert_cmpuint(packet->src_port, ==, 40000);
    g_assert_cmpuint(packet->dst_port, ==, 80);
    g_assert_cmpuint(packet->payload_captured, ==, 41);
    g_assert_cmpuint(packet->tunnel, ==, 0);
    reading = read_sample("ethernet-v6");
    packet = &reading.packet[0];
    assert_address(&packet->dst, "2001:db8:1::2");
    g_assert_true(packet->df && !packet->has_id);
    g_assert_cmpuint(packet->l3_field, ==, 101);
    g_assert_cmpuint(packet->ip_header_len, ==, 40);
}

static void test_link(void)
{
    static const uint8_t src[6] = {2, 0, 0, 0, 0, 1}, dst[6] = {2, 0, 0, 0, 0, 2};
    struct wt_reading reading = read_sample("qinq-88a8");
    g_assert_true(reading.has_mac);
    g_assert_cmpmem(reading.mac_src, sizeof src, src, sizeof src);
    g_assert_cmpmem(reading.mac_dst, sizeof dst, dst, sizeof dst);
    g_assert_cmpuint(reading.vlans, ==, 2);
    g_assert_cmpuint(reading.vlan[0], ==, 5);
    g_assert_cmpuint(reading.vlan[1], ==, 6);
    reading = read_sample("vlan");
    g_assert_cmpuint(reading.vlan[0], ==, 5); /* without its priority */
    reading = read_sample("vxlan-vlan");
    g_assert_cmpuint(reading.vlans, ==, 0); /* the tag in the tunnel is not the link's */
    reading = read_sample("raw-v4");
    g_assert_false(reading.has_mac);
}

static void test_direction(void)
{
    g_assert_cmpint(read_sample("sll-v4").direction, ==, WT_DIRECTION_SENT);
    g_assert_cmpint(read_sample("sll-v6").direction, ==, WT_DIRECTION_RECEIVED);
    g_assert_cmpint(read_sample("sll2-v4").direction, ==, WT_DIRECTION_SENT);
    g_assert_cmpint(read_sample("sll2-v6").direction, ==, WT_DIRECTION_RECEIVED);
    g_assert_cmpint(read_sample("ethernet-v4").direction, ==, WT_DIRECTION_UNKNOWN);
    struct wt_reading reading; /* another host's frame; loopback */
    packet_read_hex(WT_LINK_SLL, "0003 0001 0006 000000000000 0000 0800", &reading);
    g_assert_cmpint(reading.direction, ==, WT_DIRECTION_UNKNOWN);
    packet_read_hex(WT_LINK_SLL, "0000 0304 0006 000000000000 0000 0800", &reading);
    g_assert_cmpint(reading.direction, ==, WT_DIRECTION_UNKNOWN);
    packet_read_hex(WT_LINK_SLL, "0001 0001 0006 000000000000 0000 0800", &reading);
    g_assert_cmpint(reading.direction, ==, WT_DIRECTION_RECEIVED);
}

static void test_fragments(void)
{
    struct wt_reading reading = read_sample("v4-fragment-first");
    const struct wt_packet *packet = &reading.packet[0];
    g_assert_true(packet->fragment && packet->more_fragments && packet->has_l4 && !packet->df);
    reading = read_sample("v4-fragment-later");
    g_assert_true(packet->fragment && !packet->more_fragments && !packet->has_l4);
    g_assert_cmpuint(packet->fragment_offset, ==, 72);
    reading = read_sample("v6-fragment-first");
    g_assert_true(packet->fragment && packet->has_id && !packet->df);
    g_assert_cmpuint(packet->id, ==, 5);
    g_assert_cmpuint(packet->ip_header_len, ==, 48);
    reading = read_sample("v6-fragment-later");
    g_assert_cmpuint(packet->fragment_offset, ==, 64);
    g_assert_cmpuint(packet->proto, ==, 6);
    reading = read_sample("v6-fragment-atomic");
    g_assert_true(!packet->fragment && packet->has_l4);
}

static void test_reports(void)
{
    struct wt_reading reading = read_sample("icmp-report-28");
    const struct wt_packet *quote = &reading.quote[0];
    g_assert_true(reading.packet[0].icmp.error && reading.packet[0].icmp.report);
    g_assert_cmpuint(reading.packet[0].icmp.mtu, ==, 1400);
    g_assert_cmpuint(reading.quote_captured, ==, 28);
    g_assert_true(quote->has_l4 && quote->truncated);
    g_assert_cmpuint(quote->l3_len, ==, 1500);
    g_assert_cmpuint(quote->id, ==, 7);
    g_assert_cmpuint(quote->src_port, ==, 40000);
    g_assert_cmpuint(quote->dst_port, ==, 80);
    g_assert_cmpuint(quote->tcp.seq, ==, 1000);
    g_assert_cmpuint(quote->tcp.header_len, ==, 0); /* not known from eight bytes */
    g_assert_cmpuint(quote->l4_len, ==, 1480);
    reading = read_sample("icmp-report-548");
    g_assert_cmpuint(quote->tcp.header_len, ==, 20);
    g_assert_cmpuint(quote->payload_len, ==, 1460);
    g_assert_cmpuint(reading.quote_captured, ==, 548);
    reading = read_sample("icmp-report-20");
    g_assert_false(quote->has_l4);
    reading = read_sample("icmpv6-too-big-48");
    g_assert_true(reading.packet[0].icmp.report && quote->has_l4);
    g_assert_cmpuint(reading.packet[0].icmp.mtu, ==, 1400);
    g_assert_cmpuint(quote->tcp.seq, ==, 1000);
    g_assert_cmpuint(quote->l3_len, ==, 1500);
    reading = read_sample("icmpv6-redirect");
    g_assert_false(reading.packet[0].icmp.report);
    g_assert_cmpuint(reading.quote_captured, ==, 64);
}

static void test_other_icmp(void)
{
    struct wt_reading reading = read_sample("icmp-extended");
    g_assert_true(reading.packet[0].icmp.error && !reading.packet[0].icmp.report);
    g_assert_cmpuint(reading.quote_captured, ==, 128); /* without the extension behind it */
    reading = read_sample("icmp-vxlan");
    g_assert_cmpuint(reading.quotes, ==, 2);
    assert_address(&reading.quote[0].src, "10.0.0.1");
    assert_address(&reading.quote[1].src, "192.0.2.1");
    g_assert_cmpuint(reading.quote_captured, ==, 131);
    reading = read_sample("icmp-echo");
    g_assert_false(reading.packet[0].icmp.error);
    g_assert_cmpuint(reading.packet[0].icmp.id, ==, 9);
    g_assert_cmpuint(reading.packet[0].icmp.seq, ==, 4);
    reading = read_sample("icmpv6-echo");
    g_assert_cmpuint(reading.packet[0].icmp.id, ==, 9);
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
    struct wt_reading reading = read_sample("icmp-in-vxlan");
    g_assert_cmpuint(reading.quote[0].tunnel, ==, reading.packet[1].tunnel);
    g_assert_cmpuint(reading.quote[0].tunnel, ==, read_sample("vxlan").packet[1].tunnel);
    reading = read_sample("icmp-vxlan"); /* the quoted outer packet is in no tunnel, the inner one is */
    g_assert_cmpuint(reading.quote[0].tunnel, ==, 0);
    g_assert_cmpuint(reading.quote[1].tunnel, ==, read_sample("vxlan").packet[1].tunnel);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/read/l3", test_l3);
    g_test_add_func("/read/link", test_link);
    g_test_add_func("/read/direction", test_direction);
    g_test_add_func("/read/fragments", test_fragments);
    g_test_add_func("/read/reports", test_reports);
    g_test_add_func("/read/other-icmp", test_other_icmp);
    g_test_add_func("/read/tunnel", test_tunnel);
    g_test_add_func("/read/depth", test_depth);
    g_test_add_func("/read/unknown-link", test_unknown_link);
    g_test_add_func("/read/foreign-layers", test_foreign_layers);
    return g_test_run();
}
