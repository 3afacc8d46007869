/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stage.h"

#include "journal.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const struct stage_kind *kind;
} kinds[] = {
    {"segment", &stage_segment},       {"delay", &stage_delay},
    {"firewall", &stage_firewall},     {"watch", &stage_watch},
    {"merge", &stage_merge},           {"lose", &stage_lose},
    {"repeat", &stage_repeat},         {"reorder", &stage_reorder},
    {"corrupt", &stage_corrupt},       {"scale", &stage_scale},
    {"report-mtu", &stage_report_mtu}, {"receive-offload", &stage_receive_offload},
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
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].name) == length && strncmp(kinds[i].name, text, length) == 0)
            stage->kind = kinds[i].kind;
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
