/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "facts.h"

#include <glib.h>
#include <string.h>

#include "map.h"

_Static_assert(sizeof(struct wt_packed_facts) == 16, "what each frame costs");

enum {
    SETS_FREE = 1 << 12, /* some 150 bytes each */
    SETS_SHARE = 128,    /* frames for each further one: a byte a frame */
};

struct wt_fact_sets {
    GPtrArray *all;   /* struct wt_facts; the first is number 1 */
    GHashTable *map;  /* struct wt_facts -> its number */
    uint32_t last[2]; /* the two used last: mostly those of a connection's two directions */
};

WT_MAP_KEY(set, struct wt_facts)

struct wt_fact_sets *wt_fact_sets_new(void)
{
    struct wt_fact_sets *sets = g_new0(struct wt_fact_sets, 1);
    sets->all = g_ptr_array_new_with_free_func(g_free);
    sets->map = g_hash_table_new(set_hash, set_equal);
    wt_map_draw();
    return sets;
}

void wt_fact_sets_free(struct wt_fact_sets *sets)
{
    g_hash_table_destroy(sets->map);
    g_ptr_array_free(sets->all, TRUE);
    g_free(sets);
}

void wt_fact_sets_clear(struct wt_fact_sets *sets)
{
    g_hash_table_remove_all(sets->map);
    g_ptr_array_set_size(sets->all, 0);
    memset(sets->last, 0, sizeof sets->last);
}

static const struct wt_facts *sets_at(const struct wt_fact_sets *sets, uint32_t number)
{
    return g_ptr_array_index(sets->all, number - 1);
}

static uint32_t sets_find(struct wt_fact_sets *sets, const struct wt_facts *set)
{
    uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(sets->map, set));
    if (number)
        return number;
    struct wt_facts *copy = g_memdup2(set, sizeof *set);
    g_ptr_array_add(sets->all, copy);
    g_hash_table_insert(sets->map, copy, GUINT_TO_POINTER(sets->all->len));
    return sets->all->len;
}

static uint32_t sets_number(struct wt_fact_sets *sets, const struct wt_facts *set)
{
    for (unsigned i = 0; i < 2; i++)
        if (sets->last[i] && set_equal(sets_at(sets, sets->last[i]), set))
            return sets->last[i];
    uint32_t number = sets_find(sets, set);
    sets->last[1] = sets->last[0];
    sets->last[0] = number;
    return number;
}

struct wt_packed_facts wt_facts_pack(struct wt_fact_sets *sets, const struct wt_facts *facts)
{
    struct wt_facts set;
    memcpy(&set, facts, sizeof set);
    set.noted = false;
    set.wire_len -= set.l3_len; /* modulo 2^64 where a header claims more than there is */
    if (set.has_room)           /* with what is in flight it is the window, which many frames share */
        set.room = (int32_t)((uint32_t)set.room + set.flight);
    set.l3_len = set.right_edge = set.flight = 0;
    return (struct wt_packed_facts){
        .noted = facts->noted,
        .set = sets_number(sets, &set) & INT32_MAX,
        .l3_len = facts->l3_len,
        .right_edge = facts->right_edge,
        .flight = facts->flight,
    };
}

void wt_facts_unpack(const struct wt_fact_sets *sets, struct wt_packed_facts kept, struct wt_facts *facts)
{
    memcpy(facts, sets_at(sets, kept.set), sizeof *facts);
    facts->noted = kept.noted;
    facts->wire_len += kept.l3_len;
    facts->l3_len = kept.l3_len;
    facts->right_edge = kept.right_edge;
    facts->flight = kept.flight;
    if (facts->has_room)
        facts->room = (int32_t)((uint32_t)facts->room - kept.flight);
}

bool wt_fact_sets_afford(const struct wt_fact_sets *sets, uint32_t frames)
{
    return sets->all->len < SETS_FREE + frames / SETS_SHARE;
}
