/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A device that takes the window scale option out of a SYN/ACK (or writes shift 0 into it) leaves the
 * server scaling and the client not. The server's windows then look to the client 2^n times too small, and
 * the client's look to the server 2^n times too large. Seen from where the option is missing, the server's
 * first window after the handshake is its SYN/ACK's window shifted right; seen from where it is still there,
 * the client's first raw window equals its SYN's, as if there were no shift. The first window of an ordinary
 * connection does neither: scaled, it stays within two units of the SYN's (484 of 484 measured directions).
 *
 * One such sign is a suspicion only: loopback stacks and traffic generators keep a raw window at 65535
 * whatever the shift. Proof is what the client then does, twice at least:
 *  - it sends exactly up to acknowledgement + raw window in a segment below full size, although the shift in
 *    force (or that the SYN/ACK's window suggests) allows far more; or
 *  - its edge moves left as long as its windows are taken as scaled, and does not if they are not.
 * Then window.scale_stripped is told, on the frame that completes the proof and on the first window.
 *
 * A device that writes shift 0 over the client's own, in its SYN, leaves the server with windows 2^n times too small:
 * the same signs the other way round, and the server fills them.
 *
 * A device that answers SYNs itself, before it asks the server (a SYN proxy), announces one shift for all servers.
 * The client then counts the server's windows with that one. Where it is smaller, seen from behind the device, the
 * client sends exactly acknowledgement + (raw window << some smaller shift), in segments below full size and without
 * PSH, so it had more to send (RFC 9293 3.8.6.2.1); STRIP_FILLED times, one behind the other and nothing else.
 *
 * Without a suspicion, data far beyond any unscaled window (65535 bytes behind the acknowledgement) that are
 * acknowledged prove that somebody scales, if one SYN offered it.
 *
 * Traps: a raw window of 512 and messages of 512 bytes fill the unscaled window by chance, so filling counts
 * only under suspicion. If both ends look unshifted, it is the stack and no device. Both SYN segments must
 * have been captured, or the shift is not known at all.
 */
#include "strip.h"

#include "engine/state/sequence.h"
#include "windows.h"

enum {
    STRIP_SHIFT_MIN = 3, /* below, a window that the application shrank looks the same */
    STRIP_UNITS = 2,     /* how far first windows stray from the SYN's, in units of 1 << shift, as measured */
    STRIP_PROOFS = 2,
    STRIP_FILLED = 16,
    FILLINGS_MAX = 512,
};

/* How often in a row one side sent exactly what another shift than that in force allows. */
struct filling {
    struct wt_entry entry;
    struct wt_side_key key;
    uint32_t end; /* of the data sent last */
    uint32_t count, first_frame;
    unsigned shift;
};

WT_MAP_KEY(filling, struct wt_side_key)

struct wt_map *wt_window_fillings_new(void)
{
    return wt_map_new(sizeof(struct filling), sizeof(struct wt_side_key), FILLINGS_MAX, filling_hash,
                      filling_equal);
}

static void strip_tell(struct wt_context *context, uint32_t first, enum wt_reason reason)
{
    struct wt_flow *flow = context->flow;
    if (wt_windows_of(&flow->side[0])->stripped_told)
        return;
    wt_windows_of(&flow->side[0])->stripped_told = wt_windows_of(&flow->side[1])->stripped_told = true;
    wt_find(context, WT_FINDING_WINDOW_SCALE_STRIPPED,
            .most = WT_AT_MOST(wt_windows_doubt(context) ? WT_SEVERITY_NOTE : WT_SEVERITY_ERROR),
            .reason = reason, .value = {first});
}

/* `raw` is `syn` shifted right by some n. */
static bool strip_is_shifted(uint32_t raw, uint32_t syn)
{
    for (unsigned n = STRIP_SHIFT_MIN; n <= WT_SCALE_MAX; n++) {
        uint32_t scaled = raw << n;
        uint32_t apart = scaled > syn ? scaled - syn : syn - scaled;
        if (apart <= (uint32_t)STRIP_UNITS << n && syn >> n > STRIP_UNITS)
            return true;
    }
    return false;
}

/* The first window behind the handshake, against the one of the SYN. */
static void strip_judge_first(struct wt_context *context)
{
    struct wt_side *side = wt_context_side(context);
    uint32_t raw = context->packet->tcp.window;
    uint32_t syn = side->raw_max;
    int scale = wt_flow_scale(context->flow, context->sender);
    wt_windows_of(side)->collapsed =
        scale == 0 && wt_context_peer(context)->scale != WT_SCALE_NONE && strip_is_shifted(raw, syn);
    if (!side->syn_ack)
        wt_windows_of(side)->unshifted = scale >= STRIP_SHIFT_MIN && raw == syn;
    if (side->syn_ack && scale >= STRIP_SHIFT_MIN && raw == syn)
        wt_windows_of(wt_context_peer(context))->unshifted = false; /* both: it is the stack */
    if (wt_windows_of(side)->collapsed || wt_windows_of(side)->unshifted)
        wt_windows_of(side)->granted_frame = context->frame->number;
}

static void strip_prove(struct wt_context *context, uint32_t first, enum wt_reason reason)
{
    struct wt_side_windows *client = wt_windows_of(&context->flow->side[0]);
    if (context->flow->side[0].syn_ack)
        client = wt_windows_of(&context->flow->side[1]);
    if (client->filled < STRIP_PROOFS)
        client->filled++;
    if (client->filled == STRIP_PROOFS)
        strip_tell(context, first, reason);
}

/* The client's data end exactly at the unscaled edge of the server, in less than a full segment. */
static void strip_judge_filling(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *client = wt_context_side(context), *server = wt_context_peer(context);
    bool suspicion = wt_windows_of(server)->collapsed || wt_windows_of(client)->unshifted;
    if (!suspicion || client->syn_ack || packet->payload_len <= 1 || !server->settled)
        return;
    if (packet->tcp.seq + packet->payload_len != server->acked + wt_windows_of(server)->raw)
        return;
    if (packet->payload_len < wt_windows_segment(context) && wt_windows_are_new_data(context))
        strip_prove(context,
                    wt_windows_of(server)->collapsed ? wt_windows_of(server)->granted_frame
                                                     : wt_windows_of(client)->granted_frame,
                    server->scale == 0 ? WT_REASON_SCALE_REWRITTEN : WT_REASON_SCALE_CLIENT_UNSCALED);
}

/* The shift with which `raw` is exactly `size`; WT_SCALE_MAX + 1 if there is none. */
static unsigned strip_exact(uint32_t raw, uint32_t size)
{
    unsigned shift = 0;
    while (shift <= WT_SCALE_MAX && (uint64_t)raw << shift < size)
        shift++;
    return raw && (uint64_t)raw << shift == size ? shift : WT_SCALE_MAX + 1;
}

/* Its SYN says shift 0, and its windows look scaled: less than a segment, where its SYN granted many. */
static bool strip_is_rewritten(const struct wt_context *context, const struct wt_side *receiver)
{
    return receiver->scale == 0 && wt_windows_of(receiver)->collapsed &&
           wt_windows_of(receiver)->raw < wt_windows_segment(context);
}

/* The data end exactly where another shift of their receiver would have them end. */
static void strip_judge_shift(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *receiver = wt_context_peer(context);
    const uint32_t end = packet->tcp.seq + packet->payload_len;
    if (packet->payload_len <= 1 || packet->payload_len >= wt_windows_segment(context) ||
        !receiver->settled || packet->tcp.flags & (WT_TCP_PSH | WT_TCP_FIN) ||
        !wt_windows_are_new_data(context))
        return;
    const unsigned shift = strip_exact(wt_windows_of(receiver)->raw, end - receiver->acked);
    const bool rewritten = shift == 0 && strip_is_rewritten(context, receiver);
    if (!rewritten && (int)shift >= wt_flow_scale(context->flow, !context->sender))
        return;
    const struct wt_side_key key = wt_side_key(context, context->sender);
    struct filling *filling = wt_map_get(wt_windows(context)->fillings, &key);
    if (filling->count == 0 || filling->end != receiver->acked || filling->shift != shift) {
        filling->count = 0;
        filling->first_frame = context->frame->number;
    }
    filling->end = end;
    filling->shift = shift;
    filling->count++;
    if (filling->count == STRIP_FILLED)
        strip_tell(context, filling->first_frame,
                   rewritten ? WT_REASON_SCALE_REWRITTEN : WT_REASON_SCALE_OTHER_SHIFT);
}

/* The client's edge moves left if scaled, and does not if not. */
static void strip_judge_retreat(struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    const struct wt_tcp *tcp = &context->packet->tcp;
    int scale = wt_flow_scale(context->flow, context->sender);
    if (!wt_windows_of(side)->unshifted || !side->settled || scale <= 0)
        return;
    const int64_t unit = (int64_t)1 << scale;
    int64_t acked = wt_seq_distance(tcp->ack, side->acked);
    int64_t moved = (int64_t)tcp->window - wt_windows_of(side)->raw;
    if (acked >= 0 && acked + moved >= 0 && acked + moved * unit <= -unit)
        strip_prove(context, wt_windows_of(side)->granted_frame, WT_REASON_SCALE_WINDOWS_UNSCALED);
}

/* Data that only a scaled window allows, on a connection without scaling that one side offered. */
static void strip_judge_beyond(struct wt_context *context)
{
    struct wt_side *side = wt_context_side(context);
    const struct wt_side *receiver = wt_context_peer(context);
    const struct wt_packet *packet = context->packet;
    if (packet->payload_len <= 1 || !receiver->has_acked || (side->scale < 0 && receiver->scale < 0))
        return;
    uint32_t end = packet->tcp.seq + packet->payload_len;
    if (!wt_windows_are_new_data(context) || wt_windows_gap(context))
        wt_windows_of(side)->watched = 0;
    else if (!wt_windows_of(side)->watched && wt_seq_distance(end, receiver->acked) >
                                                  WT_WINDOW_RAW_MAX + (int32_t)wt_windows_segment(context)) {
        wt_windows_of(side)->watch = end;
        wt_windows_of(side)->watched = 1;
    }
}

static void strip_judge_accepted(struct wt_context *context)
{
    struct wt_side *sender = wt_context_peer(context);
    if (!wt_windows_of(sender)->watched ||
        wt_seq_after(wt_windows_of(sender)->watch, context->packet->tcp.ack))
        return;
    wt_windows_of(sender)->watched = 0;
    if (!wt_windows_gap(context))
        strip_tell(context, context->frame->number, WT_REASON_SCALE_DATA_BEYOND);
}

void wt_window_strip(struct wt_context *context)
{
    struct wt_side *side = wt_context_side(context);
    uint16_t flags = context->packet->tcp.flags;
    if ((flags & (WT_TCP_SYN | WT_TCP_RST)) || !(flags & WT_TCP_ACK) ||
        !wt_windows_are_negotiated(context->flow))
        return;
    if (!side->settled)
        strip_judge_first(context);
    strip_judge_filling(context);
    strip_judge_shift(context);
    strip_judge_retreat(context);
    if (side->scale == WT_SCALE_NONE || wt_context_peer(context)->scale == WT_SCALE_NONE) {
        strip_judge_accepted(context);
        strip_judge_beyond(context);
    }
}
