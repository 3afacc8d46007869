/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage: one device in a direction of the box. A direction is a chain of stages; each takes a packet, and
 * passes it on, changes it, keeps it for a while or drops it. A new device is one file and one row in
 * stage.c.
 *
 * Written as NAME or NAME:ARGUMENT, e.g. "segment:mtu=1500,leak=own", "delay:10", "lose:3,9".
 */
#ifndef BOX_STAGE_H
#define BOX_STAGE_H

#include "packet.h"

struct stage;

struct stage_kind {
    const char *name;
    /* Reads the argument ("" if none). */
    void (*open)(struct stage *stage, const char *argument);
    /* Takes `packet` over. */
    void (*push)(struct stage *stage, struct packet *packet);
    /* Time has come to `now`: release what is due. NULL: the stage keeps nothing. */
    void (*tick)(struct stage *stage, uint64_t now);
    /* When tick is wanted next, UINT64_MAX for never. */
    uint64_t (*due)(const struct stage *stage);
};

struct stage {
    const struct stage_kind *kind;
    struct stage *next;
    struct stage *back; /* head of the other direction, for answers such as ICMP errors */
    void *state;
};

extern const struct stage_kind stage_segment, stage_delay, stage_firewall, stage_watch, stage_merge,
    stage_lose, stage_repeat, stage_reorder, stage_corrupt, stage_scale, stage_report_mtu, stage_inflate,
    stage_mss, stage_push_pppoe, stage_pop_pppoe;

/* The chain that `count` texts describe, its last stage being `last`. */
struct stage *stage_chain(char *const texts[], size_t count, struct stage *last);

/* Hands `packet` to the stage after `stage`. */
void stage_pass(struct stage *stage, struct packet *packet);
/* Drops `packet`, with `reason` in the journal. */
void stage_drop(struct packet *packet, const char *reason);
/* Zeroed memory for a stage. */
void *stage_state(struct stage *stage, size_t size);

/*
 * Counts data segments (TCP with payload) in `*count` and tells whether this one's number is in `list`, such
 * as "3,9,20"; numbers start at 1.
 */
bool stage_listed(const char *list, unsigned *count, const struct packet *packet);

#endif
