/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables without Wireshark: rows, their limit, blanks, names from a file, text and JSON. */
#include "tables/escape.h"
#include "tables/json.h"
#include "tables/names.h"
#include "tables/table.h"

#include <wiretruth/point.h>

#include "talk.h"

/* --- frames --- */

/* Gives the frame that the engine judged last to `table`. */
static void tell(const struct talk *talk, struct wt_table *table, const struct wt_names *names)
{
    const uint32_t number = talk->frame.number;
    const struct wt_visit visit = {
        .frame = talk->frame,
        .reading = talk->reading,
        .facts = wt_engine_facts(talk->engine, number),
        .findings = wt_engine_findings(talk->engine, number),
        .relations = wt_engine_relations(talk->engine, number),
        .engine = talk->engine,
        .names = names,
        .artefacts = true,
    };

    wt_table_frame(table, &visit);
}

static char *text_of(struct wt_table *table)
{
    GString *out = g_string_new(NULL);

    wt_table_print(table, out);
    return g_string_free(out, FALSE);
}

static char *json_of(struct wt_table *table)
{
    GString *out = g_string_new(NULL);

    wt_table_print_json(table, out);
    return g_string_free(out, FALSE);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        g_error("no \"%s\" in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        g_error("\"%s\" in:\n%s", part, text);
}

/* --- rows --- */

struct key {
    uint32_t number;
};

WT_MAP_KEY(key, struct key)

static const struct wt_column columns[] = {
    {.title = "Name", .cell = WT_CELL_TEXT},
    {.title = "Remark", .cell = WT_CELL_TEXT},
    {.title = "Count", .cell = WT_CELL_COUNT},
    {.title = "Known", .cell = WT_CELL_COUNT, .blank = true},
};

enum {
    LIMIT = 3
};

static const struct wt_columns few = {
    .column = columns,
    .count = G_N_ELEMENTS(columns),
    .key_size = sizeof(struct key),
    .key_hash = key_hash,
    .key_equal = key_equal,
    .limit = LIMIT,
};

static struct wt_row *row_of(struct wt_rows *rows, uint32_t number)
{
    const struct key key = {number};
    bool added = false;
    struct wt_row *row = wt_rows_get(rows, &key, &added);

    g_assert_true(added == (number < LIMIT && wt_row_number(row, 2) == 0));
    wt_row_add(row, 2, 1);
    return row;
}

/* Keys behind the limit share a row that says how many they are, each counted once; the key 0 is one like others. */
static void test_limit(void)
{
    struct wt_rows *rows = wt_rows_new(&few);

    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t number = 0; number < 1000; number++)
            g_assert_true(wt_row_is_others(row_of(rows, number)) == (number >= LIMIT));
        g_assert_cmpuint(wt_rows_count(rows), ==, LIMIT + 1);
    }
    const struct wt_row *others = wt_rows_at(rows, LIMIT);
    g_assert_cmpstr(wt_row_text(others, 0), ==, "all others");
    g_assert_cmpstr(wt_row_text(others, 1), ==, "997 more left out");
    g_assert_cmpuint(wt_row_number(others, 2), ==, 1994);
    g_assert_false(wt_row_is_others(wt_rows_at(rows, 0)));
    wt_rows_clear(rows);
    g_assert_cmpuint(wt_rows_count(rows), ==, 0);
    row_of(rows, 5 % LIMIT);
    wt_rows_free(rows);
}

/* A number that nobody set is blank where the column says so; 0 is one that is known. */
static void test_blank(void)
{
    struct wt_rows *rows = wt_rows_new(&few);
    struct wt_row *row = row_of(rows, 1);

    g_assert_true(wt_row_is_blank(row, 3));
    g_assert_true(wt_row_is_blank(row, 0));
    wt_row_raise(row, 3, 0);
    g_assert_false(wt_row_is_blank(row, 3));
    wt_row_set_known(row, 3, 0);
    g_assert_true(wt_row_is_blank(row, 3));
    wt_row_set_known(row, 3, 1500);
    g_autofree char *text = wt_row_print(row, 3);
    g_assert_cmpstr(text, ==, "1500");
    wt_rows_free(rows);
}

/* Who shows rows is told of each that changed, once. */
static void test_changed(void)
{
    struct wt_rows *rows = wt_rows_new(&few);
    struct wt_row *first = row_of(rows, 0), *second = row_of(rows, 1);

    while (wt_rows_take_changed(rows))
        ;
    wt_row_add(second, 2, 1);
    wt_row_add(second, 2, 1);
    g_assert_true(wt_rows_take_changed(rows) == second);
    g_assert_null(wt_rows_take_changed(rows));
    wt_row_set_text(first, 0, "a");
    g_assert_true(wt_rows_take_changed(rows) == first);
    wt_row_set_text(first, 0, "a");
    g_assert_null(wt_rows_take_changed(rows));
    wt_rows_free(rows);
}

/* --- text --- */

static void test_escape(void)
{
    static const struct {
        const char *text, *safe;
    } cases[] = {
        {"eth0", "eth0"},
        {"Schnittstelle \xc3\xbc \xe2\x82\xac", "Schnittstelle \xc3\xbc \xe2\x82\xac"},
        {"\x1b[2J\x07\r\n\t\x7f", "\\x1b[2J\\x07\\x0d\\x0a\\x09\\x7f"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},                                     /* CSI in one character */
        {"\xe2\x80\xaegnp", "\\xe2\\x80\\xaegnp"},             /* right-to-left override */
        {"\xc0\x80\xed\xa0\x80", "\\xc0\\x80\\xed\\xa0\\x80"}, /* overlong, half of a pair */
        {"", ""},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *safe = wt_escape(cases[i].text);
        g_assert_cmpstr(safe, ==, cases[i].safe);
        g_assert_true(g_utf8_validate(safe, -1, NULL));
    }
}

static void test_json(void)
{
    GString *out = g_string_new(NULL);

    wt_json_begin(out, NULL);
    wt_json_text(out, "a", "\"\\\x1b\xff{");
    wt_json_number(out, "b", UINT64_MAX);
    wt_json_begin(out, "c");
    wt_json_end(out);
    wt_json_begin(out, "d");
    wt_json_decimal(out, "e", -1.5);
    wt_json_end(out);
    wt_json_end(out);
    g_assert_cmpstr(
        out->str, ==,
        "{\"a\":\"\\\"\\\\\\\\x1b\\\\xff{\",\"b\":18446744073709551615,\"c\":{},\"d\":{\"e\":-1.500}}");
    g_string_free(out, TRUE);
}

static void test_names(void)
{
    struct wt_names *names = wt_names_new();

    g_assert_true(wt_names_lack(names, 7));
    wt_names_learn(names, 7, "eth\x1b");
    g_assert_false(wt_names_lack(names, 7));
    wt_names_learn(names, 7, "other");
    wt_names_learn(names, 8, "");
    g_assert_cmpstr(wt_names_of(names, 7), ==, "eth\\x1b");
    g_assert_cmpstr(wt_names_of(names, 0), ==, "");
    for (uint32_t i = 10; i < 100000; i++)
        wt_names_learn(names, i, "many");
    g_assert_false(wt_names_lack(names, 99999));
    g_assert_cmpstr(wt_names_of(names, 7), ==, "eth\\x1b");
    wt_names_free(names);
}

/* --- tables --- */

/* What tshark looks for is the first name that the option begins with. */
static void test_order(void)
{
    for (unsigned i = 0; i < wt_table_types_count; i++)
        for (unsigned j = i + 1; j < wt_table_types_count; j++)
            g_assert_false(g_str_has_prefix(wt_table_types[j]->name, wt_table_types[i]->name));
}

/* Each says something of nothing, and nothing but JSON as JSON; again after it was told of something. */
static void test_empty(void)
{
    struct talk talk;

    talk_open(&talk, 4);
    for (unsigned i = 0; i < wt_table_types_count; i++) {
        const struct wt_table_type *type = wt_table_types[i];
        struct wt_table *table = wt_table_new(type, NULL);
        g_autofree char *before = text_of(table);
        talk_send_tcp(&talk, 0, WT_TCP_ACK, 1, 1, 100);
        tell(&talk, table, NULL);
        g_autofree char *json = json_of(table);
        g_assert_true(*json == '\0' || *json == '{');
        wt_table_reset(table);
        g_autofree char *after = text_of(table);
        g_assert_cmpstr(before, ==, after);
        if (type->nothing)
            assert_has(after, type->nothing);
        g_assert_true(!type->columns.count || type->nothing);
        wt_table_free(table);
    }
    talk_close(&talk);
}

/* As many rows as keys that anybody makes up: bounded in each table of rows, and all are counted. */
static void test_bounded(void)
{
    static const struct wt_table_type *const types[] = {&wt_table_wire, &wt_table_offloads,
                                                        &wt_table_conversations};

    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
        struct wt_table *table = wt_table_new(types[i], NULL);
        struct talk talk;
        talk_open(&talk, 6);
        for (uint32_t n = 0; n < types[i]->columns.limit + 10; n++) {
            memcpy(&talk.host[0].bytes[8], &n, sizeof n);
            struct wt_packet packet = talk_tcp(&talk, 0, WT_TCP_ACK, 1, 1, 100);
            packet.l4_checksum = WT_CHECKSUM_PARTIAL;
            talk_send(&talk, &packet);
            tell(&talk, table, NULL);
        }
        g_assert_cmpuint(wt_rows_count(table->rows), ==, types[i]->columns.limit + 1);
        g_autofree char *text = text_of(table);
        assert_has(text, "more left out");
        wt_table_free(table);
        talk_close(&talk);
    }
}

/* A copy crosses no wire of its own: in the table of hosts, and in that of conversations. */
static void test_copies(void)
{
    struct wt_table *wire = wt_table_new(&wt_table_wire, NULL);
    struct wt_table *conversations = wt_table_new(&wt_table_conversations_wide, NULL);
    struct talk talk;

    talk_open(&talk, 4);
    talk.id = 700;
    const struct wt_packet data = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 500);
    for (unsigned i = 0; i < 3; i++) {
        talk_send(&talk, &data);
        talk.frame.time -= TALK_MS - 1000;
        tell(&talk, wire, NULL);
        tell(&talk, conversations, NULL);
    }
    g_autofree char *text = json_of(wire);
    assert_has(text, "\"role\":\"sends\",\"frames\":3");
    assert_has(text, "\"wire_frames\":1,\"wire_bytes\":566,");
    g_autofree char *said = json_of(conversations);
    assert_has(said, "\"frames\":1,");
    wt_table_free(wire);
    wt_table_free(conversations);
    talk_close(&talk);
}

/* How far a capture can be trusted: copies, and bytes that were acknowledged and never came by, in the worst second. */
static void test_capture(void)
{
    struct wt_table *table = wt_table_new(&wt_table_capture, NULL);
    struct talk talk;

    talk_open(&talk, 4);
    talk.id = 700;
    const struct wt_packet data = talk_tcp(&talk, 0, WT_TCP_ACK, 1000, 5000, 500);
    for (unsigned i = 0; i < 2; i++) {
        talk_send(&talk, &data);
        talk.frame.time -= TALK_MS - 1000;
        tell(&talk, table, NULL);
    }
    talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 3000, 0); /* 1,500 of 2,000 bytes never came by */
    tell(&talk, table, NULL);
    talk.frame.time += 20 * (int64_t)TALK_MS;
    talk_send_tcp(&talk, 1, WT_TCP_ACK, 5000, 3000, 0);
    tell(&talk, table, NULL);
    g_autofree char *json = json_of(table);
    assert_has(json, "\"frames\":4,\"copies\":1,\"missed_bytes\":1500,\"missed_percent\":75.000,");
    assert_has(json, "\"worst_second_bytes\":1500,\"worst_second_frame\":4,");
    assert_has(json, "\"what_it_cannot_show\":\"what was lost on the way; repeats: copies are among them\"");
    wt_table_free(table);
    talk_close(&talk);
}

/* The interface is called as in the file, and named only where there are several; where the file has none it is blank. */
static void test_interface(void)
{
    struct wt_table *table = wt_table_new(&wt_table_conversations, NULL);
    struct wt_names *names = wt_names_new();
    struct talk talk;

    talk_open(&talk, 4);
    talk.frame.interface = 1;
    wt_names_learn(names, 1, "eth\n0");
    talk_send_tcp(&talk, 0, WT_TCP_ACK, 1, 1, 100);
    tell(&talk, table, names);
    g_autofree char *one = text_of(table);
    assert_lacks(one, "eth");
    talk.frame.interface = 0;
    talk_send_tcp(&talk, 0, WT_TCP_ACK, 1, 1, 100);
    tell(&talk, table, names);
    g_autofree char *two = text_of(table);
    assert_has(two, "  If  ");
    assert_has(two, "  eth\\x0a0  ");
    g_autofree char *json = json_of(table);
    assert_has(json, "\"if\":\"eth\\\\x0a0\"");
    assert_has(json, "\"if\":\"\"");
    wt_table_free(table);
    wt_names_free(names);
    talk_close(&talk);
}

/* Stalls as long as a file can make them add up to no overflow. */
static void test_long_stalls(void)
{
    struct wt_table *table = wt_table_new(&wt_table_conversations_wide, NULL);
    struct talk talk;

    talk_open(&talk, 4);
    for (uint32_t i = 0; i < 6; i++) {
        talk.frame.time = i % 2 ? (int64_t)1 << 62 : -((int64_t)1 << 60);
        talk.frame.time -= TALK_MS;
        talk_send_tcp(&talk, 0, WT_TCP_ACK, 1000 + 100 * i, 1, 100);
        tell(&talk, table, NULL);
        talk_send_tcp(&talk, 1, WT_TCP_ACK, 1, 1000 + 100 * i, 0);
        tell(&talk, table, NULL);
    }
    g_autofree char *json = json_of(table);
    assert_has(json, "\"stalls\":");
    wt_table_free(table);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tables/limit", test_limit);
    g_test_add_func("/tables/blank", test_blank);
    g_test_add_func("/tables/changed", test_changed);
    g_test_add_func("/tables/escape", test_escape);
    g_test_add_func("/tables/json", test_json);
    g_test_add_func("/tables/names", test_names);
    g_test_add_func("/tables/order", test_order);
    g_test_add_func("/tables/empty", test_empty);
    g_test_add_func("/tables/bounded", test_bounded);
    g_test_add_func("/tables/copies", test_copies);
    g_test_add_func("/tables/capture", test_capture);
    g_test_add_func("/tables/interface", test_interface);
    g_test_add_func("/tables/long_stalls", test_long_stalls);
    return g_test_run();
}
