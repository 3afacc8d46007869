/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of this subject share. */
#ifndef WIRETRUTH_DIAGNOSIS_STORY_H
#define WIRETRUTH_DIAGNOSIS_STORY_H

#include <wiretruth/diagnosis.h>

#include "../../plugin/engine/context.h"
#include "engine/verdict/cases.h"
#include "talk.h"

/* Lets the engine hear a finding about `packet`, as if a detector had made it in the next frame. */
static inline void hear_of(struct talk *talk, const struct wt_packet *packet, enum wt_finding_id id,
                           const struct wt_evidence *evidence)
{
    uint32_t number = talk_send(talk, packet);
    struct wt_facts facts = *talk_facts(talk, number);
    const struct wt_context context = {
        .engine = talk->engine,
        .frame = &talk->frame,
        .reading = &talk->reading,
        .packet = &talk->reading.packet[0],
        .facts = &facts,
    };
    wt_find_with(&context, id, evidence);
}

/* The same about the segment at `seq` from host `from`. */
static inline void hear_with(struct talk *talk, unsigned from, enum wt_finding_id id, uint32_t seq,
                             const struct wt_evidence *evidence)
{
    const struct wt_packet packet = talk_tcp(talk, from, WT_TCP_ACK, seq, 1, 10);
    hear_of(talk, &packet, id, evidence);
}

/* The same about data that were not sent before: an event of its own. */
static inline void hear(struct talk *talk, unsigned from, enum wt_finding_id id, enum wt_severity severity)
{
    const uint32_t number = talk->frame.number + 1;
    const struct wt_evidence evidence = {
        .most = WT_AT_MOST(severity), .event = number, .value = {0, 0, number}};
    hear_with(talk, from, id, number * 10, &evidence);
}

/* The diagnoses said, as "name:confidence name:confidence"; free with g_free(). */
static inline char *said(const struct talk *talk)
{
    GString *text = g_string_new(NULL);
    unsigned count = 0;
    const struct wt_case **cases = wt_engine_diagnoses(talk->engine, &count);
    for (unsigned i = 0; i < count; i++)
        g_string_append_printf(text, "%s%s:%s", i ? " " : "", wt_diagnosis_table[cases[i]->id].name,
                               wt_confidence_name[wt_engine_confidence(talk->engine, cases[i])]);
    g_free(cases);
    return g_string_free(text, FALSE);
}

static inline void assert_said(const struct talk *talk, const char *expected)
{
    char *text = said(talk);
    g_assert_cmpstr(text, ==, expected);
    g_free(text);
}

#endif
