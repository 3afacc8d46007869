/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listener: the tables that tshark prints, as listeners of a tap.
 *
 * A table without a display filter needs nothing that Wireshark knows only while a frame is at hand, and is
 * printed at the end: it can be told of many frames at once, see batch.h. Such a deferred listener has a tap
 * of its own, so that it is seen whether anybody else listens.
 */
#ifndef WIRETRUTH_WIRESHARK_LISTENER_H
#define WIRETRUTH_WIRESHARK_LISTENER_H

#include "compat.h"

#include "tables/frame_visit.h"

struct wt_listener {
    void *data; /* for the functions below */
    tap_reset_cb reset;
    tap_packet_cb packet; /* gets a struct wt_visit; of a deferred listener no pinfo, there and as argument */
    tap_draw_cb draw;
    bool wants_findings_only; /* needs no frame without */
    bool wants_coverage;      /* needs visit->missed */
    bool reads_engine;        /* asks visit->engine later: what it knows ends with that engine */
};

/* Registers the taps. */
void wt_listener_register(void);

/*
 * Attaches a listener, of the frames that match `filter` (NULL: of all). Returns NULL, or what is wrong with
 * the filter: then nobody listens.
 */
GString *wt_listener_add(const struct wt_listener *listener, const char *filter);

/* Whether anybody listens to each frame while it is at hand: tables of ours, of the GUI, of scripts. */
bool wt_listeners_present(void);

/*
 * Whether there are deferred listeners, whether any of them is to hear of a frame with or without `findings`, and
 * whether any wants to know what was missed.
 */
bool wt_listeners_deferred(void);
bool wt_listeners_want(bool findings);
bool wt_listeners_want_coverage(void);

/* Resets who reads the engine, as that one goes: with tshark -M another one follows. */
void wt_listeners_forget(void);

/* Tells the deferred listeners of a frame that is gone. */
void wt_listeners_tell(const struct wt_visit *visit);

/* Has Wireshark tell all listeners of the frame at hand when it runs its taps. */
void wt_listeners_queue(const struct wt_visit *visit, packet_info *pinfo);

#endif
