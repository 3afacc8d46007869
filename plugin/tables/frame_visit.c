/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_visit.h"

bool wt_visit_wants(const struct wt_visit *visit, const struct wt_finding *finding)
{
    return visit->artefacts || wt_finding_table[finding->id].severity != WT_SEVERITY_NOTE;
}

bool wt_visit_counts(const struct wt_visit *visit, const struct wt_finding *finding)
{
    return finding->counted && wt_visit_wants(visit, finding);
}
