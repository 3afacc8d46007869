/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table behind links, hosts, paths and flows. */
#include <wiretruth/engine.h>

#include "engine/state/map.h"

struct number_key {
    uint32_t number;
};

struct number {
    struct wt_entry entry;
    struct number_key key;
    uint32_t value;
};

WT_MAP_KEY(number, struct number_key)

/* As if all keys had one slot. */
static guint crowd_hash(gconstpointer key)
{
    (void)key;
    return 0x12345678;
}

/* `crowd` asks for a table whose keys do. */
static struct wt_map *numbers_new(uint32_t limit, bool crowd)
{
    return wt_map_new(sizeof(struct number), sizeof(struct number_key), limit,
                      crowd ? crowd_hash : number_hash, number_equal);
}

static struct number *number_get(struct wt_map *table, uint32_t number)
{
    const struct number_key key = {number};
    return wt_map_get(table, &key);
}

static const struct number *number_peek(const struct wt_map *table, uint32_t number)
{
    const struct number_key key = {number};
    return wt_map_peek(table, &key);
}

static void test_gives_up_oldest(void)
{
    struct wt_map *table = numbers_new(3, false);
    for (uint32_t i = 1; i <= 3; i++)
        number_get(table, i)->value = i;
    number_get(table, 1); /* now 2 is the oldest */
    number_get(table, 4);
    const struct number_key two = {2};
    g_assert_null(wt_map_find(table, &two));
    g_assert_cmpuint(number_get(table, 1)->value, ==, 1);
    g_assert_cmpuint(number_get(table, 3)->value, ==, 3);
    g_assert_cmpuint(number_get(table, 4)->value, ==, 0);
    wt_map_free(table);
}

/* Who only looks changes nothing; who uses what he remembers does. */
static void test_use(void)
{
    struct wt_map *table = numbers_new(3, false);
    for (uint32_t i = 1; i <= 3; i++)
        number_get(table, i);
    g_assert_nonnull(number_peek(table, 1));
    wt_map_use(table, number_get(table, 2));
    g_assert_cmpuint(((struct number *)wt_map_oldest(table))->key.number, ==, 1);
    wt_map_use(table, wt_map_oldest(table));
    g_assert_cmpuint(((struct number *)wt_map_oldest(table))->key.number, ==, 3);
    wt_map_free(table);
}

static void test_recall(void)
{
    struct wt_map *table = numbers_new(2, false);
    struct wt_handle handle = {0, 0}, other = {0, 0};
    const struct number_key seven = {7}, eight = {8};
    g_assert_null(wt_map_recalled(table, &handle));
    struct number *first = wt_map_recall(table, &handle, &seven);
    first->value = 70;
    g_assert_true(wt_map_recall(table, &handle, &seven) == first);
    wt_map_recall(table, &other, &eight);
    number_get(table, 9); /* gives 7 up, and not 8 */
    g_assert_null(wt_map_recalled(table, &handle));
    g_assert_nonnull(wt_map_recalled(table, &other));
    g_assert_cmpuint(((struct number *)wt_map_recall(table, &handle, &seven))->value, ==, 0);
    g_assert_nonnull(wt_map_recalled(table, &handle));
    wt_map_free(table);
}

static void number_fill(struct wt_map *table, struct number **numbers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        g_assert_null(number_peek(table, i));
        numbers[i] = number_get(table, i);
        g_assert_cmpuint(numbers[i]->value, ==, 0);
        numbers[i]->value = i + 1;
    }
}

/* What grows keeps its entries, where they are and in the order of use. */
static void test_grow(gconstpointer crowd)
{
    struct wt_map *table = numbers_new(100000, crowd != NULL);
    const uint32_t count = crowd ? 500 : 20000;
    struct number **numbers = g_new(struct number *, count);
    number_fill(table, numbers, count);
    const struct number *number = wt_map_oldest(table);
    for (uint32_t i = 0; i < count; i++, number = wt_map_next(number)) {
        g_assert_true(number == numbers[i] && number_get(table, i) == number);
        g_assert_cmpuint(number->value, ==, i + 1);
    }
    g_assert_null(number);
    g_assert_null(number_peek(table, count));
    g_free(numbers);
    wt_map_free(table);
}

/* --- against a plain list, oldest first --- */

enum {
    MODEL_LIMIT = 40,
    MODEL_NUMBERS = 100,
    MODEL_ROUNDS = 20000,
    MODEL_FLEETING = 10,
};

struct model {
    uint32_t number[MODEL_LIMIT + 1], value[MODEL_LIMIT + 1];
    unsigned count, settled; /* the first ones are settled, the others fleeting */
    unsigned bound;          /* of fleeting ones; 0: none is */
};

static unsigned model_find(const struct model *model, uint32_t number)
{
    unsigned i = 0;
    while (i < model->count && model->number[i] != number)
        i++;
    return i;
}

static uint32_t model_remove(struct model *model, unsigned at)
{
    uint32_t value = model->value[at];
    model->count--;
    model->settled -= at < model->settled;
    for (unsigned i = at; i < model->count; i++) {
        model->number[i] = model->number[i + 1];
        model->value[i] = model->value[i + 1];
    }
    return value;
}

/* Puts it behind the newest of its kind. */
static void model_insert(struct model *model, bool settled, uint32_t number, uint32_t value)
{
    const unsigned at = settled ? model->settled : model->count;
    for (unsigned i = model->count; i > at; i--) {
        model->number[i] = model->number[i - 1];
        model->value[i] = model->value[i - 1];
    }
    model->number[at] = number;
    model->value[at] = value;
    model->count++;
    model->settled += settled;
}

static void model_add(struct model *model, uint32_t number)
{
    if (model->bound && model->count - model->settled == model->bound)
        model_remove(model, model->settled);
    else if (model->count == MODEL_LIMIT)
        model_remove(model, 0);
    model_insert(model, model->bound == 0, number, 0);
}

/* The value of `number`, now the newest of its kind; 0 if it was not there. */
static uint32_t model_get(struct model *model, uint32_t number)
{
    const unsigned at = model_find(model, number);
    const bool settled = at < model->settled;
    if (at == model->count) {
        model_add(model, number);
        return 0;
    }
    if (model->count <= MODEL_LIMIT / 2)
        return model->value[at];
    const uint32_t value = model_remove(model, at);
    model_insert(model, settled, number, value);
    return value;
}

static void model_settle(struct model *model, uint32_t number)
{
    const unsigned at = model_find(model, number);
    if (at >= model->settled)
        model_insert(model, true, number, model_remove(model, at));
}

static void check_model(const struct wt_map *table, const struct model *model)
{
    const struct number *number = wt_map_oldest(table);
    for (unsigned i = 0; i < model->count; i++, number = wt_map_next(number)) {
        g_assert_cmpuint(number->key.number, ==, model->number[i]);
        g_assert_cmpuint(number->value, ==, model->value[i]);
        g_assert_true(number_peek(table, model->number[i]) == number);
    }
    g_assert_null(number);
}

static void run_model(struct wt_map *table, struct model *model)
{
    GRand *random = g_rand_new_with_seed(1);
    for (uint32_t round = 1; round <= MODEL_ROUNDS; round++) {
        uint32_t number = g_rand_int(random) % MODEL_NUMBERS;
        g_assert_cmpint(number_peek(table, number) != NULL, ==, model_find(model, number) < model->count);
        struct number *entry = number_get(table, number);
        g_assert_cmpuint(entry->value, ==, model_get(model, number));
        entry->value = model->value[model_find(model, number)] = round;
        if (g_rand_int(random) % 8 == 0) {
            wt_map_settle(table, entry);
            model_settle(model, number);
        }
        check_model(table, model);
    }
    g_rand_free(random);
    wt_map_free(table);
}

static void test_model(gconstpointer crowd)
{
    struct model model = {.count = 0};
    run_model(numbers_new(MODEL_LIMIT, crowd != NULL), &model);
}

/* The same where few may be fleeting, and more than settle before they are given up. */
static void test_model_fleeting(gconstpointer crowd)
{
    struct model model = {.bound = MODEL_FLEETING};
    struct wt_map *table = numbers_new(MODEL_LIMIT, crowd != NULL);
    wt_map_bound_fleeting(table, MODEL_FLEETING);
    run_model(table, &model);
    g_assert_cmpuint(model.settled, ==, MODEL_LIMIT - MODEL_FLEETING);
}

/* However many keys come once, what has settled stays. */
static void test_fleeting(void)
{
    struct wt_map *table = numbers_new(100, false);
    wt_map_bound_fleeting(table, 3);
    for (uint32_t i = 1; i <= 20; i++)
        wt_map_settle(table, number_get(table, i));
    for (uint32_t i = 1000; i < 5000; i++)
        number_get(table, i);
    for (uint32_t i = 1; i <= 20; i++)
        g_assert_nonnull(number_peek(table, i));
    for (uint32_t i = 1000; i < 5000; i++)
        g_assert_cmpint(number_peek(table, i) != NULL, ==, i >= 4997);
    wt_map_free(table);
}

/* What was only looked for is remembered if it was there, and not added if not. */
static void test_recall_known(void)
{
    struct wt_map *table = numbers_new(2, false);
    struct wt_handle handle = {0, 0};
    const struct number_key seven = {7};
    g_assert_null(wt_map_recall_known(table, &handle, &seven));
    g_assert_null(wt_map_recalled(table, &handle));
    g_assert_null(number_peek(table, 7));
    struct number *added = number_get(table, 7);
    g_assert_true(wt_map_recall_known(table, &handle, &seven) == added);
    g_assert_true(wt_map_recalled(table, &handle) == added);
    number_get(table, 8);
    number_get(table, 9); /* gives 7 up */
    g_assert_null(wt_map_recall_known(table, &handle, &seven));
    wt_map_free(table);
}

/* --- the hash --- */

struct pair {
    uint64_t half[2];
};

/* How many pairs of keys share the upper bits of their hash, over many draws of the random numbers. */
static unsigned same_slots(const struct pair *keys, unsigned count, unsigned bits, unsigned draws)
{
    unsigned same = 0;
    for (unsigned draw = 0; draw < draws; draw++) {
        wt_map_multiplier = 0; /* drawn again with the next table */
        wt_map_free(numbers_new(1, false));
        for (unsigned i = 0; i < count; i++)
            for (unsigned j = 0; j < i; j++)
                same += wt_map_hash(&keys[i], sizeof keys[i]) >> (32 - bits) ==
                        wt_map_hash(&keys[j], sizeof keys[j]) >> (32 - bits);
    }
    return same;
}

/* Keys that differ in one bit, or in two bits as a multiplication moves them, are as far apart as any: less
 * than 2^(1-b) of the pairs share b bits, whatever was drawn. */
static void test_hash_crafted(void)
{
    const uint64_t top = (uint64_t)1 << 63;
    const struct pair keys[] = {{{0, 0}}, {{0, 1}},   {{0, top}},   {{1, 0}},
                                {{1, 1}}, {{top, 0}}, {{top, top}}, {{top, top | top >> 29}}};
    const unsigned draws = 1000, bits = 10, pairs = G_N_ELEMENTS(keys) * (G_N_ELEMENTS(keys) - 1) / 2;
    g_random_set_seed(1);
    g_assert_cmpuint(same_slots(keys, G_N_ELEMENTS(keys), bits, draws), <=, 2 * draws * pairs >> bits);
}

/* Keys in a row, as of scanned addresses, spread like any. */
static void test_hash_row(void)
{
    struct pair keys[256];
    const unsigned draws = 100, bits = 8, pairs = 256 * 255 / 2;
    for (uint64_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        keys[i].half[0] = 0x0a000001;
        keys[i].half[1] = GUINT64_TO_BE(i);
    }
    g_random_set_seed(1);
    g_assert_cmpuint(same_slots(keys, G_N_ELEMENTS(keys), bits, draws), <=, (draws * pairs >> bits) * 5 / 4);
}

/* A key of an odd number of words: each counts, the last one too. */
static void test_hash_words(void)
{
    uint32_t key[13] = {0};
    g_random_set_seed(1);
    wt_map_multiplier = 0; /* drawn with the next table, whatever test ran before */
    wt_map_free(numbers_new(1, false));
    const uint32_t hash = wt_map_hash(key, sizeof key);
    for (unsigned i = 0; i < G_N_ELEMENTS(key); i++) {
        key[i] = 1;
        g_assert_cmpuint(wt_map_hash(key, sizeof key), !=, hash);
        key[i] = 0;
    }
    g_assert_cmpuint(wt_map_hash(key, sizeof key), ==, hash);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/table/gives-up-oldest", test_gives_up_oldest);
    g_test_add_func("/table/use", test_use);
    g_test_add_func("/table/recall", test_recall);
    g_test_add_data_func("/table/grow", NULL, test_grow);
    g_test_add_data_func("/table/grow/one-slot", GUINT_TO_POINTER(1), test_grow);
    g_test_add_data_func("/table/model", NULL, test_model);
    g_test_add_data_func("/table/model/one-slot", GUINT_TO_POINTER(1), test_model);
    g_test_add_data_func("/table/model/fleeting", NULL, test_model_fleeting);
    g_test_add_data_func("/table/model/fleeting/one-slot", GUINT_TO_POINTER(1), test_model_fleeting);
    g_test_add_func("/table/fleeting", test_fleeting);
    g_test_add_func("/table/recall-known", test_recall_known);
    g_test_add_func("/table/hash/crafted", test_hash_crafted);
    g_test_add_func("/table/hash/row", test_hash_row);
    g_test_add_func("/table/hash/words", test_hash_words);
    return g_test_run();
}
