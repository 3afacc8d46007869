/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What senders make of reports. */
#include "talk.h"

enum {
    CLIENT = 1000,
    FULL = 1428,
    NARROW = 1400,
};

static const uint32_t SERVER = 0xfffffa00; /* the first full segment crosses the wrap */

/* A server whose full segment a router refused; the handshake took 10 ms on its side. */
static uint32_t open_told(struct talk *talk, gconstpointer version, uint32_t mtu)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(talk, CLIENT, SERVER);
    struct wt_packet refused = talk_tcp(talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(talk, &refused);
    return talk_report(talk, 0, mtu, &refused);
}

static uint32_t fits(const struct talk *talk, uint32_t mtu)
{
    return mtu - (talk->version == 4 ? 20 : 40) - 32;
}

static uint32_t later(struct talk *talk, unsigned milliseconds, uint32_t seq, uint32_t payload)
{
    talk->frame.time += milliseconds * (int64_t)TALK_MS;
    return talk_send_tcp(talk, 1, WT_TCP_ACK, seq, CLIENT, payload);
}

/* New data may have waited in a queue behind the report; repeated data was cut anew. */
static void test_in_flight(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    g_assert_null(talk_found(&talk, later(&talk, 100, SERVER + FULL, FULL), WT_FINDING_PMTU_IGNORED));
    g_assert_null(talk_found(&talk, later(&talk, 100, SERVER + 2 * FULL, FULL), WT_FINDING_PMTU_IGNORED));
    g_assert_nonnull(talk_found(&talk, later(&talk, 1, SERVER, FULL), WT_FINDING_PMTU_IGNORED));
    talk_close(&talk);
}

/* Large packets of new bytes show nothing until a second report refuses one that could have been smaller. */
static void test_new_data_at_last(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    talk.frame.time += 1500 * (int64_t)TALK_MS;
    struct wt_packet large = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER + FULL, CLIENT, FULL);
    uint32_t number = talk_send(&talk, &large);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
    talk_report(&talk, 0, NARROW, &large);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_PMTU_IGNORED);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpuint(found->value[2], ==, 2);
    talk_close(&talk);
}

/* A link of 1500 becomes narrow and wide again: a large packet that arrives ends what the report told. */
static void test_wide_again(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    uint32_t seq = SERVER, size = fits(&talk, NARROW);
    later(&talk, 20, seq, size);
    seq += FULL - size; /* the rest */
    later(&talk, 0, seq, size);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, seq + size, 0);
    g_assert_cmpuint(talk_facts(&talk, talk.frame.number - 1)->path_mtu, ==, NARROW);
    for (unsigned i = 0; i < 3; i++) {
        later(&talk, 5000, seq + size + i * FULL, FULL);
        talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, seq + size + (i + 1) * FULL, 0);
    }
    uint32_t number = later(&talk, 5000, seq + size + 2 * FULL, FULL); /* repeated: no harm any more */
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 0);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Forged, or late: what the report refused arrives, although it was sent only once. */
static void test_refuted(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER + FULL, 0);
    for (unsigned i = 0; i < 3; i++)
        later(&talk, 2000, SERVER + FULL, FULL);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Its healthy neighbour: it arrives because it was sent again. */
static void test_not_refuted(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    later(&talk, 300, SERVER, FULL);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER + FULL, 0);
    later(&talk, 2000, SERVER + FULL, FULL);
    uint32_t number = later(&talk, 300, SERVER + FULL, FULL);
    g_assert_cmpint(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED)->severity, ==, WT_SEVERITY_ERROR);
    talk_close(&talk);
}

/* Every device of a host shows the report; it is one, and known with the last. */
static void test_copies(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(&talk, &refused);
    talk_report(&talk, 0, NARROW, &refused);
    talk.id--;
    talk.frame.time -= TALK_MS - 1000;
    talk_report(&talk, 0, NARROW, &refused);
    uint32_t number = later(&talk, 300, SERVER, FULL);
    g_assert_cmpuint(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED)->value[2], ==, 1);
    talk_close(&talk);
}

/* The receiver's own MSS forbids the size: the sender was told in the handshake, no round trip to wait for. */
static void test_told_by_mss(gconstpointer version)
{
    struct talk talk;
    uint32_t mss = NARROW - (GPOINTER_TO_UINT(version) == 4 ? 40 : 60);
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, CLIENT - 1, 0, 0);
    syn.tcp.mss = (uint16_t)mss;
    talk_send(&talk, &syn);
    talk.frame.time += 50 * (int64_t)TALK_MS;
    talk_send_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, SERVER - 1, CLIENT, 0);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(&talk, &refused);
    talk_report(&talk, 0, NARROW, &refused);
    later(&talk, 1, SERVER + FULL, FULL);
    uint32_t first = later(&talk, 1, SERVER, FULL), second = later(&talk, 0, SERVER + FULL, FULL);
    g_assert_cmpint(talk_found(&talk, first, WT_FINDING_PMTU_IGNORED)->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpint(talk_found(&talk, second, WT_FINDING_PMTU_IGNORED)->severity, ==, WT_SEVERITY_ERROR);
    talk_close(&talk);
}

static void test_df_cleared(void)
{
    struct talk talk;
    uint32_t report = open_told(&talk, GUINT_TO_POINTER(4), NARROW);
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    packet.df = false;
    talk.frame.time += 100 * (int64_t)TALK_MS;
    uint32_t number = talk_send(&talk, &packet);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_PMTU_DF_CLEARED);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[0], ==, report);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
    number = talk_send(&talk, &packet);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_DF_CLEARED));
    talk_close(&talk);
}

/* Each of two refused segments is answered by the packet that repeats its bytes. */
static void test_each_report(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet one = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    struct wt_packet two = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER + FULL, CLIENT, FULL);
    talk_send(&talk, &one);
    talk_send(&talk, &two);
    uint32_t first = talk_report(&talk, 0, NARROW, &one), second = talk_report(&talk, 0, NARROW, &two);
    uint32_t a = later(&talk, 1, SERVER, fits(&talk, NARROW));
    uint32_t b = later(&talk, 1, SERVER + fits(&talk, NARROW), fits(&talk, NARROW));
    g_assert_cmpuint(talk_related(&talk, first, WT_RELATION_REACTION), ==, a);
    g_assert_cmpuint(talk_related(&talk, second, WT_RELATION_REACTION), ==, b);
    g_assert_cmpuint(talk_found(&talk, a, WT_FINDING_PMTU_OBEYED)->value[3], ==, one.l3_len);
    talk_close(&talk);
}

/* RFC 1191 6.3: after ten minutes a larger packet is a new try. */
static void test_forgotten(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    uint32_t number = later(&talk, 601000, SERVER, FULL);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
    g_assert_cmpuint(talk_facts(&talk, number)->path_mtu, ==, 0);
    talk_close(&talk);
}

/* RFC 5927: a report about bytes that arrived already is rightly ignored. */
static void test_stale(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, CLIENT, SERVER);
    struct wt_packet refused = talk_tcp(&talk, 1, WT_TCP_ACK, SERVER, CLIENT, FULL);
    talk_send(&talk, &refused);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, CLIENT, SERVER + FULL, 0);
    talk_report(&talk, 0, NARROW, &refused);
    for (unsigned i = 0; i < 3; i++)
        later(&talk, 2000, SERVER + (i + 1) * FULL, FULL);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static void test_datagrams(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk.id = 7; /* 0 would be none */
    struct wt_packet large = talk_packet(&talk, 1, 17, 8, FULL);
    talk_send(&talk, &large);
    uint32_t report = talk_report(&talk, 0, NARROW, &large);
    struct wt_packet small = talk_packet(&talk, 1, 17, 8, 1200);
    uint32_t reaction = talk_send(&talk, &small);
    g_assert_nonnull(talk_found(&talk, reaction, WT_FINDING_PMTU_OBEYED));
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_REACTION), ==, reaction);
    talk.frame.time += 3000 * (int64_t)TALK_MS;
    uint32_t number = talk_send(&talk, &large);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED)); /* nobody refuses it */
    talk_report(&talk, 0, NARROW, &large);
    g_assert_cmpint(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED)->severity, ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* A server whose full segment was refused sends a super-frame, and later an acknowledgement that shows how many
 * `pieces` it had. Returns the frame of the former. */
static uint32_t send_super(struct talk *talk, uint32_t seq, uint32_t payload, unsigned pieces)
{
    struct wt_packet super = talk_tcp(talk, 1, WT_TCP_ACK, seq, CLIENT, payload);
    super.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t number = talk_send(talk, &super);
    talk->id = (uint16_t)(talk->id + pieces - 1);
    talk_send_tcp(talk, 1, WT_TCP_ACK, seq + payload, CLIENT, 0);
    return number;
}

/* A multiple of the new size, and not of the old one: obeyed, whatever follows. */
static void test_super_frame_obeys(gconstpointer version)
{
    struct talk talk;
    uint32_t report = open_told(&talk, version, NARROW);
    talk.frame.time += 1500 * (int64_t)TALK_MS;
    uint32_t number = send_super(&talk, SERVER, 3 * fits(&talk, NARROW), 3);
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_IGNORED));
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_PMTU_OBEYED));
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_REACTION), ==, number);
    talk_close(&talk);
}

/* Linux sends an old super-frame of 2 x 1428 again, in pieces of 1328 + 1328 + 200. */
static void test_super_frame_recut(gconstpointer version)
{
    struct talk talk;
    bool numbered = GPOINTER_TO_UINT(version) == 4;
    uint32_t report = open_told(&talk, version, NARROW);
    talk.frame.time += 1500 * (int64_t)TALK_MS;
    uint32_t number = send_super(&talk, SERVER, 2 * FULL, 3);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    g_assert_cmpuint(talk_related(&talk, report, WT_RELATION_REACTION), ==, numbered ? number : 0);
    g_assert_true(!talk_found(&talk, number, WT_FINDING_PMTU_OBEYED) == !numbered);
    talk_close(&talk);
}

/* Two pieces of 1428: its stack did not change the size. Without identifications nobody can tell. */
static void test_super_frame_ignores(gconstpointer version)
{
    struct talk talk;
    open_told(&talk, version, NARROW);
    talk.frame.time += 1500 * (int64_t)TALK_MS;
    uint32_t number = send_super(&talk, SERVER, 2 * FULL, 2);
    g_assert_true(!talk_found(&talk, number, WT_FINDING_PMTU_IGNORED) == (GPOINTER_TO_UINT(version) == 6));
    g_assert_null(talk_found(&talk, number, WT_FINDING_PMTU_OBEYED));
    talk_close(&talk);
}

/* A counter that counts something else proves nothing. */
static void test_super_frame_random(void)
{
    struct talk talk;
    open_told(&talk, GUINT_TO_POINTER(4), NARROW);
    talk.frame.time += 1500 * (int64_t)TALK_MS;
    send_super(&talk, SERVER, 2 * FULL, 1);
    send_super(&talk, SERVER, 2 * FULL, 700);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("reaction/in-flight", test_in_flight);
    talk_add("reaction/new-data-at-last", test_new_data_at_last);
    talk_add("reaction/told-by-mss", test_told_by_mss);
    g_test_add_func("/reaction/df-cleared", test_df_cleared);
    talk_add("reaction/each-report", test_each_report);
    talk_add("reaction/forgotten", test_forgotten);
    talk_add("reaction/stale", test_stale);
    talk_add("reaction/datagrams", test_datagrams);
    talk_add("reaction/wide-again", test_wide_again);
    talk_add("reaction/refuted", test_refuted);
    talk_add("reaction/not-refuted", test_not_refuted);
    talk_add("reaction/copies", test_copies);
    talk_add("reaction/super-frame/obeys", test_super_frame_obeys);
    talk_add("reaction/super-frame/recut", test_super_frame_recut);
    talk_add("reaction/super-frame/ignores", test_super_frame_ignores);
    g_test_add_func("/reaction/super-frame/random", test_super_frame_random);
    return g_test_run();
}
