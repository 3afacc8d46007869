/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables, records and the table of findings. */
#include "../../plugin/engine/table.h"
#include "talk.h"

struct number_key {
    uint32_t number;
};

struct number {
    struct wt_entry entry;
    struct number_key key;
    uint32_t value;
};

WT_TABLE_KEY(number, struct number_key)

static struct number *number_get(struct wt_table *table, uint32_t number)
{
    const struct number_key key = {number};
    return wt_table_get(table, &key);
}

static void test_table_gives_up_oldest(void)
{
    struct wt_table *table =
        wt_table_new(sizeof(struct number), sizeof(struct number_key), 3, number_hash, number_equal);
    for (uint32_t i = 1; i <= 3; i++)
        number_get(table, i)->value = i;
    number_get(table, 1); /* now 2 is the oldest */
    number_get(table, 4);
    const struct number_key two = {2};
    g_assert_null(wt_table_find(table, &two));
    g_assert_cmpuint(number_get(table, 1)->value, ==, 1);
    g_assert_cmpuint(number_get(table, 3)->value, ==, 3);
    g_assert_cmpuint(number_get(table, 4)->value, ==, 0);
    g_assert_cmpuint(wt_table_given_up(table), ==, 1);
    wt_table_free(table);
}

static void test_table_recall(void)
{
    struct wt_table *table =
        wt_table_new(sizeof(struct number), sizeof(struct number_key), 2, number_hash, number_equal);
    struct wt_handle handle = {NULL, 0};
    const struct number_key key = {7};
    struct number *first = wt_table_recall(table, &handle, &key);
    first->value = 70;
    g_assert_true(wt_table_recall(table, &handle, &key) == first);
    number_get(table, 8);
    number_get(table, 9); /* gives 7 up */
    g_assert_cmpuint(((struct number *)wt_table_recall(table, &handle, &key))->value, ==, 0);
    wt_table_free(table);
}

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/state/table/gives-up-oldest", test_table_gives_up_oldest);
    g_test_add_func("/state/table/recall", test_table_recall);
    g_test_add_func("/state/records/single-pass", test_records_single_pass);
    g_test_add_func("/state/records/number-again", test_records_number_again);
    g_test_add_func("/state/records/no-ip", test_frame_without_ip);
    g_test_add_func("/state/interfaces-apart", test_interfaces_apart);
    g_test_add_func("/findings/rows", test_finding_rows);
    g_test_add_func("/findings/text-is-cut", test_finding_text_is_cut);
    return g_test_run();
}
