/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels whose MTU leaves no room for their headers, each beside what is healthy and looks like it. */
#include <wiretruth/diagnosis.h>

#include "talk.h"

enum {
    VXLAN = 50,
    ESP = 50,
    SEQ = 5000,
};

struct tunnel {
    struct talk talk;
    uint8_t bytes[4096];
};

static void open_tunnel(struct tunnel *tunnel, gconstpointer version)
{
    memset(tunnel->bytes, 0, sizeof tunnel->bytes);
    talk_open(&tunnel->talk, (uint8_t)GPOINTER_TO_UINT(version));
    tunnel->talk.frame.bytes = tunnel->bytes;
    tunnel->talk.id = 100;
}

static uint32_t give(struct talk *talk, const struct wt_packet *outer, const struct wt_packet *inner)
{
    return inner ? talk_send_inside(talk, outer, inner) : talk_send(talk, outer);
}

/* An inner segment of `size` bytes from host 1 in an outer packet, of which the first 1500 bytes are a fragment. */
static uint32_t send_inside(struct talk *talk, uint32_t seq, uint32_t size)
{
    struct wt_packet inner = talk_tcp(talk, 1, WT_TCP_ACK, seq, 1, size - (talk->version == 4 ? 52 : 72));
    struct wt_packet outer = talk_packet(talk, 1, WT_PROTO_UDP, 8, 0);
    inner.offset = outer.offset + VXLAN;
    inner.tunnel = 5;
    outer.df = false;
    outer.has_id = true;
    outer.id = talk->id++;
    outer.l3_len = MIN(size + VXLAN, 1500);
    outer.fragment = outer.more_fragments = size + VXLAN > 1500;
    return give(talk, &outer, &inner);
}

static const struct wt_case *diagnosed(const struct talk *talk, enum wt_diagnosis_id id)
{
    unsigned count = 0;
    const struct wt_case **cases = wt_engine_diagnoses(talk->engine, &count);
    const struct wt_case *found = NULL;
    for (unsigned i = 0; i < count; i++)
        found = cases[i]->id == id ? cases[i] : found;
    g_free(cases);
    return found;
}

static void check_fragment(const struct talk *talk, uint32_t frame)
{
    const struct wt_finding *found = talk_found(talk, frame, WT_FINDING_FRAGMENT_TUNNEL);
    g_assert_true(found && found->value[0] == 1550 && found->value[1] == 1450);
    g_assert_true(found->reason == WT_REASON_NONE);
}

static void check_path(const struct talk *talk, uint32_t overhead)
{
    struct wt_path_state path;
    g_assert_true(wt_engine_path(talk->engine, 0, &talk->host[1], &talk->host[0], &path));
    g_assert_true(path.verdict == WT_PATH_TUNNEL && path.overhead == overhead);
}

/* Several datagrams in fragments are several events; the remedy names the number. */
static void test_fragments(gconstpointer version)
{
    struct tunnel tunnel;
    open_tunnel(&tunnel, version);
    struct talk *talk = &tunnel.talk;
    const uint32_t payload = 1500 - (talk->version == 4 ? 52 : 72);
    for (uint32_t i = 0; i < 3; i++)
        check_fragment(talk, send_inside(talk, SEQ + i * payload, 1500));
    const struct wt_case *c = diagnosed(talk, WT_DIAGNOSIS_TUNNEL_MTU);
    g_assert_true(c && c->size == 1450 && wt_address_equal(&c->culprit, &talk->host[1]));
    g_assert_cmpint(wt_engine_confidence(talk->engine, c), ==, WT_CONFIDENCE_LIKELY);
    char text[512];
    wt_case_text(c, wt_diagnosis_table[c->id].on_linux, text, sizeof text);
    g_assert_nonnull(strstr(text, "mtu 1450 "));
    talk_close(talk);
}

/* The same segments again: they do not arrive in fragments. */
static void test_repeated(gconstpointer version)
{
    struct tunnel tunnel;
    open_tunnel(&tunnel, version);
    struct talk *talk = &tunnel.talk;
    const uint32_t payload = 1500 - (talk->version == 4 ? 52 : 72);
    for (uint32_t i = 0; i < 2; i++)
        send_inside(talk, SEQ + i * payload, 1500);
    talk->frame.time += (int64_t)300 * TALK_MS;
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t frame = send_inside(talk, SEQ + i * payload, 1500);
        const struct wt_finding *found = talk_found(talk, frame, WT_FINDING_FRAGMENT_TUNNEL);
        g_assert_cmpint(found->reason, ==, WT_REASON_FRAGMENT_REPEATED);
    }
    const struct wt_case *c = diagnosed(talk, WT_DIAGNOSIS_TUNNEL_MTU);
    g_assert_cmpint(wt_engine_confidence(talk->engine, c), ==, WT_CONFIDENCE_CERTAIN);
    talk_close(talk);
}

/* Packets that fit, and a single one that does not. */
static void test_healthy(gconstpointer version)
{
    struct tunnel tunnel;
    open_tunnel(&tunnel, version);
    struct talk *talk = &tunnel.talk;
    for (uint32_t i = 0; i < 10; i++)
        send_inside(talk, SEQ + i * 1300, 1400);
    g_assert_null(diagnosed(talk, WT_DIAGNOSIS_TUNNEL_MTU));
    send_inside(talk, SEQ + 100000, 1500);
    const struct wt_case *c = diagnosed(talk, WT_DIAGNOSIS_TUNNEL_MTU);
    g_assert_cmpint(wt_engine_confidence(talk->engine, c), ==, WT_CONFIDENCE_POSSIBLE);
    talk_close(talk);
}

/* What an encrypted tunnel's first fragment of 1500 bytes tells to fit; 0 if nothing is said. */
static uint64_t send_encrypted(gconstpointer version, uint8_t proto, uint16_t port, uint32_t first)
{
    struct tunnel tunnel;
    open_tunnel(&tunnel, version);
    struct talk *talk = &tunnel.talk;
    struct wt_packet outer = talk_packet(talk, 1, proto, proto == WT_PROTO_UDP ? 8 : 0, 0);
    outer.has_l4 = proto == WT_PROTO_UDP;
    outer.src_port = outer.dst_port = port;
    outer.fragment = outer.more_fragments = outer.has_id = true;
    outer.df = false;
    outer.l3_len = 1500;
    outer.payload_len = 1500 - outer.ip_header_len - 8;
    for (unsigned i = 0; i < 4; i++)
        tunnel.bytes[outer.l4_offset + 8 + i] = (uint8_t)(first >> (24 - 8 * i));
    tunnel.bytes[outer.l4_offset + 8 + 8 + 4 + 12] =
        0x08; /* Ethernet's type of IPv4, behind a sublayer of L2TP */
    const uint32_t frame = give(talk, &outer, NULL);
    const struct wt_finding *found = talk_found(talk, frame, WT_FINDING_FRAGMENT_TUNNEL);
    const uint64_t room = found ? found->value[1] : 0;
    talk_close(talk);
    return room;
}

/* 1500 less 20, 8 and 32 for WireGuard; what AES-CBC with SHA-256 leaves of ESP, in whole blocks less two bytes. */
static void test_encrypted(gconstpointer version)
{
    const bool v4 = GPOINTER_TO_UINT(version) == 4;
    g_assert_cmpuint(send_encrypted(version, WT_PROTO_UDP, 51820, 0x04000000), ==, v4 ? 1440 : 1420);
    g_assert_cmpuint(send_encrypted(version, ESP, 0, 0), ==, v4 ? 1438 : 1406);
    g_assert_cmpuint(send_encrypted(version, WT_PROTO_UDP, 4500, 0x1234), ==, v4 ? 1422 : 1406);
    g_assert_cmpuint(send_encrypted(version, WT_PROTO_UDP, 4500, 0), ==, 0); /* key exchange */
    g_assert_cmpuint(send_encrypted(version, WT_PROTO_UDP, 1701, 0x00030000), ==, v4 ? 1446 : 1426);
    g_assert_cmpuint(send_encrypted(version, WT_PROTO_UDP, 1701, 0x80030000), ==, 0); /* control */
    g_assert_cmpuint(send_encrypted(version, WT_PROTO_UDP, 53, 0x12340100), ==, 0);
    g_assert_cmpuint(send_encrypted(version, WT_PROTO_UDP, 2049, 0x05000000), ==, 0);
}

/* Some stacks give packets of a tunnel the identification of those inside, again and again: ESP's own number tells them
 * apart, and copies from others. */
static void test_numbers(gconstpointer version)
{
    struct tunnel tunnel;
    open_tunnel(&tunnel, version);
    struct talk *talk = &tunnel.talk;
    struct wt_packet outer = talk_packet(talk, 1, ESP, 0, 1000);
    outer.has_l4 = false;
    outer.has_id = true;
    outer.id = 900;
    for (uint8_t number = 1; number < 20; number++) {
        tunnel.bytes[outer.l4_offset + 7] = number / 2;
        const uint32_t frame = give(talk, &outer, NULL);
        const bool copy = number > 1 && number % 2;
        g_assert_true((talk_found(talk, frame, WT_FINDING_CAPTURE_DUPLICATE) != NULL) == copy);
    }
    talk_close(talk);
}

/* An outer packet refused, and refused again long after its sender could know. */
static void test_refused(gconstpointer version)
{
    struct tunnel tunnel;
    open_tunnel(&tunnel, version);
    struct talk *talk = &tunnel.talk;
    for (unsigned i = 0; i < 4; i++) {
        struct wt_packet outer = talk_packet(talk, 1, WT_PROTO_ESP, 0, 1480);
        outer.has_l4 = false;
        outer.src_port = outer.dst_port = 0;
        outer.l3_len = outer.l3_field = 1500;
        give(talk, &outer, NULL);
        talk->frame.time += (int64_t)20 * TALK_MS;
        talk_report(talk, 0, 1400, &outer);
        talk->frame.time += (int64_t)2000 * TALK_MS;
    }
    const struct wt_case *c = diagnosed(talk, WT_DIAGNOSIS_TUNNEL_MTU);
    g_assert_nonnull(c);
    g_assert_null(diagnosed(talk, WT_DIAGNOSIS_REPORTS_IGNORED));
    g_assert_cmpuint(c->size, ==, talk->version == 4 ? 1326 : 1310);
    check_path(talk, 1400 - c->size);
    talk_close(talk);
}

/* Inner segments of 1500 vanish in outer packets of 1550 while smaller ones pass. */
static void test_vanished(gconstpointer version)
{
    struct tunnel tunnel;
    open_tunnel(&tunnel, version);
    struct talk *talk = &tunnel.talk;
    const uint32_t full = 1500 - (talk->version == 4 ? 52 : 72);
    for (unsigned round = 0; round < 9; round++) {
        const bool small = round == 0;
        struct wt_packet inner =
            talk_tcp(talk, 1, WT_TCP_ACK, small ? SEQ : SEQ + 400, 1, small ? 400 : full);
        struct wt_packet outer = talk_packet(talk, 1, WT_PROTO_UDP, 8, inner.l3_len + VXLAN - 28);
        inner.offset = outer.offset + VXLAN;
        inner.tunnel = 5;
        outer.src.bytes[15] = 77;
        give(talk, &outer, &inner);
        inner = talk_tcp(talk, 0, WT_TCP_ACK, 1, SEQ + 400, 0);
        outer = talk_packet(talk, 0, WT_PROTO_UDP, 8, 100);
        inner.offset = outer.offset + VXLAN;
        inner.tunnel = 5;
        outer.dst.bytes[15] = 77;
        talk->frame.time += (int64_t)10 * TALK_MS;
        give(talk, &outer, &inner);
        talk->frame.time += (int64_t)200 * TALK_MS << round;
    }
    const struct wt_case *c = diagnosed(talk, WT_DIAGNOSIS_TUNNEL_MTU);
    g_assert_true(c && c->size == 1450 && !diagnosed(talk, WT_DIAGNOSIS_BLACK_HOLE));
    check_path(talk, VXLAN);
    g_assert_cmpuint(c->culprit.bytes[15], ==, 77); /* the end of the tunnel, not who is inside */
    talk_close(talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("tunnel/fragments", test_fragments);
    talk_add("tunnel/repeated", test_repeated);
    talk_add("tunnel/healthy", test_healthy);
    talk_add("tunnel/encrypted", test_encrypted);
    talk_add("tunnel/numbers", test_numbers);
    talk_add("tunnel/refused", test_refused);
    talk_add("tunnel/vanished", test_vanished);
    return g_test_run();
}
