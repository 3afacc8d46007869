/* SPDX-License-Identifier: GPL-2.0-or-later */
/* visit: what happens to a frame, each time that Wireshark visits it. */
#ifndef WIRETRUTH_WIRESHARK_VISIT_H
#define WIRETRUTH_WIRESHARK_VISIT_H

#include "compat.h"

#include "tables/frame_visit.h"
#include "tables/table.h"

/* Begins and ends with each file opened, reloaded or dissected anew; for the post-dissector `handle` of protocol
 * `proto`. */
void wt_visit_start(int proto, dissector_handle_t handle);
void wt_visit_stop(void);

/* What is known of the file at hand; NULL if none is open. */
struct wt_engine *wt_visit_engine(void);

/* Tells `table` of the findings of all frames so far, without their bytes. */
void wt_visit_tell_all(struct wt_table *table);

/* The post-dissector. */
int wt_visit(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);

#endif
