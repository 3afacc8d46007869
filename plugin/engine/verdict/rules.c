/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A detector says what one frame shows; a diagnosis says what is broken. What leads from one to the
 * other is a relation: a finding may speak for several diagnoses, and a diagnosis may rest on several kinds of
 * finding. Each row names a finding, the diagnosis that it speaks for or against, and whom it makes a suspect.
 *
 * A finding that is only a Note has an innocent reading, so it makes nobody a suspect of trouble: the rules
 * for trouble begin with a Warn. Where one finding may have several causes that its detector can tell apart,
 * the detector names the one it means (WT_SPEAKS_FOR()), and only the rule for that one applies.
 */
#include "rules.h"

#include <glib.h>

#define FOR(finding, diagnosis, suspect, least, when)                                                        \
    {                                                                                                        \
        WT_FINDING_##finding, WT_DIAGNOSIS_##diagnosis, WT_SUSPECT_##suspect, WT_SEVERITY_##least,           \
            WT_WHEN_##when, false                                                                            \
    }
#define AGAINST(finding, diagnosis, suspect)                                                                 \
    {                                                                                                        \
        WT_FINDING_##finding, WT_DIAGNOSIS_##diagnosis, WT_SUSPECT_##suspect, WT_SEVERITY_CHAT,              \
            WT_WHEN_ALWAYS, true                                                                             \
    }

/* Rows of one finding stand together. */
static const struct wt_rule rules[] = {
    FOR(SEGMENTATION_WRONG, NIC_IGNORES_MSS, SENDER, WARN, OTHER),
    FOR(SEGMENTATION_WRONG, UDP_OFFLOAD_BROKEN, SENDER, WARN, UDP),
    FOR(SEGMENTATION_WRONG, CHECKSUM_LEAK, SENDER, WARN, ASKED),
    FOR(SUPERFRAME_REFUSED, SUPER_FRAMES_DROPPED, SENDER, WARN, ALWAYS),
    FOR(MSS_EXCEEDED, MSS_IGNORED, SENDER, WARN, ALWAYS),
    FOR(MSS_EXCEEDED, NIC_IGNORES_MSS, SENDER, WARN, ASKED),
    FOR(CHECKSUM_LEAKED, CHECKSUM_LEAK, SENDER, WARN, ALWAYS),
    FOR(CHECKSUM_LEAKED, UDP_OFFLOAD_BROKEN, SENDER, WARN, ASKED),
    FOR(CHECKSUM_CORRUPT, WIRE_CORRUPTION, SENDER, WARN, ALWAYS),
    FOR(CHECKSUM_CORRUPT, CHECKSUM_LEAK, SENDER, WARN, ASKED),
    FOR(CHECKSUM_CORRUPT, NIC_IGNORES_MSS, SENDER, WARN, ASKED),
    FOR(CHECKSUM_CORRUPT, UDP_OFFLOAD_BROKEN, SENDER, WARN, ASKED),
    FOR(WINDOW_UNSCALED_DROP, FIREWALL_IGNORES_SCALING, BETWEEN, WARN, ALWAYS),
    FOR(WINDOW_SCALE_STRIPPED, SCALE_STRIPPED, BETWEEN, WARN, ALWAYS),
    FOR(WINDOW_SCALE_STRIPPED, SCALE_NOT_NEGOTIATED, SENDER, WARN, ASKED),
    FOR(WINDOW_SCALE_CHANGED, SCALE_STRIPPED, BETWEEN, WARN, ASKED),
    FOR(WINDOW_SCALE_INVALID, SCALE_NOT_NEGOTIATED, SENDER, WARN, ASKED),
    FOR(WINDOW_RETRACTED, WINDOW_SHRINKS, SENDER, WARN, ALWAYS),
    FOR(WINDOW_RETRACTED, SCALE_NOT_NEGOTIATED, SENDER, WARN, ASKED),
    FOR(WINDOW_EXCEEDED, WINDOW_OVERRUN, SENDER, WARN, ALWAYS),
    FOR(PMTU_MERGED_QUOTE, ROUTER_MERGES, REPORTER, WARN, ALWAYS),
    FOR(PMTU_IGNORED, REPORTS_IGNORED, SENDER, WARN, ALWAYS),
    FOR(PMTU_IGNORED, NIC_IGNORES_MSS, SENDER, WARN, ASKED),
    AGAINST(PMTU_OBEYED, REPORTS_IGNORED, SENDER),
    FOR(PMTU_MISTRANSLATED, REPORTS_MISTRANSLATED, BETWEEN, WARN, ALWAYS),
    FOR(PMTU_IMPLAUSIBLE, REPORTS_IMPOSSIBLE, REPORTER, WARN, ALWAYS),
    FOR(PMTU_BLACK_HOLE, BLACK_HOLE, BETWEEN, WARN, ALWAYS),
    FOR(PMTU_BLACK_HOLE, NIC_IGNORES_MSS, SENDER, WARN, ASKED),
    FOR(FRAGMENT_LOST, FRAGMENTS_LOST, BETWEEN, WARN, ALWAYS),
    FOR(FRAGMENT_TUNNEL, TUNNEL_MTU, SENDER, NOTE, ALWAYS),
    FOR(SUPERFRAME_SENT, CAPTURE_BEFORE_OFFLOAD, CAPTURER, NOTE, ALWAYS),
    FOR(SUPERFRAME_RECEIVED, CAPTURE_BEFORE_OFFLOAD, CAPTURER, NOTE, ALWAYS),
    FOR(SUPERFRAME_UDP, CAPTURE_BEFORE_OFFLOAD, CAPTURER, NOTE, ALWAYS),
    FOR(SUPERFRAME_BIG_TCP, CAPTURE_BEFORE_OFFLOAD, CAPTURER, NOTE, ALWAYS),
    FOR(CHECKSUM_PARTIAL, CAPTURE_BEFORE_OFFLOAD, CAPTURER, NOTE, ALWAYS),
    FOR(CHECKSUM_UNFILLED, CAPTURE_BEFORE_OFFLOAD, CAPTURER, NOTE, ALWAYS),
    FOR(CAPTURE_MISSED, CAPTURE_INCOMPLETE, CAPTURE, NOTE, ALWAYS),
    FOR(CAPTURE_ONE_SIDED, CAPTURE_INCOMPLETE, CAPTURE, CHAT, ALWAYS),
    FOR(CAPTURE_DUPLICATE, CAPTURE_DUPLICATES, CAPTURE, NOTE, ASKED),
    FOR(CAPTURE_EDITED, CAPTURE_EDITED, CAPTURE, NOTE, ALWAYS),
};

const struct wt_rule *wt_rule_next(enum wt_finding_id finding, const struct wt_rule *after)
{
    const struct wt_rule *const end = rules + G_N_ELEMENTS(rules);
    for (const struct wt_rule *rule = after ? after + 1 : rules; rule < end; rule++)
        if (rule->finding == finding)
            return rule;
    return NULL;
}
