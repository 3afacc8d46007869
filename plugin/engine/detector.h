/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * detector: what one part of the engine wants to be asked, and what it keeps. A new detector is one file that
 * defines a struct wt_detector, and one row in detector_table.h, which is the order.
 *
 * For each packet, the hooks of all detectors are called in this order, each in the order of the table; what is
 * left NULL costs nothing:
 *
 *   handshake  TCP alone: what a SYN or its answer tells, once the flow has taken it
 *   learn      what other detectors must know before they judge: direction, link MTU
 *   judge      says what it finds; the flow is still as it was before this packet
 *   remember   what the packet adds to the detector's own state, once all have judged it
 *   measure    fills facts that hold after this packet, once the flow has taken it
 *
 * and once for each frame with a packet in it, with the innermost one: `frame`. For each finding: `hear`.
 */
#ifndef WIRETRUTH_DETECTOR_H
#define WIRETRUTH_DETECTOR_H

#include <wiretruth/finding.h>

struct wt_context;
struct wt_evidence;
struct wt_packet;

/* Who keeps something of the whole capture, see wt_kept(). What is kept of a flow or a host: see there. */
enum wt_keeper {
    WT_KEEPER_NONE,
    WT_KEEPER_DUPLICATE,
    WT_KEEPER_MISSED,
    WT_KEEPER_FRAGMENTS,
    WT_KEEPER_ECHO,
    WT_KEEPER_DATAGRAM,
    WT_KEEPER_SUMS,
    WT_KEEPER_UNSIZED,
    WT_KEEPER_WINDOW,
    WT_KEEPER_PATH_RECORD,
    WT_KEEPER_TROUBLE,
    WT_KEEPER_REPORT,
    WT_KEEPER_TWIN,
    WT_KEEPER_VERDICT,
    WT_KEEPER_SYMPTOMS,
    WT_KEEPERS,
};

typedef void wt_hook(struct wt_context *context);

/* Whether the innermost packet is a second picture of one seen before: then nothing else is asked. */
typedef bool wt_hook_is_copy(struct wt_context *context);

/* Takes a finding of any detector, about frame `number`, just before it is recorded; may write into it what it
 * supports. Called once for each finding, in the frame in which it became known; and once more if its event is
 * retracted, then with `evidence->retracted`. */
typedef void wt_hook_hear(const struct wt_context *context, uint32_t number, struct wt_finding *finding,
                          const struct wt_evidence *evidence);

struct wt_detector {
    const char *name;
    enum wt_keeper keeper;
    void *(*create)(void); /* what it keeps of a capture; each a bounded amount */
    void (*free)(void *kept);
    wt_hook *handshake, *learn, *judge, *remember, *measure, *frame;
    wt_hook_hear *hear;
    wt_hook_is_copy *is_copy;
    /* Has the processor fetch what it keeps of a SYN that comes soon; changes nothing. */
    void (*expect)(const void *kept, const struct wt_packet *packet);
};

enum {
    WT_DETECTORS_MAX = 32
};

/* One hook of all detectors that have it, in their order; NULL at the end. */
struct wt_hooks {
    wt_hook *at[WT_DETECTORS_MAX + 1];
};

#endif
