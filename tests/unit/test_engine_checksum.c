/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a checksum state leads to. */
#include "talk.h"

static uint32_t send_state(struct talk *talk, enum wt_checksum state)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, 5000, 1000, 100);
    packet.l4_checksum = state;
    return talk_send(talk, &packet);
}

static void test_artefacts(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    g_assert_nonnull(talk_found(&talk, send_state(&talk, WT_CHECKSUM_PARTIAL), WT_FINDING_CHECKSUM_PARTIAL));
    g_assert_nonnull(
        talk_found(&talk, send_state(&talk, WT_CHECKSUM_PARTIAL_NO_LENGTH), WT_FINDING_CHECKSUM_PARTIAL));
    g_assert_nonnull(
        talk_found(&talk, send_state(&talk, WT_CHECKSUM_UNFILLED), WT_FINDING_CHECKSUM_UNFILLED));
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 100);
    packet.ip_checksum = WT_CHECKSUM_UNFILLED;
    g_assert_nonnull(talk_found(&talk, talk_send(&talk, &packet), WT_FINDING_CHECKSUM_UNFILLED));
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static void test_silent(gconstpointer version)
{
    static const enum wt_checksum states[] = {WT_CHECKSUM_VALID, WT_CHECKSUM_ABSENT,
                                              WT_CHECKSUM_UNVERIFIABLE};
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    for (unsigned i = 0; i < G_N_ELEMENTS(states); i++)
        g_assert_null(wt_engine_findings(talk.engine, send_state(&talk, states[i])));
    talk_close(&talk);
}

/* Fraglist GRO and LRO leave the first segment's sum on the merged frame. */
static void test_stale_on_superframe(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    struct wt_packet merged = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 6000);
    merged.l4_checksum = WT_CHECKSUM_BAD;
    uint32_t number = talk_send(&talk, &merged);
    g_assert_null(talk_found(&talk, number, WT_FINDING_CHECKSUM_CORRUPT));
    g_assert_cmpuint(talk_facts(&talk, number)->wire_frames, >, 1);
    talk_close(&talk);
}

/* A data segment of the server with checksum `field` where `expected` is right. */
static uint32_t send_data(struct talk *talk, uint32_t seq, enum wt_checksum state, uint16_t field,
                          uint16_t expected)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, seq, 1000, 1000);
    packet.l4_checksum = state;
    packet.l4_checksum_field = field;
    packet.l4_checksum_expected = expected;
    return talk_send(talk, &packet);
}

/* Dropped by its receiver and repeated with a valid sum: the sender's offload let it out. */
static void test_leaked(gconstpointer version)
{
    static const enum wt_checksum states[] = {WT_CHECKSUM_PARTIAL, WT_CHECKSUM_PARTIAL_NO_LENGTH,
                                              WT_CHECKSUM_UNFILLED};
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    for (unsigned i = 0; i < G_N_ELEMENTS(states); i++) {
        uint32_t seq = 5000 + i * 1000;
        uint32_t leaked = send_data(&talk, seq, states[i], 0, 0);
        g_assert_null(talk_found(&talk, leaked, WT_FINDING_CHECKSUM_LEAKED));
        talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, seq, 0);
        uint32_t again = send_data(&talk, seq, WT_CHECKSUM_VALID, 0, 0);
        const struct wt_finding *found = talk_found(&talk, leaked, WT_FINDING_CHECKSUM_LEAKED);
        g_assert_nonnull(found);
        g_assert_cmpint(found->severity, ==, WT_SEVERITY_ERROR);
        g_assert_cmpuint(talk_related(&talk, again, WT_RELATION_ORIGINAL), ==, leaked);
        const struct wt_finding *proves = talk_found(&talk, again, WT_FINDING_CHECKSUM_LEAKED);
        g_assert_cmpuint(proves ? proves->about : 0, ==, i == 0 ? leaked : 0);
        talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, seq + 1000, 0);
    }
    talk_close(&talk);
}

/* The pseudo-header sum of the super-frame, on each of its pieces: no damage. */
static void test_leaked_whole(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    struct wt_packet piece = talk_tcp(&talk, 1, WT_TCP_ACK, 5000, 1000, 1000);
    uint32_t sum = 6 + 4 * 1000 + 32;
    for (unsigned i = talk.version == 4 ? 12 : 0; i < 16; i += 2)
        sum += (uint32_t)(piece.src.bytes[i] << 8 | piece.src.bytes[i + 1]) +
               (uint32_t)(piece.dst.bytes[i] << 8 | piece.dst.bytes[i + 1]);
    uint16_t field = (uint16_t)((sum & 0xffff) + (sum >> 16));
    uint32_t leaked = send_data(&talk, 5000, WT_CHECKSUM_BAD, field, 0x1234);
    g_assert_null(talk_found(&talk, leaked, WT_FINDING_CHECKSUM_CORRUPT));
    talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    send_data(&talk, 5000, WT_CHECKSUM_VALID, 0, 0);
    g_assert_nonnull(talk_found(&talk, leaked, WT_FINDING_CHECKSUM_LEAKED));
    talk_close(&talk);
}

/* Acknowledged; or never complete in the first place; or repeated as partial: nothing leaked. */
static void test_not_leaked(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    send_data(&talk, 5000, WT_CHECKSUM_PARTIAL, 0, 0);
    talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 6000, 0);
    send_data(&talk, 5000, WT_CHECKSUM_VALID, 0, 0);
    send_data(&talk, 6000, WT_CHECKSUM_PARTIAL, 0, 0);
    send_data(&talk, 6000, WT_CHECKSUM_PARTIAL, 0, 0);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    struct wt_packet local = talk_tcp(&talk, 1, WT_TCP_ACK, 7000, 1000, 0);
    local.l4_checksum = WT_CHECKSUM_PARTIAL;
    talk_send(&talk, &local);
    send_data(&talk, 7000, WT_CHECKSUM_PARTIAL, 0, 0);
    send_data(&talk, 7000, WT_CHECKSUM_VALID, 0, 0);
    g_assert_cmpint(talk_worst(&talk), <=, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Sends eight wrong sums; the cause said last. Artefacts are Notes, and said once each. */
static const char *cause_of(struct talk *talk, const uint16_t field[8], const uint16_t expected[8])
{
    const char *cause = NULL;
    unsigned said = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint32_t number = send_data(talk, 5000 + i * 1000, WT_CHECKSUM_BAD, field[i], expected[i]);
        const struct wt_finding *found = talk_found(talk, number, WT_FINDING_CHECKSUM_CORRUPT);
        said += found != NULL;
        cause = found ? wt_reason_text[found->reason] : cause;
    }
    g_assert_cmpint(talk_worst(talk), <=, WT_SEVERITY_NOTE);
    g_assert_cmpuint(said, <=, 2);
    return cause;
}

static void test_causes(gconstpointer version)
{
    static const uint16_t right[8] = {0x1111, 0x2345, 0x9876, 0xabcd, 0x0f0f, 0x7777, 0x4321, 0x8001};
    uint16_t moved[8], same[8], other[8];
    struct talk talk;
    for (unsigned i = 0; i < 8; i++) {
        moved[i] = (uint16_t)(right[i] + 0x0123);
        same[i] = 0xbeef;
        other[i] = (uint16_t)(right[i] * 31 + i * 977 + 5);
    }
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    g_assert_nonnull(strstr(cause_of(&talk, moved, right), "rewritten"));
    talk_close(&talk);
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    g_assert_nonnull(strstr(cause_of(&talk, same, right), "same value"));
    talk_close(&talk);
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    g_assert_nonnull(strstr(cause_of(&talk, other, right), "replaced"));
    talk_close(&talk);
}

/* One flipped bit looks like a sum that was adapted in a wrong way; two packets do not. */
static void test_off_by_one(gconstpointer version)
{
    struct talk talk;
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, 5000);
    send_data(&talk, 5000, WT_CHECKSUM_VALID, 0, 0);
    uint32_t first = send_data(&talk, 6000, WT_CHECKSUM_BAD, 0x1235, 0x1234);
    g_assert_cmpint(talk_found(&talk, first, WT_FINDING_CHECKSUM_CORRUPT)->reason, ==, WT_REASON_SUM_AWAITED);
    uint32_t second = send_data(&talk, 7000, WT_CHECKSUM_BAD, 0x4322, 0x4321);
    g_assert_cmpint(talk_found(&talk, second, WT_FINDING_CHECKSUM_CORRUPT)->reason, ==,
                    WT_REASON_SUM_OFF_BY_ONE);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("checksum/artefacts", test_artefacts);
    talk_add("checksum/silent", test_silent);
    talk_add("checksum/stale-on-superframe", test_stale_on_superframe);
    talk_add("checksum/leaked", test_leaked);
    talk_add("checksum/leaked/whole", test_leaked_whole);
    talk_add("checksum/leaked/not", test_not_leaked);
    talk_add("checksum/causes", test_causes);
    talk_add("checksum/causes/off-by-one", test_off_by_one);
    return g_test_run();
}
