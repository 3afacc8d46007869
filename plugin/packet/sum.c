/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sum is formed in the byte order of the machine, four bytes at a time, and swapped once at the end if
 * needed: one's complement addition does not care (RFC 1071 2 B). 32-bit words go into an accumulator of 64
 * bits, so no carry is lost for any length below 2^34 bytes. The loop is written so that the compiler sums
 * many words at once, twice as many where the processor has AVX2.
 */
#include "sum.h"

#include <string.h>

/* Not for Windows: gcc does not align what AVX2 puts on the stack there (its bug 54412). */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(_WIN32)
#define WT_SUM_AVX2 1
#else
#define WT_SUM_AVX2 0
#endif

enum {
    SUM_WIDE = 256 /* bytes from which on asking for the processor's abilities pays */
};

static inline uint64_t sum_words(const uint8_t *data, uint32_t count)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, data + (size_t)i * sizeof word, sizeof word);
        sum += word;
    }
    return sum;
}

#if WT_SUM_AVX2
__attribute__((target("avx2"))) static uint64_t sum_words_avx2(const uint8_t *data, uint32_t count)
{
    return sum_words(data, count);
}
#endif

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* Up to three bytes, as if zeros followed. */
static uint64_t sum_rest(const uint8_t *data, uint32_t length)
{
    uint16_t word[2] = {0};
    memcpy(word, data, length);
    return (uint64_t)word[0] + word[1];
}

static uint64_t sum_all_words(const uint8_t *data, uint32_t length)
{
#if WT_SUM_AVX2
    if (length >= SUM_WIDE && __builtin_cpu_supports("avx2"))
        return sum_words_avx2(data, length / 4);
#endif
    return sum_words(data, length / 4);
}

uint16_t wt_sum_bytes(const uint8_t *data, uint32_t length)
{
    uint64_t words = sum_all_words(data, length);
    uint16_t sum = wt_sum_fold(words + sum_rest(data + (length - length % 4), length % 4));
    if (!is_little_endian())
        return sum;
    return (uint16_t)(sum << 8 | sum >> 8);
}
