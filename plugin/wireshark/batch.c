/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "batch.h"

static struct wt_waiting waiting[WT_BATCH_FRAMES];
static unsigned offset[WT_BATCH_FRAMES]; /* of each one's bytes, which move when there are more */
static unsigned added, taken;
static GByteArray *copies;

static void batch_empty(void)
{
    if (!copies)
        copies = g_byte_array_new();
    g_byte_array_set_size(copies, 0);
    added = taken = 0;
}

bool wt_batch_is_full(void)
{
    return added - taken == WT_BATCH_FRAMES;
}

struct wt_waiting *wt_batch_add(const struct wt_frame *frame)
{
    if (added == taken)
        batch_empty();
    waiting[added].frame = *frame;
    offset[added] = copies->len;
    if (frame->captured)
        g_byte_array_append(copies, frame->bytes, frame->captured);
    return &waiting[added++];
}

const struct wt_waiting *wt_batch_take(void)
{
    if (added == taken)
        return NULL;
    if (waiting[taken].frame.captured)
        waiting[taken].frame.bytes = copies->data + offset[taken];
    return &waiting[taken++];
}
