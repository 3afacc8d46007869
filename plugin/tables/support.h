/* SPDX-License-Identifier: GPL-2.0-or-later */
/* support: the findings that speak for each diagnosis, of the frames that a table was told of. */
#ifndef WIRETRUTH_TABLES_SUPPORT_H
#define WIRETRUTH_TABLES_SUPPORT_H

#include "table.h"

#include <wiretruth/diagnosis.h>

struct wt_support {
    struct wt_row *row; /* where there is one */
    uint64_t frames;
    uint64_t finding[WT_FINDINGS];
};

/* The data of a table of diagnoses, and its functions. */
struct wt_supports {
    GHashTable *table; /* case number -> struct wt_support; the engine bounds the number of cases */
};

void wt_supports_start(struct wt_table *table);
void wt_supports_end(struct wt_table *table);
void wt_supports_frame(struct wt_table *table, const struct wt_visit *visit);

/* The same for one case, to write to. */
struct wt_support *wt_support_get(struct wt_table *table, uint32_t number);

/* What speaks for `c`, of the frames that the table was told of; all zero where there is nothing. */
const struct wt_support *wt_support_of(const struct wt_table *table, const struct wt_case *c);

/* Whether the table is to tell of `c`: without a filter of all, else of those with a frame that matched.
 * What is made of symptoms has no frames of its own, and is told of always. */
bool wt_support_tells(const struct wt_table *table, const struct wt_case *c);

/* Appends all that the table is to tell of, as JSON lines: table_json.c. */
void wt_support_json(const struct wt_table *table, GString *out);

#endif
