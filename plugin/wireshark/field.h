/* SPDX-License-Identifier: GPL-2.0-or-later */
/* field: the filter fields of the protocol. Their names are fixed: scripts and filters of users
 * rest on them. */
#ifndef WIRETRUTH_WIRESHARK_FIELD_H
#define WIRETRUTH_WIRESHARK_FIELD_H

#include <wiretruth/finding.h>

enum wt_field {
    WT_FIELD_DIRECTION,
    WT_FIELD_DIRECTION_SOURCE,
    WT_FIELD_L3_LEN,
    WT_FIELD_LINK_MTU,
    WT_FIELD_LINK_MTU_SOURCE,
    WT_FIELD_WIRE_FRAMES,
    WT_FIELD_WIRE_LEN,
    WT_FIELD_SEGMENT_SIZE,
    WT_FIELD_SEGMENT_LAST,
    WT_FIELD_MSS_LIMIT,
    WT_FIELD_CHECKSUM_IP,
    WT_FIELD_CHECKSUM_L4,
    WT_FIELD_PATH_MTU,
    WT_FIELD_OFFENDER,
    WT_FIELD_REPORT,
    WT_FIELD_REACTION,
    WT_FIELD_ORIGINAL,
    WT_FIELD_EVIDENCE,
    WT_FIELD_COPY,
    WT_FIELD_TWIN,
    WT_FIELD_TWIN_DELAY,
    WT_FIELD_TWIN_CHANGE,
    WT_FIELD_SCALING,
    WT_FIELD_WINDOW_SCALE,
    WT_FIELD_SCALE_LEAST,
    WT_FIELD_SCALE_HINT,
    WT_FIELD_RIGHT_EDGE,
    WT_FIELD_FLIGHT,
    WT_FIELD_ROOM,
    WT_FIELD_FINDING,
    WT_FIELD_FINDING_TEXT,
    WT_FIELD_FINDING_SEVERITY,
    WT_FIELD_WHY,
    WT_FIELD_REMEDY,
    WT_FIELD_NOT_LOOKED_AT,
    WT_FIELD_DIAGNOSIS,
    WT_FIELD_SYMPTOM,
    WT_FIELD_WIRE, /* the lines that group others; real fields, so that -T json has fixed names */
    WT_FIELD_CHECKSUM,
    WT_FIELD_PATH,
    WT_FIELD_WINDOW,
    WT_FIELD_PROOF,
    WT_FIELDS,
};

/* Registers the fields of protocol `proto`. */
void wt_field_register(int proto);

/* Wireshark's number of `field`. */
int wt_field_id(enum wt_field field);

#endif
