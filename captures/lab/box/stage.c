/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stage.h"

#include "journal.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static const struct stage_kind *const kinds[] = {
    &stage_segment, &stage_delay,      &stage_firewall, &stage_watch,      &stage_merge,
    &stage_lose,    &stage_repeat,     &stage_reorder,  &stage_corrupt,    &stage_scale,
    &stage_mss,     &stage_report_mtu, &stage_inflate,  &stage_push_pppoe, &stage_pop_pppoe,
};

void *stage_state(struct stage *stage, size_t size)
{
    stage->state = calloc(1, size);
    if (!stage->state)
        err(1, "stage");
    return stage->state;
}

static struct stage *stage_new(const char *text)
{
    size_t length = strcspn(text, ":");
    struct stage *stage = calloc(1, sizeof *stage);

    if (!stage)
        err(1, "stage");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strlen(kinds[i]->name) == length && strncmp(kinds[i]->name, text, length) == 0)
            stage->kind = kinds[i];
    if (!stage->kind)
        errx(1, "no stage is called \"%s\"", text);
    stage->kind->open(stage, text[length] ? text + length + 1 : "");
    return stage;
}

struct stage *stage_chain(char *const texts[], size_t count, struct stage *last)
{
    struct stage *head = last;

    while (count-- > 0) {
        struct stage *stage = stage_new(texts[count]);

        stage->next = head;
        head = stage;
    }
    return head;
}

void stage_pass(struct stage *stage, struct packet *packet)
{
    stage->next->kind->push(stage->next, packet);
}

void stage_drop(struct packet *packet, const char *reason)
{
    journal_write("drop", packet, ",\"reason\":\"%s\"", reason);
    free(packet);
}

bool stage_listed(const char *list, unsigned *count, const struct packet *packet)
{
    char *end;

    if (!packet_is_tcp(packet) || packet_payload_len(packet) == 0)
        return false;
    ++*count;
    for (const char *at = list; *at; at = *end ? end + 1 : end)
        if (strtoul(at, &end, 10) == *count)
            return true;
        else if (end == at)
            errx(1, "\"%s\" is no list of numbers", list);
    return false;
}
