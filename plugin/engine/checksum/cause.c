/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A wrong checksum in a capture is seldom damage: links have checks of their own. Damage hits some
 * packets of a sender whose others are intact, is dropped by its receiver, and differs from packet to packet.
 * So checksum.corrupt is a Warn only where intact packets of the same direction were seen, packets with
 * payload for one with payload, and wrong ones are the minority. Everything else gets its likely cause, as a
 * Note, once for each direction of a flow:
 *
 *   - a constant difference to the right sum, or to the partial one: addresses or ports were rewritten after
 *     the capture (anonymised, replayed), since the sum is linear in them (RFC 1624);
 *   - off by one, in either direction: the sum was adapted without its carries (RFC 1624 3);
 *   - a constant value where the right one changes: a program wrote it;
 *   - only packets with payload are wrong: the payload was replaced or removed;
 *   - its receiver acknowledged the data, which were not sent again: a stale sum of something merged or
 * edited.
 *
 * Traps: some tools repair TCP sums and not ICMP sums, so each protocol is judged by itself. A stuck bit
 * makes constant differences too, but not in every packet. Fraglist GRO and LRO leave the first segment's sum
 * on merged frames; those never come here.
 */
#include "cause.h"

#include "engine/state/sequence.h"

enum {
    WRONGS_MAX = 1 << 14,
    CAUSE_INTACT_HOST = 4, /* intact packets of a host that speak for it where its flow has none yet */
    CAUSE_PAYLOAD_HITS = 3,
    CAUSE_TAKEN_HITS = 2,
    CAUSE_FLIGHT_MAX = 1 << 24, /* bytes in flight that are plausible */
};

struct cause_key {
    uint32_t interface, tunnel;
    struct wt_address src, dst;
    uint32_t ports, kind; /* protocol, or CAUSE_IP_HEADER */
};

enum {
    CAUSE_IP_HEADER = 256
};

struct cause {
    struct wt_entry entry;
    struct cause_key key;
    uint32_t wrong;                           /* how many */
    uint16_t field, difference, from_partial; /* of the last one */
    uint32_t same_field, same_difference;     /* how often the same in a row, the first not counted */
    uint32_t seq, end;                        /* of the last one, if TCP with payload */
    bool open;                                /* those data are neither acknowledged nor sent again */
    uint32_t taken;                           /* how often such data were acknowledged as they were */
    enum wt_reason told;                      /* the cause said last */
};

WT_MAP_KEY(cause, struct cause_key)

static void *cause_new(void)
{
    return wt_map_new(sizeof(struct cause), sizeof(struct cause_key), WRONGS_MAX, cause_hash, cause_equal);
}

static struct cause_key cause_key(const struct wt_context *context, bool ip_header, bool reverse)
{
    const struct wt_packet *packet = context->packet;
    uint32_t ports = ip_header ? 0
                     : reverse ? (uint32_t)packet->dst_port << 16 | packet->src_port
                               : (uint32_t)packet->src_port << 16 | packet->dst_port;
    return (struct cause_key){
        .interface = context->frame->interface,
        .tunnel = packet->tunnel,
        .src = reverse ? packet->dst : packet->src,
        .dst = reverse ? packet->src : packet->dst,
        .ports = ports,
        .kind = ip_header ? CAUSE_IP_HEADER : packet->proto,
    };
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

static void cause_count(struct cause *cause, const struct wt_packet *packet, bool ip_header)
{
    uint16_t field = ip_header ? packet->ip_checksum_field : packet->l4_checksum_field;
    uint16_t expected = ip_header ? packet->ip_checksum_expected : packet->l4_checksum_expected;
    uint16_t difference = wt_cause_difference(field, expected);
    uint16_t from_partial =
        ip_header ? difference : wt_cause_difference(field, wt_cause_pseudo(packet, packet->l4_len));
    bool again = cause->wrong > 0;
    bool constant = difference == cause->difference || from_partial == cause->from_partial;
    cause->same_field =
        again && field == cause->field && difference != cause->difference ? cause->same_field + 1 : 0;
    cause->same_difference = again && constant ? cause->same_difference + 1 : 0;
    cause->field = field;
    cause->difference = difference;
    cause->from_partial = from_partial;
    cause->wrong++;
}

/* Waits for what becomes of the data, if their sequence number, which may be the damage, can be right. */
static void cause_open(struct cause *cause, const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    cause->open = false;
    if (!wt_context_is_tcp(context) || packet->payload_len == 0 || !wt_context_peer(context)->has_acked)
        return;
    cause->seq = packet->tcp.seq;
    cause->end = packet->tcp.seq + packet->payload_len;
    int32_t beyond = wt_seq_distance(cause->end, wt_context_peer(context)->acked);
    cause->open = beyond > 0 && beyond < CAUSE_FLIGHT_MAX;
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

static enum wt_reason cause_find(const struct wt_context *context, const struct cause *cause, uint32_t intact)
{
    if (cause->taken >= CAUSE_TAKEN_HITS)
        return WT_REASON_SUM_TAKEN;
    if (cause->difference == 1 || cause->difference == 0xfffe || cause->told == WT_REASON_SUM_OFF_BY_ONE)
        return WT_REASON_SUM_OFF_BY_ONE;
    if (cause->same_field)
        return WT_REASON_SUM_SAME_VALUE;
    if (intact == 0 && cause->same_difference)
        return WT_REASON_SUM_SAME_DIFFERENCE;
    if (intact == 0 && cause->wrong >= CAUSE_PAYLOAD_HITS && context->packet->payload_len)
        return WT_REASON_SUM_PAYLOAD_REPLACED;
    if (intact == 0)
        return WT_REASON_SUM_NONE_INTACT;
    return cause->wrong > intact + 1 ? WT_REASON_SUM_TOO_MANY : WT_REASON_NONE;
}

void wt_cause_judge(struct wt_context *context, bool ip_header)
{
    const struct wt_packet *packet = context->packet;
    const struct cause_key key = cause_key(context, ip_header, false);
    struct cause *cause = wt_map_get(wt_kept(context, WT_KEEPER_CAUSE), &key);
    cause_count(cause, packet, ip_header);
    if (!ip_header)
        cause_open(cause, context);
    if (context->flow)
        wt_context_side(context)->segments.wrong = true;
    uint16_t expected = ip_header ? packet->ip_checksum_expected : packet->l4_checksum_expected;
    enum wt_reason why = cause_find(context, cause, cause_intact(context, ip_header));
    if (!why) {
        context->damaged = true;
        wt_find(context, WT_FINDING_CHECKSUM_CORRUPT, .value = {cause->field, expected});
        return;
    }
    if (why == cause->told)
        return;
    cause->told = why;
    wt_find(context, WT_FINDING_CHECKSUM_CORRUPT, .most = WT_AT_MOST(WT_SEVERITY_NOTE), .reason = why,
            .value = {cause->field, expected});
}

/* Data sent again: then nothing is known of why. */
static void cause_learn_repeated(struct wt_context *context)
{
    const struct cause_key key = cause_key(context, false, false);
    struct cause *cause = wt_map_find(wt_kept(context, WT_KEEPER_CAUSE), &key);
    const struct wt_packet *packet = context->packet;
    if (cause && cause->open && packet->payload_len && packet->l4_checksum != WT_CHECKSUM_BAD &&
        wt_seq_distance(cause->seq, packet->tcp.seq) >= 0 &&
        wt_seq_after(packet->tcp.seq + packet->payload_len, cause->seq)) {
        cause->open = false;
        cause->taken = 0;
    }
}

static void cause_learn_acked(struct wt_context *context)
{
    const struct cause_key key = cause_key(context, false, true);
    struct cause *cause = wt_map_find(wt_kept(context, WT_KEEPER_CAUSE), &key);
    if (!cause || !cause->open || !(context->packet->tcp.flags & WT_TCP_ACK))
        return;
    if (wt_seq_distance(context->packet->tcp.ack, cause->end) < 0)
        return;
    cause->open = false;
    cause->taken++;
}

void wt_cause_learn(struct wt_context *context)
{
    if (!wt_context_is_tcp(context))
        return;
    if (wt_context_side(context)->segments.wrong)
        cause_learn_repeated(context);
    if (wt_context_peer(context)->segments.wrong)
        cause_learn_acked(context);
}

const struct wt_detector wt_cause_detector = {
    .name = "checksum cause",
    .keeper = WT_KEEPER_CAUSE,
    .create = cause_new,
    .free = wt_map_discard,
};
