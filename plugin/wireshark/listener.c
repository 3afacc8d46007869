/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listener.h"

#include "batch.h"

static const char tap_name[] = "wiretruth", deferred_tap_name[] = "wiretruth.deferred";

static int tap, tap_deferred;
static GSList *deferred, *readers;   /* of struct wt_listener */
static bool want_all, want_coverage; /* any of the deferred ones */
static bool begun;                   /* they know which engine judges */

void wt_listener_register(void)
{
    tap = register_tap(tap_name);
    tap_deferred = register_tap(deferred_tap_name);
}

static void listener_reset(void *data)
{
    const struct wt_listener *listener = data;

    listener->reset(listener->data);
}

static tap_packet_status listener_packet(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                         const void *visit, tap_flags_t flags)
{
    const struct wt_listener *listener = data;

    return listener->packet(listener->data, pinfo, edt, visit, flags);
}

static void listener_draw(void *data)
{
    const struct wt_listener *listener = data;

    wt_batch_judge();
    listener->draw(listener->data);
}

GString *wt_listener_add(const struct wt_listener *listener, const char *filter)
{
    struct wt_listener *copy = g_memdup2(listener, sizeof *listener);
    const bool waits = !filter;
    GString *error =
        register_tap_listener(waits ? deferred_tap_name : tap_name, copy, filter, TL_REQUIRES_NOTHING,
                              listener_reset, listener_packet, listener_draw, NULL);

    if (error) {
        g_free(copy);
        return error;
    }
    if (listener->reads_engine)
        readers = g_slist_append(readers, copy);
    if (waits) {
        deferred = g_slist_append(deferred, copy);
        want_all = want_all || !listener->wants_findings_only;
        want_coverage = want_coverage || listener->wants_coverage;
    }
    return NULL;
}

bool wt_listeners_present(void)
{
    return have_tap_listener(tap);
}

bool wt_listeners_deferred(void)
{
    return deferred != NULL;
}

bool wt_listeners_want(bool findings)
{
    return deferred && (findings || want_all || !begun);
}

bool wt_listeners_want_coverage(void)
{
    return want_coverage;
}

void wt_listeners_forget(void)
{
    begun = false;
    for (const GSList *at = readers; at; at = at->next)
        listener_reset(at->data);
}

void wt_listeners_tell(const struct wt_visit *visit)
{
    begun = true;
    for (const GSList *at = deferred; at; at = at->next)
        listener_packet(at->data, NULL, NULL, visit, 0);
}

void wt_listeners_queue(const struct wt_visit *visit, packet_info *pinfo)
{
    if (have_tap_listener(tap))
        tap_queue_packet(tap, pinfo, visit);
    if (deferred)
        tap_queue_packet(tap_deferred, pinfo, visit);
}
