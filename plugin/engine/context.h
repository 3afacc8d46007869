/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context: one packet under judgement, with all the state that concerns it, and how a detector says what it
 * found. */
#ifndef WIRETRUTH_CONTEXT_H
#define WIRETRUTH_CONTEXT_H

#include <wiretruth/engine.h>

#include "flow.h"
#include "history.h"
#include "host.h"
#include "link.h"
#include "path.h"
#include "record.h"
#include "report.h"
#include "trouble.h"

struct wt_engine {
    struct wt_preferences preferences;
    struct wt_link *link; /* of the last frame: most captures have one interface */
    struct wt_table *links, *hosts, *paths, *flows;
    struct wt_flow_recent recent[WT_FLOWS_RECENT];
    struct wt_table *wrongs, *leaks;          /* of checksums */
    struct wt_table *path_records, *troubles; /* made at the first symptom */
    struct wt_strays strays;
    struct wt_reported reported;
    struct wt_history *history;
    struct wt_records *records;
    struct wt_windows *windows;
    struct wt_cases *cases;
    struct wt_twins *twins;
};

struct wt_context {
    struct wt_engine *engine;
    const struct wt_frame *frame;
    const struct wt_reading *reading;
    const struct wt_packet *packet;
    struct wt_link *link;
    struct wt_host *src;
    const struct wt_host *dst;   /* zero where nothing is known of it, and nothing to be kept */
    struct wt_path *path;        /* from src to dst; the same, and then not to be written to */
    struct wt_flow *flow;        /* NULL for packets without ports */
    unsigned sender;             /* side of the flow that sent the packet */
    struct wt_side *side, *peer; /* the sending side, and the other one; where there is a flow */
    bool tcp;                    /* a TCP packet that can be judged as one, see wt_context_is_tcp() */
    struct wt_facts *facts;
    bool innermost;   /* last packet of the frame */
    bool loopback;    /* never left the host */
    bool super_frame; /* some packet of this frame stands for several wire frames */
};

/* Says `id` about this frame. `values` fill the sentence; missing ones are 0. */
struct wt_values {
    uint64_t value[WT_VALUES];
};
#define WT_VALUES_OF(...) ((struct wt_values){{__VA_ARGS__}})
void wt_find(const struct wt_context *context, enum wt_finding_id id, struct wt_values values);

/* The same with a reason (static text), and a severity no higher than `severity`. */
void wt_find_because(const struct wt_context *context, enum wt_finding_id id, enum wt_severity severity,
                     const char *reason, struct wt_values values);

/* Says `id` about the earlier frame `number`; counted in this one, where it became known. */
void wt_find_earlier(const struct wt_context *context, uint32_t number, enum wt_finding_id id,
                     struct wt_values values);

/* Links this frame with `other`; `delay` is the time from that frame to this one. */
void wt_relate(const struct wt_context *context, enum wt_relation_kind kind, uint32_t other, int64_t delay);

/* Links the earlier frame `number` with this one. */
void wt_relate_earlier(const struct wt_context *context, uint32_t number, enum wt_relation_kind kind,
                       int64_t delay);

/* Sending side of the packet's flow, and the other one. Only where there is a flow. */
static inline struct wt_side *wt_context_side(const struct wt_context *context)
{
    return context->side;
}

static inline struct wt_side *wt_context_peer(const struct wt_context *context)
{
    return context->peer;
}

/* True for a TCP packet that can be judged as one: header captured, and no fragment but perhaps the first. */
static inline bool wt_context_is_tcp(const struct wt_context *context)
{
    return context->tcp;
}

#endif
