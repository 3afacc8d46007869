/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * box: the devices of the lab that misbehave (NIC, firewall, router, middlebox, long line), between two TAP
 * devices.
 *
 *     host --TAP-- port a  [stage] -> [stage] -> ...  port b --TAP-- the rest of the network
 *                          ... <- [stage] <- [stage]
 *
 * Usage: box JOURNAL PORT-A PORT-B [STAGE...] [-- STAGE...]
 * A port is an open file descriptor ("5", or "5,offload" if the TAP hands over super-frames). Stages before
 * "--" work from a to b, those behind it from b to a. It runs until it is told to end.
 */
#include "journal.h"
#include "port.h"
#include "stage.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void out_open(struct stage *stage, const char *argument)
{
    (void)stage;
    (void)argument;
}

static void out_push(struct stage *stage, struct packet *packet)
{
    port_write(stage->state, packet);
}

static const struct stage_kind stage_out = {"out", out_open, out_push, NULL, NULL};

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static void chain_tick(struct stage *head, uint64_t time)
{
    for (struct stage *stage = head; stage; stage = stage->next)
        if (stage->kind->tick)
            stage->kind->tick(stage, time);
}

static uint64_t chain_due(const struct stage *head)
{
    uint64_t first = UINT64_MAX;

    for (const struct stage *stage = head; stage; stage = stage->next) {
        uint64_t due = stage->kind->due ? stage->kind->due(stage) : UINT64_MAX;

        first = due < first ? due : first;
    }
    return first;
}

static void chain_answers(struct stage *head, struct stage *back)
{
    for (struct stage *stage = head; stage; stage = stage->next)
        stage->back = back;
}

/* Time until the nearer of both deadlines. */
static struct timespec wait_time(const struct stage *one, const struct stage *other)
{
    uint64_t a = chain_due(one), b = chain_due(other), due = a < b ? a : b, time = now();
    uint64_t left = due == UINT64_MAX ? 1000000000U : due > time ? due - time : 0;

    return (struct timespec){.tv_sec = (time_t)(left / 1000000000U), .tv_nsec = (long)(left % 1000000000U)};
}

static void drain(const struct port *port, struct stage *head)
{
    struct packet *packet;

    while ((packet = port_read(port))) {
        chain_tick(head, packet->time);
        head->kind->push(head, packet);
    }
}

static void run(const struct port *a, const struct port *b, struct stage *forward, struct stage *backward)
{
    struct pollfd ready[2] = {{a->fd, POLLIN, 0}, {b->fd, POLLIN, 0}};

    for (;;) {
        struct timespec left = wait_time(forward, backward);

        if (ppoll(ready, 2, &left, NULL) < 0 && errno != EINTR)
            err(1, "poll");
        drain(a, forward);
        drain(b, backward);
        chain_tick(forward, now());
        chain_tick(backward, now());
    }
}

int main(int argc, char **argv)
{
    int middle = 4;
    struct port a, b;
    struct stage to_a = {.kind = &stage_out, .state = &a}, to_b = {.kind = &stage_out, .state = &b};
    struct stage *forward, *backward;

    if (argc < 4)
        errx(2, "usage: box JOURNAL PORT-A PORT-B [STAGE...] [-- STAGE...]");
    journal_open(argv[1]);
    a = port_open(argv[2]);
    b = port_open(argv[3]);
    while (middle < argc && strcmp(argv[middle], "--") != 0)
        middle++;
    forward = stage_chain(argv + 4, (size_t)(middle - 4), &to_b);
    backward = middle < argc ? stage_chain(argv + middle + 1, (size_t)(argc - middle - 1), &to_a) : &to_a;
    chain_answers(forward, backward);
    chain_answers(backward, forward);
    run(&a, &b, forward, backward);
}
