/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path_record: what there is to tell of a path, made with the first report or symptom; a flood of forged reports
 * makes such records only, and they are few.
 */
#ifndef WIRETRUTH_PATH_RECORD_H
#define WIRETRUTH_PATH_RECORD_H

#include "engine/detector.h"
#include "engine/state/path.h"

struct wt_path_record {
    struct wt_entry entry;
    struct wt_path_key key;
    uint32_t mtu;         /* as in the path */
    uint32_t since;       /* frame of the report that told it */
    uint32_t lost;        /* smallest packet refused, or vanished; 0 without one */
    uint32_t verdicts;    /* bits 1 << enum wt_path_verdict */
    int64_t last;         /* time of the latest report that told `mtu` */
    uint32_t reports;     /* for packets of this path */
    uint32_t unmatched;   /* of these, how many quote nothing in this capture */
    uint32_t ignored;     /* larger packets sent when the sender could know */
    uint32_t link_mtu;    /* at the capture point */
    uint32_t passed;      /* largest that passed, by what has no flow of TCP; 0 while unknown */
    uint32_t overhead;    /* of a tunnel */
    uint32_t evidence;    /* bits 1 << enum wt_path_evidence */
    struct wt_address by; /* who reported `mtu` */
};

/* The record of the way from `src` to `dst`, made if there is none; its path, if any, learns of it. */
struct wt_path_record *wt_path_record_get(const struct wt_context *context, const struct wt_address *src,
                                          const struct wt_address *dst);

/* What a report tells of a path. */
struct wt_path_news {
    uint32_t mtu;
    uint32_t since;       /* frame of the report */
    struct wt_address by; /* who sent it */
    bool vague;           /* anybody could have made it up */
};

/* Takes what a report told; `path` may be NULL. */
void wt_path_tell(const struct wt_context *context, struct wt_path *path, struct wt_path_record *record,
                  const struct wt_path_news *news);

/* Forgets a path MTU of `mtu` from `src` to `dst`: larger packets were seen to pass. */
void wt_path_widen(const struct wt_context *context, const struct wt_address *src,
                   const struct wt_address *dst, uint32_t mtu);

/* Forgets a path MTU that nobody has confirmed for longer than senders believe it. */
void wt_path_expire(const struct wt_context *context, struct wt_path *path, struct wt_path_record *record);

static inline void wt_path_judge(struct wt_path_record *record, enum wt_path_verdict verdict)
{
    record->verdicts |= 1U << verdict;
}

/* A packet of `size` bytes was refused, or vanished. */
static inline void wt_path_lose(struct wt_path_record *record, uint32_t size)
{
    if (record->lost == 0 || size < record->lost)
        record->lost = size;
}

/* Takes back `verdict`, and the size that was lost. */
static inline void wt_path_clear(struct wt_path_record *record, enum wt_path_verdict verdict)
{
    record->verdicts &= ~(1U << verdict);
    record->lost = 0;
}

#endif
