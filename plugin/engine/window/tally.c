/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A device that ignores scaling drops what begins, or what ends, beyond acknowledgement + raw window; which
 * of both differs between devices, and so does whether the window of the SYN counts. The sender sends on and learns
 * of the loss later: by then more has been acknowledged, the device's edge has moved, and the repeat passes. So
 * nothing hangs; the connection crawls from loss to loss, and each of them begins at the first segment across the
 * edge that was in force when it was sent.
 *
 * Evidence, of one of the kinds of devices:
 *  - Nothing arrived that such a device drops. The order of acknowledgements is the same everywhere on the path, so
 *    what one acknowledges beyond the edge of all before it such a device has let through (drop.c).
 *  - What passed and what was lost fit one place of the device. It sees an acknowledgement some time earlier than
 *    the capture does, and the data later, or the reverse; that delay is the same for all. Something that was
 *    beyond the edge when it was sent and passed shows that the delay is at least the time until the edge had
 *    moved behind it; something lost, that it is shorter.
 *  - Losses are beyond the edge, hardly any in front of it (TALLY_RARE), and that is no accident. If they fell
 *    anywhere, each would lie beyond the edge with the share that data beyond it have in all, so of n losses k or
 *    more lie there with the binomial probability, TALLY_CHANCE at most. Segments lost right behind each other are
 *    one loss: a full queue, or a fading, is one event. Or the same for losses that begin with the first segment
 *    beyond the edge.
 *
 * Traps. A queue with room for one packet loses whatever is sent right behind another, and that is mostly new data,
 * beyond the edge. Where no flight passed whole before the first loss (TALLY_SMOOTH), only such segments count as
 * were not the first of a flight: those in front of the edge pass too, with a device. A queue that is full at
 * another place than the edge refutes the device by what passes, or loses in front of the edge. Segments in
 * disorder look sent again; only one that its receiver waits for was lost.
 */
#include "tally.h"

#include "engine/state/sequence.h"
#include "windows.h"

enum {
    TALLIES_MAX = 512, /* 3 MiB at most */
    TALLY_SENT = 128,  /* segments remembered: a flight */
    TALLY_EVENTS = 3,  /* or two, and so many segments lost in them */
    TALLY_LOST = 8,
    TALLY_SMOOTH = 8, /* segments; a slow start sends two right behind each other for each acknowledgement */
    TALLY_RARE = 4,   /* one loss in front of the edge for so many beyond it */
    TALLY_MOST = 255, /* losses counted */
};

static const double tally_chance = 0.01;

/* One segment that was sent. Times are in microseconds, modulo 2^32. */
struct tally_sent {
    uint32_t seq, end, time;
    uint32_t opened[WT_TALLY_KINDS]; /* how long after `time` the edge had moved so far that it passes */
    bool beyond[WT_TALLY_KINDS];     /* it would not have passed when it was sent */
    bool first[WT_TALLY_KINDS];      /* but what was sent just before would */
    bool is_open[WT_TALLY_KINDS];
    bool behind;     /* another one was sent just before, with nothing acknowledged in between */
    bool done, lost; /* its fate is known; it was lost */
};

/* Segments beyond the edge, all or only those that were not the first of a flight. */
struct tally_part {
    uint32_t all, sent[2];  /* segments; those beyond it; those that are the first ones beyond it */
    uint32_t fit[2], unfit; /* losses that began with one of them, and that began in front of it */
};

/* What speaks for, and against, one kind of device. */
struct tally_count {
    struct tally_part part[2];
    uint32_t lost;
    uint32_t passed_after,
        lost_before; /* least delay of its edge that what passed, largest that what was lost,
                                           allows */
    bool beyond;     /* what was sent last is */
};

struct tally {
    struct wt_entry entry;
    struct wt_side_key key; /* of the sender */
    uint32_t isn;
    uint32_t recover; /* what is lost in front of it was told already, if `told` */
    bool told;
    bool smooth;    /* several segments right behind each other passed before the first loss */
    bool burst;     /* nothing was acknowledged since a segment was sent */
    uint32_t count; /* segments so far */
    struct tally_count kind[WT_TALLY_KINDS];
    struct tally_sent sent[TALLY_SENT];
};

WT_MAP_KEY(tally, struct wt_side_key)

struct wt_map *wt_window_tallies_new(void)
{
    return wt_map_new(sizeof(struct tally), sizeof(struct wt_side_key), TALLIES_MAX, tally_hash, tally_equal);
}

static uint32_t tally_now(const struct wt_context *context)
{
    return (uint32_t)(context->frame->time / WT_MICROSECOND);
}

static struct tally *tally_of(struct wt_context *context, unsigned which)
{
    const struct wt_side_key key = wt_side_key(context, which);
    struct wt_side *side = &context->flow->side[which];
    struct tally *tally = wt_map_get(wt_windows(context)->tallies, &key);
    if (!wt_windows_of(side)->tallied || tally->isn != side->isn) {
        const struct wt_entry entry = tally->entry;
        *tally = (struct tally){.entry = entry, .key = key, .isn = side->isn};
        for (unsigned kind = 0; kind < WT_TALLY_KINDS; kind++)
            tally->kind[kind].lost_before = UINT32_MAX;
        tally->smooth = wt_seq_distance(context->flow->side[!which].acked, side->isn) >
                        TALLY_SMOOTH * (int32_t)wt_windows_segment(context);
    }
    wt_windows_of(side)->tallied = true;
    return tally;
}

/* --- what is sent --- */

/* Whether such a device lets the segment pass while its edge is `edge`. */
static bool tally_passes(enum wt_tally_kind kind, const struct tally_sent *sent, uint32_t edge)
{
    const bool begins = kind == WT_TALLY_BEGINS || kind == WT_TALLY_BEGINS_LATER;
    return begins ? wt_seq_after(edge, sent->seq) : !wt_seq_after(sent->end, edge);
}

/* The edge that counts for a device of this kind. */
static uint32_t tally_edge(enum wt_tally_kind kind, const struct wt_side *receiver)
{
    const struct wt_side_windows *windows = wt_windows_of(receiver);
    return kind >= WT_TALLY_BEGINS_LATER ? windows->later : windows->unscaled;
}

static void tally_add(struct tally *tally, struct tally_sent sent, const struct wt_side *receiver, bool new)
{
    for (unsigned i = 0; i < WT_TALLY_KINDS; i++) {
        const enum wt_tally_kind kind = (enum wt_tally_kind)i;
        struct tally_count *count = &tally->kind[i];
        sent.is_open[i] = tally_passes(kind, &sent, tally_edge(kind, receiver));
        sent.beyond[i] = !sent.is_open[i];
        sent.first[i] = new &&sent.beyond[i] && !count->beyond;
        count->beyond = new ? sent.beyond[i] : count->beyond;
        for (unsigned part = 0; part <= tally->burst; part++) {
            count->part[part].all++;
            count->part[part].sent[0] += sent.beyond[i];
            count->part[part].sent[1] += sent.first[i];
        }
    }
    sent.behind = tally->burst;
    tally->burst = true;
    tally->sent[tally->count++ % TALLY_SENT] = sent;
}

void wt_tally_sent(struct wt_context *context, bool new)
{
    const struct wt_packet *packet = context->packet;
    const uint32_t size = wt_windows_segment(context), end = packet->tcp.seq + packet->payload_len;
    struct tally *tally = tally_of(context, context->sender);
    uint32_t seq = packet->tcp.seq;
    for (unsigned i = 0; i < TALLY_SENT && wt_seq_after(end, seq); i++, seq += size) {
        const uint32_t last = wt_seq_distance(end, seq) < (int32_t)size ? end : seq + size;
        tally_add(tally, (struct tally_sent){.seq = seq, .end = last, .time = tally_now(context)},
                  wt_context_peer(context), new);
    }
}

/* --- what is acknowledged --- */

/* The segment arrived: a device must have known by then of an edge that lets it pass. Returns the kinds of devices
 * for which that cannot be. */
static unsigned tally_pass(struct tally *tally, struct tally_sent *sent)
{
    unsigned refuted = 0;
    sent->done = true;
    for (unsigned i = 0; i < WT_TALLY_KINDS; i++) {
        struct tally_count *count = &tally->kind[i];
        count->passed_after = MAX(count->passed_after, sent->opened[i]);
        refuted |= (unsigned)(!sent->is_open[i] || count->passed_after >= count->lost_before) << i;
    }
    return refuted;
}

static void tally_open(struct tally_sent *sent, uint32_t edge, uint32_t now)
{
    for (unsigned i = 0; i < WT_TALLY_KINDS; i++)
        if (!sent->is_open[i] && tally_passes((enum wt_tally_kind)i, sent, edge)) {
            sent->is_open[i] = true;
            sent->opened[i] = now - sent->time;
        }
}

void wt_tally_acked(struct wt_context *context)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    struct tally *tally = tally_of(context, !context->sender);
    tally->burst = false;
    for (unsigned i = 0; i < MIN(tally->count, TALLY_SENT); i++) {
        struct tally_sent *sent = &tally->sent[i];
        if (!sent->done && !wt_seq_after(sent->end, tcp->ack))
            wt_windows_of(wt_context_peer(context))->refuted |= tally_pass(tally, sent) & 15U;
        tally_open(sent, tcp->ack + tcp->window, tally_now(context));
    }
}

/* --- what was lost --- */

/* The latest transmission of the byte at `seq`; NULL if it is no longer known. */
static struct tally_sent *tally_find(struct tally *tally, uint32_t seq)
{
    const uint32_t known = MIN(tally->count, TALLY_SENT);
    for (uint32_t i = 1; i <= known; i++) {
        struct tally_sent *sent = &tally->sent[(tally->count - i) % TALLY_SENT];
        if (!wt_seq_after(sent->seq, seq) && wt_seq_after(sent->end, seq))
            return sent;
    }
    return NULL;
}

/* The probability that of `all` losses at least `fit` lie where a share of `share` of all data lies. */
static double tally_chance_of(uint32_t fit, uint32_t all, double share)
{
    double sum = 0;
    for (uint32_t k = fit; k <= all; k++) {
        double term = 1;
        for (uint32_t i = 0; i < k; i++)
            term *= share * (double)(all - i) / (double)(i + 1);
        for (uint32_t i = k; i < all; i++)
            term *= 1 - share;
        sum += term;
    }
    return sum;
}

static bool tally_is_unlikely(const struct tally_count *count, const struct tally_part *part)
{
    for (unsigned i = 0; i < 2; i++) {
        const uint32_t fit = part->fit[i], all = part->fit[0] + part->unfit;
        const bool enough = fit >= TALLY_EVENTS || (fit > 1 && fit == all && count->lost >= TALLY_LOST);
        if (enough && (all - fit) * TALLY_RARE <= fit && all <= TALLY_MOST &&
            tally_chance_of(fit, all, (double)part->sent[i] / (double)part->all) <= tally_chance)
            return true;
    }
    return false;
}

static bool tally_is_proven(const struct tally *tally, const struct tally_count *count)
{
    if (count->passed_after >= count->lost_before)
        return false;
    return tally_is_unlikely(count, &count->part[!tally->smooth]);
}

/* Counts the loss of a segment, the `first` of some; whether it speaks for a device of this kind, with what was lost
 * before. */
static bool tally_count_lost(struct tally *tally, enum wt_tally_kind kind, const struct tally_sent *sent,
                             bool first)
{
    struct tally_count *count = &tally->kind[kind];
    const bool beyond = sent->beyond[kind];
    if (beyond && sent->is_open[kind])
        count->lost_before = MIN(count->lost_before, sent->opened[kind]);
    count->lost += beyond;
    for (unsigned part = 0; first && part <= sent->behind; part++) {
        count->part[part].fit[0] += beyond;
        count->part[part].fit[1] += beyond && sent->first[kind];
        count->part[part].unfit += !beyond;
    }
    return beyond && tally_is_proven(tally, count);
}

/* Whether what was sent just before it arrived: then its loss is an event of its own. */
static bool tally_is_alone(const struct tally *tally, const struct tally_sent *sent)
{
    const uint32_t place = (uint32_t)(sent - tally->sent);
    if (place == (tally->count < TALLY_SENT ? 0 : tally->count % TALLY_SENT))
        return true;
    const struct tally_sent *before = &tally->sent[(place + TALLY_SENT - 1) % TALLY_SENT];
    return before->done && !before->lost;
}

uint32_t wt_tally_lost(struct wt_context *context)
{
    const uint32_t seq = context->packet->tcp.seq;
    const unsigned refuted = wt_windows_of(wt_context_side(context))->refuted;
    struct tally *tally = tally_of(context, context->sender);
    struct tally_sent *sent = tally_find(tally, seq);
    const bool first = sent && tally_is_alone(tally, sent);
    uint32_t proven = 0;
    for (unsigned i = 0; i < WT_TALLY_KINDS && sent; i++)
        if (tally_count_lost(tally, (enum wt_tally_kind)i, sent, first) && !(refuted >> i & 1))
            proven = MAX(proven, tally->kind[i].lost);
    if (sent)
        sent->done = sent->lost = true;
    if (!proven || (tally->told && wt_seq_after(tally->recover, seq)))
        return 0;
    tally->told = true;
    tally->recover = wt_context_side(context)->next;
    return proven;
}
