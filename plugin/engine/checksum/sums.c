/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A receiver drops a packet with a wrong sum without a word. So what a wrong sum means is shown by
 * what follows: dropped packets are sent again, those that were acknowledged had a right sum on the wire, and
 * somebody edited them after the capture. Who edits a capture does so to all of it: what was taken on an
 * interface speaks about every wrong sum there.
 */
#include "sums.h"

#include "engine/state/sequence.h"

enum {
    TRUSTS_MAX = 1 << 10,
    LEAKERS_MAX = 1 << 10,
};

struct trust {
    struct wt_entry entry;
    uint32_t interface;
    uint32_t taken, dropped;
};

struct leaker {
    struct wt_entry entry;
    struct wt_host_key key;
};

WT_MAP_KEY(leaker, struct wt_host_key)

static guint trust_hash(gconstpointer key)
{
    return wt_map_hash(key, sizeof(uint32_t));
}

static gboolean trust_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(uint32_t)) == 0;
}

struct wt_map *wt_sums_leakers_new(void)
{
    return wt_map_new(sizeof(struct leaker), sizeof(struct wt_host_key), LEAKERS_MAX, leaker_hash,
                      leaker_equal);
}

struct wt_map *wt_sums_trusts_new(void)
{
    return wt_map_new(sizeof(struct trust), sizeof(uint32_t), TRUSTS_MAX, trust_hash, trust_equal);
}

struct wt_sum_key wt_sum_key(const struct wt_context *context, bool reverse)
{
    const struct wt_packet *packet = context->packet;
    return (struct wt_sum_key){
        .interface = context->frame->interface,
        .tunnel = packet->tunnel,
        .src = reverse ? packet->dst : packet->src,
        .dst = reverse ? packet->src : packet->dst,
        .ports = reverse ? (uint32_t)packet->dst_port << 16 | packet->src_port
                         : (uint32_t)packet->src_port << 16 | packet->dst_port,
        .kind = packet->proto,
    };
}

/* The same at every capture point. */
uint64_t wt_sum_event(const struct wt_sum_key *key, uint32_t number)
{
    struct wt_sum_key anywhere = *key;
    anywhere.interface = 0;
    return (uint64_t)wt_map_hash(&anywhere, sizeof anywhere) << 32 | number;
}

static enum wt_sums_state sums_of(const struct wt_packet *packet)
{
    if (packet->ip_checksum == WT_CHECKSUM_BAD || packet->l4_checksum == WT_CHECKSUM_BAD)
        return WT_SUMS_WRONG;
    if (wt_checksum_is_partial(packet->l4_checksum) || packet->l4_checksum == WT_CHECKSUM_UNFILLED)
        return WT_SUMS_PARTIAL;
    return packet->l4_checksum == WT_CHECKSUM_UNVERIFIABLE ? WT_SUMS_UNKNOWN : WT_SUMS_RIGHT;
}

enum wt_sums_state wt_sums_state(const struct wt_context *context, const struct wt_packet **worst)
{
    enum wt_sums_state state = sums_of(context->packet);
    *worst = context->packet;
    for (const struct wt_packet *outer = context->reading->packet; outer < context->packet; outer++) {
        enum wt_sums_state its =
            outer->l4_offset || outer->ip_checksum == WT_CHECKSUM_BAD ? sums_of(outer) : WT_SUMS_RIGHT;
        if (its > state) {
            state = its;
            *worst = outer;
        }
    }
    return state;
}

static struct trust *trust_of(const struct wt_context *context)
{
    return wt_map_get(wt_sums(context)->trusts, &context->frame->interface);
}

void wt_sums_taken(const struct wt_context *context)
{
    trust_of(context)->taken++;
}

void wt_sums_dropped(const struct wt_context *context)
{
    trust_of(context)->dropped++;
}

bool wt_sums_are_edited(const struct wt_context *context)
{
    const struct trust *trust = wt_map_peek(wt_sums(context)->trusts, &context->frame->interface);
    return trust && trust->taken > trust->dropped;
}

void wt_sums_leak(const struct wt_context *context, const struct wt_address *sender)
{
    const struct wt_host_key key = wt_host_key(context->frame->interface, sender);
    wt_map_get(wt_sums(context)->leakers, &key);
}

bool wt_sums_are_leaked(const struct wt_context *context)
{
    struct wt_map *leakers = wt_sums(context)->leakers;
    const struct wt_host_key key = wt_host_key(context->frame->interface, &context->packet->src);
    return wt_map_oldest(leakers) && wt_map_peek(leakers, &key);
}

/* Whether the packet lies in a fragment: the rest of it is in the next one. */
static bool sums_are_in_fragment(const struct wt_context *context)
{
    for (unsigned i = 0; i < context->reading->packets; i++)
        if (&context->reading->packet[i] != context->packet && context->reading->packet[i].fragment)
            return true;
    return false;
}

bool wt_sums_is_cut(const struct wt_context *context)
{
    return context->packet->truncated && context->frame->captured == context->frame->length &&
           !sums_are_in_fragment(context);
}

bool wt_sums_are_plausible(const struct wt_context *context)
{
    const uint32_t end = context->packet->tcp.seq + context->packet->payload_len;
    const struct wt_side *own = wt_context_side(context), *peer = wt_context_peer(context);
    int64_t beyond = 1; /* damaged numbers may be anything, and their distance all that 32 bits hold */
    if (peer->has_acked)
        beyond = wt_seq_distance(end, peer->acked);
    else if (own->has_next)
        beyond = (int64_t)wt_seq_distance(end, own->next) + WT_SUMS_FLIGHT_MAX / 2;
    return beyond > 0 && beyond < WT_SUMS_FLIGHT_MAX;
}
