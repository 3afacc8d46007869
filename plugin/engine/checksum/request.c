/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. What asks for an answer (a SYN, a SYN/ACK, a UDP request, a DHCP offer) is sent again until it gets
 * one. If the sendings with a partial sum, or a wrong one, are all ignored and the first with a right one (or
 * without any, RFC 768) is answered, the sum was what it was ignored for: in front of the receiver, something
 * never completed or damaged it. The sums of all packets around it count too: a tunnel's outer packet is
 * dropped for its own sum.
 *
 *   partial  checksum.leaked, on each sending: an Error; after a single one a Warn, as it may have been lost
 *   wrong    checksum.corrupt, likewise
 *
 * Without the answered copy less is known. A partial sum is normal in front of its sender's NIC, where a dead
 * peer looks the same. So it is said (a Warn) only of a SYN/ACK, sent REQUEST_TRIES times while its SYN is
 * repeated too, and captured away from its sender: a stack answers within microseconds (the fastest of three
 * took more than REQUEST_AWAY); or where the file says that the packet was received. Wrong sums of
 * REQUEST_TRIES sendings, which differ from right ones that vary, were computed and no longer fit: a Warn, but
 * blind, as the peer may be dead for other reasons (TCP alone).
 *
 * What refutes: an answer without a right copy before it. Traps: copies of one packet (same identification,
 * within 50 ms) are one sending; a right copy that is itself repeated was ignored for another reason; an
 * anonymised capture of partial sums has a constant value, or an answer somewhere (wt_sums_are_edited()).
 *
 * UDP: only to ports where each request is answered (a stream looks like one request repeated). Requests are told
 * apart by first bytes and length (DNS: identification, flags, counts; DHCP: transaction). A side that was
 * answered, or asks ever new things without an answer, is not watched any more.
 */
#include "request.h"

#include "bootp.h"
#include "cause.h"
#include "engine/state/sequence.h"
#include "packet/bytes.h"
#include "sums.h"

enum {
    REQUESTS_MAX = 1 << 12,
    REQUEST_SENDINGS = 8, /* remembered; more of one request are the same event */
    REQUEST_TRIES = 3,
    REQUEST_FRESH_MAX = 4,
    REQUEST_TOKEN = 8, /* bytes */
};

#define REQUEST_COPY (50 * WT_MILLISECOND)
#define REQUEST_SPAN WT_SECOND /* first time-out of a handshake (RFC 6298 2.1) */
#define REQUEST_AWAY (250 * WT_MICROSECOND)

struct request_sending {
    uint32_t frame;
    uint16_t field, expected;
};

struct request {
    struct wt_entry entry;
    struct wt_sum_key key;
    uint64_t token; /* what is asked */
    struct wt_ends ends;
    struct request_sending sent[REQUEST_SENDINGS];
    int64_t first, last;  /* sending with a sum that is not right */
    int64_t asked;        /* an answer: when the question came that it answers */
    int64_t fastest;      /* how soon it came at best */
    uint32_t id;          /* IP identification of the last sending */
    uint32_t content;     /* its right sum */
    uint32_t count;       /* of such sendings, copies not counted */
    uint32_t again;       /* an answer: how often the question came since */
    uint32_t delays;      /* an answer: how many were measured */
    uint32_t good, goods; /* first frame with a right sum, and how many */
    uint32_t told;        /* sendings already told */
    uint32_t fresh;       /* requests that were not repeated */
    bool partial, varied, has_asked;
};

WT_MAP_KEY(request, struct wt_sum_key)

struct wt_map *wt_requests_new(void)
{
    return wt_map_new(sizeof(struct request), sizeof(struct wt_sum_key), REQUESTS_MAX, request_hash,
                      request_equal);
}

static bool request_is_answer(const struct wt_packet *packet)
{
    const uint16_t both = WT_TCP_SYN | WT_TCP_ACK;
    return packet->proto == WT_PROTO_TCP && (packet->tcp.flags & both) == both;
}

/* Who is asked and answers each request: DNS, TFTP, NTP, SNMP, IKE, RADIUS (IANA). DHCP: see bootp.c. */
static bool request_is_served(uint16_t port)
{
    static const uint16_t ports[] = {53, 69, 123, 161, 500, 1812, 1813};
    for (size_t i = 0; i < G_N_ELEMENTS(ports); i++)
        if (port == ports[i])
            return true;
    return false;
}

/* First bytes of the payload, and its length; false where they were not captured. */
static bool request_read_token(const struct wt_context *context, uint64_t *token)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_bytes bytes = {context->frame->bytes,
                                   context->frame->bytes ? context->frame->captured : 0};
    const uint8_t *at = wt_bytes_span(&bytes, packet->l4_offset + packet->l4_header_len, REQUEST_TOKEN);
    if (!at || packet->payload_len < REQUEST_TOKEN)
        return false;
    *token = ((uint64_t)wt_load32(at) << 32 | wt_load32(at + 4)) ^ (uint64_t)packet->payload_len << 16;
    return true;
}

/* Whether the packet asks for an answer, and what. */
static bool request_read(const struct wt_context *context, uint64_t *token)
{
    const struct wt_packet *packet = context->packet;
    if (wt_context_is_tcp(context)) {
        *token = packet->tcp.seq;
        return (packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST)) == WT_TCP_SYN;
    }
    if (packet->proto != WT_PROTO_UDP || packet->fragment || wt_context_side(context)->segments.answered)
        return false;
    return request_is_served(packet->dst_port) && request_read_token(context, token);
}

static void request_renew(struct request *request, uint64_t token)
{
    const struct request fresh = {.entry = request->entry,
                                  .key = request->key,
                                  .token = token,
                                  .fresh = request->fresh + (request->count > 0)};
    *request = fresh;
}

/* Another picture of the last sending: a SYN/ACK has no identification of its own, but another time stamp. */
static bool request_is_copy(const struct wt_context *context, const struct request *request)
{
    const struct wt_packet *packet = context->packet;
    const bool near = context->frame->time - request->last < REQUEST_COPY;
    return near && (!packet->has_id || packet->id == request->id) &&
           packet->l4_checksum_expected == request->content;
}

/* The latest sending. */
static void request_note(const struct wt_context *context, struct request *request)
{
    request->last = context->frame->time;
    request->id = context->packet->id;
    request->content = context->packet->l4_checksum_expected;
}

/* --- what is said --- */

/* No artefact of capturing, and no mere suspicion. */
static void request_withdraw(const struct wt_context *context, uint32_t frame)
{
    wt_withdraw(context, frame, WT_FINDING_CHECKSUM_PARTIAL);
    wt_withdraw(context, frame, WT_FINDING_CHECKSUM_UNFILLED);
    if (frame != context->frame->number)
        wt_withdraw(context, frame, WT_FINDING_CHECKSUM_CORRUPT);
}

static void request_tell_one(const struct wt_context *context, const struct request *request,
                             const struct request_sending *sent, const struct wt_evidence *evidence)
{
    struct wt_evidence one = *evidence;
    one.shown_in = sent->frame;
    one.uncounted &= sent->frame != context->frame->number;
    one.ends = &request->ends;
    one.event = wt_sum_event(&request->key, (uint32_t)request->token);
    one.value[0] = request->partial ? request->good : sent->field;
    one.value[1] = request->partial ? 0 : sent->expected;
    one.value[2] = request->partial ? 0 : request->good;
    one.value[3] = request->count;
    request_withdraw(context, sent->frame);
    wt_find_with(context, request->partial ? WT_FINDING_CHECKSUM_LEAKED : WT_FINDING_CHECKSUM_CORRUPT, &one);
}

/* Says it of every sending that it was not said of yet. One event counts once, in this frame. */
static void request_tell(const struct wt_context *context, struct request *request,
                         const struct wt_evidence *evidence)
{
    struct wt_evidence told = *evidence;
    const uint32_t kept = MIN(request->count, REQUEST_SENDINGS);
    const struct request_sending *last = &request->sent[(request->count - 1) % REQUEST_SENDINGS];
    told.uncounted = last->frame == context->frame->number;
    for (uint32_t i = MAX(request->told, request->count - kept); i < request->count; i++)
        request_tell_one(context, request, &request->sent[i % REQUEST_SENDINGS], &told);
    request->told = request->count;
    if (request->partial)
        wt_sums_leak(context, &request->ends.sender);
}

/* Ignored until its sum was right. */
static void request_prove(const struct wt_context *context, struct request *request)
{
    const bool lone = request->count == 1;
    request->told = 0;
    request_tell(context, request,
                 &(const struct wt_evidence){.reason = request->partial ? WT_REASON_SUM_IGNORED
                                                                        : WT_REASON_SUM_IGNORED_UNTIL,
                                             .most = lone ? WT_AT_MOST(WT_SEVERITY_WARN) : 0,
                                             .proven = !lone});
    if (!request->partial)
        wt_sums_dropped(context);
}

static bool request_is_away(const struct wt_context *context, const struct request *request)
{
    if (context->frame->direction == WT_DIRECTION_RECEIVED)
        return true;
    return request->again >= REQUEST_TRIES - 1 && request->delays >= REQUEST_TRIES &&
           request->fastest >= REQUEST_AWAY && wt_context_peer(context)->segments.intact_bare > 0;
}

/* Ignored so far, and no right one to compare with. */
static void request_doubt(const struct wt_context *context, struct request *request)
{
    if (request->count < REQUEST_TRIES || request->last - request->first < REQUEST_SPAN)
        return;
    if (request->partial && context->frame->direction != WT_DIRECTION_SENT &&
        request_is_away(context, request))
        request_tell(context, request,
                     &(const struct wt_evidence){.most = WT_AT_MOST(WT_SEVERITY_WARN),
                                                 .reason = request->again ? WT_REASON_SUM_NEVER_TAKEN
                                                                          : WT_REASON_SUM_NEVER_ANSWERED});
    if (wt_context_is_tcp(context) && !request->partial && request->varied && !wt_sums_are_edited(context) &&
        !wt_cause_is_edited(context))
        request_tell(context, request,
                     &(const struct wt_evidence){.reason = WT_REASON_SUM_REWRITTEN, .blind = true});
}

/* --- what comes in --- */

/* How soon this SYN/ACK follows its SYN. */
static void request_measure(const struct wt_context *context, struct request *request)
{
    const struct wt_flow *flow = context->flow;
    if (!request_is_answer(context->packet))
        return;
    if (request->count == 0 && flow->has_syn_time) {
        request->asked = flow->syn_time;
        request->has_asked = true;
    }
    if (!request->has_asked)
        return;
    const int64_t delay = context->frame->time - request->asked;
    request->fastest = request->delays ? MIN(request->fastest, delay) : delay;
    request->delays++;
    request->has_asked = false;
}

/* Sent with a sum that is not right. */
static void request_send(const struct wt_context *context, struct request *request,
                         const struct wt_packet *worst, bool partial)
{
    const bool header = worst->l4_checksum != WT_CHECKSUM_BAD && worst->ip_checksum == WT_CHECKSUM_BAD;
    const struct request_sending sending = {
        .frame = context->frame->number,
        .field = header ? worst->ip_checksum_field : worst->l4_checksum_field,
        .expected = header ? worst->ip_checksum_expected : worst->l4_checksum_expected,
    };
    if (request->count) {
        const struct request_sending *before = &request->sent[(request->count - 1) % REQUEST_SENDINGS];
        request->varied = before->field != sending.field && before->expected != sending.expected;
    } else {
        request->first = context->frame->time;
    }
    request->sent[request->count++ % REQUEST_SENDINGS] = sending;
    request_note(context, request);
    request->partial = partial;
    request->good = request->goods = 0;
    request->ends = (struct wt_ends){worst->src, worst->dst};
}

/* The state of the request, made when its first sum is not right; NULL if there is none. */
static struct request *request_of(const struct wt_context *context, const struct wt_sum_key *key,
                                  uint64_t token, bool right)
{
    struct wt_map *requests = wt_sums(context)->requests;
    struct request *request = right ? wt_map_find(requests, key) : wt_map_get(requests, key);
    if (request && request->token != token)
        request_renew(request, token);
    return request;
}

static void request_take_own(const struct wt_context *context, const struct wt_sum_key *key, uint64_t token)
{
    const struct wt_packet *worst = NULL;
    const enum wt_sums_state state = wt_sums_state(context, &worst);
    struct request *request = request_of(context, key, token, state < WT_SUMS_PARTIAL);
    if (!request || state == WT_SUMS_UNKNOWN || (request->count && request_is_copy(context, request)))
        return;
    if (state == WT_SUMS_RIGHT) {
        request->good = request->goods++ ? request->good : context->frame->number;
        request_note(context, request);
        return;
    }
    if (request->count && request->partial != (state == WT_SUMS_PARTIAL))
        request_renew(request, token);
    request_measure(context, request);
    request_send(context, request, worst, state == WT_SUMS_PARTIAL);
    request_doubt(context, request);
}

/* An answer came, or what only follows an answer. */
static void request_resolve(const struct wt_context *context, struct request *request)
{
    if (request->count && request->goods == 1)
        request_prove(context, request);
    else if (request->count && !request->partial && request->goods == 0)
        wt_sums_taken(context);
    request_renew(request, ~request->token);
    request->fresh = 0;
}

static bool request_is_answered(const struct wt_context *context, const struct request *request)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (!wt_context_is_tcp(context))
        return true;
    if (tcp->flags & WT_TCP_RST)
        return true;
    return (tcp->flags & WT_TCP_ACK) && wt_seq_after(tcp->ack, (uint32_t)request->token);
}

/* What this packet tells about the request of the other side. */
static void request_take_peers(const struct wt_context *context)
{
    const struct wt_sum_key key = wt_sum_key(context, true);
    struct request *request = wt_map_find(wt_sums(context)->requests, &key);
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (!request)
        return;
    if (request_is_answered(context, request)) {
        request_resolve(context, request);
        wt_context_peer(context)->segments.asking = false;
        return;
    }
    if ((tcp->flags & (WT_TCP_SYN | WT_TCP_ACK)) != WT_TCP_SYN)
        return;
    request->again += request->count > 0;
    request->asked = context->frame->time;
    request->has_asked = true;
}

/* DHCP: answers go to other addresses than requests came from, so the transaction is the key. */
static void request_take_bootp(const struct wt_context *context, const struct wt_bootp *bootp)
{
    const struct wt_sum_key own = {.interface = context->frame->interface,
                                   .tunnel = context->packet->tunnel,
                                   .ports = bootp->reply,
                                   .kind = bootp->transaction};
    struct wt_sum_key other = own;
    other.ports = !bootp->reply;
    struct request *asked = wt_map_find(wt_sums(context)->requests, &other);
    if (asked && wt_bootp_answers(bootp->type, (unsigned)asked->token))
        request_resolve(context, asked);
    request_take_own(context, &own, bootp->type);
}

/* Who was answered, or is never answered, is not watched any more. */
static void request_take_udp(const struct wt_context *context)
{
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    wt_context_peer(context)->segments.answered = true;
    if (!own->asking)
        return;
    const struct wt_sum_key key = wt_sum_key(context, false);
    const struct request *request = wt_map_peek(wt_sums(context)->requests, &key);
    own->answered |= request && request->fresh > REQUEST_FRESH_MAX;
}

static void request_judge_flow(const struct wt_context *context)
{
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    const struct wt_packet *worst = NULL;
    uint64_t token = 0;
    if (wt_context_peer(context)->segments.asking)
        request_take_peers(context);
    if (!request_read(context, &token) || (!own->asking && wt_sums_state(context, &worst) < WT_SUMS_PARTIAL))
        return;
    own->asking = true;
    const struct wt_sum_key key = wt_sum_key(context, false);
    request_take_own(context, &key, token);
}

static void request_judge_packet(struct wt_context *context)
{
    struct wt_bootp bootp;
    if (wt_bootp_read(context, &bootp))
        request_take_bootp(context, &bootp);
    else
        request_judge_flow(context);
    if (context->packet->proto == WT_PROTO_UDP)
        request_take_udp(context);
}

/* A TCP packet that neither asks nor meets a question is of no concern. */
static bool request_is_idle(const struct wt_context *context)
{
    return wt_context_is_tcp(context) && !(context->packet->tcp.flags & WT_TCP_SYN) &&
           !wt_context_peer(context)->segments.asking;
}

void wt_request_judge(struct wt_context *context)
{
    if (context->flow && context->innermost && !request_is_idle(context))
        request_judge_packet(context);
}
