/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statistic_print: tables as tshark prints them.
 *
 * What tshark prints by itself is wider than a screen (statistics trees) or out of line (tables), and a wrong
 * filter of a statistics tree does not fail the command. tshark takes the -z name that was registered first:
 * the plugin's, since plugins come before tshark's own.
 */
#include "statistic.h"

#include "listener.h"

#include <stdio.h>
#include <stdlib.h>
#include <wsutil/report_message.h>

static tap_packet_status print_packet(void *table, packet_info *pinfo, epan_dissect_t *edt, const void *visit,
                                      tap_flags_t flags)
{
    (void)pinfo, (void)edt, (void)flags;
    wt_table_frame(table, visit);
    return TAP_PACKET_REDRAW;
}

static void print_reset(void *table)
{
    wt_table_reset(table);
}

static void print_draw(void *table)
{
    GString *out = g_string_new(NULL);

    wt_table_print(table, out);
    fwrite(out->str, 1, out->len, stdout);
    g_string_free(out, TRUE);
}

/* The display filter in `option`, the argument of -z: behind the table's name and a comma. NULL without one. */
static const char *filter_in(const char *option, const char *name)
{
    const size_t length = strlen(name);

    return strlen(option) > length && option[length] == ',' ? option + length + 1 : NULL;
}

/* A table may be asked for several times, each with a filter of its own. A filter that is none ends the
 * program. */
static wt_stat_init print_init(const char *option, void *userdata)
{
    const struct wt_table_type *type = userdata;
    const char *filter = g_strdup(filter_in(option, type->name));
    const struct wt_listener listener = {
        .data = wt_table_new(type, filter),
        .reset = print_reset,
        .packet = print_packet,
        .draw = print_draw,
        .wants_findings_only = type->findings_only,
        .wants_coverage = type->coverage,
        .reads_engine = type->reads_engine,
    };
    GString *error = wt_listener_add(&listener, filter);

    if (error) {
        report_failure("-z %s: %s", type->name, error->str);
        exit(EXIT_FAILURE);
    }
    WT_STAT_INIT_DONE;
}

void wt_statistic_print_register(const struct wt_table_type *type)
{
    stat_tap_ui ui = {
        .group = REGISTER_STAT_GROUP_GENERIC, .cli_string = type->name, .tap_init_cb = print_init};

    register_stat_tap_ui(&ui, (void *)type);
}
