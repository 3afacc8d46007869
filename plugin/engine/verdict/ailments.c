/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps symptoms, WT_AILMENTS_MAX at most; those that find no room are counted. Bytes sent again are one symptom
 * of each direction of a connection, so that a lossy path does not fill the list.
 */
#include "symptoms.h"

#include "event.h"

const char *const wt_symptom_name[WT_SYMPTOMS] = {
    [WT_SYMPTOM_STALL] = "stall",       [WT_SYMPTOM_UNANSWERED] = "unanswered",
    [WT_SYMPTOM_REPEATED] = "repeated", [WT_SYMPTOM_CLOSED_WINDOW] = "closed_window",
    [WT_SYMPTOM_RESET] = "reset",
};

const char *const wt_ordinary_name[] = {
    [WT_ORDINARY_NONE] = "none", [WT_ORDINARY_IDLE] = "idle",   [WT_ORDINARY_WINDOW] = "window",
    [WT_ORDINARY_LOSS] = "loss", [WT_ORDINARY_DELAY] = "delay", [WT_ORDINARY_STRAY] = "stray",
};

void *wt_ailments_new(void)
{
    struct wt_ailments *ailments = g_new0(struct wt_ailments, 1);
    ailments->list = g_array_new(FALSE, TRUE, sizeof(struct wt_symptom));
    ailments->repeats = g_hash_table_new(NULL, NULL);
    ailments->heard = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    ailments->seen = g_hash_table_new(NULL, NULL);
    return ailments;
}

void wt_ailments_free(void *kept)
{
    struct wt_ailments *ailments = kept;
    g_array_free(ailments->list, TRUE);
    g_hash_table_destroy(ailments->repeats);
    g_hash_table_destroy(ailments->heard);
    g_hash_table_destroy(ailments->seen);
    g_free(ailments);
}

struct wt_symptom wt_ailment_of(const struct wt_flow *flow, unsigned which, enum wt_symptom_kind kind)
{
    const struct wt_flow_key *key = &flow->key;
    return (struct wt_symptom){
        .kind = kind,
        .src = which ? key->high : key->low,
        .dst = which ? key->low : key->high,
        .src_port = which ? key->high_port : key->low_port,
        .dst_port = which ? key->low_port : key->high_port,
        .connection = wt_event_between(&key->low, &key->high, key->low_port, key->high_port, key->proto),
        .interface = key->interface,
    };
}

struct wt_symptom wt_ailment_begin(const struct wt_context *context, unsigned which,
                                   enum wt_symptom_kind kind)
{
    struct wt_symptom symptom = wt_ailment_of(context->flow, which, kind);
    symptom.first_frame = symptom.last_frame = context->frame->number;
    return symptom;
}

/* Adds to what was sent again before; false if this is the first. */
static bool ailment_repeat(struct wt_ailments *ailments, const struct wt_symptom *symptom)
{
    const uint32_t direction = wt_event_mix(symptom->connection ^ symptom->interface, symptom->src_port);
    const gpointer key = GUINT_TO_POINTER(direction);
    const guint place = GPOINTER_TO_UINT(g_hash_table_lookup(ailments->repeats, key));
    if (place) {
        struct wt_symptom *before = &g_array_index(ailments->list, struct wt_symptom, place - 1);
        before->bytes += symptom->bytes;
        before->last_frame = symptom->last_frame;
        return true;
    }
    if (ailments->list->len < WT_AILMENTS_MAX)
        g_hash_table_insert(ailments->repeats, key, GUINT_TO_POINTER(ailments->list->len + 1));
    return false;
}

void wt_ailment_add(struct wt_ailments *ailments, const struct wt_symptom *symptom)
{
    if (symptom->kind == WT_SYMPTOM_REPEATED && ailment_repeat(ailments, symptom))
        return;
    if (ailments->list->len >= WT_AILMENTS_MAX)
        ailments->left_out++;
    else
        g_array_append_vals(ailments->list, symptom, 1);
}
