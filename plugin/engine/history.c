/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history.h"

#include <glib.h>

#include "sequence.h"
#include "table.h"

enum {
    HISTORY_SIZE = 1 << 14, /* packets: over 0.1 s of a saturated 1 Gbit/s link */
    HISTORY_CHAINS = 1 << 12,
    HISTORY_STEPS = 256, /* of one search */
    HISTORY_TCP = 6,
};

struct wt_history {
    struct wt_past past[HISTORY_SIZE];
    uint32_t newest[HISTORY_CHAINS]; /* positions count from 1; 0 ends a chain */
    uint32_t count;
};

struct wt_history *wt_history_new(void)
{
    return g_new0(struct wt_history, 1);
}

void wt_history_free(struct wt_history *history)
{
    g_free(history);
}

/* Two hashes with different seeds in the words make equal keys of different flows unlikely enough. */
static uint64_t history_key(uint32_t interface, const struct wt_packet *packet)
{
    uint32_t words[12] = {interface, packet->proto, packet->src_port, packet->dst_port};
    memcpy(words + 4, &packet->src, sizeof packet->src);
    memcpy(words + 8, &packet->dst, sizeof packet->dst);
    uint64_t high = wt_table_hash(words, sizeof words);
    words[1] |= 1U << 31;
    return high << 32 | wt_table_hash(words, sizeof words);
}

static struct wt_past *history_slot(struct wt_history *history, uint32_t position)
{
    return &history->past[position % HISTORY_SIZE];
}

struct wt_past *wt_history_add(struct wt_history *history, const struct wt_frame *frame,
                               const struct wt_packet *packet)
{
    uint64_t key = history_key(frame->interface, packet);
    uint32_t *newest = &history->newest[key % HISTORY_CHAINS];
    history->count = history->count == UINT32_MAX ? HISTORY_SIZE : history->count + 1;
    struct wt_past *past = history_slot(history, history->count);
    *past = (struct wt_past){
        .key = key,
        .time = frame->time,
        .frame = frame->number,
        .position = *newest,
        .id = packet->id,
        .segments = 1,
        .l3_len = packet->l3_len,
    };
    if (packet->proto == HISTORY_TCP) {
        past->seq = packet->tcp.seq;
        past->end = packet->tcp.seq + packet->payload_len;
    }
    *newest = history->count;
    return past;
}

static bool history_fits_id(const struct wt_past *past, const struct wt_packet *quote)
{
    uint32_t mask = quote->version == 4 ? 0xffff : UINT32_MAX;
    return quote->has_id && ((quote->id - past->id) & mask) < past->segments;
}

static bool history_fits(const struct wt_past *past, const struct wt_packet *quote)
{
    if (quote->proto != HISTORY_TCP)
        return quote->has_id ? history_fits_id(past, quote) : past->l3_len == quote->l3_len;
    return wt_seq_distance(quote->tcp.seq, past->seq) >= 0 && wt_seq_after(past->end, quote->tcp.seq);
}

const struct wt_past *wt_history_find(const struct wt_history *history, uint32_t interface,
                                      const struct wt_packet *quote)
{
    uint64_t key = history_key(interface, quote);
    uint32_t position = history->newest[key % HISTORY_CHAINS];
    const struct wt_past *latest = NULL;
    for (unsigned step = 0; step < HISTORY_STEPS; step++) {
        if (position == 0 || history->count - position >= HISTORY_SIZE)
            break;
        const struct wt_past *past = &history->past[position % HISTORY_SIZE];
        if (past->key == key && history_fits(past, quote)) {
            if (history_fits_id(past, quote))
                return past;
            latest = latest ? latest : past;
        }
        if (past->position >= position)
            break;
        position = past->position;
    }
    return latest;
}
