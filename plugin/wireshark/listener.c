/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listener.h"

static const char tap_name[] = "wiretruth", patient_tap_name[] = "wiretruth.patient";

static int tap_patient;
static GSList *patient, *readers;    /* of struct wt_listener */
static bool want_all, want_coverage; /* any of them */
static void (*settle_all)(void);

void wt_listener_register(void (*settle)(void))
{
    tap_patient = register_tap(patient_tap_name);
    settle_all = settle;
}

static void listener_reset(void *data)
{
    const struct wt_listener *listener = data;

    listener->reset(listener->data);
}

static tap_packet_status listener_packet(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                         const void *record, tap_flags_t flags)
{
    const struct wt_listener *listener = data;

    return listener->packet(listener->data, pinfo, edt, record, flags);
}

static void listener_draw(void *data)
{
    const struct wt_listener *listener = data;

    settle_all();
    listener->draw(listener->data);
}

GString *wt_listener_add(const struct wt_listener *listener, const char *filter)
{
    struct wt_listener *copy = g_memdup2(listener, sizeof *listener);
    const bool waits = !filter && !listener->impatient;
    GString *error =
        register_tap_listener(waits ? patient_tap_name : tap_name, copy, filter, TL_REQUIRES_NOTHING,
                              listener_reset, listener_packet, listener_draw, NULL);

    if (error) {
        g_free(copy);
        return error;
    }
    if (listener->reads_engine)
        readers = g_slist_append(readers, copy);
    if (waits) {
        patient = g_slist_append(patient, copy);
        want_all = want_all || !listener->wants_findings_only;
        want_coverage = want_coverage || listener->wants_coverage;
    }
    return NULL;
}

bool wt_listeners_patient(void)
{
    return patient != NULL;
}

bool wt_listeners_want_all(void)
{
    return want_all;
}

bool wt_listeners_want_coverage(void)
{
    return want_coverage;
}

void wt_listeners_forget(void)
{
    for (const GSList *at = readers; at; at = at->next)
        listener_reset(at->data);
}

void wt_listeners_tell(const struct wt_record *record)
{
    for (const GSList *at = patient; at; at = at->next)
        listener_packet(at->data, NULL, NULL, record, 0);
}

void wt_listeners_queue(const struct wt_record *record, packet_info *pinfo)
{
    if (patient)
        tap_queue_packet(tap_patient, pinfo, record);
}
