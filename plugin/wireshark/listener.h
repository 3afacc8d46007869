/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listener: the tables that tshark prints, as listeners of a tap.
 *
 * A table without a display filter needs nothing that Wireshark knows only while a frame is at hand, and is
 * printed at the end: it can be told of many frames at once, see batch.h. Such a patient listener has a tap
 * of its own, so that it is seen whether anybody else listens.
 */
#ifndef WIRETRUTH_WIRESHARK_LISTENER_H
#define WIRETRUTH_WIRESHARK_LISTENER_H

#include "compat.h"

#include "frame_record.h"

struct wt_listener {
    void *data; /* for the functions below */
    tap_reset_cb reset;
    tap_packet_cb packet; /* gets a struct wt_record; of a patient listener no pinfo, there and as argument */
    tap_draw_cb draw;
    bool impatient;           /* needs each frame while it is at hand, also without a filter */
    bool wants_findings_only; /* needs no frame without */
    bool wants_coverage;      /* needs record->missed */
    bool reads_engine;        /* asks record->engine later: what it knows ends with that engine */
};

/* `settle` is called before anything is printed: it judges all frames that were put aside. */
void wt_listener_register(void (*settle)(void));

/*
 * Attaches a listener, of the frames that match `filter` (NULL: of all). Returns NULL, or what is wrong with
 * the filter: then nobody listens.
 */
GString *wt_listener_add(const struct wt_listener *listener, const char *filter);

/* Whether there are patient listeners, and what any of them wants: frames without findings, what was missed. */
bool wt_listeners_patient(void);
bool wt_listeners_want_all(void);
bool wt_listeners_want_coverage(void);

/* Resets who reads the engine, as that one goes: with tshark -M another one follows. */
void wt_listeners_forget(void);

/* Tells the patient listeners of a frame: now, or when Wireshark runs its taps for the frame at hand. */
void wt_listeners_tell(const struct wt_record *record);
void wt_listeners_queue(const struct wt_record *record, packet_info *pinfo);

#endif
