/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames for tests of the packet library, each in memory of exactly its captured size: a sanitizer then sees
 * every read beyond it.
 */
#ifndef WIRETRUTH_PACKET_FRAME_H
#define WIRETRUTH_PACKET_FRAME_H

#include <wiretruth/packet.h>

#include "packet_same.h"

#include <glib.h>
#include <string.h>

/* Bytes of hexadecimal digits; blanks between them are skipped. */
static inline GByteArray *packet_bytes(const char *digits)
{
    GByteArray *bytes = g_byte_array_new();
    while (*digits) {
        if (*digits == ' ') {
            digits++;
            continue;
        }
        int high = g_ascii_xdigit_value(digits[0]), low = g_ascii_xdigit_value(digits[1]);
        g_assert_true(high >= 0 && low >= 0);
        const guint8 byte = (guint8)(high * 16 + low);
        g_byte_array_append(bytes, &byte, 1);
        digits += 2;
    }
    return bytes;
}

/* A frame of `length` bytes of which `captured` are copied. To be freed with packet_frame_free(). */
static inline struct wt_frame packet_frame(enum wt_link_type link_type, const guint8 *bytes,
                                           uint32_t captured, uint32_t length)
{
    guint8 *copy = g_malloc(captured ? captured : 1);
    if (captured)
        memcpy(copy, bytes, captured);
    return (struct wt_frame){
        .number = 1, .link_type = link_type, .length = length, .captured = captured, .bytes = copy};
}

static inline void packet_frame_free(struct wt_frame *frame)
{
    g_free((gpointer)frame->bytes);
}

/* Reads and verifies every byte, in the short way for plain frames too, which must make no difference. */
static inline void packet_read_all(const struct wt_frame *frame, struct wt_reading *reading)
{
    g_assert_cmpstr(packet_read_both(frame, reading), ==, NULL);
}

/* The same for hexadecimal digits, captured whole. */
static inline void packet_read_hex(enum wt_link_type link_type, const char *digits,
                                   struct wt_reading *reading)
{
    GByteArray *bytes = packet_bytes(digits);
    struct wt_frame frame = packet_frame(link_type, bytes->data, bytes->len, bytes->len);
    packet_read_all(&frame, reading);
    packet_frame_free(&frame);
    g_byte_array_free(bytes, TRUE);
}

/* A number that a reading holds, and what it has to be. */
struct packet_fact {
    const char *name;
    guint64 found, expected;
};

#define PACKET_EXPECT(...)                                                                                   \
    packet_expect((const struct packet_fact[]){__VA_ARGS__},                                                 \
                  sizeof((const struct packet_fact[]){__VA_ARGS__}) / sizeof(struct packet_fact))

static inline void packet_expect(const struct packet_fact *facts, gsize count)
{
    for (gsize i = 0; i < count; i++)
        if (facts[i].found != facts[i].expected)
            g_error("%s is %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, facts[i].name, facts[i].found,
                    facts[i].expected);
}

#endif
