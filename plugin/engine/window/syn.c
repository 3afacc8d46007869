/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A SYN is recognised by addresses, ports and initial sequence number, whatever the interface. The
 * same SYN seen again is either a copy of one packet (a second capture point, a router's other interface, a
 * capture on "any") or a repeat by its sender, which had no answer.
 *
 * Copies carry the same timestamp value, and the same IPv4 identification unless it is 0; without either,
 * what is left is that they follow each other faster than any retransmission timer (RFC 6298 2.4: 1 s; Linux
 * and others go down to 200 ms). A device between the two points that changes the option of a copy is caught
 * in the act: window.scale_stripped. If it was the SYN/ACK, one end scales and the other does not know. If it
 * was the SYN, the answer has no option either and both ends agree, which only costs speed: a Warn.
 *
 * A repeat whose offer differs is window.scale_changed. Which one counted, the SYN/ACK tells: it echoes the
 * timestamp of the SYN it answers (RFC 7323 3.2); failing that, an answer with the option says that a SYN
 * with the option was answered (2.2), and the latest of those is taken. In the same way the client's first
 * acknowledgement tells which of two SYN/ACKs with different ISNs it took.
 *
 * Traps: clocks of merged captures may put the copy first that was made last, so the order of the two says
 * nothing. SYNs with wrong checksums, or with options that were not captured, prove nothing. A repeat that only
 * leaves the option out is its stack's doing: the third SYN of Windows has 020405b4 01 01 0402 after two with a
 * shift; BSD and Apple leave out the options of RFC 7323, scale and timestamps together, when several SYNs had
 * no answer (tcp_timer.c, tcp_timer_rexmt): a Note. A stack closes the gap; a device that overwrites the option
 * with NOPs leaves the options as long as they were, and that is a Warn, unless the checksum is still partial:
 * then nothing can have touched the SYN between its stack and the capture.
 */
#include "syn.h"

#include "windows.h"

enum {
    SYNS_MAX = 8192,              /* 1.2 MiB at most */
    SYN_COPY_MAX = 100 * 1000000, /* nanoseconds, half the shortest retransmission timer in use */
    HINTS_MAX = 1 << 16,          /* as many as hosts, 4 MiB at most */
};

struct syn_key {
    struct wt_address src, dst;
    uint16_t src_port, dst_port;
    uint32_t isn, answer; /* `answer`: it is a SYN/ACK */
};

struct syn_offer {
    uint32_t frame, interface;
    int64_t time;
    uint32_t id, stamp;
    int16_t scale;
    bool has_id, has_stamp;
    bool partial; /* captured on its sender */
    uint8_t options;
    uint16_t mss;
};

struct syn {
    struct wt_entry entry;
    struct syn_key key;
    struct syn_offer first, latest;
    bool differ;
};

struct hint {
    struct wt_entry entry;
    struct wt_address key;
    int16_t scale; /* WT_SCALE_NONE: this host uses several */
    bool known;
};

WT_MAP_KEY(syn, struct syn_key)
WT_MAP_KEY(hint, struct wt_address)

struct wt_map *wt_window_syns_new(void)
{
    return wt_map_new(sizeof(struct syn), sizeof(struct syn_key), SYNS_MAX, syn_hash, syn_equal);
}

struct wt_map *wt_window_hints_new(void)
{
    return wt_map_new(sizeof(struct hint), sizeof(struct wt_address), HINTS_MAX, hint_hash, hint_equal);
}

static struct syn_key syn_key(const struct wt_packet *packet)
{
    return (struct syn_key){
        .src = packet->src,
        .dst = packet->dst,
        .src_port = packet->src_port,
        .dst_port = packet->dst_port,
        .isn = packet->tcp.seq,
        .answer = (packet->tcp.flags & WT_TCP_ACK) != 0,
    };
}

void wt_window_expect(const void *kept, const struct wt_packet *packet)
{
    const struct wt_windows *windows = kept;
    const struct syn_key key = syn_key(packet);
    wt_map_expect(windows->syns, &key);
}

/* The SYN (or SYN/ACK, if `answer`) with `isn` from the destination of `packet`; NULL if not seen. */
static struct syn *syn_find_from_peer(const struct wt_context *context, uint32_t isn, bool answer)
{
    const struct wt_packet *packet = context->packet;
    const struct syn_key key = {
        .src = packet->dst,
        .dst = packet->src,
        .src_port = packet->dst_port,
        .dst_port = packet->src_port,
        .isn = isn,
        .answer = answer,
    };
    return wt_map_find(wt_windows(context)->syns, &key);
}

static struct syn_offer syn_offer(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    return (struct syn_offer){
        .frame = context->frame->number,
        .interface = context->frame->interface,
        .time = context->frame->time,
        .id = packet->id,
        .stamp = packet->tcp.timestamp,
        .scale = packet->tcp.scale,
        .has_id = packet->has_id && packet->id != 0,
        .has_stamp = packet->tcp.has_timestamp,
        .partial = packet->l4_checksum == WT_CHECKSUM_PARTIAL ||
                   packet->l4_checksum == WT_CHECKSUM_PARTIAL_NO_LENGTH,
        .options = packet->tcp.options_len,
        .mss = packet->tcp.has_mss ? packet->tcp.mss : 0,
    };
}

/* One packet seen twice, see above. */
static bool syn_is_copy(const struct syn_offer *a, const struct syn_offer *b)
{
    int64_t apart = a->time > b->time ? a->time - b->time : b->time - a->time;
    if (a->has_stamp && b->has_stamp && a->stamp != b->stamp)
        return false;
    if (a->has_id && b->has_id && a->id != b->id)
        return false;
    return apart < SYN_COPY_MAX;
}

static void syn_tell_stripped(struct wt_context *context, const struct syn_offer *other)
{
    if (context->packet->tcp.flags & WT_TCP_ACK)
        wt_find(context, WT_FINDING_WINDOW_SCALE_STRIPPED, .most = WT_AT_MOST(WT_SEVERITY_ERROR),
                .both_sides = true, .reason = WT_REASON_SCALE_OTHER_SYN_ACK, .value = {other->frame});
    else
        wt_find(context, WT_FINDING_WINDOW_SCALE_STRIPPED, .most = WT_AT_MOST(WT_SEVERITY_WARN),
                .both_sides = true, .reason = WT_REASON_SCALE_OTHER_SYN, .value = {other->frame});
}

/* What another offer in a repeated SYN means, and how bad that is at most. */
static enum wt_reason syn_change(const struct syn *syn, const struct syn_offer *now,
                                 enum wt_severity *severity)
{
    const struct syn_offer *before = &syn->latest;
    *severity = WT_SEVERITY_NOTE;
    if (now->scale == WT_SCALE_NONE) {
        if (before->has_stamp && !now->has_stamp)
            return WT_REASON_SYN_BARE;
        if (now->options != before->options || now->partial)
            return WT_REASON_SYN_LACKS_OPTION;
        *severity = WT_SEVERITY_WARN;
        return WT_REASON_SYN_OVERWRITTEN;
    }
    if (before->scale != WT_SCALE_NONE || syn->first.scale != now->scale) /* else: in disorder */
        *severity = WT_SEVERITY_WARN;
    return before->scale == WT_SCALE_NONE ? WT_REASON_SYN_HAD_NO_OPTION : WT_REASON_SYN_OTHER_SHIFT;
}

static void syn_tell_changed(struct wt_context *context, const struct syn *syn, const struct syn_offer *now)
{
    enum wt_severity severity = WT_SEVERITY_NOTE;
    enum wt_reason reason = syn_change(syn, now, &severity);
    wt_find(context, WT_FINDING_WINDOW_SCALE_CHANGED, .most = WT_AT_MOST(severity), .reason = reason,
            .value = {syn->latest.frame});
}

/* Compares the SYN of this frame with the same one seen before. */
void wt_window_syn(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (wt_flow_is_bad(packet) || packet->tcp.options_cut)
        return;
    const struct syn_key key = syn_key(packet);
    const struct syn_offer offer = syn_offer(context);
    struct syn *syn = wt_map_get(wt_windows(context)->syns, &key);
    if (syn->first.frame == 0) {
        syn->first = syn->latest = offer;
        return;
    }
    bool copy = syn_is_copy(&syn->latest, &offer);
    if (copy && syn->latest.scale != offer.scale)
        syn_tell_stripped(context, &syn->latest);
    if (copy)
        return;
    if (syn->latest.interface == offer.interface && syn->latest.scale != offer.scale) {
        syn_tell_changed(context, syn, &offer);
        syn->differ = wt_windows(context)->any_differ = true;
    }
    syn->latest = offer;
}

/* An answer without the option stops scaling whatever was offered, so then the offer stays what it was. */
static void syn_tell_counted(struct wt_context *context, const struct syn_offer *counted)
{
    if (context->packet->tcp.scale != WT_SCALE_NONE)
        wt_flow_offer(context->flow, !context->sender, counted->scale);
    wt_find(context, WT_FINDING_WINDOW_SCALE_CHANGED, .most = WT_AT_MOST(WT_SEVERITY_NOTE),
            .reason = WT_REASON_SYN_COUNTS, .value = {counted->frame});
}

/* On a SYN/ACK: which of several SYN offers it answers. */
static void syn_settle_offer(struct wt_context *context)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    if (!wt_windows(context)->any_differ)
        return;
    const struct syn *syn = syn_find_from_peer(context, tcp->ack - 1, false);
    if (!syn || !syn->differ || !wt_context_peer(context)->syn)
        return;
    bool with = tcp->scale != WT_SCALE_NONE;
    bool echoes = tcp->has_timestamp && syn->first.has_stamp && syn->first.stamp != syn->latest.stamp &&
                  tcp->timestamp_echo == syn->first.stamp;
    bool first_fits = syn->first.scale != WT_SCALE_NONE || !with;
    bool latest_fits = syn->latest.scale != WT_SCALE_NONE || !with;
    syn_tell_counted(context, (echoes && first_fits) || !latest_fits ? &syn->first : &syn->latest);
}

/* On the client's first acknowledgement: which of several SYN/ACKs it answers. */
static void syn_settle_answer(struct wt_context *context)
{
    struct wt_side *server = wt_context_peer(context);
    uint32_t isn = context->packet->tcp.ack - 1;
    if (!server->syn_ack || server->isn == isn)
        return;
    const struct syn *syn = syn_find_from_peer(context, isn, true);
    if (!syn)
        return;
    server->isn = isn;
    wt_flow_offer(context->flow, !context->sender, syn->first.scale);
    server->mss = syn->first.mss;
    server->next = isn + 1;
    server->has_next = true;
}

/* The sender uses `scale`. Most hosts use one only, and are not asked about it again. */
static void hint_learn(struct wt_context *context, int16_t scale)
{
    struct wt_windows *windows = wt_windows(context);
    if (context->src->shift_told == scale + 1)
        return;
    context->src->shift_told = scale + 1;
    struct hint *hint = wt_map_get(windows->hints, &context->packet->src);
    if (hint->known && (hint->scale == scale || hint->scale == WT_SCALE_NONE))
        return;
    hint->scale = hint->known ? WT_SCALE_NONE : scale;
    hint->known = true;
    windows->hints_age++;
}

void wt_window_settle(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_side *side = wt_context_side(context);
    if (packet->tcp.flags & WT_TCP_SYN) {
        if (packet->tcp.flags & WT_TCP_ACK)
            syn_settle_offer(context);
        return;
    }
    if (side->settled || !(packet->tcp.flags & WT_TCP_ACK))
        return;
    syn_settle_answer(context);
    if (wt_windows_are_negotiated(context->flow) && side->scale != WT_SCALE_NONE &&
        wt_context_peer(context)->scale != WT_SCALE_NONE)
        hint_learn(context, side->scale);
}

/* Asks for a hint about the sender, when there may be a new one. */
void wt_window_hint(struct wt_context *context)
{
    const struct wt_windows *windows = wt_windows(context);
    struct wt_side_windows *side = wt_windows_of(wt_context_side(context));
    if (side->hint_age == windows->hints_age)
        return;
    side->hint_age = windows->hints_age;
    const struct hint *hint = wt_map_find(windows->hints, &context->packet->src);
    side->hint = hint && hint->scale != WT_SCALE_NONE ? ((unsigned)hint->scale + 1) & 15U : 0;
}
