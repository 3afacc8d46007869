/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_window: Tools > Wire Truth > Report, and the same under Statistics. A window with the text of the diagnoses, as
 * -z wiretruth,diagnosis prints it, and buttons that act on one of them: the first, until Next chooses another.
 *
 * The text is of what is known when it is made: of all frames so far. So it can be read while a capture runs, and Refresh
 * makes it anew. Wireshark may close the file meanwhile; each button asks what there is.
 *
 * The window is the one that Wireshark keeps for its scripts (epan/funnel.h), which has no other way to be filled than by
 * a plugin. Programs without windows have none, and no menus.
 */
#include "report_window.h"

#include "compat.h"

#include "tables/story.h"
#include "tables/table.h"
#include "visit.h"

#include <wiretruth/diagnosis.h>

#include <epan/funnel.h>
#include <epan/plugin_if.h>

struct report {
    funnel_text_window_t *window;
    unsigned chosen; /* which of the diagnoses, from 0 */
};

/* The diagnosis chosen, which of how many it is now; NULL if there is none. */
static const struct wt_case *chosen_of(const struct report *report, unsigned *count, unsigned *at)
{
    const struct wt_engine *engine = wt_visit_engine();
    const struct wt_case *c = NULL;

    *count = *at = 0;
    if (!engine)
        return NULL;
    const struct wt_case **cases = wt_engine_diagnoses(engine, count);
    if (*count) {
        *at = report->chosen % *count;
        c = cases[*at];
    }
    g_free(cases);
    return c;
}

/* --- text --- */

/* The table of diagnoses, told of every frame with findings. */
static void put_diagnoses(GString *out)
{
    struct wt_table *table = wt_table_new(&wt_table_diagnosis, NULL);

    wt_visit_tell_all(table);
    wt_table_print(table, out);
    wt_table_free(table);
}

static void put_chosen(GString *out, const struct report *report)
{
    unsigned count = 0, at = 0;
    const struct wt_case *c = chosen_of(report, &count, &at);

    if (c)
        g_string_append_printf(out, "The buttons are about diagnosis %u of %u: %s.\n", at + 1, count,
                               wt_diagnosis_table[c->id].name);
    else
        g_string_append(out, wt_visit_engine() ? "There is no diagnosis for the buttons to be about.\n"
                                               : "No capture is open.\n");
}

static void show_text(const struct report *report)
{
    GString *text = g_string_new(NULL);

    put_chosen(text, report);
    put_diagnoses(text);
    funnel_get_funnel_ops()->set_text(report->window, text->str);
    g_string_free(text, TRUE);
}

/* --- buttons --- */

static wt_bool go_to_proof(funnel_text_window_t *window, void *data)
{
    unsigned count = 0, at = 0;
    const struct wt_case *c = chosen_of(data, &count, &at);

    (void)window;
    if (c)
        plugin_if_goto_frame(c->proof_frame ? c->proof_frame : c->first_frame);
    return TRUE;
}

static wt_bool show_filtered(const struct report *report,
                             void (*put)(GString *out, const struct wt_engine *engine,
                                         const struct wt_case *c))
{
    unsigned count = 0, at = 0;
    const struct wt_case *c = chosen_of(report, &count, &at);

    if (c) {
        GString *filter = g_string_new(NULL);
        put(filter, wt_visit_engine(), c);
        plugin_if_apply_filter(filter->str, TRUE);
        g_string_free(filter, TRUE);
    }
    return TRUE;
}

static wt_bool show_frames(funnel_text_window_t *window, void *data)
{
    (void)window;
    return show_filtered(data, wt_story_put_frames);
}

static wt_bool show_story(funnel_text_window_t *window, void *data)
{
    (void)window;
    return show_filtered(data, wt_story_put);
}

static wt_bool choose_next(funnel_text_window_t *window, void *data)
{
    struct report *report = data;
    unsigned count = 0, at = 0;

    (void)window;
    chosen_of(report, &count, &at);
    report->chosen = at + 1;
    show_text(report);
    return TRUE;
}

static wt_bool refresh(funnel_text_window_t *window, void *data)
{
    (void)window;
    show_text(data);
    return TRUE;
}

static void add_button(struct report *report, const char *label, funnel_bt_cb_t pressed)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();
    funnel_bt_t *button = g_new0(funnel_bt_t, 1);

    button->tw = report->window;
    button->func = pressed;
    button->data = report;
    button->free_fcn = g_free;
    ops->add_button(report->window, button, label);
}

/* --- the window --- */

static void open_report(gpointer unused)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();

    (void)unused;
    if (!ops || !ops->new_text_window)
        return;
    struct report *report = g_new0(struct report, 1);
    report->window = ops->new_text_window(ops->ops_id, "Wire Truth: Report");
    ops->set_close_cb(report->window, g_free, report);
    add_button(report, "Go to proof", go_to_proof);
    add_button(report, "Show its frames", show_frames);
    add_button(report, "Show the story", show_story);
    add_button(report, "Next", choose_next);
    add_button(report, "Refresh", refresh);
    show_text(report);
}

/* Under Statistics names have no submenus: there it stands with the tables. */
void wt_report_window_register(void)
{
    funnel_register_menu("Wire Truth/Report", REGISTER_TOOLS_GROUP_UNSORTED, open_report, NULL, NULL, FALSE);
    funnel_register_menu("Wire Truth: Report", REGISTER_PACKET_STAT_GROUP_UNSORTED, open_report, NULL, NULL,
                         FALSE);
}
