/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. What explains a symptom is a diagnosis of which some finding lies in the same connection; else one,
 * at least likely, that suspects its sender, or something between its two ends. Of several it is the one that
 * stands first among the diagnoses. A window that is closed is explained by what is wrong with windows only.
 * What no diagnosis explains has its ordinary reason, or none.
 *
 * What still waits when the capture ends, and was sent again, is a symptom that lasts until it was last sent. A
 * connection seen at several capture points suffers once: where most of it is seen.
 */
#include "cases.h"
#include "event.h"
#include "symptoms.h"

/* What is put together when somebody asks. */
struct work {
    const struct wt_engine *engine;
    const struct wt_case **said; /* diagnoses of trouble, in their order */
    unsigned count;
    GArray *symptoms;
    GHashTable *points; /* connection -> interface at which it suffers most, plus 1 */
    GArray *sufferers;
    GHashTable *places; /* connection -> place in `sufferers`, plus 1 */
};

static const struct wt_symptom *work_at(const GArray *symptoms, guint i)
{
    return &g_array_index(symptoms, struct wt_symptom, i);
}

/* --- what still waits --- */

static void work_add_waiting(struct work *work, const struct wt_flow *flow, unsigned which)
{
    struct wt_side side = flow->side[which];
    const struct wt_ailing *ailing = wt_ailing_of(&side);
    const uint32_t lasted = ailing->last - ailing->since;
    const bool tcp = flow->key.proto == WT_PROTO_TCP;
    const bool handshake = !tcp || (side.syn && !flow->side[!which].has_acked);
    struct wt_symptom symptom =
        wt_ailment_of(flow, which, handshake ? WT_SYMPTOM_UNANSWERED : WT_SYMPTOM_STALL);
    if (!ailing->waits || (int32_t)lasted < 0 ||
        !wt_symptoms_judge(flow, ailing, lasted, true, &symptom.ordinary))
        return;
    if (ailing->closed)
        symptom.kind = WT_SYMPTOM_CLOSED_WINDOW;
    symptom.lasted = lasted * WT_MILLISECOND;
    symptom.first_frame = ailing->since_frame;
    symptom.last_frame = ailing->last_frame;
    g_array_append_val(work->symptoms, symptom);
}

static void work_add_all_waiting(struct work *work)
{
    const struct wt_flow *flow = wt_map_oldest(work->engine->flows);
    for (; flow && work->symptoms->len < 2 * WT_AILMENTS_MAX; flow = wt_map_next(flow))
        for (unsigned which = 0; which < 2; which++)
            work_add_waiting(work, flow, which);
}

/* --- capture points --- */

static void work_weigh(GHashTable *weights, uint32_t connection, uint32_t interface, int64_t lasted)
{
    const gpointer key = GUINT_TO_POINTER(wt_event_mix(connection, interface));
    const gsize sum =
        GPOINTER_TO_SIZE(g_hash_table_lookup(weights, key)) + (gsize)(lasted / WT_MILLISECOND) + 1;
    g_hash_table_insert(weights, key, GSIZE_TO_POINTER(sum));
}

static gsize work_weight(GHashTable *weights, uint32_t connection, uint32_t interface)
{
    return GPOINTER_TO_SIZE(
        g_hash_table_lookup(weights, GUINT_TO_POINTER(wt_event_mix(connection, interface))));
}

/* Chooses for each connection the capture point that counts. */
static void work_choose_points(struct work *work)
{
    GHashTable *weights = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < work->symptoms->len; i++) {
        const struct wt_symptom *at = work_at(work->symptoms, i);
        work_weigh(weights, at->connection, at->interface, at->lasted);
    }
    for (guint i = 0; i < work->symptoms->len; i++) {
        const struct wt_symptom *at = work_at(work->symptoms, i);
        const gpointer key = GUINT_TO_POINTER(at->connection);
        const guint chosen = GPOINTER_TO_UINT(g_hash_table_lookup(work->points, key));
        if (!chosen || work_weight(weights, at->connection, at->interface) >
                           work_weight(weights, at->connection, chosen - 1))
            g_hash_table_insert(work->points, key, GUINT_TO_POINTER(at->interface + 1));
    }
    g_hash_table_destroy(weights);
}

static gint symptom_compare(gconstpointer a, gconstpointer b)
{
    const struct wt_symptom *x = a, *y = b;
    if (x->first_frame != y->first_frame)
        return x->first_frame < y->first_frame ? -1 : 1;
    return x->kind < y->kind ? -1 : x->kind > y->kind;
}

static void work_keep_points(struct work *work)
{
    guint kept = 0;
    for (guint i = 0; i < work->symptoms->len; i++) {
        const struct wt_symptom at = *work_at(work->symptoms, i);
        const guint chosen =
            GPOINTER_TO_UINT(g_hash_table_lookup(work->points, GUINT_TO_POINTER(at.connection)));
        if (at.interface + 1 == chosen)
            g_array_index(work->symptoms, struct wt_symptom, kept++) = at;
    }
    g_array_set_size(work->symptoms, kept);
    g_array_sort(work->symptoms, symptom_compare);
}

/* --- explanations --- */

static bool case_is_heard(const struct work *work, const struct wt_symptom *symptom, const struct wt_case *c)
{
    const struct wt_heard *heard =
        g_hash_table_lookup(wt_ailments_of(work->engine)->heard, GUINT_TO_POINTER(symptom->connection));
    for (unsigned i = 0; heard && i < WT_AILMENT_CASES; i++)
        if (heard->number[i] == c->number)
            return true;
    return false;
}

static bool case_is_of_windows(const struct wt_case *c)
{
    switch (c->id) {
    case WT_DIAGNOSIS_FIREWALL_IGNORES_SCALING:
    case WT_DIAGNOSIS_SCALE_STRIPPED:
    case WT_DIAGNOSIS_SCALE_NOT_NEGOTIATED:
    case WT_DIAGNOSIS_WINDOW_SHRINKS:
    case WT_DIAGNOSIS_WINDOW_OVERRUN:
        return true;
    default:
        return false;
    }
}

/* Whether `c` suspects the sender of what suffers, or something between its ends. */
static bool case_concerns_pair(const struct work *work, const struct wt_symptom *symptom,
                               const struct wt_case *c)
{
    const bool forward = wt_address_equal(&c->culprit, &symptom->src);
    const bool back = wt_address_equal(&c->culprit, &symptom->dst);
    if (wt_engine_confidence(work->engine, c) < WT_CONFIDENCE_LIKELY)
        return false;
    if (wt_diagnosis_table[c->id].role == WT_ROLE_BETWEEN)
        return (forward && wt_address_equal(&c->other, &symptom->dst)) ||
               (back && wt_address_equal(&c->other, &symptom->src));
    return forward && (c->others > 1 || wt_address_equal(&c->other, &symptom->dst));
}

static const struct wt_case *work_explain(const struct work *work, const struct wt_symptom *symptom)
{
    for (unsigned i = 0; i < work->count; i++) {
        const struct wt_case *c = work->said[i];
        if (symptom->kind == WT_SYMPTOM_CLOSED_WINDOW && !case_is_of_windows(c))
            continue;
        if (case_is_heard(work, symptom, c) || case_concerns_pair(work, symptom, c))
            return c;
    }
    return NULL;
}

const char *wt_symptom_explained_by(const struct wt_symptom *symptom)
{
    if (symptom->explained)
        return wt_diagnosis_table[symptom->explained->id].name;
    return symptom->ordinary ? wt_ordinary_name[symptom->ordinary] : NULL;
}

/* --- sums --- */

static struct wt_sufferer *work_sufferer(struct work *work, const struct wt_symptom *symptom)
{
    const gpointer key = GUINT_TO_POINTER(symptom->connection);
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(work->places, key));
    if (!place) {
        const struct wt_sufferer first = {.src = symptom->src,
                                          .dst = symptom->dst,
                                          .src_port = symptom->src_port,
                                          .dst_port = symptom->dst_port,
                                          .connection = symptom->connection};
        g_array_append_val(work->sufferers, first);
        place = work->sufferers->len;
        g_hash_table_insert(work->places, key, GUINT_TO_POINTER(place));
    }
    return &g_array_index(work->sufferers, struct wt_sufferer, place - 1);
}

static bool symptom_is_open(const struct wt_symptom *symptom)
{
    return symptom->lasted > 0 && !symptom->explained && !symptom->ordinary;
}

static void suffering_sum(struct wt_suffering *sums, struct wt_sufferer *sufferer,
                          const struct wt_symptom *symptom)
{
    sufferer->count[symptom->kind]++;
    sufferer->repeated += symptom->bytes;
    sufferer->lost += symptom->lasted;
    if (symptom->explained) {
        sufferer->explained += symptom->lasted;
        sufferer->by = sufferer->by ? sufferer->by : symptom->explained;
        sums->explained += symptom->lasted;
    } else if (symptom->ordinary) {
        sufferer->ordinary += symptom->lasted;
        sums->ordinary += symptom->lasted;
        return;
    }
    sums->lost += symptom->lasted;
    if (symptom_is_open(symptom)) {
        sums->first_unexplained = sums->first_unexplained ? sums->first_unexplained : symptom->first_frame;
        sums->last_unexplained = MAX(sums->last_unexplained, symptom->last_frame);
    }
}

/* Of the side that sends more: the other one is mostly idle. */
static void work_limit(struct wt_limits *limited, const struct wt_flow *flow)
{
    const struct wt_side *side = &flow->side[flow->side[1].payload > flow->side[0].payload];
    const struct wt_ailing *ailing = wt_side_kept(side, symptoms, struct wt_ailing);
    limited->sender += ailing->sender;
    limited->receiver += ailing->receiver;
    limited->path += ailing->path;
}

static void work_limits(struct work *work)
{
    const struct wt_flow *flow = wt_map_oldest(work->engine->flows);
    for (; flow; flow = wt_map_next(flow)) {
        const struct wt_symptom own = wt_ailment_of(flow, 0, WT_SYMPTOM_STALL);
        const gpointer key = GUINT_TO_POINTER(own.connection);
        const guint place = GPOINTER_TO_UINT(g_hash_table_lookup(work->places, key));
        if (!place || GPOINTER_TO_UINT(g_hash_table_lookup(work->points, key)) != own.interface + 1)
            continue;
        work_limit(&g_array_index(work->sufferers, struct wt_sufferer, place - 1).limited, flow);
    }
}

/* Bytes are sent again since others were lost, unless the connection has worse. */
static void work_explain_repeats(struct work *work)
{
    for (guint i = 0; i < work->symptoms->len; i++) {
        struct wt_symptom *symptom = &g_array_index(work->symptoms, struct wt_symptom, i);
        const struct wt_sufferer *sufferer = work_sufferer(work, symptom);
        const bool worse = sufferer->lost > sufferer->ordinary + sufferer->explained;
        if (symptom->kind == WT_SYMPTOM_REPEATED && !symptom->explained && !worse)
            symptom->ordinary = WT_ORDINARY_LOSS;
    }
}

static void work_sum(struct work *work, struct wt_suffering *sums)
{
    for (guint i = 0; i < work->symptoms->len; i++) {
        struct wt_symptom *symptom = &g_array_index(work->symptoms, struct wt_symptom, i);
        symptom->explained = work_explain(work, symptom);
        suffering_sum(sums, work_sufferer(work, symptom), symptom);
        sums->handshakes_unanswered += symptom->kind == WT_SYMPTOM_UNANSWERED;
    }
    for (guint i = 0; i < work->sufferers->len; i++) {
        const struct wt_sufferer *each = &g_array_index(work->sufferers, struct wt_sufferer, i);
        sums->stalled += each->lost > each->ordinary;
    }
    work_explain_repeats(work);
    work_limits(work);
}

struct wt_suffering *wt_engine_suffering(const struct wt_engine *engine)
{
    const struct wt_ailments *ailments = wt_ailments_of(engine);
    struct wt_suffering *sums = g_new0(struct wt_suffering, 1);
    struct work work = {.engine = engine,
                        .symptoms = g_array_new(FALSE, TRUE, sizeof(struct wt_symptom)),
                        .points = g_hash_table_new(NULL, NULL),
                        .sufferers = g_array_new(FALSE, TRUE, sizeof(struct wt_sufferer)),
                        .places = g_hash_table_new(NULL, NULL)};
    g_array_append_vals(work.symptoms, ailments->list->data, ailments->list->len);
    work.said = wt_cases_said(engine, true, &work.count);
    work_add_all_waiting(&work);
    work_choose_points(&work);
    work_keep_points(&work);
    work_sum(&work, sums);
    g_free(work.said);
    g_hash_table_destroy(work.points);
    g_hash_table_destroy(work.places);
    sums->symptoms = work.symptoms->len;
    sums->symptom = (struct wt_symptom *)(void *)g_array_free(work.symptoms, FALSE);
    sums->sufferers = work.sufferers->len;
    sums->sufferer = (struct wt_sufferer *)(void *)g_array_free(work.sufferers, FALSE);
    sums->left_out = ailments->left_out;
    sums->connections = ailments->connections;
    return sums;
}

void wt_suffering_free(struct wt_suffering *suffering)
{
    g_free(suffering->symptom);
    g_free(suffering->sufferer);
    g_free(suffering);
}

static bool cost_is_of(const struct wt_symptom *symptom, const struct wt_case *c)
{
    return symptom->explained == c || (c->id == WT_DIAGNOSIS_UNEXPLAINED && symptom_is_open(symptom));
}

struct wt_cost wt_suffering_cost(const struct wt_suffering *suffering, const struct wt_case *c)
{
    struct wt_cost cost = {0, 0};
    GHashTable *connections = g_hash_table_new(NULL, NULL);
    for (unsigned i = 0; i < suffering->symptoms; i++) {
        const struct wt_symptom *symptom = &suffering->symptom[i];
        if (!cost_is_of(symptom, c))
            continue;
        cost.lost += symptom->lasted;
        g_hash_table_add(connections, GUINT_TO_POINTER(symptom->connection));
    }
    cost.connections = g_hash_table_size(connections);
    g_hash_table_destroy(connections);
    return cost;
}

/* --- what is not explained, as a diagnosis --- */

void wt_suffering_unexplained(const struct wt_engine *engine, struct wt_case *c)
{
    struct wt_suffering *suffering = wt_engine_suffering(engine);
    int64_t longest = 0;
    memset(c, 0, sizeof *c);
    c->id = WT_DIAGNOSIS_UNEXPLAINED;
    for (unsigned i = 0; i < suffering->symptoms; i++) {
        const struct wt_symptom *symptom = &suffering->symptom[i];
        if (!symptom_is_open(symptom))
            continue;
        c->findings++;
        c->events[WT_SEVERITY_WARN] = MIN(c->findings, WT_EVENTS_MAX);
        if (symptom->lasted <= longest)
            continue;
        longest = symptom->lasted;
        c->culprit = symptom->src;
        c->other = symptom->dst;
    }
    c->first_frame = suffering->first_unexplained;
    c->last_frame = suffering->last_unexplained;
    wt_suffering_free(suffering);
}
