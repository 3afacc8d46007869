/* SPDX-License-Identifier: GPL-2.0-or-later */
/* delay: a long line. Each packet leaves the given number of milliseconds after it arrived, in order. */
#include "stage.h"

#include <err.h>
#include <stdlib.h>

struct delay {
    uint64_t time;
    struct packet *head, **tail;
};

static void delay_open(struct stage *stage, const char *argument)
{
    struct delay *delay = stage_state(stage, sizeof *delay);
    char *end;

    delay->time = (uint64_t)(strtod(argument, &end) * 1e6);
    if (end == argument || *end)
        errx(1, "delay: \"%s\" are no milliseconds", argument);
    delay->tail = &delay->head;
}

static void delay_push(struct stage *stage, struct packet *packet)
{
    struct delay *delay = stage->state;

    packet->time += delay->time;
    packet->next = NULL;
    *delay->tail = packet;
    delay->tail = &packet->next;
}

static void delay_tick(struct stage *stage, uint64_t now)
{
    struct delay *delay = stage->state;

    while (delay->head && delay->head->time <= now) {
        struct packet *packet = delay->head;

        delay->head = packet->next;
        if (!delay->head)
            delay->tail = &delay->head;
        stage_pass(stage, packet);
    }
}

static uint64_t delay_due(const struct stage *stage)
{
    const struct delay *delay = stage->state;

    return delay->head ? delay->head->time : UINT64_MAX;
}

const struct stage_kind stage_delay = {"delay", delay_open, delay_push, delay_tick, delay_due};
