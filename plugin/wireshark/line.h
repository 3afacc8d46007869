/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line: the label of an item, put together from pieces. Every frame shown has five, and where a tree is made
 * of each frame (-T fields, -V) printf would take more than half of the time.
 */
#ifndef WIRETRUTH_WIRESHARK_LINE_H
#define WIRETRUTH_WIRESHARK_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    WT_LINE_SIZE = 240 /* Wireshark cuts an item's label there */
};

/* Always terminated. What does not fit is left out. */
struct wt_line {
    size_t length;
    char text[WT_LINE_SIZE];
};

static inline void wt_line_begin(struct wt_line *line)
{
    line->length = 0;
    line->text[0] = '\0';
}

/* Appends `length` bytes of `text`. */
void wt_line_append(struct wt_line *line, const char *text, size_t length);

static inline void wt_line_add(struct wt_line *line, const char *text)
{
    wt_line_append(line, text, strlen(text));
}

/* Appends a number in decimal, between two texts. */
void wt_line_number(struct wt_line *line, const char *before, int64_t number, const char *behind);

#endif
