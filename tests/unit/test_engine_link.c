/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which way a frame went, and how large a packet its link takes: every source of both, and which one counts. */
#include "talk.h"

enum {
    LINK_ETHERNET = 1500
};

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
}

/* An engine that is told where the capture was made. */
static void open_at(struct talk *talk, gconstpointer version, enum wt_capture_point point)
{
    const struct wt_preferences preferences = {.verify_checksums = true, .capture_point = point};
    open_talk(talk, version);
    wt_engine_free(talk->engine);
    talk->engine = wt_engine_new(&preferences);
}

/* A frame of `reading`, as talk_send() would give it. */
static const struct wt_facts *judge(struct talk *talk, const struct wt_reading *reading)
{
    talk->frame.number++;
    talk->frame.length = talk->frame.captured = TALK_ETHERNET + reading->packet[0].l3_len;
    talk->frame.time += TALK_MS;
    wt_engine_frame(talk->engine, &talk->frame, reading);
    return talk_facts(talk, talk->frame.number);
}

static struct wt_reading data(struct talk *talk, unsigned from, uint32_t payload)
{
    return (struct wt_reading){.packet = {talk_tcp(talk, from, WT_TCP_ACK, 5000, 1000, payload)},
                               .packets = 1};
}

/* --- direction --- */

static void test_flags_come_first(gconstpointer version)
{
    struct talk talk;
    open_at(&talk, version, WT_POINT_SENDER);
    struct wt_reading reading = data(&talk, 0, 100);
    reading.direction = WT_DIRECTION_SENT;
    talk.frame.direction = WT_DIRECTION_RECEIVED;
    const struct wt_facts *facts = judge(&talk, &reading);
    g_assert_cmpint(facts->direction, ==, WT_DIRECTION_RECEIVED);
    g_assert_cmpint(facts->direction_source, ==, WT_DIRECTION_SOURCE_FLAGS);
    talk_close(&talk);
}

static void test_cooked_header(gconstpointer version)
{
    struct talk talk;
    open_at(&talk, version, WT_POINT_RECEIVER);
    struct wt_reading reading = data(&talk, 0, 100);
    reading.direction = WT_DIRECTION_SENT;
    const struct wt_facts *facts = judge(&talk, &reading);
    g_assert_cmpint(facts->direction, ==, WT_DIRECTION_SENT);
    g_assert_cmpint(facts->direction_source, ==, WT_DIRECTION_SOURCE_COOKED);
    talk_close(&talk);
}

/* The preference: the end that has sent most of the payload is the sender, whichever host that is. */
static void test_preferred_point(gconstpointer version)
{
    for (unsigned from = 0; from < 2; from++) {
        for (unsigned i = 0; i < 2; i++) {
            struct talk talk;
            open_at(&talk, version, i ? WT_POINT_RECEIVER : WT_POINT_SENDER);
            talk_handshake(&talk, 1000, 5000);
            struct wt_reading reading = data(&talk, from, 1000);
            const struct wt_facts *facts = judge(&talk, &reading);
            g_assert_cmpint(facts->direction, ==, i ? WT_DIRECTION_RECEIVED : WT_DIRECTION_SENT);
            g_assert_cmpint(facts->direction_source, ==, WT_DIRECTION_SOURCE_LEARNT);
            reading = data(&talk, !from, 0);
            g_assert_cmpint(judge(&talk, &reading)->direction, ==,
                            i ? WT_DIRECTION_SENT : WT_DIRECTION_RECEIVED);
            talk_close(&talk);
        }
    }
}

/* Between two hosts nothing is sent or received, whatever sums say. */
static void test_between(gconstpointer version)
{
    struct talk talk;
    open_at(&talk, version, WT_POINT_BETWEEN);
    struct wt_reading reading = data(&talk, 0, 1000);
    reading.packet[0].l4_checksum = WT_CHECKSUM_PARTIAL;
    g_assert_cmpint(judge(&talk, &reading)->direction, ==, WT_DIRECTION_UNKNOWN);
    g_assert_cmpint(judge(&talk, &reading)->direction_source, ==, WT_DIRECTION_SOURCE_NONE);
    talk_close(&talk);
}

/* --- link MTU --- */

static void assert_mtu(const struct wt_facts *facts, uint32_t mtu, enum wt_mtu_source source)
{
    g_assert_cmpuint(facts->link_mtu, ==, mtu);
    g_assert_cmpint(facts->link_mtu_source, ==, source);
}

static void announce(struct talk *talk, enum wt_announcement_kind kind, uint32_t mtu)
{
    const struct wt_reading reading = {.announcement = {.kind = kind, .mtu = mtu, .on_link = true}};
    talk->frame.number++;
    wt_engine_frame(talk->engine, &talk->frame, &reading);
}

/* Weaker evidence does not displace stronger one; of equal one the larger counts. */
static void test_announced(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    const struct wt_reading reading = data(&talk, 0, 10);
    assert_mtu(judge(&talk, &reading), LINK_ETHERNET, WT_MTU_DEFAULT);
    announce(&talk, WT_ANNOUNCEMENT_LLDP, 9000);
    assert_mtu(judge(&talk, &reading), 9000, WT_MTU_LLDP);
    announce(&talk, WT_ANNOUNCEMENT_DHCP, 1400);
    assert_mtu(judge(&talk, &reading), 1400, WT_MTU_DHCP);
    announce(&talk, WT_ANNOUNCEMENT_LLDP, 9000);
    announce(&talk, WT_ANNOUNCEMENT_DHCP, 1300);
    assert_mtu(judge(&talk, &reading), 1400, WT_MTU_DHCP);
    announce(&talk, WT_ANNOUNCEMENT_DHCP, 1450);
    assert_mtu(judge(&talk, &reading), 1450, WT_MTU_DHCP);
    talk_close(&talk);
}

/* A frame that need not hold a packet. */
static void hear(struct talk *talk, const struct wt_reading *reading)
{
    talk->frame.number++;
    wt_engine_frame(talk->engine, &talk->frame, reading);
}

/* A DHCP answer to one address counts only if somebody on the link asked with its number; a wrong sum never
 * does. */
static void test_dhcp_strangers(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    const struct wt_reading data_reading = data(&talk, 0, 10);
    struct wt_reading answer = {.announcement = {WT_ANNOUNCEMENT_DHCP, 1300, 7, false}};
    struct wt_reading request = {.announcement = {WT_ANNOUNCEMENT_DHCP_REQUEST, 0, 6, false}};
    hear(&talk, &answer);
    hear(&talk, &request);
    hear(&talk, &answer);
    assert_mtu(judge(&talk, &data_reading), LINK_ETHERNET, WT_MTU_DEFAULT);
    request.announcement.transaction = 7;
    hear(&talk, &request);
    answer.packets = 1;
    answer.packet[0] = talk_tcp(&talk, 0, WT_TCP_ACK, 1, 1, 0);
    answer.packet[0].l4_checksum = WT_CHECKSUM_BAD;
    hear(&talk, &answer);
    assert_mtu(judge(&talk, &data_reading), LINK_ETHERNET, WT_MTU_DEFAULT);
    answer.packet[0].l4_checksum = WT_CHECKSUM_VALID;
    hear(&talk, &answer);
    assert_mtu(judge(&talk, &data_reading), 1300, WT_MTU_DHCP);
    talk_close(&talk);
}

/* A router advertisement speaks of IPv6 only (RFC 4861 4.6.4), and a DHCP answer outweighs it. */
static void test_router(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    const struct wt_reading reading = data(&talk, 0, 10);
    announce(&talk, WT_ANNOUNCEMENT_ROUTER, 1280);
    if (talk.version == 6)
        assert_mtu(judge(&talk, &reading), 1280, WT_MTU_ROUTER_ADVERTISEMENT);
    else
        assert_mtu(judge(&talk, &reading), LINK_ETHERNET, WT_MTU_DEFAULT);
    announce(&talk, WT_ANNOUNCEMENT_DHCP, 1400);
    assert_mtu(judge(&talk, &reading), 1400, WT_MTU_DHCP);
    talk_close(&talk);
}

/* What PPP negotiates holds inside PPP only, and the smaller of both ends' counts. Without it PPPoE leaves
 * 1492. */
static void test_ppp(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    const struct wt_reading plain = data(&talk, 0, 10);
    struct wt_reading inside = plain;
    inside.layers.layer[0].kind = WT_LAYER_ETHERNET;
    inside.layers.layer[1].kind = WT_LAYER_PPPOE;
    inside.layers.layer[2].kind = WT_LAYER_PPP;
    inside.layers.layer[3].kind = talk.version == 4 ? WT_LAYER_IPV4 : WT_LAYER_IPV6;
    inside.layers.count = 4;
    assert_mtu(judge(&talk, &inside), 1492, WT_MTU_DEFAULT);
    announce(&talk, WT_ANNOUNCEMENT_PPP, 1480);
    announce(&talk, WT_ANNOUNCEMENT_PPP, 1456);
    announce(&talk, WT_ANNOUNCEMENT_PPP, 1492);
    assert_mtu(judge(&talk, &inside), 1456, WT_MTU_PPP);
    assert_mtu(judge(&talk, &plain), LINK_ETHERNET, WT_MTU_DEFAULT);
    talk_close(&talk);
}

/* A fragment fits the link that it came from; larger packets are then no fault for sure. */
static void test_fragment(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet fragment = talk_packet(&talk, 0, 17, 8, 2000);
    fragment.fragment = fragment.more_fragments = true;
    fragment.df = false;
    const struct wt_reading reading = {.packet = {fragment}, .packets = 1};
    assert_mtu(judge(&talk, &reading), fragment.l3_len, WT_MTU_FRAGMENTS);
    talk_close(&talk);
}

/* Each end says what it can take: both 8960, so the link between takes 9000. */
static void test_jumbo_mss(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    struct wt_packet answer = talk_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0);
    syn.tcp.mss = answer.tcp.mss = talk.version == 4 ? 8960 : 8940;
    assert_mtu(talk_facts(&talk, talk_send(&talk, &syn)), LINK_ETHERNET, WT_MTU_DEFAULT);
    assert_mtu(talk_facts(&talk, talk_send(&talk, &answer)), 9000, WT_MTU_MSS);
    talk_close(&talk);
}

/* Nothing limits what a host sends to itself: by its address, or by MAC addresses that are all zero. */
static void test_loopback(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_reading itself = data(&talk, 0, 30000);
    itself.packet[0].dst = itself.packet[0].src;
    assert_mtu(judge(&talk, &itself), 65536, WT_MTU_DEFAULT);
    g_assert_null(talk_found(&talk, talk.frame.number, WT_FINDING_MTU_EXCEEDED));
    struct wt_reading zero = data(&talk, 0, 30000);
    zero.has_mac = true;
    assert_mtu(judge(&talk, &zero), 65536, WT_MTU_DEFAULT);
    zero.mac_src[5] = 1;
    assert_mtu(judge(&talk, &zero), LINK_ETHERNET, WT_MTU_DEFAULT);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("link/direction/flags-come-first", test_flags_come_first);
    talk_add("link/direction/cooked-header", test_cooked_header);
    talk_add("link/direction/preferred-point", test_preferred_point);
    talk_add("link/direction/between", test_between);
    talk_add("link/mtu/announced", test_announced);
    talk_add("link/mtu/dhcp-strangers", test_dhcp_strangers);
    talk_add("link/mtu/router", test_router);
    talk_add("link/mtu/ppp", test_ppp);
    talk_add("link/mtu/fragment", test_fragment);
    talk_add("link/mtu/jumbo-mss", test_jumbo_mss);
    talk_add("link/mtu/loopback", test_loopback);
    return g_test_run();
}
