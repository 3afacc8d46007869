/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A wrong checksum in a capture is seldom damage: links have checks of their own. Damage hits some
 * packets of a sender whose others are intact, is dropped by its receiver, and differs from packet to packet.
 * Whether it was dropped is found out elsewhere (fate.c, request.c); here stands what the wrong sums of one
 * direction have in common. Each reason is said as a Note, once for each direction of a flow:
 *
 *   - its receiver took such packets: a sum left over from merging, or an edited capture;
 *   - the partial sum of other addresses: field less L4 length is constant while right sums vary. It needs
 *     no payload, so it is the same in all protocols between two hosts, and outweighs intact packets;
 *   - off by one: the sum was adapted without its carries (RFC 1624 3). One flipped bit looks the same, so it
 *     takes two packets with different sums;
 *   - a constant value where the right one changes: a program wrote it;
 *   - a constant difference to right sums that vary: fields were rewritten and the sum was not (the sum is
 *     linear in them, RFC 1624), by a device on the way or after the capture;
 *   - the same packet with the same wrong sum: one event, and no random one;
 *   - only packets with payload are wrong: the payload was replaced or removed.
 *
 * What none of these explains may be damage: a Note on each segment, until its fate is known (fate.c). Of
 * datagrams and bare segments nothing shows their fate. A datagram of a flow with many intact ones is a Warn
 * then, blind, as everybody could send it; all datagrams of a sender are one event.
 *
 * Traps: some tools repair TCP sums and not ICMP sums, so each protocol is judged by itself. A stuck bit
 * makes constant differences too, but not in every packet. Fraglist GRO and LRO leave the first segment's sum
 * on merged frames; those never come here.
 */
#include "cause.h"

#include "sums.h"

enum {
    CAUSES_MAX = 1 << 14,
    CAUSE_INTACT_HOST = 4, /* intact packets of a host that speak for it where its flow has none yet */
    CAUSE_INTACT_FLOW = 8, /* intact datagrams of a flow, and CAUSE_INTACT_SHARE times the wrong ones */
    CAUSE_INTACT_SHARE = 4,
    CAUSE_PAYLOAD_HITS = 3,
    CAUSE_EDITED_HITS = 2, /* repetitions of a sum that random damage repeats once in 65,535 */
    CAUSE_IP_HEADER = 256, /* kinds beside protocols */
    CAUSE_HOST_PAIR = 257,
};

struct cause {
    struct wt_entry entry;
    struct wt_sum_key key;
    uint32_t wrong;                                     /* how many */
    uint16_t field, expected, difference, from_partial; /* of the last one */
    /* How often the same in a row while the right sum varied; `identical`: while it did not. */
    uint32_t same_field, same_difference, same_partial, identical;
    uint32_t moved;      /* of the same partial sums, how many came with another field: another length */
    enum wt_reason told; /* said last */
};

WT_MAP_KEY(cause, struct wt_sum_key)

struct wt_map *wt_causes_new(void)
{
    return wt_map_new(sizeof(struct cause), sizeof(struct wt_sum_key), CAUSES_MAX, cause_hash, cause_equal);
}

static struct wt_sum_key cause_key(const struct wt_context *context, uint32_t kind)
{
    struct wt_sum_key key = wt_sum_key(context, false);
    if (kind) {
        key.ports = 0;
        key.kind = kind;
    }
    return key;
}

uint16_t wt_cause_difference(uint16_t field, uint16_t expected)
{
    uint32_t sum = (uint32_t)field + (uint16_t)~expected;
    sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff ? 0 : (uint16_t)sum;
}

uint16_t wt_cause_pseudo(const struct wt_packet *packet, uint32_t length)
{
    uint32_t sum = packet->proto + (length & 0xffff) + (length >> 16);
    for (unsigned i = packet->version == 4 ? 12 : 0; i < 16; i += 2) {
        sum += (uint32_t)(packet->src.bytes[i] << 8 | packet->src.bytes[i + 1]);
        sum += (uint32_t)(packet->dst.bytes[i] << 8 | packet->dst.bytes[i + 1]);
    }
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

static uint32_t cause_row(bool same, uint32_t row)
{
    return same ? row + 1 : 0;
}

static void cause_count(struct cause *cause, const struct wt_packet *packet, bool ip_header)
{
    uint16_t field = ip_header ? packet->ip_checksum_field : packet->l4_checksum_field;
    uint16_t expected = ip_header ? packet->ip_checksum_expected : packet->l4_checksum_expected;
    uint16_t difference = wt_cause_difference(field, expected);
    uint16_t from_partial =
        ip_header ? difference : wt_cause_difference(field, wt_cause_pseudo(packet, packet->l4_len));
    bool again = cause->wrong++ > 0;
    bool varied = again && expected != cause->expected;
    if (!again || varied) {
        cause->same_field = cause_row(varied && field == cause->field, cause->same_field);
        cause->same_difference = cause_row(varied && difference == cause->difference, cause->same_difference);
        bool partial = varied && !ip_header && from_partial == cause->from_partial;
        cause->same_partial = cause_row(partial, cause->same_partial);
        cause->moved = partial ? cause->moved + (field != cause->field) : 0;
    }
    cause->identical = cause_row(again && !varied && field == cause->field, cause->identical);
    cause->field = field;
    cause->expected = expected;
    cause->difference = difference;
    cause->from_partial = from_partial;
}

/* Intact packets of this direction that are like this one. */
static uint32_t cause_intact(const struct wt_context *context, bool ip_header)
{
    uint32_t host = context->src->intact, damaged = context->src->damaged;
    uint32_t by_host = host >= CAUSE_INTACT_HOST && damaged * 4 < host ? host : 0;
    if (ip_header || !context->flow)
        return by_host;
    const struct wt_side_segments *own = &wt_context_side(context)->segments;
    uint32_t by_flow = own->intact + (context->packet->payload_len ? 0U : own->intact_bare);
    bool replaced = context->packet->payload_len && own->intact == 0 && context->src->single_complete == 0;
    return by_flow ? by_flow : replaced ? 0 : by_host;
}

static bool cause_is_off_by_one(const struct cause *cause)
{
    bool now = cause->difference == 1 || cause->difference == 0xfffe;
    return (now && cause->same_difference) || (cause->told == WT_REASON_SUM_OFF_BY_ONE && now);
}

/* What the packet itself leaves open. */
static enum wt_reason cause_unexplained(const struct wt_context *context)
{
    if (!wt_context_is_tcp(context))
        return WT_REASON_SUM_NO_FATE;
    if (context->packet->payload_len == 0)
        return WT_REASON_SUM_BARE;
    return wt_sums_are_plausible(context) ? WT_REASON_SUM_AWAITED : WT_REASON_SUM_NUMBER;
}

static enum wt_reason cause_find(const struct wt_context *context, const struct cause *cause, uint32_t intact)
{
    if (wt_cause_is_edited(context))
        return WT_REASON_SUM_OTHER_ADDRESSES;
    if (wt_sums_are_edited(context))
        return WT_REASON_SUM_TAKEN_BEFORE;
    if (cause_is_off_by_one(cause))
        return WT_REASON_SUM_OFF_BY_ONE;
    if (cause->same_field)
        return WT_REASON_SUM_SAME_VALUE;
    if (intact == 0 && cause->same_difference)
        return WT_REASON_SUM_SAME_DIFFERENCE;
    if (cause->identical)
        return WT_REASON_SUM_SAME_PACKET;
    if (intact == 0 && cause->wrong >= CAUSE_PAYLOAD_HITS && context->packet->payload_len)
        return WT_REASON_SUM_PAYLOAD_REPLACED;
    if (intact == 0)
        return WT_REASON_SUM_NONE_INTACT;
    return cause->wrong > intact + 1 ? WT_REASON_SUM_TOO_MANY : cause_unexplained(context);
}

/* A datagram among many intact ones of its flow. */
static bool cause_is_rare(const struct wt_context *context, const struct cause *cause)
{
    if (!context->flow || cause->key.kind == CAUSE_IP_HEADER)
        return false;
    uint32_t intact = wt_context_side(context)->segments.intact;
    return intact >= CAUSE_INTACT_FLOW && intact >= CAUSE_INTACT_SHARE * cause->wrong;
}

static void cause_tell(const struct wt_context *context, const struct cause *cause, enum wt_reason reason)
{
    const struct wt_sum_key host = cause_key(context, CAUSE_HOST_PAIR);
    bool rare = reason == WT_REASON_SUM_NO_FATE && cause_is_rare(context, cause);
    if (reason == WT_REASON_SUM_OTHER_ADDRESSES) {
        wt_find(context, WT_FINDING_CAPTURE_EDITED, .reason = reason);
        return;
    }
    wt_find(context, WT_FINDING_CHECKSUM_CORRUPT, .value = {cause->field, cause->expected},
            .most = rare ? 0 : WT_AT_MOST(WT_SEVERITY_NOTE), .reason = reason, .blind = rare,
            .event = reason == WT_REASON_SUM_NO_FATE ? wt_sum_event(&host, 0) : 0);
}

/* What explains a direction is said of it once; what leaves a packet open is said of each. */
static bool cause_is_explanation(enum wt_reason reason)
{
    return reason != WT_REASON_SUM_AWAITED && reason != WT_REASON_SUM_NUMBER &&
           reason != WT_REASON_SUM_BARE && reason != WT_REASON_SUM_NO_FATE;
}

static void cause_learn_pair(const struct wt_context *context)
{
    const struct wt_sum_key key = cause_key(context, CAUSE_HOST_PAIR);
    cause_count(wt_map_get(wt_sums(context)->causes, &key), context->packet, false);
}

bool wt_cause_is_edited(const struct wt_context *context)
{
    const struct wt_sum_key key = cause_key(context, CAUSE_HOST_PAIR);
    const struct cause *pair = wt_map_peek(wt_sums(context)->causes, &key);
    return pair && pair->moved && pair->same_partial >= CAUSE_EDITED_HITS;
}

bool wt_cause_judge(struct wt_context *context, bool ip_header)
{
    const struct wt_sum_key key = cause_key(context, ip_header ? CAUSE_IP_HEADER : 0);
    struct cause *cause = wt_map_get(wt_sums(context)->causes, &key);
    cause_count(cause, context->packet, ip_header);
    if (!ip_header)
        cause_learn_pair(context);
    if (context->flow)
        wt_context_side(context)->segments.wrong = true;
    enum wt_reason reason = cause_find(context, cause, cause_intact(context, ip_header));
    if (cause_is_explanation(reason) && reason == cause->told)
        return false;
    cause->told = reason;
    context->damaged |= !cause_is_explanation(reason);
    cause_tell(context, cause, reason);
    return true;
}
