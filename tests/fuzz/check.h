/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check: what must be true whatever the packets say. A broken promise aborts, which every fuzzer notices.
 *
 * Reading: offsets lie inside the captured bytes, counts below their bounds, headers and payload add up. The
 * short way to read plain frames says the same as the general one, and leaving the payload out of
 * verification changes no answer but to "unverifiable".
 *
 * Engine: every frame goes into two engines, one that keeps frames and one that does not; both must say the
 * same of the current frame. Numbers in the facts fit each other, findings a frame and entries a frame added
 * to any table are bounded, texts are complete, links lead to frames that exist.
 *
 * Both: the processor time that it takes is bounded. Time on the wall would depend on what else the machine
 * does.
 */
#ifndef WIRETRUTH_FUZZ_CHECK_H
#define WIRETRUTH_FUZZ_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <wiretruth/engine.h>

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

enum {
    CHECK_SECONDS = 5 /* of the processor, for one input */
};

static inline void check_time(clock_t begun)
{
    CHECK(clock() - begun < CHECK_SECONDS * CLOCKS_PER_SEC);
}

/* Reads and verifies `frame`, and checks what comes out. */
void check_read(const struct wt_frame *frame, struct wt_reading *reading);

struct check;

/* Preferences that the bits of a byte of the input choose. */
struct wt_preferences check_preferences(uint8_t byte);

/* Two engines with the same preferences. */
struct check *check_open(const struct wt_preferences *preferences);

/* Gives both the frame, and asks for all that is known of it. */
void check_frame(struct check *check, const struct wt_frame *frame, const struct wt_reading *reading);

/* From now on no engine keeps frames. */
void check_forget(struct check *check);

/* The latest frame; its number is 0 before the first. */
uint32_t check_frames(const struct check *check);

/* Asks for everything that is known of all frames, paths, cases and passages, and frees both engines. */
void check_close(struct check *check);

#endif
