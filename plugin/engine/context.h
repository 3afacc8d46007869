/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context: one packet under judgement, with all the state that concerns it, and how a detector says what it
 * found. */
#ifndef WIRETRUTH_CONTEXT_H
#define WIRETRUTH_CONTEXT_H

#include <wiretruth/engine.h>

#include "detector.h"
#include "engine/state/flow.h"
#include "engine/state/host.h"
#include "engine/state/link.h"
#include "engine/state/path.h"

struct wt_history;
struct wt_records;

struct wt_engine {
    struct wt_preferences preferences;
    struct wt_link *link; /* of the last frame: most captures have one interface */
    struct wt_map *links, *hosts, *paths, *flows, *strangers;
    struct wt_flow_recent recent[WT_FLOWS_RECENT];
    struct wt_history *history;
    struct wt_records *records;
    struct wt_hooks handshake, learn, judge, remember, measure, frame;
    wt_hook_hear *hear[WT_DETECTORS_MAX + 1];
    wt_hook_is_copy *is_copy[WT_DETECTORS_MAX + 1];
    wt_engine_log_function *log; /* NULL: nobody listens */
    void *log_data;
    struct wt_host nobody; /* of whom nothing is known, and nothing to be kept; zeroed for each packet */
    struct wt_path nothing;
    void *kept[WT_KEEPERS]; /* what detectors keep of the capture, known to them alone */
};

struct wt_context {
    struct wt_engine *engine;
    const struct wt_frame *frame;
    const struct wt_reading *reading;
    const struct wt_packet *packet;
    struct wt_link *link;
    struct wt_host *src;
    const struct wt_host *dst;   /* zero where nothing is known of it, and nothing to be kept */
    struct wt_path *path;        /* from src to dst; likewise */
    struct wt_flow *flow;        /* NULL for packets without ports */
    unsigned sender;             /* side of the flow that sent the packet */
    struct wt_side *side, *peer; /* the sending side, and the other one; where there is a flow */
    bool tcp;                    /* a TCP packet that can be judged as one, see wt_context_is_tcp() */
    struct wt_facts *facts;
    bool innermost;   /* last packet of the frame */
    bool loopback;    /* never left the host */
    bool damaged;     /* the checksums of this frame show that it was damaged on its way */
    bool super_frame; /* some packet of this frame stands for several wire frames */
    uint32_t pieces;  /* and how many those are, as far as can be guessed */
};

/* What the detector `keeper` keeps of the capture, as its new() made it. */
static inline void *wt_kept(const struct wt_context *context, enum wt_keeper keeper)
{
    return context->engine->kept[keeper];
}

/* Two ends of what a finding is about: whose packets they are, and who gets them. */
struct wt_ends {
    struct wt_address sender, receiver;
};

/*
 * What a finding says, about whom, and what it rests on. Whatever is left out has a meaning: the table's
 * severity, this frame, the ends of the packet at hand (of the one that it quotes, if it is a report).
 */
struct wt_evidence {
    uint64_t value[WT_VALUES]; /* fill the sentence, and the reason */
    unsigned most;             /* WT_AT_MOST() of a severity that it shall not exceed; 0: the table's */
    enum wt_reason reason;     /* of a lower severity, or what $1s stands for */
    uint32_t shown_in;         /* an earlier frame that it is about; it is counted in this one all the same */
    const struct wt_ends *ends; /* another pair than the packet's own */
    const struct wt_ends
        *suspects;       /* those whom a diagnosis suspects, if others than `ends`: of the tunnel around */
    uint64_t event;      /* one number for all that tells of one event; 0: the packet's own data */
    unsigned speaks_for; /* WT_SPEAKS_FOR() of a diagnosis, where the finding may mean several */
    uint32_t size;       /* what to configure, where the remedy has a number */
    unsigned instead_of; /* WT_INSTEAD_OF() of a finding there that turns out to be wrong */
    bool proven;         /* no innocent reading is left: as good as an Error */
    bool uncounted;      /* this event was counted: it replaces what `shown_in` says under this name */
    bool blind;      /* anybody could have sent what it rests on, without seeing the traffic: never sure */
    bool retracted;  /* see wt_retract() */
    bool both_sides; /* seen in front of the culprit and behind it: one such event is proof enough */
};

#define WT_AT_MOST(severity)     ((unsigned)(severity) + 1)
#define WT_SPEAKS_FOR(diagnosis) ((unsigned)(diagnosis) + 1)
#define WT_INSTEAD_OF(finding)   ((unsigned)(finding) + 1)

/* Says `id`: wt_find(context, id, .value = {1, 2}, .most = WT_AT_MOST(WT_SEVERITY_NOTE), ...). */
#define wt_find(context, id, ...) wt_find_with((context), (id), &(const struct wt_evidence){__VA_ARGS__})
void wt_find_with(const struct wt_context *context, enum wt_finding_id id,
                  const struct wt_evidence *evidence);

/* The earlier frame `number` shows `id` no longer: what came since refuted it. */
void wt_withdraw(const struct wt_context *context, uint32_t number, enum wt_finding_id id);

/* The event of these ends, of which $1 findings `id` told, was something else: no diagnosis counts it any more. */
#define wt_retract(context, id, ...)                                                                         \
    wt_retract_with((context), (id), &(const struct wt_evidence){.retracted = true, __VA_ARGS__})
void wt_retract_with(const struct wt_context *context, enum wt_finding_id id,
                     const struct wt_evidence *evidence);

/* Links this frame with `other`; `delay` is the time from that frame to this one. */
void wt_relate(const struct wt_context *context, enum wt_relation_kind kind, uint32_t other, int64_t delay);

/* Links the earlier frame `number` with this one. */
void wt_relate_earlier(const struct wt_context *context, uint32_t number, enum wt_relation_kind kind,
                       int64_t delay);

/* Gives frame `number` a relation that the two above cannot make. */
void wt_relate_with(const struct wt_context *context, uint32_t number, const struct wt_relation *relation);

/*
 * Tells who listens for it why a detector decided as it did: wt_log(context, "MTU %u by MSS", mtu). Nothing where
 * nobody listens, so it may stand wherever something is decided, not where nothing is.
 */
#define wt_log(context, ...)                                                                                 \
    do {                                                                                                     \
        if (G_UNLIKELY((context)->engine->log))                                                              \
            wt_log_write((context), __VA_ARGS__);                                                            \
    } while (0)
void wt_log_write(const struct wt_context *context, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The ends of the packet at hand; with `forward` false, of what comes the other way. */
struct wt_ends wt_context_ends(const struct wt_context *context, bool forward);

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
