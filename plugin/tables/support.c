/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support.h"

void wt_supports_start(struct wt_table *table)
{
    struct wt_supports *supports = table->data;

    supports->table = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

void wt_supports_end(struct wt_table *table)
{
    struct wt_supports *supports = table->data;

    g_hash_table_destroy(supports->table);
}

struct wt_support *wt_support_get(struct wt_table *table, uint32_t number)
{
    struct wt_supports *supports = table->data;
    struct wt_support *support = g_hash_table_lookup(supports->table, GUINT_TO_POINTER(number));

    if (!support) {
        support = g_new0(struct wt_support, 1);
        g_hash_table_insert(supports->table, GUINT_TO_POINTER(number), support);
    }
    return support;
}

/* Whether a finding before this one counted the frame for case `number` already. */
static bool is_frame_counted(const struct wt_visit *visit, const struct wt_finding *finding, uint32_t number)
{
    for (const struct wt_finding *at = visit->findings; at != finding; at = at->next)
        if (at->counted && wt_finding_supports(at, number))
            return true;
    return false;
}

static void support_add(struct wt_table *table, const struct wt_visit *visit,
                        const struct wt_finding *finding, uint32_t number)
{
    if (!finding->counted || !number)
        return;
    struct wt_support *support = wt_support_get(table, number);
    support->finding[finding->id]++;
    support->frames += !is_frame_counted(visit, finding, number);
}

void wt_supports_frame(struct wt_table *table, const struct wt_visit *visit)
{
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next) {
        support_add(table, visit, finding, finding->supports);
        support_add(table, visit, finding, finding->supports_too);
    }
}

const struct wt_support *wt_support_of(const struct wt_table *table, const struct wt_case *c)
{
    static const struct wt_support none;
    const struct wt_supports *supports = table->data;
    const struct wt_support *support = g_hash_table_lookup(supports->table, GUINT_TO_POINTER(c->number));

    return support ? support : &none;
}

bool wt_support_tells(const struct wt_table *table, const struct wt_case *c)
{
    return !table->filter || c->number == 0 || wt_support_of(table, c)->frames > 0;
}
