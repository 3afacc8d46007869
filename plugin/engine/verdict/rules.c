/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A detector says what one frame shows; a diagnosis says what is broken. What leads from one to the
 * other is a relation: a finding may speak for several diagnoses, and a diagnosis may rest on several kinds of
 * finding. Each row names a finding, the diagnosis that it speaks for or against, and whom it makes a suspect.
 *
 * A finding that is only a Note has an innocent reading, so it makes a case that is not said. A row may give it
 * the weight of a Warn: that a tunnel's packets come in fragments is normal, and yet worth telling. Where one
 * finding may have several causes that its detector can tell apart,
 * the detector names the one it means (WT_SPEAKS_FOR()), and only the rule for that one applies.
 */
#include "rules.h"

#include <glib.h>

#define FOR(finding, diagnosis, suspect, when, counts)                                                       \
    {                                                                                                        \
        WT_FINDING_##finding, WT_DIAGNOSIS_##diagnosis, WT_SUSPECT_##suspect, WT_SEVERITY_CHAT,              \
            WT_WHEN_##when, WT_COUNTS_##counts, false                                                        \
    }
#define WEIGHTY(finding, diagnosis, suspect)                                                                 \
    {                                                                                                        \
        WT_FINDING_##finding, WT_DIAGNOSIS_##diagnosis, WT_SUSPECT_##suspect, WT_SEVERITY_WARN,              \
            WT_WHEN_ALWAYS, WT_COUNTS_CONNECTIONS, false                                                     \
    }
#define AGAINST(finding, diagnosis, suspect)                                                                 \
    {                                                                                                        \
        WT_FINDING_##finding, WT_DIAGNOSIS_##diagnosis, WT_SUSPECT_##suspect, WT_SEVERITY_CHAT,              \
            WT_WHEN_ALWAYS, WT_COUNTS_DATA, true                                                             \
    }

/* Rows of one finding stand together. */
static const struct wt_rule rules[] = {
    FOR(SEGMENTATION_WRONG, NIC_IGNORES_MSS, SENDER, OTHER, DATA),
    FOR(SEGMENTATION_WRONG, UDP_OFFLOAD_BROKEN, SENDER, UDP, DATA),
    FOR(SEGMENTATION_WRONG, CHECKSUM_LEAK, SENDER, ASKED, DATA),
    FOR(SUPERFRAME_REFUSED, SUPER_FRAMES_DROPPED, SENDER, ALWAYS, DATA),
    FOR(MSS_EXCEEDED, MSS_IGNORED, SENDER, ALWAYS, DATA),
    FOR(MSS_EXCEEDED, NIC_IGNORES_MSS, SENDER, ASKED, DATA),
    FOR(CHECKSUM_LEAKED, CHECKSUM_LEAK, SENDER, ALWAYS, DATA),
    FOR(CHECKSUM_LEAKED, UDP_OFFLOAD_BROKEN, SENDER, ASKED, DATA),
    FOR(CHECKSUM_CORRUPT, WIRE_CORRUPTION, SENDER, ALWAYS, DATA),
    FOR(CHECKSUM_CORRUPT, CHECKSUM_LEAK, SENDER, ASKED, DATA),
    FOR(CHECKSUM_CORRUPT, NIC_IGNORES_MSS, SENDER, ASKED, DATA),
    FOR(CHECKSUM_CORRUPT, UDP_OFFLOAD_BROKEN, SENDER, ASKED, DATA),
    FOR(WINDOW_UNSCALED_DROP, FIREWALL_IGNORES_SCALING, BETWEEN, ALWAYS, DATA),
    FOR(WINDOW_SCALE_STRIPPED, SCALE_STRIPPED, BETWEEN, ALWAYS, CONNECTIONS),
    FOR(WINDOW_SCALE_STRIPPED, SCALE_NOT_NEGOTIATED, SENDER, ASKED, CONNECTIONS),
    FOR(WINDOW_SCALE_CHANGED, SCALE_STRIPPED, BETWEEN, ASKED, CONNECTIONS),
    FOR(WINDOW_SCALE_INVALID, SCALE_NOT_NEGOTIATED, SENDER, ASKED, CONNECTIONS),
    FOR(WINDOW_RETRACTED, WINDOW_SHRINKS, SENDER, ALWAYS, DATA),
    FOR(WINDOW_RETRACTED, SCALE_NOT_NEGOTIATED, SENDER, ASKED, DATA),
    FOR(WINDOW_EXCEEDED, WINDOW_OVERRUN, SENDER, ALWAYS, CONNECTIONS),
    FOR(WINDOW_EXCEEDED, SCALE_NOT_NEGOTIATED, SENDER, ASKED, CONNECTIONS),
    FOR(PMTU_MERGED_QUOTE, ROUTER_MERGES, REPORTER, ALWAYS, DATA),
    FOR(PMTU_IGNORED, REPORTS_IGNORED, SENDER, ALWAYS, REPORTS),
    FOR(PMTU_IGNORED, TUNNEL_MTU, SENDER, ASKED, REPORTS),
    FOR(PMTU_IGNORED, NIC_IGNORES_MSS, SENDER, ASKED, REPORTS),
    AGAINST(PMTU_OBEYED, REPORTS_IGNORED, SENDER),
    AGAINST(PMTU_OBEYED, REPORTS_MISTRANSLATED, BETWEEN),
    FOR(PMTU_MISTRANSLATED, REPORTS_MISTRANSLATED, BETWEEN, ALWAYS, DATA),
    FOR(PMTU_IMPLAUSIBLE, REPORTS_IMPOSSIBLE, REPORTER, ALWAYS, DATA),
    FOR(PMTU_BLACK_HOLE, BLACK_HOLE, BETWEEN, ALWAYS, DATA),
    FOR(PMTU_BLACK_HOLE, TUNNEL_MTU, SENDER, ASKED, DATA),
    FOR(PMTU_BLACK_HOLE, NIC_IGNORES_MSS, SENDER, ASKED, DATA),
    FOR(MSS_UNFIT, BLACK_HOLE, BETWEEN, ASKED, CONNECTIONS),
    FOR(FRAGMENT_LOST, FRAGMENTS_LOST, BETWEEN, ALWAYS, DATA),
    WEIGHTY(FRAGMENT_TUNNEL, TUNNEL_MTU, SENDER),
    FOR(SUPERFRAME_SENT, CAPTURE_BEFORE_OFFLOAD, CAPTURER, ALWAYS, DATA),
    FOR(SUPERFRAME_RECEIVED, CAPTURE_BEFORE_OFFLOAD, CAPTURER, ALWAYS, DATA),
    FOR(SUPERFRAME_UDP, CAPTURE_BEFORE_OFFLOAD, CAPTURER, ALWAYS, DATA),
    FOR(SUPERFRAME_BIG_TCP, CAPTURE_BEFORE_OFFLOAD, CAPTURER, ALWAYS, DATA),
    FOR(CHECKSUM_PARTIAL, CAPTURE_BEFORE_OFFLOAD, CAPTURER, ALWAYS, DATA),
    FOR(CHECKSUM_UNFILLED, CAPTURE_BEFORE_OFFLOAD, CAPTURER, ALWAYS, DATA),
    FOR(CAPTURE_MISSED, CAPTURE_INCOMPLETE, CAPTURE, ALWAYS, DATA),
    FOR(CAPTURE_ONE_SIDED, CAPTURE_INCOMPLETE, CAPTURE, ALWAYS, CONNECTIONS),
    FOR(CAPTURE_DUPLICATE, CAPTURE_DUPLICATES, CAPTURE, ASKED, DATA),
    FOR(CAPTURE_EDITED, CAPTURE_EDITED, CAPTURE, ALWAYS, DATA),
};

const struct wt_rule *wt_rule_next(enum wt_finding_id finding, const struct wt_rule *after)
{
    const struct wt_rule *const end = rules + G_N_ELEMENTS(rules);
    for (const struct wt_rule *rule = after ? after + 1 : rules; rule < end; rule++)
        if (rule->finding == finding)
            return rule;
    return NULL;
}
