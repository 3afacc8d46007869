/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine: judges frames in the order of the capture and remembers what was found.
 *
 * Give it every frame once, in order, on the first visit: wt_engine_frame(). Ask for what is known about a
 * frame as often as you like: wt_engine_facts(), wt_engine_findings(), wt_engine_relations(). Answers about
 * the frame given last are always there; about earlier ones only if the engine was told to keep them.
 *
 * Memory: links, hosts, paths and flows live in tables of bounded size that give up the entry not used for
 * longest. A frame costs memory only if it can be visited again (wt_engine_keep()).
 */
#ifndef WIRETRUTH_ENGINE_H
#define WIRETRUTH_ENGINE_H

#include <wiretruth/finding.h>
#include <wiretruth/packet.h>

enum wt_capture_point {
    WT_POINT_FIND_OUT,
    WT_POINT_SENDER,   /* the capturing host sends the data */
    WT_POINT_RECEIVER, /* the capturing host receives it */
    WT_POINT_BETWEEN,  /* neither end: every frame is a wire frame of somebody else */
};

enum wt_direction_source {
    WT_DIRECTION_SOURCE_NONE,
    WT_DIRECTION_SOURCE_FLAGS,  /* pcapng epb_flags */
    WT_DIRECTION_SOURCE_COOKED, /* packet type of SLL, SLL2 */
    WT_DIRECTION_SOURCE_LEARNT, /* from checksums, or the capture point preference */
};

/* Strongest first. */
enum wt_mtu_source {
    WT_MTU_PREFERENCE,
    WT_MTU_DHCP,
    WT_MTU_ROUTER_ADVERTISEMENT,
    WT_MTU_PPP,
    WT_MTU_LLDP,
    WT_MTU_FRAGMENTS,
    WT_MTU_MSS,
    WT_MTU_OBSERVED,
    WT_MTU_DEFAULT,
};

struct wt_preferences {
    uint32_t link_mtu; /* 0: find out */
    enum wt_capture_point capture_point;
    bool verify_checksums;
    bool has_default_scale;
    uint8_t default_scale; /* shift to assume where the handshake is missing */
};

/* Offer of an end whose SYN is not in the capture; WT_SCALE_NONE says that its SYN has no option. */
enum {
    WT_OFFER_UNSEEN = -2
};

/* What is true of one frame beyond its findings. Zero where nothing is known, unless said otherwise. */
struct wt_facts {
    uint32_t l3_len;
    uint32_t link_mtu;
    uint32_t wire_frames;  /* 1 for an ordinary frame */
    uint64_t wire_len;     /* without FCS, preamble and padding */
    uint32_t segment_size; /* 0 unless a super-frame, as segment_last */
    uint32_t segment_last;
    uint32_t mss_limit;
    uint32_t path_mtu;
    uint32_t right_edge;
    uint32_t flight;
    int32_t room; /* right edge that the receiver granted less end of the data sent, after this frame */
    int16_t window_scale; /* shift in force for the sender of this frame, WT_SCALE_NONE while unknown */
    int8_t scale_offer,
        scale_offer_peer; /* shift in its SYN and its peer's; WT_SCALE_NONE, WT_OFFER_UNSEEN */
    int8_t scale_hint;    /* where unknown: what this host used in other connections, or WT_SCALE_NONE */
    uint8_t scale_least;  /* where unknown: what acknowledged data prove */
    bool scale_assumed;   /* `window_scale` is the default of the preferences, not negotiated */
    bool ip;              /* false: not an IP frame, nothing else is set */
    bool tcp;             /* right_edge is set where window_scale is known too */
    bool has_right_edge;
    bool has_flight;
    bool has_room;  /* only with has_flight; not where keeping it would cost too much memory */
    bool noted : 1; /* it has findings or relations */
    bool copy : 1;  /* of a packet seen before: nothing else is said of it, and it counts for no wire frame */
    uint8_t symptoms; /* bits 1 << enum wt_symptom_kind that this frame is part of */
    enum wt_direction direction;
    enum wt_direction_source direction_source;
    enum wt_mtu_source link_mtu_source;
};

/* What became of a path, that which says most first. */
enum wt_path_verdict {
    WT_PATH_NOTHING,
    WT_PATH_CUT_WRONG,   /* the sender's NIC cuts at the wrong size */
    WT_PATH_MERGED,      /* a reporter merges segments and refuses the result */
    WT_PATH_TUNNEL,      /* a tunnel's own packets are fragmented, or do not pass */
    WT_PATH_BLACK_HOLE,  /* large packets vanish, and nothing reports it */
    WT_PATH_FRAGMENTS,   /* fragments do not arrive */
    WT_PATH_IGNORED,     /* the sender does not act on reports */
    WT_PATH_FLOOD,       /* more reports than can be about real packets */
    WT_PATH_IMPLAUSIBLE, /* reports of an MTU that cannot be */
    WT_PATH_DF_CLEARED,
    WT_PATH_OBEYED,
    WT_PATH_PROBED,
    WT_PATH_REPORTED, /* and no packet since that would show a reaction */
    WT_PATH_UNMATCHED,
    WT_PATH_VERDICTS,
};

/* On what it rests, as bits 1 << value. */
enum wt_path_evidence {
    WT_PATH_BY_TCP,
    WT_PATH_BY_UDP,
    WT_PATH_BY_ECHO,
    WT_PATH_BY_OTHER, /* another protocol */
    WT_PATH_BY_REPORTS,
    WT_PATH_BY_FRAGMENTS,
    WT_PATH_EVIDENCE,
};

/* What there is to tell of the way from one address to another. Zero where nothing is known. */
struct wt_path_state {
    uint32_t link_mtu, path_mtu;
    uint32_t since;     /* frame of the report that told the path MTU */
    uint32_t reports;   /* for packets of this path */
    uint32_t unmatched; /* of these, how many quote nothing in this capture */
    uint32_t ignored;   /* larger packets sent when the sender could know */
    uint32_t passed;    /* largest packet known to have passed, bytes of L3 */
    uint32_t lost;      /* smallest packet refused, or vanished */
    uint32_t overhead;  /* bytes of headers around each packet of the tunnel that this path is */
    uint32_t evidence;  /* bits, see enum wt_path_evidence */
    struct wt_address reporter;
    enum wt_path_verdict verdict;
};

struct wt_engine;

/* A new engine. `preferences` are copied. Never fails (GLib aborts without memory). */
struct wt_engine *wt_engine_new(const struct wt_preferences *preferences);

/* Frees `engine` and all it found; NULL is allowed. */
void wt_engine_free(struct wt_engine *engine);

/*
 * Whether frames can be visited again. False (a single pass): what is known about a frame is dropped with the
 * next. May change from true to false once, as soon as that is known; what was kept until then goes.
 */
void wt_engine_keep(struct wt_engine *engine, bool keep);

/*
 * From now on every decision of a detector is told to `log`, as "frame 7: ..." in `text`; NULL: to nobody, which
 * costs nothing. `data` is handed on.
 */
typedef void wt_engine_log_function(void *data, const char *text);
void wt_engine_log(struct wt_engine *engine, wt_engine_log_function *log, void *data);

/*
 * Tells that `frame` comes soon, so that the processor fetches what the engine remembers of its connection
 * meanwhile. Changes nothing else, and need not be called.
 */
void wt_engine_expect(const struct wt_engine *engine, const struct wt_frame *frame,
                      const struct wt_reading *reading);

/*
 * Judges one frame, already read and verified. Frame numbers rise; a number given again replaces what was
 * known about it (Wireshark reuses the number of a frame that a read filter rejected).
 */
void wt_engine_frame(struct wt_engine *engine, const struct wt_frame *frame,
                     const struct wt_reading *reading);

/* Facts about frame `number`, or NULL if none are held. Valid until the engine is asked for those of another
 * frame, or given one. */
const struct wt_facts *wt_engine_facts(struct wt_engine *engine, uint32_t number);

/* Findings shown on or counted in frame `number`, in the order found; NULL if there are none. */
const struct wt_finding *wt_engine_findings(const struct wt_engine *engine, uint32_t number);

/* Frames that frame `number` is linked with, in the order found; NULL if there are none. */
const struct wt_relation *wt_engine_relations(const struct wt_engine *engine, uint32_t number);

/*
 * What is known up to now of the way from `src` to `dst` as seen on `interface`. False if there is nothing to
 * tell: no report, no symptom.
 */
bool wt_engine_path(const struct wt_engine *engine, uint32_t interface, const struct wt_address *src,
                    const struct wt_address *dst, struct wt_path_state *state);

/*
 * The path that the report in frame `number`, the one given last, is about: a translator may have left other
 * addresses in its quote than the packet had. False if that frame is no such report.
 */
bool wt_engine_reported(const struct wt_engine *engine, uint32_t number, struct wt_address *src,
                        struct wt_address *dst);

#endif
