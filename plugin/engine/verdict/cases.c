/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Findings about the same suspect make one case, whatever the interface they were captured on; which
 * findings, and whom they make a suspect, see rules.c.
 *
 * Confidence. A finding has the severity that its own evidence allows, so the case only adds up:
 *   certain   two Errors or more
 *   likely    one Error, or at least WARNS_LIKELY Warns
 *   possible  a Warn
 * With anything that contradicts it a case is possible at most; both sides are shown with the result.
 *
 * Precedence. A cause explains its consequences: the NIC that cuts at the wrong size also exceeds the MSS and
 * makes it look as if reports were ignored; a leaked checksum looks like corruption. The consequence is not
 * said of the same suspect. That nothing is wrong is said only if nothing is.
 *
 * Where to capture: see the column `provable` of the table of diagnoses.
 *
 * Bounds. CASES_MAX cases; a capture with more suspects than that is no capture of one problem, and the first
 * ones stay.
 */
#include "cases.h"

#include "engine/context.h"
#include "rules.h"

enum {
    CASES_MAX = 256,
    WARNS_LIKELY = 3, /* one damaged or odd frame happens to everybody */
    ERRORS_CERTAIN = 2,
};

/* The first explains the second away where both suspect the same sender. */
static const struct {
    enum wt_diagnosis_id cause, consequence;
    bool contradicted; /* only where something speaks against the consequence: there its evidence has two
                          readings */
} precedence[] = {
    {WT_DIAGNOSIS_NIC_IGNORES_MSS, WT_DIAGNOSIS_MSS_IGNORED, false},
    {WT_DIAGNOSIS_NIC_IGNORES_MSS, WT_DIAGNOSIS_REPORTS_IGNORED, true},
    {WT_DIAGNOSIS_CHECKSUM_LEAK, WT_DIAGNOSIS_WIRE_CORRUPTION, false},
};

struct case_key {
    uint32_t diagnosis;
    struct wt_address culprit, other;
};

struct wt_cases {
    GPtrArray *list;     /* of struct wt_case */
    GHashTable *numbers; /* struct case_key -> number */
    uint32_t count[WT_DIAGNOSES];
};

WT_MAP_KEY(case, struct case_key)

const struct wt_diagnosis_row wt_diagnosis_table[WT_DIAGNOSES] = {
#define WT_DIAGNOSIS(id, name, trouble, role, ...)                                                           \
    [WT_DIAGNOSIS_##id] = {name, trouble, WT_ROLE_##role, __VA_ARGS__},
#include <wiretruth/diagnosis_table.h>
#undef WT_DIAGNOSIS
};

const char *const wt_confidence_name[] = {
    [WT_CONFIDENCE_NONE] = "none",
    [WT_CONFIDENCE_POSSIBLE] = "possible",
    [WT_CONFIDENCE_LIKELY] = "likely",
    [WT_CONFIDENCE_CERTAIN] = "certain",
};

const char *const wt_role_name[] = {
    [WT_ROLE_SENDER] = "sender",
    [WT_ROLE_SENDERS_NIC] = "NIC of the sender",
    [WT_ROLE_BEHIND_SENDER] = "device behind the sender",
    [WT_ROLE_RECEIVER] = "receiver",
    [WT_ROLE_FORWARDER] = "forwarder",
    [WT_ROLE_REPORTER] = "reporting device",
    [WT_ROLE_BETWEEN] = "device between",
    [WT_ROLE_NOBODY] = "not known, between",
    [WT_ROLE_CAPTURING_HOST] = "capturing host",
    [WT_ROLE_CAPTURE] = "capture",
};

static void *cases_new(void)
{
    struct wt_cases *cases = g_new0(struct wt_cases, 1);
    cases->list = g_ptr_array_new_with_free_func(g_free);
    cases->numbers = g_hash_table_new_full(case_hash, case_equal, g_free, NULL);
    return cases;
}

static void cases_free(void *kept)
{
    struct wt_cases *cases = kept;
    g_hash_table_destroy(cases->numbers);
    g_ptr_array_free(cases->list, TRUE);
    g_free(cases);
}

static const struct wt_cases *cases_of(const struct wt_engine *engine)
{
    return engine->kept[WT_KEEPER_VERDICT];
}

/* The ends of the packet at hand, or of the one that it quotes. */
static struct wt_ends case_ends(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const bool report = packet->icmp.report && context->reading->quotes > 0;
    const struct wt_packet *sent = report ? &context->reading->quote[0] : packet;
    return (struct wt_ends){sent->src, sent->dst};
}

/* Whom the finding makes a suspect, and who is at the other end. */
static struct case_key case_key_of(const struct wt_context *context, const struct wt_rule *rule,
                                   const struct wt_ends *ends)
{
    const struct wt_packet *packet = context->packet;
    const bool report = packet->icmp.report && context->reading->quotes > 0;
    const struct case_key forward = {rule->diagnosis, ends->sender, ends->receiver};
    const struct case_key back = {rule->diagnosis, ends->receiver, ends->sender};
    switch (rule->suspect) {
    case WT_SUSPECT_REPORTER:
        return report ? (struct case_key){rule->diagnosis, packet->src, ends->sender} : forward;
    case WT_SUSPECT_BETWEEN:
        return memcmp(&ends->sender, &ends->receiver, sizeof ends->sender) > 0 ? back : forward;
    case WT_SUSPECT_CAPTURE:
        return (struct case_key){.diagnosis = rule->diagnosis};
    case WT_SUSPECT_CAPTURER:
        return context->facts->direction == WT_DIRECTION_RECEIVED ? back : forward;
    case WT_SUSPECT_SENDER:
        break;
    }
    return forward;
}

/* The key under which a case is found again: a host that mistreats many others is one culprit, not many. */
static struct case_key case_identity(const struct case_key *key, enum wt_suspect suspect)
{
    struct case_key identity = *key;
    if (suspect != WT_SUSPECT_BETWEEN)
        memset(&identity.other, 0, sizeof identity.other);
    return identity;
}

static struct wt_case *case_open(struct wt_cases *cases, const struct case_key *key,
                                 const struct case_key *identity, uint32_t frame)
{
    if (cases->list->len >= CASES_MAX)
        return NULL;
    struct wt_case *opened = g_new0(struct wt_case, 1);
    g_ptr_array_add(cases->list, opened);
    opened->id = (enum wt_diagnosis_id)key->diagnosis;
    opened->number = cases->list->len;
    opened->culprit = key->culprit;
    opened->other = key->other;
    opened->first_frame = frame;
    g_hash_table_insert(cases->numbers, g_memdup2(identity, sizeof *identity),
                        GUINT_TO_POINTER(opened->number));
    return opened;
}

static struct wt_case *case_get(struct wt_cases *cases, const struct case_key *key,
                                const struct case_key *identity, uint32_t frame)
{
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(cases->numbers, identity));
    return number ? g_ptr_array_index(cases->list, number - 1) : case_open(cases, key, identity, frame);
}

/* What the case's own evidence allows. */
static enum wt_confidence case_confidence(const struct wt_case *c)
{
    uint32_t errors = c->supporting[WT_SEVERITY_ERROR];
    uint32_t warns = c->supporting[WT_SEVERITY_WARN];
    enum wt_confidence confidence = WT_CONFIDENCE_NONE;
    if (!wt_diagnosis_table[c->id].trouble)
        return WT_CONFIDENCE_CERTAIN;
    if (errors >= ERRORS_CERTAIN)
        confidence = WT_CONFIDENCE_CERTAIN;
    else if (errors || warns >= WARNS_LIKELY)
        confidence = WT_CONFIDENCE_LIKELY;
    else if (warns)
        confidence = WT_CONFIDENCE_POSSIBLE;
    return c->contradicting && confidence > WT_CONFIDENCE_POSSIBLE ? WT_CONFIDENCE_POSSIBLE : confidence;
}

/* Whether `rule` is about this finding as it was made here. */
static bool rule_applies(const struct wt_rule *rule, const struct wt_context *context,
                         const struct wt_evidence *evidence)
{
    const bool udp = context->packet->proto == WT_PROTO_UDP;
    if (evidence->speaks_for && !rule->against)
        return evidence->speaks_for == WT_SPEAKS_FOR(rule->diagnosis);
    return rule->when == WT_WHEN_ALWAYS || rule->when == (udp ? WT_WHEN_UDP : WT_WHEN_OTHER);
}

static void case_add(struct wt_case *c, const struct wt_context *context, uint32_t frame,
                     const struct wt_finding *finding)
{
    c->supporting[finding->severity]++;
    c->last_frame = frame;
    if (frame < c->first_frame)
        c->first_frame = frame;
    if (c->proof_frame == 0 && wt_diagnosis_table[c->id].trouble &&
        case_confidence(c) >= WT_CONFIDENCE_LIKELY)
        c->proof_frame = context->frame->number;
}

/* Takes the finding into account as one rule says; returns the number of the case that it supports, or 0. */
static uint32_t case_hear(const struct wt_context *context, const struct wt_rule *rule, uint32_t number,
                          const struct wt_finding *finding, const struct wt_evidence *evidence)
{
    struct wt_cases *cases = wt_kept(context, WT_KEEPER_VERDICT);
    const struct wt_ends own = case_ends(context);
    const struct case_key key = case_key_of(context, rule, evidence->ends ? evidence->ends : &own);
    const struct case_key identity = case_identity(&key, rule->suspect);
    if (rule->against && !g_hash_table_contains(cases->numbers, &identity))
        return 0;
    struct wt_case *c = case_get(cases, &key, &identity, number);
    if (!c)
        return 0;
    if (rule->against) {
        c->contradicting++;
        return 0;
    }
    case_add(c, context, number, finding);
    return c->number;
}

static void cases_hear(const struct wt_context *context, uint32_t number, struct wt_finding *finding,
                       const struct wt_evidence *evidence)
{
    const struct wt_rule *rule = NULL;
    while ((rule = wt_rule_next(finding->id, rule))) {
        if (!rule_applies(rule, context, evidence))
            continue;
        uint32_t supported = case_hear(context, rule, number, finding, evidence);
        if (finding->supports == 0)
            finding->supports = supported;
        else if (finding->supports_too == 0)
            finding->supports_too = supported;
    }
}

/* --- what is made of the cases --- */

const struct wt_case *wt_engine_case(const struct wt_engine *engine, uint32_t index)
{
    const GPtrArray *list = cases_of(engine)->list;
    return index < list->len ? g_ptr_array_index(list, index) : NULL;
}

/* Whether a case of `cause` with some confidence suspects the same sender. */
static bool case_is_explained(const struct wt_engine *engine, const struct wt_case *c,
                              enum wt_diagnosis_id cause)
{
    const struct wt_case *other = NULL;
    for (uint32_t i = 0; (other = wt_engine_case(engine, i)); i++)
        if (other->id == cause && case_confidence(other) && wt_address_equal(&other->culprit, &c->culprit))
            return true;
    return false;
}

static bool engine_has_trouble(const struct wt_engine *engine)
{
    const struct wt_case *c = NULL;
    for (uint32_t i = 0; (c = wt_engine_case(engine, i)); i++)
        if (wt_diagnosis_table[c->id].trouble && case_confidence(c))
            return true;
    return false;
}

enum wt_confidence wt_engine_confidence(const struct wt_engine *engine, const struct wt_case *c)
{
    if (!wt_diagnosis_table[c->id].trouble)
        return engine_has_trouble(engine) ? WT_CONFIDENCE_NONE : WT_CONFIDENCE_CERTAIN;
    for (size_t i = 0; i < G_N_ELEMENTS(precedence); i++)
        if (precedence[i].consequence == c->id && (c->contradicting || !precedence[i].contradicted) &&
            case_is_explained(engine, c, precedence[i].cause))
            return WT_CONFIDENCE_NONE;
    return case_confidence(c);
}

const struct wt_case *wt_engine_proof(const struct wt_engine *engine, uint32_t number)
{
    const struct wt_case *c = NULL;
    for (uint32_t i = 0; (c = wt_engine_case(engine, i)); i++)
        if (c->proof_frame == number && wt_engine_confidence(engine, c) >= WT_CONFIDENCE_LIKELY)
            return c;
    return NULL;
}

static gint case_compare(gconstpointer a, gconstpointer b, gpointer engine)
{
    const struct wt_case *x = *(const struct wt_case *const *)a;
    const struct wt_case *y = *(const struct wt_case *const *)b;
    enum wt_confidence confidence_x = wt_engine_confidence(engine, x);
    enum wt_confidence confidence_y = wt_engine_confidence(engine, y);
    bool trouble_x = wt_diagnosis_table[x->id].trouble;
    bool trouble_y = wt_diagnosis_table[y->id].trouble;
    if (trouble_x != trouble_y)
        return trouble_x ? -1 : 1;
    if (confidence_x != confidence_y)
        return confidence_x > confidence_y ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

const struct wt_case **wt_engine_diagnoses(const struct wt_engine *engine, unsigned *count)
{
    GPtrArray *said = g_ptr_array_new();
    const GPtrArray *list = cases_of(engine)->list;
    for (guint i = 0; i < list->len; i++)
        if (wt_engine_confidence(engine, g_ptr_array_index(list, i)))
            g_ptr_array_add(said, g_ptr_array_index(list, i));
    g_ptr_array_sort_with_data(said, case_compare, (gpointer)engine);
    *count = said->len;
    return (const struct wt_case **)g_ptr_array_free(said, FALSE);
}

char *wt_case_text(const struct wt_case *c, const char *sentence, char *text, size_t size)
{
    char culprit[WT_ADDRESS_TEXT], other[WT_ADDRESS_TEXT];
    GString *full = g_string_new(sentence);
    wt_address_text(&c->culprit, culprit);
    wt_address_text(&c->other, other);
    g_string_replace(full, "$1", culprit, 0);
    g_string_replace(full, "$2", other, 0);
    g_strlcpy(text, full->str, size);
    g_string_free(full, TRUE);
    return text;
}

const struct wt_detector wt_verdict_detector = {
    .name = "verdict",
    .keeper = WT_KEEPER_VERDICT,
    .new = cases_new,
    .free = cases_free,
    .hear = cases_hear,
};
