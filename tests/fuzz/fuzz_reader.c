/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_reader: one frame of any bytes through both ways of reading, and verify.
 *
 * Input: link type (1 byte), by how much the frame was longer than what was captured (2 bytes), the frame.
 */
#include "check.h"

#include <string.h>

enum {
    HEADER = 3,
    CUT_JUMBO = 0xff00, /* from here on the missing length counts in units of 64 KiB */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEADER)
        return 0;
    uint32_t cut = (uint32_t)(data[1] << 8 | data[2]);
    uint32_t captured = (uint32_t)(size - HEADER);
    uint8_t *bytes = malloc(captured ? captured : 1); /* exactly as long: every byte too far is noticed */
    memcpy(bytes, data + HEADER, captured);
    const struct wt_frame frame = {
        .number = 1,
        .link_type = (enum wt_link_type)(data[0] % (WT_LINK_PPP + 1)),
        .length = captured + (cut < CUT_JUMBO ? cut : (cut - CUT_JUMBO) << 16),
        .captured = captured,
        .bytes = bytes,
    };
    struct wt_reading reading;
    check_read(&frame, &reading);
    free(bytes);
    return 0;
}
