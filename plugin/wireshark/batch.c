/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "batch.h"

enum {
    BATCH_BYTES = 1 << 20 /* four frames of the largest size that is usual (WTAP_MAX_PACKET_SIZE_STANDARD) */
};

static struct wt_waiting waiting[WT_BATCH_FRAMES];
static unsigned added, taken;
static uint8_t *copies; /* of their bytes; of memory that is never written to none is used */
static size_t used;

struct wt_waiting *wt_batch_place(uint32_t captured)
{
    if (added == taken) {
        added = taken = 0;
        used = 0;
    }
    return added < WT_BATCH_FRAMES && captured <= BATCH_BYTES - used ? &waiting[added] : NULL;
}

void wt_batch_add(struct wt_waiting *place)
{
    struct wt_frame *frame = &place->frame;

    if (!copies)
        copies = g_malloc(BATCH_BYTES);
    if (frame->captured)
        memcpy(copies + used, frame->bytes, frame->captured);
    frame->bytes = copies + used;
    used += frame->captured;
    added++;
}

const struct wt_waiting *wt_batch_take(void)
{
    return added > taken ? &waiting[taken++] : NULL;
}
