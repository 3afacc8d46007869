/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame_json: facts, findings and relations of a frame as members of a JSON object, named as the filter fields. */
#ifndef WIRETRUTH_COMMAND_FRAME_JSON_H
#define WIRETRUTH_COMMAND_FRAME_JSON_H

#include "tables/frame_visit.h"

#include <glib.h>

/*
 * Appends them to the object begun in `out`; what is not known is not there, and a field that a frame has several times is
 * a list. `prefix` stands in front of each name: "wiretruth.", or nothing. Of a frame without an IP packet there is nothing.
 */
void wt_frame_json(GString *out, const char *prefix, const struct wt_visit *visit);

#endif
