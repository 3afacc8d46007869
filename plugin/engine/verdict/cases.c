/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Findings about the same suspect make one case, whatever the interface they were captured on; which
 * findings, and whom they make a suspect, see rules.c.
 *
 * What counts are events, not findings: a segment that is lost seven times, a packet mirrored four times, a
 * report repeated for what was in flight are one thing each. A case remembers the numbers of its events, and
 * for each the highest severity that was found of it, since a finding has the severity that its own evidence
 * allows: an Error has no other reading, a Warn has one, a Note is innocent until something worse comes.
 *
 * What speaks against is counted whenever it comes, so a case may begin with it, and is said only once
 * something speaks for it.
 *
 * Bounds. What anybody can cause in masses must not keep out what matters, so cases that were opened by
 * Notes, by Warns and by Errors each have room of their own; a full table is told, see `left_out`. A case has
 * WT_EVENTS_MAX events, and the other ends are counted up to OTHERS_MAX in all.
 */
#include "cases.h"

#include "engine/context.h"
#include "event.h"
#include "rules.h"

enum {
    CASES_MAX = 256,    /* opened by one kind of evidence */
    AGAINST_MAX = 8,    /* events that speak against a case */
    OTHERS_MAX = 65536, /* other ends of all cases */
};

enum quota {
    QUOTA_INNOCENT, /* artefacts, Notes, and what speaks against */
    QUOTA_DOUBTFUL, /* a Warn, or what a blind forger can cause */
    QUOTA_SURE,
};

struct case_key {
    uint32_t diagnosis;
    struct wt_address culprit, other;
};

/* A case with what is needed to go on with it. */
struct wt_case_file {
    struct wt_case said; /* first: the list is read as one of cases */
    uint32_t event[WT_EVENTS_MAX], against[AGAINST_MAX];
    uint8_t severity[WT_EVENTS_MAX]; /* of each event */
    bool seeing[WT_EVENTS_MAX];      /* each cannot have been made up by somebody blind */
    unsigned events;
};

WT_MAP_KEY(case, struct case_key)

static void *cases_new(void)
{
    struct wt_cases *cases = g_new0(struct wt_cases, 1);
    cases->list = g_ptr_array_new_with_free_func(g_free);
    cases->numbers = g_hash_table_new_full(case_hash, case_equal, g_free, NULL);
    cases->others = g_hash_table_new(NULL, NULL);
    return cases;
}

static void cases_free(void *kept)
{
    struct wt_cases *cases = kept;
    g_hash_table_destroy(cases->others);
    g_hash_table_destroy(cases->numbers);
    g_ptr_array_free(cases->list, TRUE);
    g_free(cases);
}

struct wt_cases *wt_cases_of(const struct wt_engine *engine)
{
    return engine->kept[WT_KEEPER_VERDICT];
}

/* --- whom a finding makes a suspect --- */

/* The packet that a finding in this frame is about: the quoted one, if there is a report. */
static const struct wt_packet *case_packet(const struct wt_context *context)
{
    const bool report = context->packet->icmp.report && context->reading->quotes > 0;
    return report ? &context->reading->quote[0] : context->packet;
}

/* The ends that a finding makes suspects. */
static struct wt_ends case_ends(const struct wt_context *context, const struct wt_evidence *evidence)
{
    const struct wt_ends *told = evidence->suspects ? evidence->suspects : evidence->ends;
    const struct wt_packet *packet = case_packet(context);
    return told ? *told : (struct wt_ends){packet->src, packet->dst};
}

static struct case_key case_key_of(const struct wt_context *context, const struct wt_rule *rule,
                                   const struct wt_ends *ends)
{
    const struct case_key forward = {rule->diagnosis, ends->sender, ends->receiver};
    const struct case_key back = {rule->diagnosis, ends->receiver, ends->sender};
    switch (rule->suspect) {
    case WT_SUSPECT_REPORTER:
        return case_packet(context) == context->packet
                   ? forward
                   : (struct case_key){rule->diagnosis, context->packet->src, ends->sender};
    case WT_SUSPECT_CAPTURE:
        return (struct case_key){.diagnosis = rule->diagnosis};
    case WT_SUSPECT_CAPTURER:
        return context->facts->direction == WT_DIRECTION_RECEIVED ? back : forward;
    case WT_SUSPECT_BETWEEN: /* whose packets suffer comes first */
    case WT_SUSPECT_SENDER:
        break;
    }
    return forward;
}

/* The key under which a case is found again: a host that mistreats many others is one culprit, not many; a device
 * between two hosts is the same in both directions. */
static struct case_key case_identity(const struct case_key *key, enum wt_suspect suspect)
{
    struct case_key identity = *key;
    if (suspect != WT_SUSPECT_BETWEEN)
        memset(&identity.other, 0, sizeof identity.other);
    else if (memcmp(&key->culprit, &key->other, sizeof key->other) > 0)
        identity = (struct case_key){key->diagnosis, key->other, key->culprit};
    return identity;
}

/* --- cases --- */

static struct wt_case_file *case_at(const struct wt_cases *cases, uint32_t number)
{
    return number ? g_ptr_array_index(cases->list, number - 1) : NULL;
}

static struct wt_case_file *case_open(struct wt_cases *cases, const struct case_key *key,
                                      const struct case_key *identity, enum quota quota)
{
    if (cases->opened[quota] >= CASES_MAX) {
        cases->left_out++;
        return NULL;
    }
    struct wt_case_file *file = g_new0(struct wt_case_file, 1);
    cases->opened[quota]++;
    g_ptr_array_add(cases->list, file);
    file->said.id = (enum wt_diagnosis_id)key->diagnosis;
    file->said.number = cases->list->len;
    file->said.culprit = key->culprit;
    file->said.other = key->other;
    g_hash_table_insert(cases->numbers, g_memdup2(identity, sizeof *identity),
                        GUINT_TO_POINTER(file->said.number));
    return file;
}

static struct wt_case_file *case_get(struct wt_cases *cases, const struct wt_context *context,
                                     const struct wt_rule *rule, const struct wt_ends *ends, enum quota quota)
{
    const struct case_key key = case_key_of(context, rule, ends);
    const struct case_key identity = case_identity(&key, rule->suspect);
    struct wt_case_file *file =
        case_at(cases, GPOINTER_TO_UINT(g_hash_table_lookup(cases->numbers, &identity)));
    if (!file)
        file = case_open(cases, &key, &identity, quota);
    if (!file || rule->suspect == WT_SUSPECT_CAPTURE || g_hash_table_size(cases->others) >= OTHERS_MAX)
        return file;
    if (rule->suspect == WT_SUSPECT_BETWEEN) {
        file->said.others = 1;
        return file;
    }
    uint32_t other = file->said.number;
    for (unsigned i = 0; i < sizeof key.other.bytes; i++)
        other = wt_event_mix(other, key.other.bytes[i]);
    file->said.others += g_hash_table_add(cases->others, GUINT_TO_POINTER(other)) ? 1 : 0;
    return file;
}

const struct wt_case *wt_cases_against(const struct wt_cases *cases, enum wt_diagnosis_id id,
                                       const struct wt_address *culprit)
{
    const struct case_key identity = {.diagnosis = id, .culprit = *culprit};
    const struct wt_case_file *file =
        case_at(cases, GPOINTER_TO_UINT(g_hash_table_lookup(cases->numbers, &identity)));
    return file ? &file->said : NULL;
}

/* --- events --- */

static uint32_t case_event(const struct wt_context *context, const struct wt_rule *rule,
                           const struct wt_finding *finding, const struct wt_evidence *evidence)
{
    if (evidence->event)
        return wt_event_mix(0, evidence->event);
    const struct wt_packet *packet = case_packet(context);
    switch (rule->counts) {
    case WT_COUNTS_CONNECTIONS:
        return wt_event_connection(packet);
    case WT_COUNTS_REPORTS: /* the third value of these findings is how many there were */
        return wt_event_mix(wt_event_connection(packet), finding->value[2]);
    case WT_COUNTS_DATA:
        break;
    }
    return wt_event_data(packet);
}

/* The place of `event`; file->events if it has none. */
static unsigned case_find(const struct wt_case_file *file, uint32_t event)
{
    unsigned at = 0;
    while (at < file->events && file->event[at] != event)
        at++;
    return at;
}

/* The place of `event`, new or not; WT_EVENTS_MAX if there is no room for it. */
static unsigned case_place(struct wt_case_file *file, uint32_t event)
{
    const unsigned at = case_find(file, event);
    if (at == file->events && at < WT_EVENTS_MAX) {
        file->event[file->events++] = event;
        file->severity[at] = WT_SEVERITY_CHAT;
        file->said.events[WT_SEVERITY_CHAT]++;
        file->said.blind++;
    }
    return at;
}

static void case_count(struct wt_case_file *file, uint32_t event, enum wt_severity severity, bool blind)
{
    const unsigned at = case_place(file, event);
    if (at == WT_EVENTS_MAX)
        return;
    if (severity > file->severity[at]) {
        file->said.events[file->severity[at]]--;
        file->said.events[severity]++;
        file->severity[at] = (uint8_t)severity;
    }
    if (!blind && !file->seeing[at]) {
        file->seeing[at] = true;
        file->said.blind--;
    }
}

/* Event `event`, of which `findings` told, was something else. */
static void case_retract(struct wt_case_file *file, uint32_t event, uint64_t findings)
{
    struct wt_case *c = &file->said;
    const unsigned at = case_find(file, event);
    if (at == file->events)
        return;
    c->events[file->severity[at]]--;
    c->events[WT_SEVERITY_CHAT]++;
    file->severity[at] = WT_SEVERITY_CHAT;
    c->findings -= (uint32_t)MIN(findings, c->findings);
    if (wt_case_confidence(c) < WT_CONFIDENCE_LIKELY)
        c->proof_frame = 0;
}

static void case_count_against(struct wt_case_file *file, uint32_t event)
{
    uint32_t *against = file->against;
    for (unsigned i = 0; i < file->said.contradicting; i++)
        if (against[i] == event)
            return;
    if (file->said.contradicting < AGAINST_MAX)
        against[file->said.contradicting++] = event;
}

/* `number` is one of the frames that the case rests on. */
static void case_rest_on(struct wt_case *c, uint32_t number)
{
    for (unsigned i = 0; i < c->evidences; i++)
        if (c->evidence[i] == number)
            return;
    if (c->evidences < WT_CASE_EVIDENCE)
        c->evidence[c->evidences++] = number;
}

static void case_add(struct wt_case_file *file, const struct wt_context *context, uint32_t frame,
                     const struct wt_finding *finding, const struct wt_evidence *evidence)
{
    struct wt_case *c = &file->said;
    c->findings++;
    if (evidence->size && (c->size == 0 || evidence->size < c->size))
        c->size = evidence->size;
    c->last_frame = MAX(c->last_frame, frame);
    if (c->first_frame == 0 || frame < c->first_frame)
        c->first_frame = frame;
    c->both_sides |= evidence->both_sides && finding->severity >= WT_SEVERITY_WARN;
    if (c->proof_frame == 0) {
        case_rest_on(c, frame);
        case_rest_on(c, context->frame->number);
    }
    if (c->proof_frame == 0 && wt_diagnosis_table[c->id].trouble &&
        wt_case_confidence(c) >= WT_CONFIDENCE_LIKELY)
        c->proof_frame = context->frame->number;
}

/* --- hearing findings --- */

/* Whether `rule` is about this finding as it was made here. */
static bool rule_applies(const struct wt_rule *rule, const struct wt_context *context,
                         const struct wt_evidence *evidence)
{
    const bool udp = context->packet->proto == WT_PROTO_UDP;
    if (evidence->speaks_for && !rule->against)
        return evidence->speaks_for == WT_SPEAKS_FOR(rule->diagnosis);
    return rule->when == WT_WHEN_ALWAYS || rule->when == (udp ? WT_WHEN_UDP : WT_WHEN_OTHER);
}

static enum quota case_quota(const struct wt_rule *rule, const struct wt_finding *finding, bool blind)
{
    if (!wt_diagnosis_table[rule->diagnosis].trouble || rule->against || finding->severity < WT_SEVERITY_WARN)
        return QUOTA_INNOCENT;
    return finding->severity == WT_SEVERITY_ERROR && !blind ? QUOTA_SURE : QUOTA_DOUBTFUL;
}

/* Takes the finding into account as one rule says; returns the number of the case that it supports, or 0. */
static uint32_t case_hear(const struct wt_context *context, const struct wt_rule *rule, uint32_t number,
                          const struct wt_finding *finding, const struct wt_evidence *evidence)
{
    const struct wt_ends ends = case_ends(context, evidence);
    const uint32_t event = case_event(context, rule, finding, evidence);
    struct wt_case_file *file = case_get(wt_cases_of(context->engine), context, rule, &ends,
                                         case_quota(rule, finding, evidence->blind));
    if (!file)
        return 0;
    if (rule->against || evidence->retracted) {
        if (evidence->retracted)
            case_retract(file, event, finding->value[0]);
        case_count_against(file, event);
        return 0;
    }
    const enum wt_severity strength = evidence->proven ? WT_SEVERITY_ERROR : finding->severity;
    case_count(file, event, MAX(strength, rule->weight), evidence->blind);
    case_add(file, context, number, finding, evidence);
    return file->said.number;
}

/* Consequences of a cause, as findings about the same sender. */
static const struct {
    enum wt_finding_id finding;
    enum wt_diagnosis_id cause;
    enum wt_reason reason;
} consequences[] = {
    {WT_FINDING_PMTU_IGNORED, WT_DIAGNOSIS_NIC_IGNORES_MSS, WT_REASON_NIC_UNDOES},
    {WT_FINDING_MSS_EXCEEDED, WT_DIAGNOSIS_NIC_IGNORES_MSS, WT_REASON_NIC_CUTS},
};

/* What a proven cause explains away is not said again: the finding is lowered to a Note that gives the cause,
 * and speaks for it. */
static void case_explain(const struct wt_context *context, struct wt_finding *finding,
                         struct wt_evidence *evidence)
{
    const struct wt_ends ends = case_ends(context, evidence);
    for (size_t i = 0; i < G_N_ELEMENTS(consequences); i++) {
        if (consequences[i].finding != finding->id || evidence->speaks_for)
            continue;
        const struct wt_case *c =
            wt_cases_against(wt_cases_of(context->engine), consequences[i].cause, &ends.sender);
        if (!c || wt_case_confidence(c) < WT_CONFIDENCE_LIKELY)
            continue;
        evidence->speaks_for = WT_SPEAKS_FOR(consequences[i].cause);
        finding->severity = MIN(finding->severity, WT_SEVERITY_NOTE);
        finding->reason = consequences[i].reason;
    }
}

/* Whether this frame completed the proof of case `number`. */
static bool cases_prove(const struct wt_context *context, uint32_t number)
{
    const struct wt_case *c = number ? wt_engine_case(context->engine, number - 1) : NULL;
    return c && c->proof_frame == context->frame->number;
}

static void cases_hear(const struct wt_context *context, uint32_t number, struct wt_finding *finding,
                       const struct wt_evidence *told)
{
    const struct wt_rule *rule = NULL;
    struct wt_evidence evidence = *told;
    case_explain(context, finding, &evidence);
    while ((rule = wt_rule_next(finding->id, rule))) {
        if (!rule_applies(rule, context, &evidence))
            continue;
        uint32_t supported = case_hear(context, rule, number, finding, &evidence);
        if (finding->supports == 0) {
            finding->supports = supported;
            finding->proves = cases_prove(context, supported);
        } else if (finding->supports_too == 0)
            finding->supports_too = supported;
    }
}

const struct wt_case *wt_engine_case(const struct wt_engine *engine, uint32_t index)
{
    const GPtrArray *list = wt_cases_of(engine)->list;
    return index < list->len ? g_ptr_array_index(list, index) : NULL;
}

uint64_t wt_engine_cases_left_out(const struct wt_engine *engine)
{
    return wt_cases_of(engine)->left_out;
}

const struct wt_detector wt_verdict_detector = {
    .name = "verdict",
    .keeper = WT_KEEPER_VERDICT,
    .create = cases_new,
    .free = cases_free,
    .hear = cases_hear,
};
