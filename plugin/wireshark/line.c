/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "line.h"

void wt_line_append(struct wt_line *line, const char *text, size_t length)
{
    const size_t room = sizeof(line->text) - 1 - line->length;

    if (length > room)
        length = room;
    memcpy(line->text + line->length, text, length);
    line->length += length;
    line->text[line->length] = '\0';
}

void wt_line_number(struct wt_line *line, const char *before, int64_t number, const char *behind)
{
    char digits[sizeof("-9223372036854775808")];
    char *at = digits + sizeof(digits);
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0)
        *--at = '-';
    wt_line_add(line, before);
    wt_line_append(line, at, (size_t)(digits + sizeof(digits) - at));
    wt_line_add(line, behind);
}
