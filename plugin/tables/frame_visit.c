/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_visit.h"

/* What offloads of a host make of its frames. The other Notes tell of the wire, or what the capture is worth. */
bool wt_visit_is_artefact(enum wt_finding_id id)
{
    switch (id) {
    case WT_FINDING_SUPERFRAME_SENT:
    case WT_FINDING_SUPERFRAME_RECEIVED:
    case WT_FINDING_SUPERFRAME_UNKNOWN:
    case WT_FINDING_SUPERFRAME_UDP:
    case WT_FINDING_SUPERFRAME_BIG_TCP:
    case WT_FINDING_CHECKSUM_PARTIAL:
    case WT_FINDING_CHECKSUM_UNFILLED:
        return true;
    default:
        return false;
    }
}

bool wt_visit_wants(const struct wt_visit *visit, const struct wt_finding *finding)
{
    return visit->artefacts || !wt_visit_is_artefact(finding->id);
}

bool wt_visit_counts(const struct wt_visit *visit, const struct wt_finding *finding)
{
    return finding->counted && wt_visit_wants(visit, finding);
}

bool wt_visit_is_copy(const struct wt_visit *visit, uint32_t changes)
{
    if (visit->facts && visit->facts->copy)
        return true;
    for (const struct wt_relation *at = visit->relations; at; at = at->next)
        if (at->kind == WT_RELATION_TWIN && at->frame < visit->frame.number && !(at->changes & changes))
            return true;
    return false;
}
