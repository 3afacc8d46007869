/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quote: which captured packet a report quotes, and whether its addressee can find it. */
#ifndef WIRETRUTH_QUOTE_H
#define WIRETRUTH_QUOTE_H

#include "engine/context.h"
#include "engine/state/history.h"
#include "path_record.h"

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

/* Finds flow, path and offender of the report at hand, and how much it can be trusted. */
void wt_quote_resolve(const struct wt_context *context, struct wt_report *report);

/* Says so if a translator made the quote useless for its addressee. */
void wt_quote_judge(struct wt_context *context, const struct wt_report *report);

#endif
