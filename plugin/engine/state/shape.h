/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shape: the facts that most frames of a connection share, each kept once. The others, in which every frame
 * is different, are kept with the frame.
 */
#ifndef WIRETRUTH_SHAPE_H
#define WIRETRUTH_SHAPE_H

#include <wiretruth/engine.h>

struct wt_shapes;

/* What a frame keeps of its facts: 16 bytes. All zero says that there are none. */
struct wt_kept {
    uint32_t noted : 1; /* as in struct wt_facts */
    uint32_t shape : 31;
    uint32_t l3_len, right_edge, flight;
};

struct wt_shapes *wt_shapes_new(void);
void wt_shapes_free(struct wt_shapes *shapes);
void wt_shapes_clear(struct wt_shapes *shapes);

/* Keeps `facts`, whose padding has to be zero. */
struct wt_kept wt_shapes_pack(struct wt_shapes *shapes, const struct wt_facts *facts);

/* The facts of which `kept` was made. */
void wt_shapes_unpack(const struct wt_shapes *shapes, struct wt_kept kept, struct wt_facts *facts);

#endif
