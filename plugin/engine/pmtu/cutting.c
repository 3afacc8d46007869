/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A NIC that ignores the segment size it was given cuts a super-frame at a size of its own (QEMU's
 * rtl8139 before 7.2: IP length 1500). A stack that asks for segments of 1440 hands down 2880, and 1448 and
 * 1432 appear on the wire. The stack itself is right: what it sends as a single segment fits.
 *
 * Evidence, from each capture point alone:
 *   - at the sender, a report quotes a piece from inside a super-frame that is longer than the stack asked
 *     for (a NIC that cuts right never gave one in 212 reports, and all 51 others were of such NICs):
 *     Error. Or the receiver acknowledges selectively at a place where no segment should begin, a multiple
 *     of a piece size between what was asked for and what the link carries; that may be chance, so it takes
 *     three.
 *   - on the wire, pieces of equal size above the limit and then a shorter one, in one burst (equal
 *     acknowledgement and time stamp, identifications running on), whose sum is a multiple of the limit: the
 *     first is a Warn, since another burst may add up by chance. Or the bytes of a piece that exceeds the
 *     receiver's MSS come again in a segment that fits it exactly: the stack knows.
 *   - at the receiver, a hole larger than as many segments as identifications are missing may hold, closed by
 *     a shorter segment that completes a multiple of the limit. IPv6 has no identification; there it takes
 *     the same again.
 * The limit is the receiver's MSS less options, or what a report allows once the stack was seen to obey it.
 *
 * Traps: a sender that ignores MSS or reports altogether sends lone segments that are too large; those are
 * counted and speak against the NIC. A super-frame sent while the path MTU was news has a segment size that
 * is only estimated; it proves nothing (`certain` in its history). What was written to the connection need
 * not be a multiple of the size, so most last super-frames prove nothing either.
 */
#include "cutting.h"

#include "engine/state/history.h"
#include "engine/state/sequence.h"
#include "path_record.h"
#include "reaction.h"
#include "trouble.h"

enum {
    CUTTING_TRAIN_SURE = 2, /* bursts that add up */
    CUTTING_HOLE_SURE = 3,
    CUTTING_HOLE_SURE_V6 = 4,
    CUTTING_SACK_WARN = 2,
    CUTTING_SACK_SURE = 3,
    CUTTING_MISSING_MAX = 64, /* packets that one hole may be made of */
    CUTTING_COUNT_MAX = 65535,
};

static enum wt_severity cutting_severity(unsigned count, unsigned warn, unsigned sure)
{
    if (count >= sure)
        return WT_SEVERITY_ERROR;
    return count >= warn ? WT_SEVERITY_WARN : WT_SEVERITY_NOTE;
}

static void cutting_count(uint16_t *count)
{
    if (*count < CUTTING_COUNT_MAX)
        ++*count;
}

static void cutting_tell(const struct wt_context *context, struct wt_ends ends, enum wt_severity severity,
                         enum wt_reason reason, uint32_t piece, uint32_t asked)
{
    struct wt_path_record *record = wt_path_record_get(context, &ends.sender, &ends.receiver);
    record->link_mtu = context->facts->link_mtu;
    wt_find(context, WT_FINDING_SEGMENTATION_WRONG, .most = WT_AT_MOST(severity), .reason = reason,
            .ends = &ends, .value = {piece, asked});
    if (severity > WT_SEVERITY_NOTE)
        wt_path_judge(record, WT_PATH_CUT_WRONG);
}

/* The ends of `sent`. */
static struct wt_ends cutting_ends(const struct wt_packet *sent)
{
    return (struct wt_ends){sent->src, sent->dst};
}

/* --- at the sender --- */

void wt_cutting_judge_report(struct wt_context *context, const struct wt_report *report)
{
    const struct wt_past *offender = report->offender;
    uint32_t quoted = report->quote.l3_field;
    if (report->quote.proto != 6 || offender->segments <= 1 || !offender->certain ||
        quoted <= offender->headers + offender->segment)
        return;
    cutting_tell(context, cutting_ends(&report->quote), WT_SEVERITY_ERROR, WT_REASON_CUT_BY_REPORT,
                 quoted - offender->headers, offender->segment);
}

/* The super-frame of the chain inside which, at no boundary, `seq` lies; NULL if a segment begins there. */
static const struct wt_past *cutting_super_frame(const struct wt_context *context, uint32_t newest,
                                                 uint32_t seq)
{
    struct wt_history_walk walk = wt_history_walk(context->engine->history, newest);
    const struct wt_past *past = NULL;
    while ((past = wt_history_next(&walk)))
        if (past->segments > 1 && past->certain && wt_seq_after(seq, past->seq) &&
            wt_seq_after(past->end, seq))
            break;
    return past && !wt_history_is_boundary(context->engine->history, newest, seq) ? past : NULL;
}

/* The size of equal pieces that add up to `length`, more than was asked for and no more than the link
 * carries; 0 if there is none. */
static uint32_t cutting_piece(uint32_t length, uint32_t asked, uint32_t most)
{
    uint32_t pieces = length / (asked + 1);
    if (pieces == 0 || length % pieces)
        return 0;
    return length / pieces <= most ? length / pieces : 0;
}

/* The left edge of selectively acknowledged data: where a wire segment begins. */
static void cutting_judge_edge(struct wt_context *context, struct wt_side *side, uint32_t edge)
{
    const struct wt_past *past = cutting_super_frame(context, side->reports.newest, edge);
    if (!past || context->facts->link_mtu <= past->headers)
        return;
    uint32_t piece = cutting_piece(edge - past->seq, past->segment, context->facts->link_mtu - past->headers);
    if (piece == 0)
        return;
    struct wt_cut *cut = &wt_trouble_open(context->engine, context->flow, !context->sender)->cut;
    if (edge == cut->edge)
        return;
    cut->edge = edge;
    cutting_count(&cut->by_sack);
    const struct wt_ends ends = {context->packet->dst,
                                 context->packet->src}; /* it acknowledges data of the former */
    cutting_tell(context, ends, cutting_severity(cut->by_sack, CUTTING_SACK_WARN, CUTTING_SACK_SURE),
                 WT_REASON_CUT_BY_ACK, piece, past->segment);
}

static void cutting_judge_sacks(struct wt_context *context)
{
    const struct wt_tcp *tcp = &context->packet->tcp;
    struct wt_side *side = wt_context_peer(context);
    if (tcp->sacks && side->reports.newest && wt_seq_after(tcp->sack[0].left, tcp->ack))
        cutting_judge_edge(context, side, tcp->sack[0].left);
}

/* --- on the wire --- */

/* What a single segment may hold: by the receiver's MSS, and by a report once it was obeyed. */
static uint32_t cutting_limit(const struct wt_context *context, const struct wt_trouble *trouble)
{
    const struct wt_packet *packet = context->packet;
    uint32_t limit = context->facts->mss_limit;
    uint32_t headers = packet->ip_header_len + packet->l4_header_len;
    if (!trouble || !trouble->told.answered || trouble->told.mtu <= headers ||
        !wt_reaction_could_know(context, &trouble->told))
        return limit;
    uint32_t told = trouble->told.mtu - headers;
    return limit == 0 || told < limit ? told : limit;
}

static bool cutting_continues(const struct wt_train *train, const struct wt_packet *packet)
{
    return train->pieces && packet->tcp.seq == train->next && packet->tcp.ack == train->ack &&
           packet->tcp.timestamp == train->timestamp && packet->payload_len <= train->size &&
           (!packet->has_id || packet->id == ((train->id + 1) & 0xffff));
}

static void cutting_begin(const struct wt_context *context, struct wt_cut *cut, uint32_t limit)
{
    const struct wt_packet *packet = context->packet;
    cut->train = (struct wt_train){
        .start = packet->tcp.seq,
        .next = packet->tcp.seq + packet->payload_len,
        .id = packet->id,
        .ack = packet->tcp.ack,
        .timestamp = packet->tcp.timestamp,
        .size = packet->payload_len,
        .limit = limit,
        .pieces = 1,
    };
    if (limit == context->facts->mss_limit) {
        cut->has_oversized = true;
        cut->oversized = packet->tcp.seq;
    }
}

/* The shorter piece came: all of them together should be a super-frame of whole segments. */
static void cutting_end(struct wt_context *context, struct wt_cut *cut)
{
    const struct wt_train *train = &cut->train;
    uint32_t sum = train->next - train->start;
    if (sum % train->limit == 0) {
        cutting_count(&cut->by_train);
        enum wt_severity severity = cutting_severity(cut->by_train, 1, CUTTING_TRAIN_SURE);
        cutting_tell(context, cutting_ends(context->packet), cut->lone ? WT_SEVERITY_NOTE : severity,
                     cut->lone ? WT_REASON_CUT_SINGLE_TOO : WT_REASON_CUT_BY_BURST, train->size,
                     train->limit);
    }
    cut->train.pieces = 0;
}

static void cutting_continue(struct wt_context *context, struct wt_cut *cut)
{
    struct wt_train *train = &cut->train;
    const struct wt_packet *packet = context->packet;
    train->next += packet->payload_len;
    train->id = packet->id;
    train->pieces++;
    if (packet->payload_len < train->size)
        cutting_end(context, cut);
}

/* The bytes of an oversized piece again, in a segment of exactly what the receiver allows. */
static void cutting_judge_repeat(struct wt_context *context, struct wt_cut *cut)
{
    const struct wt_packet *packet = context->packet;
    if (!cut->has_oversized || packet->tcp.seq != cut->oversized ||
        packet->payload_len != context->facts->mss_limit)
        return;
    cut->has_oversized = false;
    cutting_count(&cut->by_repeat);
    if (cut->lone == 0)
        cutting_tell(context, cutting_ends(packet), WT_SEVERITY_WARN, WT_REASON_CUT_BY_REPEAT,
                     cut->train.size, packet->payload_len);
}

static void cutting_judge_piece(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_trouble *trouble = wt_trouble_of(context->engine, context->flow, context->sender);
    uint32_t limit = cutting_limit(context, trouble);
    if (limit == 0 || context->facts->wire_frames > 1 || wt_checksum_is_partial(packet->l4_checksum))
        return;
    if (trouble && cutting_continues(&trouble->cut.train, packet)) {
        cutting_continue(context, &trouble->cut);
        return;
    }
    if (trouble && trouble->cut.train.pieces == 1)
        cutting_count(&trouble->cut.lone);
    if (trouble)
        trouble->cut.train.pieces = 0;
    if (packet->payload_len > limit)
        cutting_begin(context, &wt_trouble_open(context->engine, context->flow, context->sender)->cut, limit);
    else if (trouble)
        cutting_judge_repeat(context, &trouble->cut);
}

/* --- at the receiver --- */

/* Packets missing before this one by their identifications; 0 if those do not tell. */
static uint32_t cutting_missing(const struct wt_side *side, const struct wt_packet *packet)
{
    if (!packet->has_id || !side->reports.has_id)
        return 0;
    uint32_t missing = (packet->id - side->reports.id - 1U) & 0xffff;
    return missing <= CUTTING_MISSING_MAX ? missing : 0;
}

static void cutting_judge_hole(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    const struct wt_side *side = wt_context_side(context);
    uint32_t limit = context->facts->mss_limit;
    if (limit == 0 || !side->has_next || !wt_seq_after(packet->tcp.seq, side->next))
        return;
    uint32_t hole = packet->tcp.seq - side->next;
    uint32_t missing = cutting_missing(side, packet);
    bool whole = (hole + packet->payload_len) % limit == 0 && hole % limit != 0;
    if (!whole || hole <= limit || (packet->has_id && (missing == 0 || hole <= missing * limit)))
        return;
    struct wt_cut *cut = &wt_trouble_open(context->engine, context->flow, context->sender)->cut;
    cutting_count(&cut->by_hole);
    enum wt_severity severity = missing ? cutting_severity(cut->by_hole, 1, CUTTING_HOLE_SURE)
                                        : cutting_severity(cut->by_hole, 2, CUTTING_HOLE_SURE_V6);
    cutting_tell(context, cutting_ends(packet), severity,
                 missing ? WT_REASON_CUT_HOLE_LARGER : WT_REASON_CUT_HOLE_ODD,
                 missing ? (hole + missing - 1) / missing : hole, limit);
}

static void cutting_learn_id(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_side *side = wt_context_side(context);
    if (side->has_next && !wt_seq_after(packet->tcp.seq + packet->payload_len, side->next))
        return;
    side->reports.has_id = packet->has_id;
    side->reports.id = (uint16_t)(packet->id + context->facts->wire_frames - 1);
}

void wt_cutting_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (packet->tcp.flags & (WT_TCP_SYN | WT_TCP_RST))
        return;
    cutting_judge_sacks(context);
    if (packet->payload_len == 0)
        return;
    cutting_judge_hole(context);
    cutting_judge_piece(context);
    cutting_learn_id(context);
}
