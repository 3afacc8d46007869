/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A sender obeys a report if it sends the quoted bytes again in packets no larger than the reported
 * MTU (TCP), or goes on with packets just below it (without ports: tunnels; the size of an echo is its user's
 * choice) or of at least half of it (UDP: QUIC falls back to 1200). It may
 * clear DF instead: its route MTU is locked, or below its minimum (Linux: 552). It ignores the report if it
 * sends bytes again in packets larger than that, with DF, although it could have known. Larger packets of new
 * bytes are marked, and wait for what becomes of them: see told.c.
 *
 * When it could know. What was sent before the report arrived is on its way and proves nothing, however many
 * reports that makes. The report needs the time from here to the sender, and its next packet the same time
 * back: as long as the sender took to answer the handshake as seen from here, at least 1 ms (an obeying Linux
 * sender emitted up to five more large packets within 25 us). Without a handshake 200 ms, Linux' shortest
 * retransmission time-out (TCP_RTO_MIN). That holds for repeated segments, which are cut anew; new ones may
 * have waited in a queue between sender and here, so those count only after another second. If the receiver's
 * own MSS option already forbids the size, the sender was told in the handshake, and there is nothing to wait
 * for.
 *
 * A super-frame does not show the size of its pieces, see pieces.c.
 *
 * Traps: a path MTU is forgotten after 10 minutes (RFC 1191 6.3), then a larger packet is a new try. A sender
 * that shrank to something far below the report, after it ignored it, found that size by probing. A report
 * about bytes that were acknowledged already is rightly ignored (RFC 5927). Who obeys a report that seemed wrong
 * (an anonymiser broke its checksum) shows that it was right. An outer packet that is a
 * super-frame itself is not judged, its pieces are not known.
 */
#include "reaction.h"

#include "engine/size/segmentation.h"
#include "engine/state/history.h"
#include "engine/state/sequence.h"
#include "path_record.h"
#include "pieces.h"
#include "told.h"

enum {
    REACTION_GRACE_MIN = 1000000,       /* nanoseconds */
    REACTION_GRACE_UNKNOWN = 200000000, /* TCP_RTO_MIN, include/net/tcp.h */
    REACTION_QUEUE = 1000000000,
    REACTION_PADDING = 64,  /* of tunnels and ciphers */
    REACTION_ROUNDING = 16, /* a sender that obeys fills the MTU up to this */
    REACTION_IGNORED_MANY = 2,
};

/* What is judged: the packet at hand, or a super-frame before it whose size is known only now. */
struct reaction {
    struct wt_told *told;
    uint32_t frame;
    int64_t time;
    uint32_t seq, payload;
    uint32_t size; /* on the wire */
    bool repeated; /* it begins with bytes sent before */
    bool late;     /* its sender could know the report */
    bool known;    /* `size` is more than an estimate */
};

/* The receiver's MSS option forbids more than the report does. */
static bool reaction_knew_before(const struct wt_context *context, const struct wt_told *told)
{
    uint32_t headers = context->packet->version == 4 ? WT_HEADERS_V4 : WT_HEADERS_V6;
    if (!wt_context_is_tcp(context))
        return false;
    uint32_t mss = wt_context_peer(context)->mss;
    return mss && mss + headers <= told->mtu;
}

static bool reaction_is_repeated(const struct wt_context *context)
{
    const struct wt_side *side = wt_context_side(context);
    return side->has_next && wt_seq_after(side->next, context->packet->tcp.seq);
}

bool wt_reaction_could_know(const struct wt_context *context, const struct wt_told *told)
{
    int64_t since = context->frame->time - told->time;
    if (reaction_knew_before(context, told))
        return since > REACTION_GRACE_MIN;
    int64_t delay = context->flow ? (int64_t)wt_context_side(context)->reports.delay * 1000 : 0;
    int64_t grace = delay ? MAX(delay, REACTION_GRACE_MIN) : REACTION_GRACE_UNKNOWN;
    if (!wt_context_is_tcp(context) || !reaction_is_repeated(context))
        grace += REACTION_QUEUE;
    return since > grace;
}

/* --- obeyed --- */

static void reaction_tell_obeyed(const struct wt_context *context, const struct reaction *reaction,
                                 const struct wt_waiting *waiting)
{
    int64_t delay = reaction->time - waiting->time;
    const struct wt_relation relation = {
        .kind = WT_RELATION_REACTION, .frame = reaction->frame, .delay = -delay};
    wt_find(
        context, WT_FINDING_PMTU_OBEYED, .shown_in = reaction->frame,
        .value = {reaction->size, waiting->frame, (uint64_t)(delay > 0 ? delay : 0), reaction->told->before});
    wt_relate_with(context, waiting->frame, &relation);
    reaction->told->answered = true;
}

/* Answers the reports that quote bytes of this packet (all of them where bytes have no numbers). */
static void reaction_answer(const struct wt_context *context, const struct reaction *reaction)
{
    struct wt_told *told = reaction->told;
    unsigned kept = 0;
    for (unsigned i = 0; i < told->waiting_count; i++) {
        int32_t into = wt_seq_distance(told->waiting[i].seq, reaction->seq);
        if (!wt_context_is_tcp(context) || (into >= 0 && (uint32_t)into < reaction->payload))
            reaction_tell_obeyed(context, reaction, &told->waiting[i]);
        else
            told->waiting[kept++] = told->waiting[i];
    }
    told->waiting_count = (uint8_t)kept;
}

/* Who obeys has received the report, whatever spoke against it. */
static void reaction_believe(const struct wt_context *context, struct wt_told *told, bool filled)
{
    struct wt_path_record *record = wt_path_record_get(context, &context->packet->src, &context->packet->dst);
    wt_path_judge(record, WT_PATH_OBEYED);
    if (!told->weakness || !filled)
        return;
    const struct wt_path_news news = {told->mtu, told->frame, told->by, false};
    told->weakness = WT_REASON_NONE;
    wt_path_tell(context, context->path, record, &news);
}

static void reaction_judge_fitting(const struct wt_context *context, const struct reaction *reaction)
{
    struct wt_told *told = reaction->told;
    bool filled = reaction->size + REACTION_ROUNDING > told->mtu;
    if (told->waiting_count == 0 || (!reaction->known && told->ignored))
        return;
    if (context->flow ? !wt_context_is_tcp(context) && reaction->size <= told->mtu / 2
                      : reaction->size + REACTION_PADDING <= told->mtu)
        return;
    if (told->ignored >= REACTION_IGNORED_MANY && !filled)
        return;
    reaction_answer(context, reaction);
    if (told->answered)
        reaction_believe(context, told, filled);
}

/* --- not obeyed --- */

/* Bytes of a report, or of a larger packet, are sent again: that they arrive says nothing of how they did
 * before. */
static void reaction_spoil(const struct reaction *reaction)
{
    struct wt_told *told = reaction->told;
    for (unsigned i = 0; i < told->waiting_count; i++) {
        int32_t into = wt_seq_distance(told->waiting[i].seq, reaction->seq);
        told->waiting[i].repeated |= into >= 0 && (uint32_t)into < reaction->payload;
    }
    if (told->larger && reaction->repeated && wt_seq_after(told->larger_end, reaction->seq))
        told->larger = false;
}

/* Returns whether the packet is larger than its sender could know that it may be. */
static bool reaction_judge_larger(struct wt_context *context, const struct reaction *reaction)
{
    struct wt_told *told = reaction->told;
    if (!context->packet->df || context->packet->fragment)
        return false;
    if (!reaction->repeated && wt_context_is_tcp(context) && !told->larger) {
        told->larger = true;
        told->larger_end = reaction->seq + reaction->payload;
    }
    if (reaction->late && reaction->repeated)
        wt_told_ignored(context, told, context->packet, reaction->frame, reaction->size);
    return reaction->late;
}

static void reaction_judge_df(struct wt_context *context, struct wt_told *told)
{
    if (!told->df || told->df_cleared || context->packet->df || context->packet->version != 4)
        return;
    told->df_cleared = true;
    wt_find(context, WT_FINDING_PMTU_DF_CLEARED, .value = {told->frame});
    wt_path_judge(wt_path_record_get(context, &context->packet->src, &context->packet->dst),
                  WT_PATH_DF_CLEARED);
}

/* --- the packet at hand --- */

static bool reaction_judge(struct wt_context *context, const struct reaction *reaction)
{
    if (wt_context_is_tcp(context))
        reaction_spoil(reaction);
    if (reaction->size > reaction->told->mtu)
        return reaction->known && reaction_judge_larger(context, reaction);
    reaction_judge_fitting(context, reaction);
    return false;
}

/* A super-frame: returns whether its size will be known later, or never. */
static bool reaction_is_in_doubt(const struct wt_context *context, struct reaction *reaction)
{
    struct wt_told *told = reaction->told;
    struct wt_doubt doubt;
    if (context->facts->wire_frames <= 1 || !wt_context_is_tcp(context) ||
        reaction_knew_before(context, told))
        return false;
    switch (wt_pieces_judge(context, told, &doubt)) {
    case WT_PIECES_FIT:
        reaction->size = told->mtu;
        return false;
    case WT_PIECES_LATER:
        doubt.late = reaction->late;
        doubt.repeated = reaction->repeated;
        told->doubt = doubt;
        return true;
    case WT_PIECES_LIKELY:
        reaction->known = false;
        return reaction->size > told->mtu;
    default:
        return true;
    }
}

bool wt_reaction_judge(struct wt_context *context, struct wt_trouble *trouble)
{
    struct wt_told *told = &trouble->told;
    const struct wt_packet *packet = context->packet;
    if (told->frame == 0 || context->frame->time - told->last > WT_PMTU_EXPIRY)
        return false;
    reaction_judge_df(context, told);
    if (told->mtu == 0 || (!context->innermost && packet->l3_len > context->facts->link_mtu))
        return false;
    struct reaction reaction = {
        .told = told,
        .frame = context->frame->number,
        .time = context->frame->time,
        .seq = packet->tcp.seq,
        .payload = packet->payload_len,
        .size = wt_segmentation_wire_l3(context),
        .repeated = wt_context_is_tcp(context) && reaction_is_repeated(context),
        .late = wt_reaction_could_know(context, told),
        .known = true,
    };
    return !reaction_is_in_doubt(context, &reaction) && reaction_judge(context, &reaction);
}

/* --- the super-frame before it --- */

/* Its size is known now: what the history holds of it is more than an estimate. */
static void reaction_amend(const struct wt_context *context, const struct wt_doubt *doubt, uint32_t size,
                           bool larger)
{
    struct wt_past *past =
        wt_history_newest(context->engine->history, wt_context_side(context)->reports.newest);
    if (!past || past->frame != doubt->frame || size <= past->headers)
        return;
    past->larger = larger;
    past->certain = true;
    past->segment = size - past->headers;
    past->segments = (doubt->payload - 1) / past->segment + 1;
    past->wire_l3 = size;
}

void wt_reaction_resolve(struct wt_context *context, struct wt_trouble *trouble)
{
    struct wt_told *told = &trouble->told;
    const struct wt_doubt doubt = told->doubt;
    if (doubt.frame == 0 || context->frame->number == doubt.frame)
        return;
    enum wt_pieces pieces = wt_pieces_resolve(context, &doubt);
    if (pieces == WT_PIECES_LATER)
        return;
    told->doubt.frame = 0;
    if (pieces == WT_PIECES_UNKNOWN || told->mtu == 0)
        return;
    const struct reaction reaction = {
        .told = told,
        .frame = doubt.frame,
        .time = doubt.time,
        .seq = doubt.seq,
        .payload = doubt.payload,
        .size = pieces == WT_PIECES_OLD ? told->before : told->mtu,
        .repeated = doubt.repeated,
        .late = doubt.late,
        .known = true,
    };
    bool larger = reaction_judge(context, &reaction);
    reaction_amend(context, &doubt, reaction.size, larger);
}
