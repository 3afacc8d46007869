/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rules: which finding speaks for or against which diagnosis, and whom it makes a suspect. */
#ifndef WIRETRUTH_RULES_H
#define WIRETRUTH_RULES_H

#include <wiretruth/diagnosis.h>

enum wt_suspect {
    WT_SUSPECT_SENDER,   /* of the packet; of the quoted one if the packet is a report */
    WT_SUSPECT_REPORTER, /* who sent the report */
    WT_SUSPECT_BETWEEN,  /* something on the way between the two addresses, in either direction */
    WT_SUSPECT_CAPTURER, /* the host that captures: the receiver of a received packet, else the sender */
    WT_SUSPECT_CAPTURE,  /* no host: there is one case of it */
};

enum wt_rule_when {
    WT_WHEN_ALWAYS,
    WT_WHEN_UDP,   /* the packet is a UDP datagram */
    WT_WHEN_OTHER, /* it is none */
    WT_WHEN_ASKED, /* the detector itself names the diagnosis, by WT_SPEAKS_FOR() */
};

/* What makes two findings independent, unless their detector says it itself. */
enum wt_rule_counts {
    WT_COUNTS_DATA,        /* other data: another segment */
    WT_COUNTS_CONNECTIONS, /* another connection */
    WT_COUNTS_REPORTS,     /* another report about the connection, of which the third value is the number */
};

struct wt_rule {
    enum wt_finding_id finding;
    enum wt_diagnosis_id diagnosis;
    enum wt_suspect suspect;
    enum wt_severity weight; /* that it has at least, as evidence */
    enum wt_rule_when when;
    enum wt_rule_counts counts;
    bool against;
};

/* The next rule about `finding` behind `after` (NULL: the first one); NULL if there is none. */
const struct wt_rule *wt_rule_next(enum wt_finding_id finding, const struct wt_rule *after);

#endif
