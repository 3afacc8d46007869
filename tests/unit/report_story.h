/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of this subject share. */
#ifndef WIRETRUTH_REPORT_STORY_H
#define WIRETRUTH_REPORT_STORY_H

#include "talk.h"

enum {
    CLIENT = 1000,
    FULL = 1428, /* payload that fits 1500 in both IP versions, with timestamps */
    NARROW = 1400,
    TOLD_PLATEAU = 2,
};

static const uint32_t SERVER = 0xfffffa00; /* the first full segment crosses the wrap */

static inline void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(talk, CLIENT, SERVER);
}

static const char *reason(const struct talk *talk, uint32_t number, enum wt_finding_id id)
{
    const struct wt_finding *found = talk_found(talk, number, id);
    g_assert_nonnull(found);
    return wt_reason_text[found->reason];
}

static inline struct wt_packet send_full(struct talk *talk, uint32_t seq, uint32_t *number)
{
    struct wt_packet packet = talk_tcp(talk, 1, WT_TCP_ACK, seq, CLIENT, FULL);
    *number = talk_send(talk, &packet);
    return packet;
}

/* A report about the packet of `refused` with the quote `changed`, which its addressee cannot match: it names the
 * offender, and tells neither the path nor the size of segments anything. */
static inline void check_mistranslated(struct talk *talk, uint32_t offender, const struct wt_packet *changed,
                                       const char *what)
{
    uint32_t report = talk_report(talk, 0, NARROW, changed);
    const struct wt_finding *found = talk_found(talk, report, WT_FINDING_PMTU_MISTRANSLATED);
    g_assert_nonnull(found);
    g_assert_cmpint(found->severity, ==, WT_SEVERITY_WARN);
    g_assert_nonnull(strstr(wt_reason_text[found->reason], what));
    g_assert_cmpuint(found->value[1], ==, offender);
    g_assert_cmpuint(talk_related(talk, report, WT_RELATION_OFFENDER), ==, offender);
}

#endif
