/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history.h"

#include <glib.h>

#include "sequence.h"

enum {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    HISTORY_SIZE = 1 << 5, /* a short input goes round */
#else
    HISTORY_SIZE = 1 << 14, /* packets: over 0.1 s of a saturated 1 Gbit/s link */
#endif
    HISTORY_STEPS = 64,       /* that a search may always take */
    HISTORY_STEPS_ADDED = 16, /* to the budget of all searches, by each packet */
};

/* How well a packet fits a quote. */
enum {
    FIT_NONE = 0,
    FIT_BYTES = 1,  /* it holds the quoted sequence number */
    FIT_LENGTH = 2, /* its wire frames are as long as the quoted packet */
    FIT_ID = 4,     /* and carry its identification */
};

struct wt_history {
    struct wt_past past[HISTORY_SIZE];
    uint32_t count;  /* position of the newest packet; positions count from 1 */
    uint32_t budget; /* steps */
};

struct wt_history *wt_history_new(void)
{
    return g_new0(struct wt_history, 1);
}

void wt_history_free(struct wt_history *history)
{
    g_free(history);
}

static uint32_t history_echo(const struct wt_packet *packet)
{
    return (uint32_t)packet->icmp.id << 16 | packet->icmp.seq;
}

static bool history_is_icmp(uint8_t proto)
{
    return proto == WT_PROTO_ICMP || proto == WT_PROTO_ICMPV6;
}

static struct wt_past *history_next_slot(struct wt_history *history)
{
    history->count = history->count == UINT32_MAX ? 1 : history->count + 1;
    history->budget = MIN(history->budget + HISTORY_STEPS_ADDED, HISTORY_SIZE);
    return &history->past[history->count % HISTORY_SIZE];
}

struct wt_past *wt_history_add(struct wt_history *history, const struct wt_frame *frame,
                               const struct wt_packet *packet, uint32_t *newest)
{
    struct wt_past *past = history_next_slot(history);
    *past = (struct wt_past){
        .src = packet->src,
        .dst = packet->dst,
        .time = frame->time,
        .interface = frame->interface,
        .tunnel = packet->tunnel,
        .frame = frame->number,
        .before = *newest,
        .id = packet->id,
        .segments = 1,
        .segment = packet->payload_len,
        .l3_len = packet->l3_len,
        .wire_l3 = packet->l3_len,
        .headers = (uint16_t)(packet->ip_header_len - packet->jumbo_len + packet->l4_header_len),
        .src_port = packet->src_port,
        .dst_port = packet->dst_port,
        .proto = packet->proto,
        .has_id = packet->has_id,
    };
    if (packet->proto == WT_PROTO_TCP) {
        past->seq = packet->tcp.seq;
        past->end = packet->tcp.seq + packet->payload_len;
    } else if (history_is_icmp(packet->proto)) {
        past->seq = history_echo(packet);
    }
    *newest = history->count;
    return past;
}

static const struct wt_past *history_at(const struct wt_history *history, uint32_t position)
{
    bool there = position && history->count - position < HISTORY_SIZE;
    return there ? &history->past[position % HISTORY_SIZE] : NULL;
}

struct wt_past *wt_history_newest(struct wt_history *history, uint32_t newest)
{
    return history_at(history, newest) ? &history->past[newest % HISTORY_SIZE] : NULL;
}

struct wt_history_walk wt_history_walk(struct wt_history *history, uint32_t newest)
{
    return (struct wt_history_walk){history, newest, 0};
}

/* One step; false if there may be no more. */
static bool history_step(struct wt_history *history, uint32_t *steps)
{
    if (++*steps <= HISTORY_STEPS)
        return true;
    if (history->budget == 0)
        return false;
    history->budget--;
    return true;
}

const struct wt_past *wt_history_next(struct wt_history_walk *walk)
{
    const struct wt_past *past = history_at(walk->history, walk->position);
    if (!past || !history_step(walk->history, &walk->steps))
        return NULL;
    walk->position = past->before;
    return past;
}

static bool history_fits_id(const struct wt_past *past, const struct wt_packet *quote)
{
    uint32_t mask = quote->version == 4 ? 0xffff : UINT32_MAX;
    return quote->has_id && quote->id && past->has_id && ((quote->id - past->id) & mask) < past->segments;
}

static unsigned history_fit(const struct wt_past *past, const struct wt_packet *quote)
{
    if (past->proto != quote->proto || past->tunnel != quote->tunnel)
        return FIT_NONE;
    unsigned fit =
        (history_fits_id(past, quote) ? FIT_ID : 0U) | (past->wire_l3 == quote->l3_field ? FIT_LENGTH : 0U);
    if (quote->proto == WT_PROTO_TCP) {
        bool holds =
            wt_seq_distance(quote->tcp.seq, past->seq) >= 0 && wt_seq_after(past->end, quote->tcp.seq);
        return holds ? fit | FIT_BYTES : FIT_NONE;
    }
    if (history_is_icmp(quote->proto) && quote->has_l4)
        return past->seq == history_echo(quote) ? fit | FIT_BYTES : FIT_NONE;
    return fit;
}

/* The best fit that `quote` can have. */
static unsigned history_fit_best(const struct wt_packet *quote)
{
    bool bytes = quote->proto == WT_PROTO_TCP || (history_is_icmp(quote->proto) && quote->has_l4);
    return FIT_LENGTH | (quote->has_id ? FIT_ID : 0U) | (bytes ? FIT_BYTES : 0U);
}

const struct wt_past *wt_history_find(struct wt_history *history, uint32_t newest,
                                      const struct wt_packet *quote, int64_t time, bool *weak)
{
    struct wt_history_walk walk = wt_history_walk(history, newest);
    const struct wt_past *past = NULL, *found = NULL;
    unsigned best = FIT_NONE;
    while (best != history_fit_best(quote) && (past = wt_history_next(&walk))) {
        unsigned fit = past->time <= time ? history_fit(past, quote) : FIT_NONE;
        if (fit > best) {
            best = fit;
            found = past;
        }
    }
    *weak = !(best & (FIT_ID | FIT_BYTES));
    return found;
}

static bool history_fits_translated(const struct wt_past *past, uint32_t interface,
                                    const struct wt_packet *quote)
{
    bool src = wt_address_equal(&past->src, &quote->src), dst = wt_address_equal(&past->dst, &quote->dst);
    bool src_port = past->src_port == quote->src_port, dst_port = past->dst_port == quote->dst_port;
    unsigned ports = (unsigned)src_port + (unsigned)dst_port;
    unsigned same = (unsigned)src + (unsigned)dst + ports;
    unsigned fit = history_fit(past, quote);
    if (past->interface != interface || ports == 0 || same == 4)
        return false;
    if (history_is_icmp(quote->proto) && (fit & FIT_BYTES))
        return (fit & FIT_LENGTH) && same > ports;
    if (quote->proto == WT_PROTO_UDP && (!quote->has_id || quote->id == 0))
        return (fit & FIT_LENGTH) && ports == 2 && same == 3 && quote->src_port != quote->dst_port;
    if (quote->proto != WT_PROTO_TCP)
        return (fit & FIT_ID) && (fit & FIT_LENGTH) && same > ports;
    if (fit & FIT_ID)
        return fit & FIT_BYTES;
    return (fit & FIT_BYTES) && (fit & FIT_LENGTH) && same >= (quote->has_id ? 3U : 2U) && same > ports;
}

const struct wt_past *wt_history_find_translated(struct wt_history *history, uint32_t interface,
                                                 const struct wt_packet *quote, int64_t time)
{
    uint32_t steps = 0;
    uint32_t position = history->count;
    const struct wt_past *past = NULL;
    while ((past = history_at(history, position)) && past->frame && history_step(history, &steps)) {
        if (past->time <= time && history_fits_translated(past, interface, quote))
            return past;
        position--;
    }
    return NULL;
}

bool wt_history_exceeds(struct wt_history *history, uint32_t newest, uint32_t seq, uint32_t length,
                        int64_t time, uint32_t mtu)
{
    struct wt_history_walk walk = wt_history_walk(history, newest);
    const struct wt_past *past = NULL;
    while ((past = wt_history_next(&walk)))
        if (past->time <= time && past->wire_l3 > mtu && wt_seq_after(past->end, seq) &&
            wt_seq_after(seq + length, past->seq))
            return true;
    return false;
}

bool wt_history_is_boundary(struct wt_history *history, uint32_t newest, uint32_t seq)
{
    struct wt_history_walk walk = wt_history_walk(history, newest);
    const struct wt_past *past = NULL;
    while ((past = wt_history_next(&walk))) {
        int32_t into = wt_seq_distance(seq, past->seq);
        if (into < 0 || wt_seq_after(seq, past->end))
            continue;
        if (seq == past->end || (past->segment && (uint32_t)into % past->segment == 0))
            return true;
    }
    return false;
}

uint32_t wt_history_original(struct wt_history *history, uint32_t newest, uint32_t seq)
{
    struct wt_history_walk walk = wt_history_walk(history, newest);
    const struct wt_past *past = NULL;
    uint32_t frame = 0;
    while ((past = wt_history_next(&walk)))
        if (wt_seq_distance(seq, past->seq) >= 0 && wt_seq_after(past->end, seq))
            frame = past->frame;
    return frame;
}
