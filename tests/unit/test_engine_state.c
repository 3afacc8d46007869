/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records and the table of findings. */
#include "talk.h"

static void test_records_single_pass(void)
{
    struct talk talk;
    talk_open(&talk, 4);
    wt_engine_keep(talk.engine, false);
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 10);
    packet.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t first = talk_send(&talk, &packet);
    g_assert_nonnull(wt_engine_facts(talk.engine, first));
    g_assert_nonnull(wt_engine_findings(talk.engine, first));
    talk_send(&talk, &packet);
    g_assert_null(wt_engine_facts(talk.engine, first));
    g_assert_null(wt_engine_findings(talk.engine, first));
    talk_close(&talk);
}

/* Wireshark gives the number of a frame that a read filter rejected to the next one. */
static void test_records_number_again(void)
{
    struct talk talk;
    talk_open(&talk, 4);
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 10);
    packet.l4_checksum = WT_CHECKSUM_PARTIAL;
    uint32_t number = talk_send(&talk, &packet);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_CHECKSUM_PARTIAL));
    talk.frame.number--;
    g_assert_cmpuint(talk_send_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 10), ==, number);
    g_assert_null(talk_found(&talk, number, WT_FINDING_CHECKSUM_PARTIAL));
    talk_close(&talk);
}

/* A packet that differs from the others in what a frame keeps, and in what many share. */
static struct wt_packet packet_of(struct talk *talk, unsigned i)
{
    struct wt_packet packet =
        talk_tcp(talk, i % 2, WT_TCP_ACK, 1000 * i, 7 * i, i % 5 == 0 ? 4344 : i % 1449);
    packet.src_port = (uint16_t)(packet.src_port + i % 3);
    if (i % 7 == 0)
        packet.l4_checksum = WT_CHECKSUM_PARTIAL;
    if (i % 11 == 0)
        packet.proto = 17;
    return packet;
}

struct judged {
    uint32_t number;
    struct wt_facts facts;
};

/* Sends packet `i`; numbers leave some out, as those of a read filter do. */
static void judge(struct talk *talk, unsigned i, struct judged *judged)
{
    const struct wt_packet packet = packet_of(talk, i);
    talk->frame.number += i % 13 == 0 ? 3000 : 0;
    judged->number = talk_send(talk, &packet);
    memcpy(&judged->facts, talk_facts(talk, judged->number), sizeof judged->facts);
    g_assert_true(judged->facts.l3_len == packet.l3_len);
}

/* Padding is zero, so the bytes are compared. */
static bool is_kept(const struct talk *talk, const struct judged *judged)
{
    struct wt_facts then;
    memcpy(&then, &judged->facts, sizeof then);
    if (then.wire_frames == 0) { /* what a UDP super-frame is on the wire shows later */
        const struct wt_facts *known = talk_facts(talk, judged->number);
        then.wire_frames = known->wire_frames;
        then.wire_len = known->wire_len;
        then.segment_size = known->segment_size;
        then.segment_last = known->segment_last;
    }
    then.noted =
        wt_engine_findings(talk->engine, judged->number) != NULL; /* a later frame may say something of it */
    const void *before = &then, *now = talk_facts(talk, judged->number);
    return memcmp(before, now, sizeof then) == 0;
}

static void test_facts_are_kept(void)
{
    const unsigned frames = 5000;
    struct judged *judged = g_new0(struct judged, frames);
    struct talk talk;
    talk_open(&talk, 4);
    for (unsigned i = 0; i < frames; i++)
        judge(&talk, i, &judged[i]);
    for (unsigned i = frames; i-- > 0;)
        g_assert_true(is_kept(&talk, &judged[i]));
    g_assert_null(wt_engine_facts(talk.engine, 1));
    g_assert_null(wt_engine_facts(talk.engine, judged[frames - 1].number + 1));
    talk_close(&talk);
    g_free(judged);
}

static void test_frame_without_ip(void)
{
    struct talk talk;
    talk_open(&talk, 4);
    talk.frame.number = 1;
    wt_engine_frame(talk.engine, &talk.frame, &talk.reading);
    g_assert_null(wt_engine_findings(talk.engine, 1));
    talk_close(&talk);
}

/* The same packet at two interfaces belongs to two flows: no retransmission, no shared state. */
static void test_interfaces_apart(void)
{
    struct talk talk;
    talk_open(&talk, 4);
    talk_handshake(&talk, 1000, 5000);
    talk.frame.interface = 1;
    uint32_t number = talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 0);
    g_assert_nonnull(talk_found(&talk, number, WT_FINDING_WINDOW_SCALE_UNKNOWN));
    talk_close(&talk);
}

static void test_finding_rows(void)
{
    for (unsigned id = 0; id < WT_FINDINGS; id++) {
        const struct wt_finding_row *row = &wt_finding_table[id];
        g_assert_cmpuint(wt_finding_by_name(row->name), ==, id);
        g_assert_true(*row->sentence && *row->explanation);
        g_assert_true(row->severity < WT_SEVERITY_WARN || *row->remedy); /* trouble has a remedy */
        const struct wt_finding finding = {.id = (enum wt_finding_id)id, .severity = row->severity};
        char text[512];
        g_assert_null(strchr(wt_finding_text(&finding, text, sizeof text), '$'));
    }
    g_assert_cmpuint(wt_finding_by_name("no.such.finding"), ==, WT_FINDINGS);
}

static void test_finding_text_is_cut(void)
{
    const struct wt_finding finding = {.id = WT_FINDING_PMTU_OBEYED, .value = {1400, 12, 2500000}};
    char text[200];
    wt_finding_text(&finding, text, sizeof text);
    g_assert_cmpstr(text, ==, "Sent again in smaller packets of 1400 bytes, as frame 12 asked 2.5 ms ago");
    g_assert_cmpstr(wt_finding_text(&finding, text, 11), ==, "Sent again");
}

static void take_log(void *data, const char *text)
{
    g_string_append_printf(data, "%s\n", text);
}

static void test_log(void)
{
    GString *log = g_string_new(NULL);
    struct talk talk;
    talk_open(&talk, 4);
    wt_engine_log(talk.engine, take_log, log);
    struct wt_packet packet = talk_tcp(&talk, 1, WT_TCP_ACK, 1, 1, 10);
    packet.l4_checksum = WT_CHECKSUM_PARTIAL;
    talk_send(&talk, &packet);
    g_assert_nonnull(strstr(log->str, "frame 1: checksum.partial on frame 1, a Note\n"));
    wt_engine_log(talk.engine, NULL, NULL);
    g_string_truncate(log, 0);
    talk_send(&talk, &packet);
    g_assert_cmpuint(log->len, ==, 0);
    g_string_free(log, TRUE);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/state/records/single-pass", test_records_single_pass);
    g_test_add_func("/state/records/number-again", test_records_number_again);
    g_test_add_func("/state/records/facts-are-kept", test_facts_are_kept);
    g_test_add_func("/state/records/no-ip", test_frame_without_ip);
    g_test_add_func("/state/log", test_log);
    g_test_add_func("/state/interfaces-apart", test_interfaces_apart);
    g_test_add_func("/findings/rows", test_finding_rows);
    g_test_add_func("/findings/text-is-cut", test_finding_text_is_cut);
    return g_test_run();
}
