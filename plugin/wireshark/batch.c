/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "batch.h"

static struct {
    struct wt_frame frame;
    struct wt_batch_note note;
    unsigned at; /* of its bytes */
} waiting[WT_BATCH_FRAMES];

static unsigned added, taken;
static GByteArray *copies;

void wt_batch_add(const struct wt_frame *frame, struct wt_batch_note note)
{
    if (!copies)
        copies = g_byte_array_new();
    if (added == taken) {
        added = taken = 0;
        g_byte_array_set_size(copies, 0);
    }
    g_return_if_fail(!wt_batch_is_full());
    waiting[added].frame = *frame;
    waiting[added].note = note;
    waiting[added].at = copies->len;
    added++;
    if (frame->captured)
        g_byte_array_append(copies, frame->bytes, frame->captured);
}

bool wt_batch_is_full(void)
{
    return added == WT_BATCH_FRAMES;
}

bool wt_batch_take(struct wt_frame *frame, struct wt_batch_note *note)
{
    if (added == taken)
        return false;
    *frame = waiting[taken].frame;
    *note = waiting[taken].note;
    frame->bytes = frame->captured ? copies->data + waiting[taken].at : NULL;
    taken++;
    return true;
}
