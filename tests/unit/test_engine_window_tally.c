/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that ignore window scaling, where the repeats pass; and ordinary loss that must not be taken for them.
 *
 * A simulated transfer, captured at its sender: a window of some segments, one repeat for each acknowledgement of a
 * part, else a time-out. The way there and the way back take 10 ms, the device lies at some part of them.
 */
#include "talk.h"

enum {
    MSS = 1400,
    WAY = 10000,      /* microseconds */
    TIMEOUT = 250000, /* of retransmission */
    FLYING = 256,
    CLIENT = 1000, /* next sequence number */
};

enum cause {
    CAUSE_BEGINS, /* a device drops what begins beyond acknowledgement + raw window */
    CAUSE_ENDS,   /* what ends beyond it */
    CAUSE_RANDOM, /* loses one of `one_of` */
    CAUSE_BURSTS, /* loses four in a row, as often */
    CAUSE_SINGLE, /* has room for one packet */
    CAUSE_QUEUE,  /* has room for `one_of` packets, 20 ms each */
};

struct path {
    enum cause cause;
    uint32_t one_of;
    uint16_t raw;
    int16_t shift;
    uint32_t device; /* microseconds from the sender to it */
    uint32_t flight; /* segments */
    uint16_t syn_window;
};

/* What is on its way, and when it is where. */
struct flying {
    uint64_t time;
    uint32_t number, length;
};

struct queue {
    struct flying at[FLYING];
    unsigned first, count;
};

struct transfer {
    struct talk talk;
    const struct path *path;
    uint32_t server; /* its first sequence number */
    uint64_t now, progress, passed, busy_until;
    struct queue to_device, to_receiver, ack_to_device, ack_to_sender;
    uint32_t edge, got, acked, next, recover; /* counted from 0 */
    bool have[4096];                          /* segments that arrived */
    uint32_t lost_in_a_row;
    uint64_t random;
};

static void queue_push(struct queue *queue, uint64_t time, uint32_t number, uint32_t length)
{
    g_assert_cmpuint(queue->count, <, FLYING);
    queue->at[(queue->first + queue->count++) % FLYING] = (struct flying){time, number, length};
}

static struct flying queue_pop(struct queue *queue)
{
    const struct flying front = queue->at[queue->first];
    queue->first = (queue->first + 1) % FLYING;
    queue->count--;
    return front;
}

static uint32_t draw(struct transfer *t)
{
    t->random = t->random * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(t->random >> 33);
}

static void capture(struct transfer *t, unsigned from, uint32_t seq, uint32_t ack, uint32_t payload,
                    uint16_t window)
{
    struct wt_packet packet = talk_tcp(&t->talk, from, WT_TCP_ACK, seq, ack, payload);
    packet.tcp.window = window;
    t->talk.frame.time = (int64_t)(1000000 + t->now) * 1000 - TALK_MS;
    talk_send(&t->talk, &packet);
}

static void send_segment(struct transfer *t, uint32_t seq)
{
    capture(t, 1, t->server + seq, CLIENT, MSS, 502);
    queue_push(&t->to_device, t->now + t->path->device, seq, MSS);
    t->now += 10;
}

static bool is_lost(struct transfer *t, const struct flying *segment)
{
    const struct path *path = t->path;
    const bool close = segment->time < t->passed + 1000;
    t->passed = segment->time;
    switch (path->cause) {
    case CAUSE_BEGINS:
        return segment->number >= t->edge;
    case CAUSE_ENDS:
        return segment->number + segment->length > t->edge;
    case CAUSE_RANDOM:
        return draw(t) % path->one_of == 0;
    case CAUSE_BURSTS:
        if (t->lost_in_a_row == 0 && draw(t) % path->one_of == 0)
            t->lost_in_a_row = 4;
        t->lost_in_a_row -= t->lost_in_a_row > 0;
        return t->lost_in_a_row > 0;
    case CAUSE_SINGLE:
        return close;
    case CAUSE_QUEUE:
        if (t->busy_until > segment->time + UINT64_C(2000) * path->one_of)
            return true;
        t->busy_until = MAX(t->busy_until, segment->time) + 2000;
        return false;
    }
    return false;
}

static void receive(struct transfer *t, uint32_t seq)
{
    t->have[seq / MSS] = true;
    while (t->have[t->got / MSS])
        t->got += MSS;
    queue_push(&t->ack_to_device, t->now + WAY - t->path->device, t->got, 0);
}

static void take_ack(struct transfer *t, uint32_t ack)
{
    capture(t, 0, CLIENT, t->server + ack, 0, t->path->raw);
    if (ack <= t->acked)
        return;
    t->acked = ack;
    t->progress = t->now;
    if (ack < t->recover)
        send_segment(t, ack);
    while (t->next < t->acked + t->path->flight * MSS) {
        send_segment(t, t->next);
        t->next += MSS;
    }
}

static void time_out(struct transfer *t)
{
    t->progress = t->now;
    t->recover = t->next;
    send_segment(t, t->acked);
}

/* The queue whose front is due first, if that is before `until`. */
static struct queue *next_due(struct transfer *t, uint64_t until)
{
    struct queue *const all[] = {&t->to_device, &t->to_receiver, &t->ack_to_device, &t->ack_to_sender};
    struct queue *due = NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
        if (all[i]->count && all[i]->at[all[i]->first].time < until) {
            due = all[i];
            until = due->at[due->first].time;
        }
    return due;
}

static void step(struct transfer *t)
{
    struct queue *due = next_due(t, t->progress + TIMEOUT);
    if (!due) {
        t->now = MAX(t->now, t->progress + TIMEOUT);
        time_out(t);
        return;
    }
    const struct flying front = queue_pop(due);
    t->now = MAX(t->now, front.time);
    if (due == &t->to_device && !is_lost(t, &front))
        queue_push(&t->to_receiver, t->now + WAY - t->path->device, front.number, front.length);
    else if (due == &t->to_receiver)
        receive(t, front.number);
    else if (due == &t->ack_to_device)
        queue_push(&t->ack_to_sender, t->now + t->path->device, front.number, 0);
    if (due == &t->ack_to_device)
        t->edge = MAX(t->edge, front.number + t->path->raw);
    if (due == &t->ack_to_sender)
        take_ack(t, front.number);
}

/* How often window.unscaled_drop was found in 500 kB. */
static unsigned transfer(gconstpointer version, const struct path *path, uint32_t server, uint64_t seed)
{
    struct transfer t = {.path = path, .server = server, .random = seed, .edge = path->syn_window};
    talk_open(&t.talk, (uint8_t)GPOINTER_TO_UINT(version));
    struct wt_packet syn = talk_tcp(&t.talk, 0, WT_TCP_SYN, CLIENT - 1, 0, 0);
    syn.tcp.window = path->syn_window;
    syn.tcp.scale = path->shift;
    syn.tcp.mss = MSS + 12;
    talk_send(&t.talk, &syn);
    talk_send_tcp(&t.talk, 1, WT_TCP_SYN | WT_TCP_ACK, server - 1, CLIENT, 0);
    capture(&t, 0, CLIENT, server, 0, path->raw);
    t.edge = MAX(t.edge, path->raw);
    send_segment(&t, 0);
    t.next = MSS;
    for (unsigned i = 0; i < 20000 && t.acked < 500000; i++)
        step(&t);
    unsigned found = 0;
    for (uint32_t number = 1; number <= t.talk.frame.number; number++)
        found += talk_found(&t.talk, number, WT_FINDING_WINDOW_UNSCALED_DROP) != NULL;
    talk_close(&t.talk);
    return found;
}

static const struct {
    uint16_t raw, syn_window;
    int16_t shift;
} windows[] = {{5800, 5840, 2}, {8192, 65535, 3}, {4000, 64240, 4}, {1800, 5840, 6}, {229, 5840, 7}};

static void find(gconstpointer version, enum cause cause)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(windows); i++)
        for (uint32_t device = 1000; device < WAY; device += 4000)
            for (uint32_t flight = 10; flight <= 24; flight += 7) {
                const struct path path = {.cause = cause,
                                          .raw = windows[i].raw,
                                          .syn_window = windows[i].syn_window,
                                          .shift = windows[i].shift,
                                          .device = device,
                                          .flight = flight};
                g_test_message("raw %u, device at %u us, %u segments", path.raw, device, flight);
                g_assert_cmpuint(transfer(version, &path, 5000, 1), >=, 2);
                g_assert_cmpuint(transfer(version, &path, UINT32_MAX - 200000, 1), >=, 2);
            }
}

static void test_begins(gconstpointer version)
{
    find(version, CAUSE_BEGINS);
}

static void test_ends(gconstpointer version)
{
    find(version, CAUSE_ENDS);
}

/* The same windows on paths that lose in other ways. */
static void test_ordinary(gconstpointer version)
{
    static const struct {
        enum cause cause;
        uint32_t one_of;
    } losses[] = {{CAUSE_RANDOM, 10},  {CAUSE_RANDOM, 40}, {CAUSE_RANDOM, 200}, {CAUSE_BURSTS, 30},
                  {CAUSE_BURSTS, 150}, {CAUSE_SINGLE, 0},  {CAUSE_QUEUE, 2},    {CAUSE_QUEUE, 4},
                  {CAUSE_QUEUE, 6},    {CAUSE_QUEUE, 9}};
    for (unsigned i = 0; i < G_N_ELEMENTS(losses) * G_N_ELEMENTS(windows); i++)
        for (uint32_t flight = 2; flight <= 24; flight += 3) {
            const unsigned window = i % G_N_ELEMENTS(windows), loss = i / G_N_ELEMENTS(windows);
            const struct path path = {.cause = losses[loss].cause,
                                      .one_of = losses[loss].one_of,
                                      .raw = windows[window].raw,
                                      .syn_window = windows[window].syn_window,
                                      .shift = windows[window].shift,
                                      .device = 5000,
                                      .flight = flight};
            g_test_message("raw %u, loss %u, %u segments", path.raw, loss, flight);
            g_assert_cmpuint(transfer(version, &path, 5000, i * 100 + flight), ==, 0);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("tally/begins", test_begins);
    talk_add("tally/ends", test_ends);
    talk_add("tally/ordinary", test_ordinary);
    return g_test_run();
}
