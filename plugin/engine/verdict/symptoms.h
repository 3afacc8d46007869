/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symptoms: watches every connection for what hurts; ailments: keeps what was seen. */
#ifndef WIRETRUTH_SYMPTOMS_H
#define WIRETRUTH_SYMPTOMS_H

#include <glib.h>
#include <wiretruth/symptom.h>

#include "engine/context.h"

/* What is remembered of one side as the one that sends, or asks. Times are milliseconds modulo 2^32. */
struct wt_ailing {
    uint32_t since, since_frame;     /* when it last made progress, or began to wait */
    uint32_t last, last_frame;       /* when it last sent again, or was asked again, what is outstanding */
    uint32_t sender, receiver, path; /* what limited it so far */
    /* Bits of one type: compilers for Windows put no others side by side. */
    unsigned size : 16;   /* payload of the oldest outstanding segment; UDP: checksum of the request */
    unsigned tries : 8;   /* how often that was sent; 255 at most */
    unsigned waits : 1;   /* something is outstanding */
    unsigned closed : 1;  /* the window for it is closed */
    unsigned smaller : 1; /* it was sent again in smaller pieces */
    unsigned counted : 1; /* its connection is counted */
    unsigned asked : 4;   /* how often its receiver asked for it again, 15 at most */
};

_Static_assert(sizeof(struct wt_ailing) <= WT_SIDE_PLACE(symptoms), "its place in a side");

static inline struct wt_ailing *wt_ailing_of(struct wt_side *side)
{
    return wt_side_kept(side, symptoms, struct wt_ailing);
}

/* This frame is part of a symptom. */
static inline void wt_symptom_mark(const struct wt_context *context, enum wt_symptom_kind kind)
{
    context->facts->symptoms = (uint8_t)((context->facts->symptoms | 1U << kind) & ((1U << WT_SYMPTOMS) - 1));
}

/* All that was seen. */
struct wt_ailments {
    GArray *list;        /* of struct wt_symptom */
    GHashTable *repeats; /* connection and direction -> place in `list` + 1 of its bytes sent again */
    GHashTable *heard;   /* connection -> struct of cases that findings in it support */
    GHashTable *seen;    /* connections that were counted */
    uint64_t left_out;
    uint32_t connections;
};

static inline struct wt_ailments *wt_ailments_of(const struct wt_engine *engine)
{
    return engine->kept[WT_KEEPER_SYMPTOMS];
}

enum {
    WT_AILMENT_CASES = 4,   /* that findings in one connection support */
    WT_AILMENTS_MAX = 8192, /* symptoms, and connections with findings */
    WT_AILMENTS_SEEN_MAX = 1 << 16
};

struct wt_heard {
    uint32_t number[WT_AILMENT_CASES];
};

void *wt_ailments_new(void);
void wt_ailments_free(void *kept);

/* A symptom of side `which` of `flow`, without its frames and times. */
struct wt_symptom wt_ailment_of(const struct wt_flow *flow, unsigned which, enum wt_symptom_kind kind);

/* A symptom of side `which` of the flow at hand, without its times; the packet at hand ends it. */
struct wt_symptom wt_ailment_begin(const struct wt_context *context, unsigned which,
                                   enum wt_symptom_kind kind);

/* Keeps `symptom`; those of one direction that are bytes sent again are added up. */
void wt_ailment_add(struct wt_ailments *ailments, const struct wt_symptom *symptom);

/* Whose threshold it is: how long side `which` may wait before it stalls, milliseconds. */
uint32_t wt_symptoms_patience(const struct wt_flow *flow, bool again);

/* What a wait that is over, or is still going on (`open`), amounts to: whether it is a symptom, and with which
 * ordinary reason. */
bool wt_symptoms_judge(const struct wt_flow *flow, const struct wt_ailing *ailing, uint32_t lasted, bool open,
                       enum wt_ordinary *ordinary);

/* Makes the diagnosis of what is not explained; without events if there is nothing. */
void wt_suffering_unexplained(const struct wt_engine *engine, struct wt_case *c);

/* Requests and answers that are no TCP. */
void wt_requests_judge(struct wt_context *context);

#endif
