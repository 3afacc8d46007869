/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stranger.h"

#include "sequence.h"

enum {
    STRANGERS_MAX = 1024,    /* 0.4 MiB */
    STRANGER_NEAR = 1 << 20, /* bytes between two segments of one numbering, as a capture may miss some */
};

struct stranger {
    struct wt_entry entry;
    struct wt_flow_key key;
    struct wt_newcomer newcomer;
    bool has_newcomer, contradicted; /* its side went on with the old numbers since */
    struct {
        uint32_t seq, ack;
    } stray[2];
};

WT_MAP_KEY(stranger, struct wt_flow_key)

struct wt_map *wt_strangers_new(void)
{
    return wt_map_new(sizeof(struct stranger), sizeof(struct wt_flow_key), STRANGERS_MAX, stranger_hash,
                      stranger_equal);
}

void wt_stranger_await(struct wt_map *strangers, const struct wt_flow *flow,
                       const struct wt_newcomer *newcomer)
{
    struct stranger *stranger = wt_map_get(strangers, &flow->key);
    stranger->newcomer = *newcomer;
    stranger->has_newcomer = true;
    stranger->contradicted = false;
}

/* `number` lies right behind the SYN, or behind some of the data in it (RFC 7413). */
static bool stranger_is_next(const struct wt_newcomer *newcomer, uint32_t number)
{
    return !wt_seq_after(newcomer->tcp.seq + 1, number) && !wt_seq_after(number, newcomer->end);
}

/*
 * The other side acknowledges it; or, where that direction was not captured, its sender goes on from it and has not
 * gone on from the old numbers in between.
 */
const struct wt_newcomer *wt_stranger_follows(struct wt_map *strangers, const struct wt_flow *flow,
                                              unsigned sender, const struct wt_packet *packet)
{
    const struct wt_tcp *tcp = &packet->tcp;
    struct stranger *stranger = wt_map_find(strangers, &flow->key);
    if (!stranger || !stranger->has_newcomer || tcp->flags & WT_TCP_RST)
        return NULL;
    const struct wt_newcomer *newcomer = &stranger->newcomer;
    const bool own = sender == newcomer->sender;
    const bool follows = own ? !(tcp->flags & WT_TCP_SYN) && stranger_is_next(newcomer, tcp->seq)
                             : (tcp->flags & WT_TCP_ACK) && stranger_is_next(newcomer, tcp->ack);
    if (follows && !(own && stranger->contradicted)) {
        stranger->has_newcomer = false;
        return newcomer;
    }
    stranger->contradicted |= own && !(tcp->flags & WT_TCP_SYN);
    return NULL;
}

static bool stranger_is_near(uint32_t a, uint32_t b)
{
    const int32_t apart = wt_seq_distance(a, b);
    return apart <= STRANGER_NEAR && apart >= -STRANGER_NEAR;
}

bool wt_stranger_stray(struct wt_map *strangers, const struct wt_flow *flow, unsigned sender,
                       const struct wt_packet *packet, bool again)
{
    struct stranger *stranger = wt_map_get(strangers, &flow->key);
    const uint32_t seq = packet->tcp.seq, ack = packet->tcp.ack;
    const bool goes_on = again && stranger_is_near(seq, stranger->stray[sender].seq) &&
                         stranger_is_near(ack, stranger->stray[sender].ack);
    stranger->stray[sender].seq = seq;
    stranger->stray[sender].ack = ack;
    return goes_on;
}
