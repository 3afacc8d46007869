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
    int16_t window_scale; /* shift in force for the sender of this frame, WT_SCALE_NONE while unknown */
    bool ip;              /* false: not an IP frame, nothing else is set */
    bool tcp;             /* right_edge is set where window_scale is known too */
    bool has_right_edge;
    bool has_flight;
    enum wt_direction direction;
    enum wt_direction_source direction_source;
    enum wt_mtu_source link_mtu_source;
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
 * Judges one frame, already read and verified. Frame numbers rise; a number given again replaces what was
 * known about it (Wireshark reuses the number of a frame that a read filter rejected).
 */
void wt_engine_frame(struct wt_engine *engine, const struct wt_frame *frame,
                     const struct wt_reading *reading);

/* Facts about frame `number`, or NULL if none are held. Valid until the engine is given another frame. */
const struct wt_facts *wt_engine_facts(const struct wt_engine *engine, uint32_t number);

/* Findings shown on or counted in frame `number`, in the order found; NULL if there are none. */
const struct wt_finding *wt_engine_findings(const struct wt_engine *engine, uint32_t number);

/* Frames that frame `number` is linked with, in the order found; NULL if there are none. */
const struct wt_relation *wt_engine_relations(const struct wt_engine *engine, uint32_t number);

#endif
