/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shape.h"

#include <glib.h>
#include <string.h>

#include "map.h"

_Static_assert(sizeof(struct wt_kept) == 16, "what each frame costs");

struct wt_shapes {
    GPtrArray *all;   /* struct wt_facts; the first is number 1 */
    GHashTable *map;  /* struct wt_facts -> its number */
    uint32_t last[2]; /* the two used last: mostly those of a connection's two directions */
};

WT_MAP_KEY(shape, struct wt_facts)

struct wt_shapes *wt_shapes_new(void)
{
    struct wt_shapes *shapes = g_new0(struct wt_shapes, 1);
    shapes->all = g_ptr_array_new_with_free_func(g_free);
    shapes->map = g_hash_table_new(shape_hash, shape_equal);
    wt_map_draw();
    return shapes;
}

void wt_shapes_free(struct wt_shapes *shapes)
{
    g_hash_table_destroy(shapes->map);
    g_ptr_array_free(shapes->all, TRUE);
    g_free(shapes);
}

void wt_shapes_clear(struct wt_shapes *shapes)
{
    g_hash_table_remove_all(shapes->map);
    g_ptr_array_set_size(shapes->all, 0);
    memset(shapes->last, 0, sizeof shapes->last);
}

static const struct wt_facts *shapes_at(const struct wt_shapes *shapes, uint32_t number)
{
    return g_ptr_array_index(shapes->all, number - 1);
}

static uint32_t shapes_find(struct wt_shapes *shapes, const struct wt_facts *shape)
{
    uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(shapes->map, shape));
    if (number)
        return number;
    struct wt_facts *copy = g_memdup2(shape, sizeof *shape);
    g_ptr_array_add(shapes->all, copy);
    g_hash_table_insert(shapes->map, copy, GUINT_TO_POINTER(shapes->all->len));
    return shapes->all->len;
}

static uint32_t shapes_number(struct wt_shapes *shapes, const struct wt_facts *shape)
{
    for (unsigned i = 0; i < 2; i++)
        if (shapes->last[i] && shape_equal(shapes_at(shapes, shapes->last[i]), shape))
            return shapes->last[i];
    uint32_t number = shapes_find(shapes, shape);
    shapes->last[1] = shapes->last[0];
    shapes->last[0] = number;
    return number;
}

struct wt_kept wt_shapes_pack(struct wt_shapes *shapes, const struct wt_facts *facts)
{
    struct wt_facts shape;
    memcpy(&shape, facts, sizeof shape);
    shape.noted = false;
    shape.wire_len -= shape.l3_len; /* modulo 2^64 where a header claims more than there is */
    shape.l3_len = shape.right_edge = shape.flight = 0;
    return (struct wt_kept){
        .noted = facts->noted,
        .shape = shapes_number(shapes, &shape) & INT32_MAX,
        .l3_len = facts->l3_len,
        .right_edge = facts->right_edge,
        .flight = facts->flight,
    };
}

void wt_shapes_unpack(const struct wt_shapes *shapes, struct wt_kept kept, struct wt_facts *facts)
{
    memcpy(facts, shapes_at(shapes, kept.shape), sizeof *facts);
    facts->noted = kept.noted;
    facts->wire_len += kept.l3_len;
    facts->l3_len = kept.l3_len;
    facts->right_edge = kept.right_edge;
    facts->flight = kept.flight;
}
