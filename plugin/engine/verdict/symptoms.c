/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A sender waits while something that it sent is not acknowledged. Progress is an acknowledgement of
 * more, or the first data after everything was acknowledged. It stalls if it waits for longer than a
 * retransmission time-out, or two round trips: min(2 SRTT, RTO) with a floor (Zhou et al., "Demystifying and
 * Mitigating TCP Stalls at the Server Side", CoNEXT 2015). The floor is Linux's least time-out, 200 ms
 * (TCP_RTO_MIN), where something was sent again, and what an acknowledgement may be delayed, 500 ms (RFC 9293
 * 3.8.6.3), where not. Without a known round trip it is the first time-out, 1 s (RFC 6298 2.1), and a longer
 * round trip is none: a SYN was repeated meanwhile.
 *
 * A SYN is data like any other: if it is sent again, or its answer is, the handshake is unanswered.
 *
 * Reasons that are nobody's fault:
 *   window  the receiver closed its window: a closed window from when it closed until it opens
 *   loss    sent again in the same size, LOSS_TRIES times at most, and then acknowledged. Of four losses in a
 *           row on a path that loses a tenth there is one in ten thousand segments
 *   delay   nothing was sent again
 *   stray   a reset, within a round trip (RESET_TRIP where that is not known) of a segment outside the window
 *   idle    nothing was outstanding: the sender, or who feeds it, had nothing to say; no symptom
 * What is neither is not explained, unless a diagnosis does it: the same bytes more often, or in smaller
 * pieces, or never acknowledged at all.
 *
 * Time is limited by the sender while nothing is outstanding, by the receiver while its window leaves no room,
 * and by the path otherwise (the triage of Web100; Siekkinen et al., Computer Networks 52, 2008).
 *
 * Traps. A capture of one direction shows no acknowledgement: who was never heard proves nothing, unless the
 * same bytes are sent again. Where the answers were lost by the capture, a later one covers them. Keep-alives
 * and window probes (a byte before, or beyond, what is acknowledged) are no data. Copies never come here.
 */
#include "symptoms.h"

#include "engine/state/history.h"
#include "engine/state/sequence.h"
#include "event.h"

enum {
    PATIENCE_AGAIN = 200, /* milliseconds */
    PATIENCE_QUIET = 500,
    PATIENCE_FIRST = 1000,
    LOSS_TRIES = 3, /* repeats that mere loss explains */
    DEAD_TRIES = 3, /* repeats without an answer that prove that there is none to come */
    ASKED_DEAD = 3, /* as many duplicate acknowledgements as make a sender repeat (RFC 5681 3.2) */
    TRIES_MAX = 255,
    ASKED_MAX = 15,
};

#define RESET_TRIP (500 * WT_MILLISECOND)

static uint32_t symptoms_now(const struct wt_context *context)
{
    return (uint32_t)(context->frame->time / WT_MILLISECOND);
}

/* Time may run back between interfaces. */
static uint32_t symptoms_apart(uint32_t later, uint32_t earlier)
{
    return (int32_t)(later - earlier) > 0 ? later - earlier : 0;
}

uint32_t wt_symptoms_patience(const struct wt_flow *flow, bool again)
{
    const uint32_t halves = flow->side[0].reports.delay + flow->side[1].reports.delay;
    const uint32_t rtt = flow->rtt ? flow->rtt : halves;
    const uint32_t floor = again ? PATIENCE_AGAIN : rtt ? PATIENCE_QUIET : PATIENCE_FIRST;
    return MAX(2 * MIN(rtt / 1000, PATIENCE_FIRST), floor);
}

bool wt_symptoms_judge(const struct wt_flow *flow, const struct wt_ailing *ailing, uint32_t lasted, bool open,
                       enum wt_ordinary *ordinary)
{
    const unsigned again = ailing->tries > 0 ? ailing->tries - 1U : 0;
    const bool missed = open && ailing->asked >= ASKED_DEAD;
    *ordinary = WT_ORDINARY_NONE;
    if (lasted <= wt_symptoms_patience(flow, again > 0 || missed) || (open && again == 0 && !missed))
        return false;
    if (ailing->closed)
        *ordinary = WT_ORDINARY_WINDOW;
    else if (open)
        *ordinary = again >= DEAD_TRIES || missed ? WT_ORDINARY_NONE : WT_ORDINARY_LOSS;
    else if (again == 0)
        *ordinary = WT_ORDINARY_DELAY;
    else if (again <= LOSS_TRIES && !ailing->smaller)
        *ordinary = WT_ORDINARY_LOSS;
    return true;
}

/* --- time --- */

static void symptoms_limit(const struct wt_context *context, struct wt_ailing *ailing)
{
    const uint32_t waited = symptoms_apart(symptoms_now(context), ailing->since);
    if (ailing->since_frame == 0)
        return;
    if (ailing->closed)
        ailing->receiver += waited;
    else if (ailing->waits)
        ailing->path += waited;
    else
        ailing->sender += waited;
}

/* From now on the side waits for `waits`, or has nothing outstanding. */
static void symptoms_progress(const struct wt_context *context, struct wt_ailing *ailing, bool waits)
{
    symptoms_limit(context, ailing);
    ailing->since = ailing->last = symptoms_now(context);
    ailing->since_frame = ailing->last_frame = context->frame->number;
    ailing->waits = waits;
    ailing->tries = waits;
    ailing->asked = 0;
    ailing->size = 0;
    ailing->smaller = false;
}

/* The wait of side `which` is over; tells it if it was a symptom. */
static void symptoms_end(const struct wt_context *context, unsigned which, enum wt_symptom_kind kind)
{
    const struct wt_ailing *ailing = wt_ailing_of(&context->flow->side[which]);
    const uint32_t lasted = symptoms_apart(symptoms_now(context), ailing->since);
    enum wt_ordinary ordinary = WT_ORDINARY_NONE;
    if (lasted <= PATIENCE_AGAIN || !wt_symptoms_judge(context->flow, ailing, lasted, false, &ordinary))
        return; /* nobody's patience is shorter */
    struct wt_symptom symptom = wt_ailment_begin(context, which, kind);
    symptom.ordinary = ordinary;
    if (ailing->closed)
        symptom.kind = WT_SYMPTOM_CLOSED_WINDOW;
    symptom.lasted = lasted * WT_MILLISECOND;
    symptom.begin = context->frame->time - symptom.lasted;
    symptom.first_frame = ailing->since_frame;
    symptom.bytes = 0;
    wt_ailment_add(wt_ailments_of(context->engine), &symptom);
    wt_symptom_mark(context, symptom.kind);
}

/* --- what a packet sends --- */

/* First sequence number of `side` that is not acknowledged; false if nothing is known of it. */
static bool symptoms_oldest(const struct wt_side *side, const struct wt_side *peer, uint32_t *oldest)
{
    if (peer->has_acked)
        *oldest = peer->acked;
    else if (side->syn)
        *oldest = side->isn;
    return peer->has_acked || side->syn;
}

/* Behind what its receiver has to acknowledge; a FIN alone keeps nobody waiting. */
static uint32_t symptoms_data_end(const struct wt_packet *packet)
{
    return packet->tcp.seq + packet->payload_len + (packet->tcp.flags & WT_TCP_SYN ? 1 : 0);
}

/* What one segment of this frame carries. */
static uint16_t symptoms_size(const struct wt_context *context)
{
    const uint32_t cut = context->facts->segment_size, whole = context->packet->payload_len;
    return (uint16_t)MIN(cut && cut < whole ? cut : whole, UINT16_MAX);
}

/* A keep-alive, or a probe of a closed window. */
static bool symptoms_is_probe(const struct wt_context *context, uint32_t oldest)
{
    const struct wt_packet *packet = context->packet;
    const bool closed = wt_ailing_of(context->side)->closed;
    return packet->payload_len == 1 && (closed || !wt_seq_after(symptoms_data_end(packet), oldest));
}

static void symptoms_tell_repeat(const struct wt_context *context, uint32_t bytes)
{
    struct wt_symptom symptom = wt_ailment_begin(context, context->sender, WT_SYMPTOM_REPEATED);
    symptom.begin = context->frame->time;
    symptom.bytes = bytes;
    wt_ailment_add(wt_ailments_of(context->engine), &symptom);
    wt_symptom_mark(context, WT_SYMPTOM_REPEATED);
}

/* Something that is outstanding, or was, goes out again. */
static void symptoms_repeat(const struct wt_context *context, struct wt_ailing *ailing, uint32_t oldest)
{
    const struct wt_packet *packet = context->packet;
    const uint32_t end = symptoms_data_end(packet);
    if (packet->payload_len > 0)
        symptoms_tell_repeat(context, packet->payload_len);
    if (!ailing->waits || wt_seq_after(packet->tcp.seq, oldest) || !wt_seq_after(end, oldest))
        return;
    ailing->tries = (uint8_t)MIN(ailing->tries + 1, TRIES_MAX);
    ailing->smaller |= ailing->size > 0 && packet->payload_len < ailing->size;
    if (ailing->size == 0)
        ailing->size = symptoms_size(context);
    ailing->last = symptoms_now(context);
    ailing->last_frame = context->frame->number;
    if (packet->tcp.flags & WT_TCP_SYN)
        wt_symptom_mark(context, WT_SYMPTOM_UNANSWERED);
    else if (symptoms_apart(ailing->last, ailing->since) > wt_symptoms_patience(context->flow, true))
        wt_symptom_mark(context, WT_SYMPTOM_STALL);
}

static void symptoms_send(const struct wt_context *context)
{
    struct wt_side *side = context->side;
    struct wt_ailing *ailing = wt_ailing_of(side);
    const struct wt_packet *packet = context->packet;
    const uint32_t end = symptoms_data_end(packet);
    uint32_t oldest = packet->tcp.seq;
    const bool known = symptoms_oldest(side, context->peer, &oldest);
    if (end == packet->tcp.seq)
        return;
    if (known && side->has_next && !wt_seq_after(end, side->next) && !symptoms_is_probe(context, oldest)) {
        symptoms_repeat(context, ailing, oldest);
    } else if (!ailing->waits && wt_seq_after(end, oldest) && !ailing->closed) {
        symptoms_progress(context, ailing, true);
        ailing->size = symptoms_size(context);
    }
}

/* --- what it acknowledges --- */

static bool symptoms_is_closed(const struct wt_packet *packet)
{
    return packet->tcp.window == 0 && !(packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST | WT_TCP_FIN));
}

/* The window that the sender of this packet grants closes or opens. */
static void symptoms_window(const struct wt_context *context, struct wt_ailing *waiting)
{
    const bool closed = symptoms_is_closed(context->packet);
    if (closed)
        wt_symptom_mark(context, WT_SYMPTOM_CLOSED_WINDOW);
    if (closed == waiting->closed || (!closed && !(context->packet->tcp.flags & WT_TCP_ACK)))
        return;
    if (!closed)
        symptoms_end(context, !context->sender, WT_SYMPTOM_CLOSED_WINDOW);
    symptoms_progress(context, waiting, waiting->waits);
    waiting->closed = closed;
}

static void symptoms_acknowledge(const struct wt_context *context)
{
    struct wt_side *peer = context->peer; /* whose data they are */
    struct wt_ailing *waiting = wt_ailing_of(peer);
    const struct wt_tcp *tcp = &context->packet->tcp;
    uint32_t oldest = 0;
    if (!(tcp->flags & WT_TCP_ACK) || !symptoms_oldest(peer, context->side, &oldest))
        return;
    if (waiting->waits && wt_seq_after(tcp->ack, oldest)) {
        const bool handshake = peer->syn && oldest == peer->isn;
        symptoms_end(context, !context->sender, handshake ? WT_SYMPTOM_UNANSWERED : WT_SYMPTOM_STALL);
        symptoms_progress(context, waiting, peer->has_next && wt_seq_after(peer->next, tcp->ack));
    } else if (waiting->waits && tcp->ack == oldest && context->packet->payload_len == 0) {
        if (waiting->asked < ASKED_MAX)
            waiting->asked++;
        waiting->last = symptoms_now(context);
        waiting->last_frame = context->frame->number;
    }
    symptoms_window(context, waiting);
}

/* --- the end --- */

/*
 * Whether what was reset sent something outside the window, within a round trip before it: a stateful device in the way,
 * or an end that takes it for another connection's, answers so (RFC 5961 3 asks for a challenge instead).
 */
static bool symptoms_is_stray(const struct wt_context *context)
{
    const struct wt_side *own = context->side, *peer = context->peer;
    const int64_t trip = context->flow->rtt ? 2 * WT_MICROSECOND * context->flow->rtt : RESET_TRIP;
    struct wt_history_walk walk = wt_history_walk(context->engine->history, peer->reports.newest);
    const struct wt_past *past = wt_history_next(&walk);
    const bool soon = past && context->frame->time - past->time <= trip;
    return peer->strayed || (soon && own->has_edge && wt_seq_after(past->end, own->edge));
}

/* With something outstanding, and not in answer to a SYN, which is an answer like another. */
static void symptoms_reset(const struct wt_context *context)
{
    bool hurts = false;
    for (unsigned which = 0; which < 2; which++) {
        struct wt_side *side = &context->flow->side[which];
        struct wt_ailing *ailing = wt_ailing_of(side);
        const bool answer = side->syn && !context->flow->side[!which].has_acked;
        if (ailing->waits)
            symptoms_end(context, which, answer ? WT_SYMPTOM_UNANSWERED : WT_SYMPTOM_STALL);
        hurts |= ailing->waits && !answer;
        symptoms_progress(context, ailing, false);
        ailing->closed = false;
    }
    if (!hurts)
        return;
    struct wt_symptom symptom = wt_ailment_begin(context, context->sender, WT_SYMPTOM_RESET);
    symptom.begin = context->frame->time;
    symptom.ordinary = symptoms_is_stray(context) ? WT_ORDINARY_STRAY : WT_ORDINARY_NONE;
    wt_ailment_add(wt_ailments_of(context->engine), &symptom);
    wt_symptom_mark(context, WT_SYMPTOM_RESET);
}

static void symptoms_count(struct wt_context *context)
{
    struct wt_ailing *first = wt_ailing_of(&context->flow->side[0]);
    if (first->counted)
        return;
    struct wt_ailments *ailments = wt_ailments_of(context->engine);
    const bool full = g_hash_table_size(ailments->seen) >= WT_AILMENTS_SEEN_MAX;
    const gpointer connection = GUINT_TO_POINTER(wt_event_connection(context->packet));
    ailments->connections += full || g_hash_table_add(ailments->seen, connection) ? 1 : 0;
    first->counted = true;
}

static void symptoms_judge(struct wt_context *context)
{
    if (!wt_context_is_tcp(context)) {
        wt_requests_judge(context);
        return;
    }
    symptoms_count(context);
    if (context->packet->tcp.flags & WT_TCP_RST) {
        symptoms_reset(context);
        return;
    }
    symptoms_acknowledge(context);
    symptoms_send(context);
}

/* Remembers which cases findings in a connection speak for. */
static void symptoms_hear(const struct wt_context *context, uint32_t number, struct wt_finding *finding,
                          const struct wt_evidence *evidence)
{
    const bool report = context->packet->icmp.error && context->reading->quotes > 0;
    const struct wt_packet *packet = report ? &context->reading->quote[0] : context->packet;
    GHashTable *heard = wt_ailments_of(context->engine)->heard;
    const gpointer connection = GUINT_TO_POINTER(wt_event_connection(packet));
    struct wt_heard *cases = g_hash_table_lookup(heard, connection);
    (void)number, (void)evidence;
    if (finding->supports == 0 || finding->severity < WT_SEVERITY_NOTE)
        return;
    if (!cases && g_hash_table_size(heard) < WT_AILMENTS_MAX) {
        cases = g_new0(struct wt_heard, 1);
        g_hash_table_insert(heard, connection, cases);
    }
    for (unsigned i = 0; cases && i < WT_AILMENT_CASES; i++) {
        if (cases->number[i] == 0)
            cases->number[i] = finding->supports;
        if (cases->number[i] == finding->supports)
            return;
    }
}

const struct wt_detector wt_symptoms_detector = {
    .name = "symptoms",
    .keeper = WT_KEEPER_SYMPTOMS,
    .create = wt_ailments_new,
    .free = wt_ailments_free,
    .judge = symptoms_judge,
    .hear = symptoms_hear,
};
