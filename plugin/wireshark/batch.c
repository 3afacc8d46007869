/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "batch.h"

enum {
    BATCH_FRAMES = 64,
    BATCH_LONGEST = 4096, /* captured bytes of a frame: to copy more takes longer than to fetch the code */
    BATCH_AHEAD =
        8, /* frames that are read before the first of them is judged: by then memory has answered */
};

static struct {
    struct wt_frame frame;
    unsigned ip_headers; /* that Wireshark dissected, where somebody wants to know */
} waiting[BATCH_FRAMES];

static unsigned count;
static size_t used; /* of the copies */
static uint8_t *copies;

static struct {
    struct wt_engine *engine;
    bool verify;
    void (*judged)(struct wt_visit *, unsigned);
} use;

void wt_batch_start(struct wt_engine *engine, bool verify, void (*judged)(struct wt_visit *, unsigned))
{
    use.engine = engine;
    use.verify = verify;
    use.judged = judged;
}

bool wt_batch_add(const struct wt_frame *frame, unsigned ip_headers)
{
    if (frame->captured > BATCH_LONGEST)
        return false;
    if (count == BATCH_FRAMES)
        wt_batch_judge();
    if (!copies)
        copies = g_malloc((size_t)BATCH_FRAMES * BATCH_LONGEST);
    if (frame->captured)
        memcpy(copies + used, frame->bytes, frame->captured);
    waiting[count].frame = *frame;
    waiting[count].frame.bytes = copies + used;
    waiting[count++].ip_headers = ip_headers;
    used += frame->captured;
    return true;
}

/* Reads a frame, and has the processor fetch what the engine will look at. */
static void read_ahead(struct wt_visit *visit, const struct wt_frame *frame)
{
    visit->frame = *frame;
    wt_read_frame(&visit->frame, &visit->reading);
    wt_engine_expect(use.engine, &visit->frame, &visit->reading);
    wt_verify(&visit->frame, &visit->reading, use.verify);
}

static void judge_some(unsigned first, unsigned end)
{
    static struct wt_visit visits[BATCH_AHEAD];

    for (unsigned i = first; i < end; i++)
        read_ahead(&visits[i - first], &waiting[i].frame);
    for (unsigned i = first; i < end; i++) {
        struct wt_visit *visit = &visits[i - first];
        wt_engine_frame(use.engine, &visit->frame, &visit->reading);
        use.judged(visit, waiting[i].ip_headers);
    }
}

void wt_batch_judge(void)
{
    for (unsigned first = 0; first < count; first += BATCH_AHEAD)
        judge_some(first, MIN(first + BATCH_AHEAD, count));
    count = 0;
    used = 0;
}
