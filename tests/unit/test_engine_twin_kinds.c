/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same packet at two points, for every kind of packet: what recognises it, and what must not. */
#include "talk.h"

#include <wiretruth/point.h>

enum {
    KIND_HERE = 1,
    KIND_THERE = 2,
    KIND_BYTES = 64 /* of payload that are captured */
};

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk->id = 100; /* 0 stands for none */
}

/* `packet` at `point`, a router further on where that is KIND_THERE; its payload is all bytes of `content`. */
static uint32_t see(struct talk *talk, uint32_t point, const struct wt_packet *packet, uint8_t content)
{
    uint8_t bytes[256];
    struct wt_packet copy = *packet;
    memset(bytes, content, sizeof bytes);
    talk->frame.interface = point;
    talk->frame.bytes = bytes;
    copy.ttl = point == KIND_HERE ? 64 : 63;
    uint32_t number = talk_send(talk, &copy);
    talk->frame.bytes = NULL;
    return number;
}

static void assert_twins(const struct talk *talk, uint32_t a, uint32_t b)
{
    g_assert_cmpuint(talk_related(talk, a, WT_RELATION_TWIN), ==, b);
    g_assert_cmpuint(talk_related(talk, b, WT_RELATION_TWIN), ==, a);
}

static void assert_alone(const struct talk *talk, uint32_t number)
{
    g_assert_cmpuint(talk_related(talk, number, WT_RELATION_TWIN), ==, 0);
}

/* --- datagrams --- */

static struct wt_packet datagram(struct talk *talk, uint32_t payload)
{
    struct wt_packet packet = talk_packet(talk, 0, 17, 8, payload);
    packet.payload_captured = MIN(payload, KIND_BYTES);
    return packet;
}

/* By length, first bytes and identification. */
static void test_datagram(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    const struct wt_packet one = datagram(&talk, 100), other = datagram(&talk, 100),
                           longer = datagram(&talk, 120);
    uint32_t here = see(&talk, KIND_HERE, &one, 'a');
    uint32_t here_other = see(&talk, KIND_HERE, &other, 'b');
    assert_twins(&talk, here_other, see(&talk, KIND_THERE, &other, 'b'));
    assert_twins(&talk, here, see(&talk, KIND_THERE, &one, 'a'));
    assert_alone(&talk, see(&talk, KIND_THERE, &longer, 'a'));
    assert_alone(&talk, see(&talk, KIND_THERE, &other, 'c'));
    talk_close(&talk);
}

/* A translator changes the source; identification (IPv4) and content tell, not content alone. */
static void test_translated(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet packet = datagram(&talk, 100);
    uint32_t here = see(&talk, KIND_HERE, &packet, 'a');
    packet.src.bytes[15] = 77;
    packet.src_port = 61000;
    uint32_t there = see(&talk, KIND_THERE, &packet, 'a');
    assert_twins(&talk, here, there);
    struct wt_packet next = datagram(&talk, 100);
    here = see(&talk, KIND_HERE, &next, 'b');
    next.src = packet.src;
    next.src_port = packet.src_port;
    assert_twins(&talk, here, see(&talk, KIND_THERE, &next, 'b'));
    const struct wt_passages *passages = wt_engine_passages(talk.engine);
    g_assert_cmpuint(passages->passage[0].changed[WT_CHANGE_TRANSLATED], >=, 1);
    talk_close(&talk);
}

/* Multicast is not translated: another source makes it another packet. */
static void test_multicast(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet packet = datagram(&talk, 100);
    packet.dst.bytes[talk.version == 4 ? 12 : 0] = talk.version == 4 ? 224 : 0xff;
    uint32_t here = see(&talk, KIND_HERE, &packet, 'a');
    packet.src.bytes[15] = 77;
    assert_alone(&talk, see(&talk, KIND_THERE, &packet, 'a'));
    packet.src = talk.host[0];
    assert_twins(&talk, here, see(&talk, KIND_THERE, &packet, 'a'));
    talk_close(&talk);
}

/* --- fragments --- */

/* A datagram here, its two fragments there. */
static void test_fragments(gconstpointer version)
{
    const uint32_t half = 800;
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet whole = datagram(&talk, 2 * half - 8);
    if (talk.version == 6)
        whole.fragment = whole.has_id = true; /* one fragment that is all of it (RFC 6946) */
    whole.id = 4711;
    uint32_t here = see(&talk, KIND_HERE, &whole, 'a');
    for (uint32_t i = 0; i < 2; i++) {
        struct wt_packet piece = whole;
        piece.fragment = piece.has_id = true;
        piece.more_fragments = i == 0;
        piece.fragment_offset = i * half;
        piece.has_l4 = i == 0;
        piece.l3_len = piece.l3_field = whole.ip_header_len + half;
        uint32_t there = see(&talk, KIND_THERE, &piece, 'a');
        g_assert_cmpuint(talk_related(&talk, there, WT_RELATION_TWIN), ==, here);
        piece.id++;
        assert_alone(&talk, see(&talk, KIND_THERE, &piece, 'a'));
    }
    talk_close(&talk);
}

/* --- echoes --- */

static struct wt_packet echo(struct talk *talk, uint16_t number)
{
    struct wt_packet packet = talk_packet(talk, 0, talk->version == 4 ? 1 : 58, 8, 56);
    packet.src_port = packet.dst_port = 0;
    packet.icmp = (struct wt_icmp){.type = talk->version == 4 ? 8 : 128, .id = 7, .seq = number};
    packet.payload_captured = 56;
    packet.id = 0;
    return packet;
}

/* By the number of the echo, even where all else is equal. */
static void test_echo(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    uint32_t here[3];
    for (uint16_t i = 0; i < 3; i++) {
        const struct wt_packet packet = echo(&talk, i);
        here[i] = see(&talk, KIND_HERE, &packet, 'a');
    }
    for (uint16_t i = 3; i-- > 0;) {
        const struct wt_packet packet = echo(&talk, i);
        assert_twins(&talk, here[i], see(&talk, KIND_THERE, &packet, 'a'));
    }
    talk_close(&talk);
}

/* --- super-frames of datagrams --- */

/* Three datagrams of 1000 bytes leave as one; each is a twin of it (IPv4: by consecutive identifications). */
static void test_datagram_series(gconstpointer version)
{
    const uint32_t size = 1000;
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet super = datagram(&talk, 3 * size);
    super.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t here = see(&talk, KIND_HERE, &super, 'a');
    g_assert_nonnull(talk_found(&talk, here, WT_FINDING_SUPERFRAME_UDP));
    for (uint32_t i = 0; i < 3; i++) {
        struct wt_packet piece = datagram(&talk, size);
        piece.id = super.has_id ? super.id + i : 0;
        uint32_t there = see(&talk, KIND_THERE, &piece, (uint8_t)('a' + i));
        g_assert_cmpuint(talk_related(&talk, there, WT_RELATION_TWIN), ==, here);
    }
    struct wt_packet more = datagram(&talk, size);
    more.id = super.has_id ? super.id + 60 : 0;
    assert_alone(&talk, see(&talk, KIND_THERE, &more, 'x'));
    talk_close(&talk);
}

/* --- acknowledgements --- */

/* Without payload: all its numbers, SACK blocks among them. */
static void test_acknowledgement(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet ack = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    ack.tcp.sacks = 1;
    ack.tcp.sack[0].left = 7000;
    ack.tcp.sack[0].right = 8000;
    struct wt_packet other = ack;
    other.tcp.sack[0].right = 9000;
    uint32_t here = see(&talk, KIND_HERE, &ack, 0);
    assert_alone(&talk, see(&talk, KIND_THERE, &other, 0));
    assert_twins(&talk, here, see(&talk, KIND_THERE, &ack, 0));
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("twin-kinds/datagram", test_datagram);
    talk_add("twin-kinds/translated", test_translated);
    talk_add("twin-kinds/multicast", test_multicast);
    talk_add("twin-kinds/fragments", test_fragments);
    talk_add("twin-kinds/echo", test_echo);
    talk_add("twin-kinds/datagram-series", test_datagram_series);
    talk_add("twin-kinds/acknowledgement", test_acknowledgement);
    return g_test_run();
}
