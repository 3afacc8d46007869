/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flows of a capture, and the memory of those used last. */
#include <wiretruth/engine.h>

#include "engine/state/flow.h"

static struct wt_packet packet_between(uint32_t client, uint32_t server, uint16_t port)
{
    struct wt_packet packet = {.proto = 6, .src_port = port, .dst_port = 80};
    const uint32_t numbers[2] = {GUINT32_TO_BE(client), GUINT32_TO_BE(server)};
    memcpy(packet.src.bytes + 12, &numbers[0], 4);
    memcpy(packet.dst.bytes + 12, &numbers[1], 4);
    return packet;
}

static struct wt_packet answer_to(const struct wt_packet *packet)
{
    struct wt_packet answer = *packet;
    answer.src = packet->dst;
    answer.dst = packet->src;
    answer.src_port = packet->dst_port;
    answer.dst_port = packet->src_port;
    return answer;
}

enum {
    APART = 6,
    SCAN = 1 << 17, /* four times what may be fleeting */
};

/* Flow `which` of some that differ in one part of their keys. */
static struct wt_packet packet_apart(unsigned which)
{
    struct wt_packet packet = packet_between(which == 1 ? 0x0b000001 : 0x0a000001,
                                             which == 2 ? 0x0c010002 : 0x0c000002, which == 3 ? 1296 : 1040);
    packet.proto = which == 4 ? 17 : 6;
    packet.tunnel = which == 5;
    return packet;
}

static void check_apart(struct wt_map *flows, struct wt_flow_recent *recent, unsigned which,
                        struct wt_flow **found)
{
    const struct wt_packet packet = packet_apart(which), answer = answer_to(&packet);
    unsigned sender = 0, answerer = 0;
    struct wt_flow *flow = wt_flow_of(flows, recent, 0, &packet, &sender);
    g_assert_true(wt_flow_of(flows, recent, 0, &answer, &answerer) == flow);
    g_assert_true(wt_flow_find(flows, 0, &packet, &sender) == flow);
    g_assert_cmpuint(sender, ==, 0); /* the lower address */
    g_assert_cmpuint(answerer, ==, 1);
    g_assert_true(!found[which] || found[which] == flow);
    for (unsigned i = 0; i < which; i++)
        g_assert_true(flow != found[i]);
    found[which] = flow;
}

/* Also where the memory holds another flow in place of each: with another tag, or even the same. */
static void test_flows_apart(void)
{
    struct wt_map *flows = wt_flows_new();
    struct wt_flow_recent recent[WT_FLOWS_RECENT] = {{NULL, 0}};
    struct wt_flow *found[APART] = {NULL};
    uint32_t tag[APART] = {0};
    for (unsigned i = 0; i < APART; i++) {
        check_apart(flows, recent, i, found);
        for (unsigned k = 0; k < WT_FLOWS_RECENT; k++)
            if (recent[k].flow == found[i])
                tag[i] = recent[k].tag;
    }
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < APART; i++) {
            for (unsigned k = 0; k < WT_FLOWS_RECENT; k++)
                recent[k] = (struct wt_flow_recent){found[(i + 1) % APART], round ? tag[i] : ~tag[i]};
            check_apart(flows, recent, i, found);
        }
    wt_map_free(flows);
}

static unsigned flows_kept(const struct wt_map *flows)
{
    unsigned count = 0;
    for (const void *flow = wt_map_oldest(flows); flow; flow = wt_map_next(flow))
        count++;
    return count;
}

/* Who only announces a packet changes nothing, in small tables and in large ones. */
static void test_flow_expect(void)
{
    struct wt_map *flows = wt_flows_new();
    struct wt_flow_recent recent[WT_FLOWS_RECENT] = {{NULL, 0}};
    const struct wt_packet unknown = packet_apart(0);
    unsigned sender = 0, count = 0;
    for (uint32_t i = 0; i < 1 << 13; i++) {
        const struct wt_packet packet = packet_between(3, i + 4, 1000);
        wt_flow_of(flows, recent, 0, &packet, &sender);
        wt_flow_expect(flows, 0, &packet);
        wt_flow_expect(flows, 0, &unknown);
        count++;
    }
    g_assert_null(wt_flow_find(flows, 0, &unknown, &sender));
    g_assert_cmpuint(flows_kept(flows), ==, count); /* each packet's own, and no more */
    wt_map_free(flows);
}

/* The lower address or port is side 0, as bytes are compared. */
static void test_flow_sides(void)
{
    struct wt_map *flows = wt_flows_new();
    struct wt_flow_recent recent[WT_FLOWS_RECENT] = {{NULL, 0}};
    for (unsigned i = 0; i < 16; i++) {
        struct wt_packet packet = packet_between(5, 5, 1000);
        unsigned sender = 0;
        packet.src.bytes[i] = 1;
        packet.dst.bytes[i] = 0x80;
        if (i < 15)
            packet.src.bytes[i + 1] = 0xff; /* later bytes do not count */
        wt_flow_of(flows, recent, 0, &packet, &sender);
        g_assert_cmpuint(sender, ==, 0);
        packet = answer_to(&packet);
        wt_flow_of(flows, recent, 0, &packet, &sender);
        g_assert_cmpuint(sender, ==, 1);
    }
    struct wt_packet own = packet_between(5, 5, 1000);
    unsigned sender = 0;
    wt_flow_of(flows, recent, 0, &own, &sender); /* from port 1000 to 80 */
    g_assert_cmpuint(sender, ==, 1);
    wt_map_free(flows);
}

/* The memory still points to the place of a flow that was given up, where another one lives now. */
static void test_flow_given_up(void)
{
    struct wt_map *flows = wt_flows_new();
    struct wt_flow_recent recent[WT_FLOWS_RECENT] = {{NULL, 0}}, others[WT_FLOWS_RECENT] = {{NULL, 0}};
    const struct wt_packet packet = packet_between(1, 4, 1000);
    unsigned sender = 0;
    struct wt_flow *first = wt_flow_of(flows, recent, 0, &packet, &sender);
    first->rtt = 7;
    for (uint32_t i = 0; i < 1 << 18 && first->rtt; i++) {
        const struct wt_packet other = packet_between(3, (i + 1) << 8, 1000);
        wt_flow_of(flows, others, 0, &other, &sender);
    }
    g_assert_cmpuint(first->rtt, ==, 0);
    g_assert_true(wt_flow_of(flows, recent, 0, &packet, &sender) != first);
    g_assert_cmpuint(wt_flow_of(flows, recent, 0, &packet, &sender)->rtt, ==, 0);
    wt_map_free(flows);
}

/* What comes once, or is refused at once, pushes out nothing but its like: however long a scan is. */
static void test_flow_fleeting(void)
{
    struct wt_map *flows = wt_flows_new();
    struct wt_flow_recent recent[WT_FLOWS_RECENT] = {{NULL, 0}};
    struct wt_packet open = packet_between(1, 2, 1000);
    unsigned sender = 0;
    wt_flow_of(flows, recent, 0, &open, &sender);
    open.tcp.flags = WT_TCP_ACK;
    wt_flow_of(flows, recent, 0, &open, &sender)->rtt = 7;
    for (uint32_t i = 0; i < SCAN; i++) {
        struct wt_packet probe = packet_between(3, 5 + (i << 8), 1000);
        probe.proto = i % 4 ? 6 : 17;
        probe.tcp.flags = WT_TCP_SYN;
        wt_flow_of(flows, recent, 0, &probe, &sender);
        struct wt_packet reset = answer_to(&probe);
        reset.tcp.flags = WT_TCP_RST | WT_TCP_ACK;
        if (i % 4 == 3)
            wt_flow_of(flows, recent, 0, &reset, &sender);
    }
    g_assert_cmpuint(flows_kept(flows), ==, SCAN / 4 + 1);
    const struct wt_flow *kept = wt_flow_find(flows, 0, &open, &sender);
    g_assert_nonnull(kept);
    g_assert_cmpuint(kept->rtt, ==, 7);
    wt_map_free(flows);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/apart", test_flows_apart);
    g_test_add_func("/flow/expect", test_flow_expect);
    g_test_add_func("/flow/sides", test_flow_sides);
    g_test_add_func("/flow/given-up", test_flow_given_up);
    g_test_add_func("/flow/fleeting", test_flow_fleeting);
    return g_test_run();
}
