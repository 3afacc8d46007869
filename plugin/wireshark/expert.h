/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expert: every row of the table of findings as an expert info, filter name "wiretruth.<name>". */
#ifndef WIRETRUTH_WIRESHARK_EXPERT_H
#define WIRETRUTH_WIRESHARK_EXPERT_H

#include "compat.h"

#include <wiretruth/diagnosis.h>

/* Registers the expert infos of protocol `proto`. */
void wt_expert_register(int proto);

/* Adds the diagnosis `id`, with `text` if a tree is wanted, at the severity that its confidence allows. */
void wt_expert_add_diagnosis(packet_info *pinfo, proto_item *item, enum wt_diagnosis_id id,
                             enum wt_confidence confidence, const char *text);

/* Adds `finding` to `item`; with `item` NULL (no tree wanted) it is still counted, under its general text. */
void wt_expert_add(packet_info *pinfo, proto_item *item, const struct wt_finding *finding, const char *text);

#endif
