/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json: objects of texts, numbers and further objects, as JSON. */
#ifndef WIRETRUTH_TABLES_JSON_H
#define WIRETRUTH_TABLES_JSON_H

#include <glib.h>
#include <stdint.h>

/* An object; `name` is NULL for the outermost one. */
void wt_json_begin(GString *out, const char *name);
void wt_json_end(GString *out);

/* Members of the object begun last. What is no UTF-8 in `text` is written as the escape \xNN; NULL as null. */
void wt_json_text(GString *out, const char *name, const char *text);
void wt_json_decimal(GString *out, const char *name, double value); /* three places */
void wt_json_number(GString *out, const char *name, uint64_t number);
void wt_json_signed(GString *out, const char *name, int64_t number);

/* A list as a member, and what is in it. */
void wt_json_list(GString *out, const char *name);
void wt_json_list_text(GString *out, const char *text);
void wt_json_list_number(GString *out, uint64_t number);
void wt_json_list_end(GString *out);

#endif
