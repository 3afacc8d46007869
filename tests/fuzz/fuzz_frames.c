/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_frames: a short capture of any bytes through reader and engine.
 *
 * Input: one byte of preferences, then records of RECORD bytes, each followed by the captured bytes:
 *   0  low 4 bits link type, high 4 bits interface
 *   1  low 2 bits direction; bit 7: time runs back
 *   2  time since the last frame, 16 bits: tenths of a millisecond
 *   4  by how much the frame was longer than captured, 16 bits
 *   6  captured bytes, 16 bits
 */
#include "check.h"

#include <string.h>

enum {
    RECORD = 8,
    FRAMES_MAX = 256,
    TICK = 100000 /* nanoseconds */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t u16(const uint8_t *at)
{
    return (uint32_t)(at[0] << 8 | at[1]);
}

/* One record; returns how many bytes it took. */
static size_t take(struct check *check, struct wt_frame *frame, const uint8_t *data, size_t size)
{
    uint32_t captured = u16(data + 6);
    if (captured > size - RECORD)
        captured = (uint32_t)(size - RECORD);
    uint8_t *bytes = malloc(captured ? captured : 1);
    memcpy(bytes, data + RECORD, captured);
    frame->number++;
    frame->link_type = (enum wt_link_type)((data[0] & 15) % (WT_LINK_PPP + 1));
    frame->interface = data[0] >> 4;
    frame->direction = (enum wt_direction)((data[1] & 3) % (WT_DIRECTION_RECEIVED + 1));
    frame->time += (int64_t)u16(data + 2) * (data[1] & 0x80 ? -TICK : TICK);
    frame->length = captured + u16(data + 4);
    frame->captured = captured;
    frame->bytes = bytes;
    struct wt_reading reading;
    check_read(frame, &reading);
    check_frame(check, frame, &reading);
    free(bytes);
    return RECORD + captured;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct wt_preferences chosen = check_preferences(data[0]);
    struct check *check = check_open(&chosen);
    struct wt_frame frame = {.time = 1000000000};
    for (size_t at = 1; size - at >= RECORD && frame.number < FRAMES_MAX;)
        at += take(check, &frame, data + at, size - at);
    check_close(check);
    return 0;
}
