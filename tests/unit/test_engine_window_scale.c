/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who offers, who scales, what a device removed, and what is known where the handshake is missing. */
#include "talk.h"

static uint32_t send_window(struct talk *talk, unsigned from, uint32_t seq, uint32_t ack, uint32_t payload,
                            uint16_t window)
{
    struct wt_packet packet = talk_tcp(talk, from, WT_TCP_ACK, seq, ack, payload);
    packet.tcp.window = window;
    return talk_send(talk, &packet);
}

static uint32_t send_syn(struct talk *talk, unsigned from, uint16_t flags, uint32_t seq, uint32_t ack,
                         int16_t scale)
{
    struct wt_packet syn = talk_tcp(talk, from, flags | WT_TCP_SYN, seq, ack, 0);
    syn.tcp.scale = scale;
    return talk_send(talk, &syn);
}

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
}

/* --- repeated SYNs --- */

/* A repeat lacks the option although its options are as long, the answer has it: it answers the first, whose
 * shift counts. */
static void test_changed_first_counts(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    uint32_t first = send_syn(&talk, 0, 0, 999, 0, 7);
    talk.frame.time += 1000 * (int64_t)TALK_MS;
    uint32_t second = send_syn(&talk, 0, 0, 999, 0, WT_SCALE_NONE);
    const struct wt_finding *changed = talk_found(&talk, second, WT_FINDING_WINDOW_SCALE_CHANGED);
    g_assert_nonnull(changed);
    g_assert_cmpint(changed->severity, ==, WT_SEVERITY_WARN);
    g_assert_cmpuint(changed->value[0], ==, first);
    uint32_t answer = send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 3);
    changed = talk_found(&talk, answer, WT_FINDING_WINDOW_SCALE_CHANGED);
    g_assert_nonnull(changed);
    g_assert_cmpuint(changed->value[0], ==, first);
    uint32_t number = send_window(&talk, 0, 1000, 5000, 0, 100);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 7);
    talk_close(&talk);
}

/* Both offers have a shift: the SYN/ACK echoes the timestamp of the one that it answers. */
static void change_shift(gconstpointer version, bool first_answered)
{
    struct talk talk;
    open_talk(&talk, version);
    for (unsigned i = 0; i < 2; i++) {
        struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, UINT32_MAX, 0, 0);
        syn.tcp.scale = i == 0 ? 7 : 2;
        syn.tcp.timestamp = 1000 * (i + 1);
        talk_send(&talk, &syn);
        talk.frame.time += 1000 * (int64_t)TALK_MS;
    }
    struct wt_packet answer = talk_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 0, 0);
    answer.tcp.timestamp_echo = first_answered ? 1000 : 2000;
    talk_send(&talk, &answer);
    uint32_t number = send_window(&talk, 0, 0, 5000, 0, 100);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, first_answered ? 7 : 2);
    talk_close(&talk);
}

static void test_changed_shift(gconstpointer version)
{
    change_shift(version, true);
    change_shift(version, false);
}

/* BSD and Apple leave out scale and timestamps together when nothing answers: no device. */
static void test_changed_by_stack(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 7);
    talk.frame.time += 1000 * (int64_t)TALK_MS;
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    syn.tcp.scale = WT_SCALE_NONE;
    syn.tcp.has_timestamp = false;
    uint32_t number = talk_send(&talk, &syn);
    const struct wt_finding *changed = talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_CHANGED);
    g_assert_nonnull(changed);
    g_assert_cmpint(changed->severity, ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* The third SYN of Windows: 020405b4 01 03 03 08 01 01 04 02 twice, then 020405b4 01 01 04 02. */
static uint32_t send_windows_syn(struct talk *talk, bool scales, enum wt_checksum sum)
{
    struct wt_packet syn = talk_tcp(talk, 0, WT_TCP_SYN, 999, 0, 0);
    syn.l4_checksum = sum;
    syn.tcp.has_timestamp = false;
    syn.tcp.sack_permitted = true;
    syn.tcp.scale = scales ? 8 : WT_SCALE_NONE;
    syn.tcp.options_len = scales ? 12 : 8;
    syn.tcp.header_len = (uint8_t)(20 + syn.tcp.options_len);
    talk->frame.time += 3000 * (int64_t)TALK_MS;
    return talk_send(talk, &syn);
}

static void change_as_windows(gconstpointer version, enum wt_checksum sum)
{
    struct talk talk;
    open_talk(&talk, version);
    g_assert_cmpuint(send_windows_syn(&talk, true, sum), ==, 1);
    g_assert_null(talk_found(&talk, send_windows_syn(&talk, true, sum), WT_FINDING_WINDOW_SCALE_CHANGED));
    const struct wt_finding *changed =
        talk_found(&talk, send_windows_syn(&talk, false, sum), WT_FINDING_WINDOW_SCALE_CHANGED);
    g_assert_nonnull(changed);
    g_assert_cmpint(changed->severity, ==, WT_SEVERITY_NOTE);
    /* The second one, put behind the third by a capture of several queues. */
    send_windows_syn(&talk, true, sum);
    g_assert_cmpint(talk_worst(&talk), ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static void test_changed_by_windows(gconstpointer version)
{
    change_as_windows(version, WT_CHECKSUM_VALID);
    change_as_windows(version, WT_CHECKSUM_PARTIAL);
}

/* Overwritten, but nothing lies between this stack and the capture. */
static void test_changed_on_sender(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    struct wt_packet syn = talk_tcp(&talk, 0, WT_TCP_SYN, 999, 0, 0);
    syn.l4_checksum = WT_CHECKSUM_PARTIAL;
    talk_send(&talk, &syn);
    talk.frame.time += 1000 * (int64_t)TALK_MS;
    syn.tcp.scale = WT_SCALE_NONE;
    const struct wt_finding *changed =
        talk_found(&talk, talk_send(&talk, &syn), WT_FINDING_WINDOW_SCALE_CHANGED);
    g_assert_nonnull(changed);
    g_assert_cmpint(changed->severity, ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* Another shift is no stack's doing. */
static void test_changed_to_other(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 7);
    talk.frame.time += 1000 * (int64_t)TALK_MS;
    const struct wt_finding *changed =
        talk_found(&talk, send_syn(&talk, 0, 0, 999, 0, 2), WT_FINDING_WINDOW_SCALE_CHANGED);
    g_assert_nonnull(changed);
    g_assert_cmpint(changed->severity, ==, WT_SEVERITY_WARN);
    talk_close(&talk);
}

/* An ordinary repeat says nothing. */
static void test_unchanged(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 7);
    talk.frame.time += 1000 * (int64_t)TALK_MS;
    uint32_t number = send_syn(&talk, 0, 0, 999, 0, 7);
    g_assert_null(talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_CHANGED));
    talk_close(&talk);
}

/* --- the handshake --- */

/* Two SYN/ACKs with different ISNs: the client's acknowledgement says which one it took. */
static void test_two_answers(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 7);
    send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 3);
    send_syn(&talk, 1, WT_TCP_ACK, 3000000000U, 1000, 9);
    send_window(&talk, 0, 1000, 5000, 0, 502);
    uint32_t number = send_window(&talk, 1, 5000, 1000, 100, 8040);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 3);
    g_assert_cmpuint(talk_facts(&talk, number)->flight, ==, 100);
    send_syn(&talk, 1, WT_TCP_ACK, 70000, 1000, 9); /* too late: changes nothing */
    number = send_window(&talk, 1, 5100, 1000, 100, 8040);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 3);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

static void test_simultaneous_open(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 7);
    send_syn(&talk, 1, 0, 4999, 0, 3);
    send_syn(&talk, 0, WT_TCP_ACK, 999, 5000, 7);
    send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 3);
    uint32_t number = send_window(&talk, 0, 1000, 5000, 0, 502);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 7);
    number = send_window(&talk, 1, 5000, 1000, 0, 8040);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 3);
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

/* A SYN/ACK with the option says that the SYN had it: the server's shift is known, the client's is not. */
static void test_syn_missing(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 3);
    uint32_t number = send_window(&talk, 0, 1000, 5000, 0, 502);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, WT_SCALE_NONE);
    g_assert_cmpint(talk_facts(&talk, number)->scale_offer, ==, WT_OFFER_UNSEEN);
    g_assert_cmpint(talk_facts(&talk, number)->scale_offer_peer, ==, 3);
    number = send_window(&talk, 1, 5000, 1000, 0, 8040);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 3);
    talk_close(&talk);
}

/* Both checksums of the SYN/ACK are wrong and its shift is nonsense: no verdict, and it does not count. */
static void test_corrupt_answer(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 7);
    struct wt_packet answer = talk_tcp(&talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0);
    answer.tcp.scale = 49;
    answer.l4_checksum = WT_CHECKSUM_BAD;
    uint32_t number = talk_send(&talk, &answer);
    g_assert_null(talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_INVALID));
    send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 3);
    number = send_window(&talk, 1, 5000, 1000, 0, 8040);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 3);
    talk_close(&talk);
}

/* A shift over 14 is used as 14, but nothing is concluded from windows that may mean something else. */
static void test_over_14(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 15);
    send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 7);
    send_window(&talk, 0, 1000, 5000, 0, 502);
    uint32_t number = send_window(&talk, 0, 1000, 5000, 0, 400);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 14);
    g_assert_null(talk_found(&talk, number, WT_FINDING_WINDOW_RETRACTED));
    talk_close(&talk);
}

/* --- without the handshake --- */

static void prove(gconstpointer version, uint32_t client, uint32_t server)
{
    struct talk talk;
    open_talk(&talk, version);
    send_window(&talk, 0, client, server, 0, 500);
    for (uint32_t sent = 0; sent < 60000; sent += 1000)
        send_window(&talk, 1, server + sent, client, 1000, 8040);
    uint32_t number = send_window(&talk, 0, client, server + 60000, 0, 500);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_UNKNOWN);
    g_assert_nonnull(found);
    g_assert_cmpuint(talk_facts(&talk, number)->scale_least, ==, found->value[0]);
    g_assert_cmpuint(found->value[0], ==, 7); /* 500 << 6 < 60000 <= 500 << 7 */
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, WT_SCALE_NONE);
    talk_close(&talk);
}

static void test_least(gconstpointer version)
{
    prove(version, 1000, 5000);
    prove(version, UINT32_MAX - 10, UINT32_MAX - 30000);
}

/* Data that were sent again before they were acknowledged prove nothing: the window may have opened. */
static void test_least_repeated(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_window(&talk, 0, 1000, 5000, 0, 500);
    send_window(&talk, 1, 5000, 1000, 1400, 8040);
    send_window(&talk, 1, 5000, 1000, 1400, 8040);
    uint32_t number = send_window(&talk, 0, 1000, 6400, 0, 500);
    g_assert_null(talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_UNKNOWN));
    g_assert_cmpuint(talk_facts(&talk, number)->scale_least, ==, 0);
    talk_close(&talk);
}

/* What the host used in a connection whose handshake was captured is a hint for one whose was not. */
static void test_hint(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    send_syn(&talk, 0, 0, 999, 0, 6);
    send_syn(&talk, 1, WT_TCP_ACK, 4999, 1000, 3);
    send_window(&talk, 0, 1000, 5000, 0, 1004);
    struct wt_packet late = talk_tcp(&talk, 0, WT_TCP_ACK, 1, 1, 0);
    late.src_port = 41000;
    uint32_t number = talk_send(&talk, &late);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, WT_SCALE_NONE);
    g_assert_cmpint(talk_facts(&talk, number)->scale_hint, ==, 6);
    talk_close(&talk);
}

/* One handshake of the client from `port`, with this shift. Returns the number of its SYN. */
static uint32_t shake_hands(struct talk *talk, uint16_t port, int16_t scale)
{
    struct wt_packet syn = talk_tcp(talk, 0, WT_TCP_SYN, 999, 0, 0);
    struct wt_packet answer = talk_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, 4999, 1000, 0);
    struct wt_packet last = talk_tcp(talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    syn.src_port = last.src_port = answer.dst_port = port;
    syn.tcp.scale = scale;
    answer.tcp.scale = 3;
    uint32_t number = talk_send(talk, &syn);
    talk_send(talk, &answer);
    talk_send(talk, &last);
    return number;
}

/* The hint in a connection of the client that was captured from its middle on. */
static int hint_from(struct talk *talk, uint16_t port)
{
    struct wt_packet late = talk_tcp(talk, 0, WT_TCP_ACK, 1, 1, 0);
    late.src_port = port;
    return talk_facts(talk, talk_send(talk, &late))->scale_hint;
}

/* A host that uses several shifts gives no hint, also when it goes back to the first one. Its own offer makes
 * one superfluous. */
static void test_hint_several(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    shake_hands(&talk, 41000, 6);
    const uint32_t syn = shake_hands(&talk, 41001, 6);
    g_assert_cmpint(talk_facts(&talk, syn)->scale_offer, ==, 6);
    g_assert_cmpint(talk_facts(&talk, syn)->scale_hint, ==, WT_SCALE_NONE);
    g_assert_cmpint(hint_from(&talk, 42000), ==, 6);
    shake_hands(&talk, 41002, 8);
    g_assert_cmpint(hint_from(&talk, 42001), ==, WT_SCALE_NONE);
    shake_hands(&talk, 41003, 6);
    g_assert_cmpint(hint_from(&talk, 42002), ==, WT_SCALE_NONE);
    talk_close(&talk);
}

/* The TCP dissector's default is used and said; what rests on it is a Note. */
static void test_assumed(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version);
    const struct wt_preferences preferences = {
        .verify_checksums = true, .has_default_scale = true, .default_scale = 2};
    wt_engine_free(talk.engine);
    talk.engine = wt_engine_new(&preferences);
    uint32_t number = send_window(&talk, 0, 1000, 5000, 0, 500);
    g_assert_cmpint(talk_facts(&talk, number)->window_scale, ==, 2);
    g_assert_true(talk_facts(&talk, number)->scale_assumed);
    g_assert_cmpuint(talk_facts(&talk, number)->right_edge, ==, 7000);
    send_window(&talk, 1, 5000, 1000, 1000, 8040);
    number = send_window(&talk, 1, 6000, 1000, 1400, 8040);
    const struct wt_finding *found = talk_found(&talk, number, WT_FINDING_WINDOW_EXCEEDED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("window/scale/changed-first-counts", test_changed_first_counts);
    talk_add("window/scale/changed-shift", test_changed_shift);
    talk_add("window/scale/changed-by-stack", test_changed_by_stack);
    talk_add("window/scale/changed-by-windows", test_changed_by_windows);
    talk_add("window/scale/changed-on-sender", test_changed_on_sender);
    talk_add("window/scale/changed-to-other", test_changed_to_other);
    talk_add("window/scale/unchanged", test_unchanged);
    talk_add("window/scale/two-answers", test_two_answers);
    talk_add("window/scale/simultaneous-open", test_simultaneous_open);
    talk_add("window/scale/syn-missing", test_syn_missing);
    talk_add("window/scale/corrupt-answer", test_corrupt_answer);
    talk_add("window/scale/over-14", test_over_14);
    talk_add("window/scale/least", test_least);
    talk_add("window/scale/least-repeated", test_least_repeated);
    talk_add("window/scale/hint", test_hint);
    talk_add("window/scale/hint-several", test_hint_several);
    talk_add("window/scale/assumed", test_assumed);
    return g_test_run();
}
