/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loss: what an ordinary bad line does to the listed data segments (counted from 1, retransmissions too).
 *
 *   lose:LIST     drops them;  lose:syn drops the first SYN, lose:syn-ack the first SYN/ACK
 *   repeat:LIST   sends them twice
 *   reorder:LIST  lets the next packet overtake them
 */
#include "journal.h"
#include "stage.h"

#include <stdlib.h>
#include <string.h>

struct loss {
    char list[256];
    unsigned count;
    bool done; /* the one SYN is gone */
    struct packet *held;
};

static void loss_open(struct stage *stage, const char *argument)
{
    struct loss *loss = stage_state(stage, sizeof *loss);

    strncpy(loss->list, argument, sizeof loss->list - 1);
}

static bool is_handshake(const struct loss *loss, const struct packet *packet)
{
    uint8_t flags = packet_is_tcp(packet) ? packet_flags(packet) & (FLAG_SYN | FLAG_ACK) : 0;

    return !loss->done && flags == (strcmp(loss->list, "syn") == 0 ? FLAG_SYN : FLAG_SYN | FLAG_ACK);
}

static void lose_push(struct stage *stage, struct packet *packet)
{
    struct loss *loss = stage->state;
    bool handshake = strncmp(loss->list, "syn", 3) == 0;

    if (handshake ? is_handshake(loss, packet) : stage_listed(loss->list, &loss->count, packet)) {
        loss->done = true;
        stage_drop(packet, "lost");
        return;
    }
    stage_pass(stage, packet);
}

static void repeat_push(struct stage *stage, struct packet *packet)
{
    struct loss *loss = stage->state;

    if (stage_listed(loss->list, &loss->count, packet)) {
        journal_write("repeat", packet, "%s", "");
        stage_pass(stage, packet_copy(packet));
    }
    stage_pass(stage, packet);
}

static void reorder_push(struct stage *stage, struct packet *packet)
{
    struct loss *loss = stage->state;
    struct packet *held = loss->held;

    if (!held && stage_listed(loss->list, &loss->count, packet)) {
        journal_write("reorder", packet, "%s", "");
        loss->held = packet;
        return;
    }
    loss->held = NULL;
    stage_pass(stage, packet);
    if (held)
        stage_pass(stage, held);
}

const struct stage_kind stage_lose = {"lose", loss_open, lose_push, NULL, NULL};
const struct stage_kind stage_repeat = {"repeat", loss_open, repeat_push, NULL, NULL};
const struct stage_kind stage_reorder = {"reorder", loss_open, reorder_push, NULL, NULL};
