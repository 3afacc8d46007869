/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symptom: what the user suffers, told without a cause; and by what it is explained.
 */
#ifndef WIRETRUTH_SYMPTOM_H
#define WIRETRUTH_SYMPTOM_H

#include <wiretruth/diagnosis.h>

enum wt_symptom_kind {
    WT_SYMPTOM_STALL,         /* data outstanding, and nothing of it acknowledged */
    WT_SYMPTOM_UNANSWERED,    /* a handshake or a request that is repeated */
    WT_SYMPTOM_REPEATED,      /* bytes sent again */
    WT_SYMPTOM_CLOSED_WINDOW, /* the receiver takes nothing */
    WT_SYMPTOM_RESET,         /* with data outstanding */
    WT_SYMPTOMS,
};

/* Reasons that are nobody's fault. */
enum wt_ordinary {
    WT_ORDINARY_NONE,
    WT_ORDINARY_IDLE,   /* the sender had nothing to send */
    WT_ORDINARY_WINDOW, /* the receiver's window was closed */
    WT_ORDINARY_LOSS,   /* repeated in the same size, and soon acknowledged */
    WT_ORDINARY_DELAY,  /* nothing lost, late */
    WT_ORDINARY_STRAY,  /* a reset that a segment outside the window brought about */
};

extern const char *const wt_symptom_name[WT_SYMPTOMS];
extern const char *const wt_ordinary_name[];

struct wt_symptom {
    enum wt_symptom_kind kind;
    enum wt_ordinary ordinary;
    struct wt_address src, dst; /* whose data or request it is, and who should have answered */
    uint16_t src_port, dst_port;
    uint32_t connection; /* one number for all symptoms of a connection, at every capture point */
    uint32_t interface;
    uint32_t first_frame, last_frame;
    int64_t begin, lasted;           /* nanoseconds */
    uint64_t bytes;                  /* sent again */
    const struct wt_case *explained; /* by which diagnosis; NULL if by none */
};

/* What limited a connection, in milliseconds of both directions. */
struct wt_limits {
    uint64_t sender, receiver, path;
};

/* What a connection suffered in all. */
struct wt_sufferer {
    struct wt_address src, dst; /* as in its first symptom */
    uint16_t src_port, dst_port;
    uint32_t connection;
    uint32_t count[WT_SYMPTOMS];
    uint64_t repeated; /* bytes */
    int64_t lost;      /* nanoseconds, those that an ordinary reason explains included */
    int64_t explained, ordinary;
    const struct wt_case *by; /* which diagnosis explains most of it */
    struct wt_limits limited;
};

struct wt_suffering {
    struct wt_symptom *symptom; /* in the order of the capture */
    unsigned symptoms;
    struct wt_sufferer *sufferer;
    unsigned sufferers;
    uint64_t left_out; /* symptoms for which there was no room */
    /* The summary. Time lost is explained by a diagnosis, or not explained; ordinary reasons are apart. */
    uint32_t connections;
    uint32_t stalled; /* of them, with time lost */
    uint32_t handshakes_unanswered;
    int64_t lost, explained, ordinary;
    uint32_t first_unexplained, last_unexplained; /* frames; 0 if all is explained */
};

/* What is known up to now; free it with wt_suffering_free(). */
struct wt_suffering *wt_engine_suffering(const struct wt_engine *engine);
void wt_suffering_free(struct wt_suffering *suffering);

/* What a diagnosis explains. */
struct wt_cost {
    unsigned connections;
    int64_t lost; /* nanoseconds */
};

struct wt_cost wt_suffering_cost(const struct wt_suffering *suffering, const struct wt_case *c);

/* The name of what explains `symptom`: a diagnosis, an ordinary reason; NULL if nothing does. */
const char *wt_symptom_explained_by(const struct wt_symptom *symptom);

#endif
