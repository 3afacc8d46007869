/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sum is formed in the byte order of the machine, eight bytes at a time, and swapped once at the end if
 * needed: one's complement addition does not care (RFC 1071 2 B). Each 64-bit word adds its two halves to an
 * accumulator of 64 bits, so no carry is lost for any length below 2^32 words; four accumulators keep the
 * processor busy.
 */
#include "sum.h"

#include <string.h>

static uint64_t load64(const uint8_t *data)
{
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

static uint64_t add_halves(uint64_t sum, uint64_t word)
{
    return sum + (word & UINT32_MAX) + (word >> 32);
}

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* Up to seven bytes, as if zeros followed. */
static uint64_t load_rest(const uint8_t *data, uint32_t length)
{
    uint32_t four = 0;
    uint16_t two = 0;
    uint8_t one[2] = {0};
    uint32_t at = 0;
    if (length & 4)
        memcpy(&four, data, sizeof four);
    at += length & 4;
    if (length & 2)
        memcpy(&two, data + at, sizeof two);
    at += length & 2;
    if (length & 1)
        one[0] = data[at];
    uint16_t last;
    memcpy(&last, one, sizeof last);
    return (uint64_t)four + two + last;
}

uint16_t wt_sum_bytes(const uint8_t *data, uint32_t length)
{
    uint64_t a = 0, b = 0, c = 0, d = 0;
    for (; length >= 32; data += 32, length -= 32) {
        a = add_halves(a, load64(data));
        b = add_halves(b, load64(data + 8));
        c = add_halves(c, load64(data + 16));
        d = add_halves(d, load64(data + 24));
    }
    for (; length >= 8; data += 8, length -= 8)
        a = add_halves(a, load64(data));
    uint16_t sum = wt_sum_fold(a + b + c + d + load_rest(data, length));
    if (!is_little_endian())
        return sum;
    return (uint16_t)(sum << 8 | sum >> 8);
}
