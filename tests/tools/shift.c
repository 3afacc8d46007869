/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shift CAPTURE...   what is said of a capture must not depend on where sequence numbers and clocks begin
 *
 * Judges each capture as it is, then with the sequence numbers of every direction of every connection shifted
 * so that they pass 2^32 in its middle, each direction by its own amount, and again with all times shifted.
 * Findings, links, cases and facts have to be the same, right edges moved along. Prints what differs; the
 * exit code is 1 if anything does. No detector is left out, and none has to be named.
 */
#include "capture_file.h"

#include <wiretruth/diagnosis.h>
#include <wiretruth/engine.h>

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHIFT_TCP = 6
};

/* One direction of a connection, wherever it is captured. */
struct direction {
    struct wt_address src, dst;
    uint32_t src_port, dst_port;
};

struct span {
    uint32_t first; /* sequence number */
    uint32_t furthest;
};

/* How a capture is changed. */
struct shift {
    GHashTable *spans; /* struct direction -> struct span; NULL: sequence numbers as they are */
    int64_t time;
};

static guint direction_hash(gconstpointer key)
{
    const guint8 *bytes = key;
    guint hash = 5381;
    for (size_t i = 0; i < sizeof(struct direction); i++)
        hash = hash * 33 + bytes[i];
    return hash;
}

static gboolean direction_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct direction)) == 0;
}

static struct direction direction_of(const struct wt_packet *packet, bool back)
{
    if (back)
        return (struct direction){packet->dst, packet->src, packet->dst_port, packet->src_port};
    return (struct direction){packet->src, packet->dst, packet->src_port, packet->dst_port};
}

static bool is_tcp(const struct wt_packet *packet)
{
    return packet->proto == SHIFT_TCP && packet->has_l4;
}

/* --- where each direction begins and ends --- */

static void span_learn(GHashTable *spans, const struct wt_packet *packet)
{
    const struct direction key = direction_of(packet, false);
    struct span *span = g_hash_table_lookup(spans, &key);
    if (!span) {
        span = g_new0(struct span, 1);
        span->first = packet->tcp.seq;
        g_hash_table_insert(spans, g_memdup2(&key, sizeof key), span);
    }
    uint32_t end = packet->tcp.seq + packet->payload_len - span->first;
    if (end < UINT32_MAX / 2 && end > span->furthest)
        span->furthest = end;
}

/* By how much a direction is shifted: its middle becomes 0. */
static uint32_t span_shift(GHashTable *spans, const struct direction *key)
{
    const struct span *span = g_hash_table_lookup(spans, key);
    return span ? 0U - (span->first + span->furthest / 2) : 12345;
}

static void shift_packet(GHashTable *spans, struct wt_packet *packet)
{
    const struct direction forth = direction_of(packet, false), back = direction_of(packet, true);
    struct wt_tcp *tcp = &packet->tcp;
    if (!is_tcp(packet))
        return;
    tcp->seq += span_shift(spans, &forth);
    if (!(tcp->flags & WT_TCP_ACK)) /* not captured, or meaningless */
        return;
    uint32_t acked = span_shift(spans, &back);
    tcp->ack += acked;
    for (unsigned i = 0; i < tcp->sacks; i++) {
        tcp->sack[i].left += acked;
        tcp->sack[i].right += acked;
    }
}

/* --- two engines beside each other --- */

struct pair {
    struct wt_engine *plain, *shifted;
    const struct shift *shift;
    const char *path;
    bool differs;
};

static void pair_differ(struct pair *pair, uint32_t number, const char *what)
{
    printf("%s, frame %u: %s\n", pair->path, number, what);
    pair->differs = true;
}

static void compare_facts(struct pair *pair, uint32_t number, const struct wt_packet *packet)
{
    const struct wt_facts *plain = wt_engine_facts(pair->plain, number);
    const struct wt_facts *shifted = wt_engine_facts(pair->shifted, number);
    if (!plain != !shifted)
        pair_differ(pair, number, "facts of one only");
    if (!plain || !shifted)
        return;
    struct wt_facts expected = *plain;
    const struct direction back = direction_of(packet, true);
    if (expected.has_right_edge && pair->shift->spans)
        expected.right_edge += span_shift(pair->shift->spans, &back);
    bool same = expected.wire_frames == shifted->wire_frames && expected.wire_len == shifted->wire_len &&
                expected.segment_size == shifted->segment_size &&
                expected.segment_last == shifted->segment_last && expected.mss_limit == shifted->mss_limit &&
                expected.path_mtu == shifted->path_mtu && expected.link_mtu == shifted->link_mtu &&
                expected.flight == shifted->flight && expected.has_flight == shifted->has_flight &&
                expected.window_scale == shifted->window_scale &&
                expected.scale_least == shifted->scale_least && expected.direction == shifted->direction &&
                expected.has_right_edge == shifted->has_right_edge;
    if (!same)
        pair_differ(pair, number, "facts");
    if (expected.has_right_edge && expected.right_edge != shifted->right_edge)
        pair_differ(pair, number, "right edge");
}

static void compare_findings(struct pair *pair, uint32_t number)
{
    const struct wt_finding *f = wt_engine_findings(pair->plain, number);
    const struct wt_finding *g = wt_engine_findings(pair->shifted, number);
    for (; f && g; f = f->next, g = g->next)
        if (f->id != g->id || f->severity != g->severity || f->shown != g->shown ||
            memcmp(f->value, g->value, sizeof f->value) != 0 || f->supports != g->supports)
            break;
    if (f || g)
        pair_differ(pair, number, f ? wt_finding_table[f->id].name : wt_finding_table[g->id].name);
}

static void compare_relations(struct pair *pair, uint32_t number)
{
    const struct wt_relation *r = wt_engine_relations(pair->plain, number);
    const struct wt_relation *s = wt_engine_relations(pair->shifted, number);
    for (; r && s; r = r->next, s = s->next)
        if (r->kind != s->kind || r->frame != s->frame || r->delay != s->delay || r->changes != s->changes)
            break;
    if (r || s)
        pair_differ(pair, number, "relations");
}

/* --- a capture --- */

static void read_frame(const struct wt_frame *frame, struct wt_reading *reading)
{
    memset(reading, 0, sizeof *reading);
    wt_read_frame(frame, reading);
    wt_verify(frame, reading, true);
}

static void pair_frame(struct pair *pair, const struct wt_frame *frame)
{
    struct wt_reading reading;
    struct wt_frame later = *frame;
    read_frame(frame, &reading);
    wt_engine_frame(pair->plain, frame, &reading);
    later.time += pair->shift->time;
    for (unsigned i = 0; i < reading.packets && pair->shift->spans; i++)
        shift_packet(pair->shift->spans, &reading.packet[i]);
    for (unsigned i = 0; i < reading.quotes && pair->shift->spans; i++)
        shift_packet(pair->shift->spans, &reading.quote[i]);
    wt_engine_frame(pair->shifted, &later, &reading);
    if (reading.packets)
        compare_facts(pair, frame->number, &reading.packet[reading.packets - 1]);
}

static void pair_judge(struct pair *pair, GArray *frames)
{
    const struct wt_preferences preferences = {.verify_checksums = true};
    pair->plain = wt_engine_new(&preferences);
    pair->shifted = wt_engine_new(&preferences);
    for (guint i = 0; i < frames->len; i++)
        pair_frame(pair, &g_array_index(frames, struct wt_frame, i));
    for (guint i = 0; i < frames->len; i++) {
        compare_findings(pair, g_array_index(frames, struct wt_frame, i).number);
        compare_relations(pair, g_array_index(frames, struct wt_frame, i).number);
    }
    wt_engine_free(pair->plain);
    wt_engine_free(pair->shifted);
}

static GHashTable *spans_of(GArray *frames)
{
    GHashTable *spans = g_hash_table_new_full(direction_hash, direction_equal, g_free, g_free);
    struct wt_reading reading;
    for (guint i = 0; i < frames->len; i++) {
        read_frame(&g_array_index(frames, struct wt_frame, i), &reading);
        for (unsigned j = 0; j < reading.packets; j++)
            if (is_tcp(&reading.packet[j]))
                span_learn(spans, &reading.packet[j]);
    }
    return spans;
}

static bool shift_capture(const char *path)
{
    struct capture_file *file = capture_file_open(path);
    struct wt_frame frame;
    if (!file)
        return false;
    GArray *frames = g_array_new(FALSE, FALSE, sizeof frame);
    while (capture_file_next(file, &frame))
        g_array_append_val(frames, frame);
    GHashTable *spans = spans_of(frames);
    const struct shift shifts[] = {
        {.spans = spans}, {.time = 123456789012000000}, {.time = -1800000000 * (int64_t)1000000000}};
    bool same = true;
    for (size_t i = 0; i < G_N_ELEMENTS(shifts); i++) {
        struct pair pair = {.shift = &shifts[i], .path = path};
        pair_judge(&pair, frames);
        same &= !pair.differs;
    }
    g_hash_table_destroy(spans);
    g_array_free(frames, TRUE);
    capture_file_close(file);
    return same;
}

int main(int argc, char **argv)
{
    int same = 0;
    for (int i = 1; i < argc; i++)
        same += shift_capture(argv[i]);
    printf("%d of %d the same\n", same, argc - 1);
    return same == argc - 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
