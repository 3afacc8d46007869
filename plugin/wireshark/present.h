/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present: what is known about a frame, as fields, expert infos and a subtree that reads as a short
 * explanation. */
#ifndef WIRETRUTH_WIRESHARK_PRESENT_H
#define WIRETRUTH_WIRESHARK_PRESENT_H

#include "compat.h"
#include "view.h"

/* Registers fields and subtrees of protocol `proto`. */
void wt_present_register(int proto);

/*
 * Shows `visit`. `tree` may be NULL, then only the expert infos are counted. Frames about which nothing is
 * to be said (no IP, nothing missed) get nothing.
 */
void wt_present(const struct wt_visit *visit, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);

/* Adds the most severe finding of `visit` to the column Info, unless it has none but artefacts of capturing. */
void wt_present_info(const struct wt_visit *visit, packet_info *pinfo);

/* The parts of it: findings between two severities, the frame's place in a proof, diagnoses of trouble or of
 * none. */
void wt_present_findings(const struct wt_view *view, enum wt_severity most, enum wt_severity least);
void wt_present_proof(const struct wt_view *view);
void wt_present_diagnoses(const struct wt_view *view, bool trouble);
void wt_present_relations(const struct wt_view *view);
void wt_present_facts(const struct wt_view *view);

/* Whether the tree has a line for `finding`. */
bool wt_present_shows(const struct wt_view *view, const struct wt_finding *finding);

#endif
