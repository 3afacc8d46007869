/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_engine: packets as structs straight into the engine, so that no header has to be guessed right before
 * the state of a detector changes.
 *
 * Input: one byte of preferences, then struct act after struct act.
 */
#include "act.h"

#include <glib.h>
#include <string.h>

enum {
    ACTS_MAX = 256
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct wt_preferences chosen = check_preferences(data[0]);
    uint8_t forget = data[0] >> 6; /* after so many times 16 frames nothing is kept any more; 0: never */
    struct check *check = check_open(&chosen);
    struct act_stage *stage = g_new0(struct act_stage, 1);
    stage->frame.time = 1000000000;
    struct act act;
    for (size_t at = 1; size - at >= sizeof act && stage->frame.number < ACTS_MAX; at += sizeof act) {
        memcpy(&act, data + at, sizeof act);
        act_perform(stage, check, &act);
        if (forget && stage->frame.number == forget * 16U)
            check_forget(check);
    }
    check_close(check);
    g_free(stage);
    return 0;
}
