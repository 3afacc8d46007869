/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table: the statistics, one file for each. A table is told of frames one at a time, after the engine judged
 * them, and prints what it counted. Whatever program asks, Wireshark or another, it prints the same.
 */
#ifndef WIRETRUTH_TABLES_TABLE_H
#define WIRETRUTH_TABLES_TABLE_H

#include "frame_visit.h"
#include "rows.h"

struct wt_table;

/* What is the same for all tables of one name. */
struct wt_table_type {
    const char *name;          /* as users ask for it: behind -z */
    const char *title;         /* in the menu and above the table; NULL where nothing but text() is printed */
    struct wt_columns columns; /* of none there are no rows */
    const char *nothing;       /* what is said in place of rows, if there are none */
    size_t data_size;          /* of what the table keeps beside its rows */

    bool findings_only; /* a frame without findings changes nothing */
    bool coverage;      /* visit->missed is read */
    bool reads_engine;  /* the engine is asked after the last frame, so the table ends with it */

    void (*start)(struct wt_table *table); /* for what data of zeros does not do; may be NULL, as end */
    void (*end)(struct wt_table *table);

    void (*frame)(struct wt_table *table, const struct wt_visit *visit);

    /* Brings rows up to date, where frame() leaves some of that for later; else NULL. */
    void (*rows)(struct wt_table *table);

    /* Appends the table as text, or as JSON lines; NULL where that is rows and columns. */
    void (*text)(const struct wt_table *table, GString *out);
    void (*json)(const struct wt_table *table, GString *out);
};

/* One table as asked for. */
struct wt_table {
    const struct wt_table_type *type;
    const char *filter; /* as the user wrote it, of the frames that the table is told of; NULL for all */
    struct wt_rows *rows;
    void *data;               /* the type's data_size bytes, zero at first */
    struct wt_engine *engine; /* of the latest frame; NULL before the first one */
    const struct wt_names *names;
    bool stale; /* rows() has something to do, though no further frame was judged */
};

/* All there are. A name that another one begins with stands behind it. */
extern const struct wt_table_type *const wt_table_types[];
extern const unsigned wt_table_types_count;

/* `filter` is borrowed. */
struct wt_table *wt_table_new(const struct wt_table_type *type, const char *filter);
void wt_table_free(struct wt_table *table);

/* As new. */
void wt_table_reset(struct wt_table *table);

void wt_table_frame(struct wt_table *table, const struct wt_visit *visit);

/* Appends the whole table as text, with its title and a rule around it. */
void wt_table_print(struct wt_table *table, GString *out);

/* Appends what the table says as JSON, one object a line; what is not known is not there. */
void wt_table_print_json(struct wt_table *table, GString *out);

extern const struct wt_table_type wt_table_tree;               /* table_tree.c */
extern const struct wt_table_type wt_table_wire;               /* table_wire.c */
extern const struct wt_table_type wt_table_conversations_wide; /* table_conversations.c */
extern const struct wt_table_type wt_table_conversations;      /* table_conversations.c */
extern const struct wt_table_type wt_table_paths;              /* table_paths.c */
extern const struct wt_table_type wt_table_offloads;           /* table_offloads.c */
extern const struct wt_table_type wt_table_diagnosis;          /* table_diagnosis.c */
extern const struct wt_table_type wt_table_symptoms;           /* table_symptoms.c */
extern const struct wt_table_type wt_table_json;               /* table_json.c */
extern const struct wt_table_type wt_table_capture;            /* table_capture.c */
extern const struct wt_table_type wt_table_points;             /* table_points.c */

#endif
