/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is announced of the link's MTU, from the bytes of each message, whole and cut. */
#include <glib.h>
#include <string.h>
#include <wiretruth/packet.h>

#include "packet_same.h"

struct message {
    enum wt_announcement_kind kind;
    uint32_t mtu;
    enum wt_link_type link;
    uint32_t length;
    uint32_t needed; /* bytes without which nothing can be told */
    uint8_t bytes[400];
};

static const uint8_t lldp[] = {0x01, 0x80, 0xc2, 0,    0,    0x0e, 2,    0,    0, 0, 0, 1,
                               0x88, 0xcc, 0x02, 0x07, 4,    2,    0,    0,    0, 0, 1, /* chassis */
                               0x04, 0x02, 7,    '1',                                   /* port */
                               0x06, 0x02, 0,    120,                                   /* time to live */
                               0xfe, 0x06, 0,    0x12, 0x0f, 4,    0x24, 0x00, 0, 0};   /* 9216 */

static const uint8_t cdp[] = {
    1,    0,    0x0c, 0xcc, 0xcc, 0xcc, 2,    0, 0,    0,   0, 1, 0, 24, /* length */
    0xaa, 0xaa, 3,    0,    0,    0x0c, 0x20, 0, 2,    180, 0, 0, 0, 3,
    0,    4,    0,    0x11, 0,    8,    0,    0, 0x05, 0xdc}; /* 1500 */

/* Point to point, LCP, Configure-Ack 1 of 14 bytes: MRU 1492, magic number. */
static const uint8_t lcp[] = {0xff, 3, 0xc0, 0x21, 2, 1, 0, 14, 1, 4, 0x05, 0xd4, 5, 6, 1, 2, 3, 4};

static struct message make(enum wt_announcement_kind kind, uint32_t mtu, enum wt_link_type link,
                           const uint8_t *bytes, uint32_t length)
{
    struct message message = {kind, mtu, link, length, length, {0}};
    memcpy(message.bytes, bytes, length);
    return message;
}

/* Over IPv4 without Ethernet: header, UDP 67 to 68, fixed part, magic number, type `type`, MTU 1400. */
static struct message make_dhcp(uint8_t type)
{
    static const uint8_t ip[] = {0x45, 0, 0x01, 0x0f, 0, 0, 0, 0,  64, 17, 0,    0,    10, 0,
                                 0,    1, 10,   0,    0, 2, 0, 67, 0,  68, 0x00, 0xfb, 0,  0};
    static const uint8_t options[] = {0x63, 0x82, 0x53, 0x63, 53, 1, 5, 0, 26, 2, 0x05, 0x78};
    struct message message = make(WT_ANNOUNCEMENT_DHCP, 1400, WT_LINK_RAW_IP, ip, sizeof ip);
    memcpy(message.bytes + sizeof ip + 236, options, sizeof options);
    message.bytes[sizeof ip + 236 + 6] = type;
    message.needed = sizeof ip + 236 + sizeof options;
    message.length = message.needed;
    message.bytes[message.length++] = 255;
    message.bytes[2] = (uint8_t)(message.length >> 8);
    message.bytes[3] = (uint8_t)message.length;
    message.bytes[24] = (uint8_t)((message.length - 20) >> 8);
    message.bytes[25] = (uint8_t)(message.length - 20);
    return message;
}

/* IPv6, router advertisement with a source address option and MTU `mtu`. */
static struct message make_router(uint16_t mtu)
{
    struct message message = {WT_ANNOUNCEMENT_ROUTER, mtu, WT_LINK_RAW_IP, 72, 72, {0}};
    static const uint8_t ip[] = {0x60, 0, 0, 0, 0, 32, 58, 255};
    static const uint8_t router[] = {134, 0, 0, 0, 64, 0, 0, 30};
    static const uint8_t options[] = {1, 1, 2, 0, 0, 0, 0, 1, 5, 1, 0, 0, 0, 0};
    memcpy(message.bytes, ip, sizeof ip);
    message.bytes[8] = 0xfe;
    message.bytes[9] = 0x80;
    message.bytes[24] = 0xff;
    memcpy(message.bytes + 40, router, sizeof router);
    memcpy(message.bytes + 56, options, sizeof options);
    message.bytes[70] = (uint8_t)(mtu >> 8);
    message.bytes[71] = (uint8_t)mtu;
    return message;
}

static struct wt_announcement read_cut(const struct message *message, uint32_t captured)
{
    struct wt_frame frame = {.number = 1,
                             .link_type = message->link,
                             .length = message->length,
                             .captured = captured,
                             .bytes = message->bytes};
    static struct wt_reading reading;
    g_assert_cmpstr(packet_read_both(&frame, &reading), ==, NULL);
    return reading.announcement;
}

static void assert_announces(const struct message *message)
{
    struct wt_announcement whole = read_cut(message, message->length);
    g_assert_cmpint(whole.kind, ==, message->kind);
    g_assert_cmpuint(whole.mtu, ==, message->mtu);
    for (uint32_t captured = 0; captured < message->needed; captured++) {
        struct wt_announcement cut = read_cut(message, captured);
        g_assert_cmpint(cut.kind, ==, WT_ANNOUNCEMENT_NONE);
    }
}

/* The same behind an Ethernet header. */
static struct message in_ethernet(const struct message *message)
{
    enum {
        HEADER = 14
    };
    struct message made = *message;
    made.link = WT_LINK_ETHERNET;
    made.length += HEADER;
    made.needed += HEADER;
    memset(made.bytes, 2, HEADER);
    memcpy(made.bytes + HEADER, message->bytes, sizeof made.bytes - HEADER);
    made.bytes[12] = message->bytes[0] >> 4 == 4 ? 0x08 : 0x86;
    made.bytes[13] = message->bytes[0] >> 4 == 4 ? 0x00 : 0xdd;
    return made;
}

static void test_each(void)
{
    const struct message messages[] = {
        make(WT_ANNOUNCEMENT_LLDP, 9198, WT_LINK_ETHERNET, lldp, sizeof lldp - 2),
        make(WT_ANNOUNCEMENT_LLDP, 1500, WT_LINK_ETHERNET, cdp, sizeof cdp),
        make(WT_ANNOUNCEMENT_PPP, 1492, WT_LINK_PPP, lcp, sizeof lcp - 6),
        make_dhcp(5),
        make_dhcp(2),
        make_router(1480),
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(messages); i++) {
        assert_announces(&messages[i]);
        if (messages[i].link == WT_LINK_RAW_IP) {
            struct message made = in_ethernet(&messages[i]);
            assert_announces(&made);
        }
    }
}

/* What a router forwarded, or another host made up, is no router advertisement (RFC 4861 6.1.2). */
static void test_strangers_router(void)
{
    struct message message = make_router(1280);
    message.bytes[7] = 254; /* hop limit */
    g_assert_cmpint(read_cut(&message, message.length).kind, ==, WT_ANNOUNCEMENT_NONE);
    message = make_router(1280);
    message.bytes[8] = 0x20; /* a global address */
    g_assert_cmpint(read_cut(&message, message.length).kind, ==, WT_ANNOUNCEMENT_NONE);
}

/* Who asked, by the transaction number; and whether everybody on the link was told. */
static void test_dhcp_whom(void)
{
    struct message answer = make_dhcp(5);
    answer.bytes[28 + 4] = 0xab;
    struct wt_announcement announcement = read_cut(&answer, answer.length);
    g_assert_cmpuint(announcement.transaction, ==, 0xab000000);
    g_assert_false(announcement.on_link);
    memset(answer.bytes + 16, 255, 4);
    g_assert_true(read_cut(&answer, answer.length).on_link);
    answer.bytes[23] = 67; /* to a relay: of another link */
    g_assert_cmpint(read_cut(&answer, answer.length).kind, ==, WT_ANNOUNCEMENT_NONE);
    answer.bytes[21] = 68;
    answer.bytes[28] = 1; /* a request, from a client */
    announcement = read_cut(&answer, answer.length);
    g_assert_cmpint(announcement.kind, ==, WT_ANNOUNCEMENT_DHCP_REQUEST);
    g_assert_cmpuint(announcement.transaction, ==, 0xab000000);
}

/* A request asks, an impossible MTU says nothing. */
static void test_none(void)
{
    struct message request = make_dhcp(1);
    g_assert_cmpint(read_cut(&request, request.length).kind, ==, WT_ANNOUNCEMENT_NONE);
    struct message small = make_router(100);
    g_assert_cmpint(read_cut(&small, small.length).kind, ==, WT_ANNOUNCEMENT_NONE);
    struct message ask = make(WT_ANNOUNCEMENT_NONE, 0, WT_LINK_PPP, lcp, sizeof lcp);
    ask.bytes[4] = 1; /* Configure-Request */
    g_assert_cmpint(read_cut(&ask, ask.length).kind, ==, WT_ANNOUNCEMENT_NONE);
}

/* Tags and envelopes are no data. */
static void test_tagged(void)
{
    static const uint16_t sizes[] = {1518, 1522, 2000};
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct message message = make(WT_ANNOUNCEMENT_LLDP, 1500, WT_LINK_ETHERNET, lldp, sizeof lldp);
        message.bytes[sizeof lldp - 4] = (uint8_t)(sizes[i] >> 8);
        message.bytes[sizeof lldp - 3] = (uint8_t)sizes[i];
        g_assert_cmpuint(read_cut(&message, message.length).mtu, ==, 1500);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/announce/each", test_each);
    g_test_add_func("/announce/none", test_none);
    g_test_add_func("/announce/strangers-router", test_strangers_router);
    g_test_add_func("/announce/dhcp-whom", test_dhcp_whom);
    g_test_add_func("/announce/tagged", test_tagged);
    return g_test_run();
}
