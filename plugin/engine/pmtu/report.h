/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report: ICMP messages about the path MTU, who sent them, what they quote, and whether they can be right. */
#ifndef WIRETRUTH_REPORT_H
#define WIRETRUTH_REPORT_H

#include "engine/detector.h"
#include "engine/state/flow.h"
#include "engine/state/history.h"
#include "path_record.h"

struct wt_context;

/* A report, and what it was found to be about. */
struct wt_report {
    const struct wt_packet *packet; /* the ICMP message */
    struct wt_packet quote;         /* with the addresses and ports under which it was captured */
    struct wt_flow *flow;           /* of the quoted packet; NULL if not captured, or without ports */
    unsigned sender;                /* who sent that packet */
    const struct wt_past *offender; /* that packet; NULL if not captured */
    struct wt_path *path;           /* that it took; NULL if not captured */
    struct wt_path_record *record;
    uint32_t mtu; /* that the report tells of the path; 0 if it tells none */
    bool cut; /* the quoted packet looks like a piece of a super-frame, longer than its sender asked for */
    enum wt_reason
        weakness;       /* why it may not be true, or not be believed; none if nothing speaks against it */
    bool translated;    /* the quote held other addresses or ports */
    bool mistranslated; /* and its addressee cannot match it */
    bool doubted;       /* its addressee drops it, for all that this capture shows */
};

/* Judges the report that `context` is about, and fills `report`; false if it quotes nothing. */
bool wt_report_judge(struct wt_context *context, struct wt_report *report);

/* Keeps which report came last, and how many of late match nothing; the detector of path MTUs asks it. */
extern const struct wt_detector wt_report_detector;

#endif
