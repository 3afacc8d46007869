/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sequence: TCP sequence numbers, compared modulo 2^32 (RFC 9293 3.4). */
#ifndef WIRETRUTH_SEQUENCE_H
#define WIRETRUTH_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/* How far `a` lies behind `b`: positive if `a` is later. */
static inline int32_t wt_seq_distance(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

/* True if `a` is later than `b`. */
static inline bool wt_seq_after(uint32_t a, uint32_t b)
{
    return wt_seq_distance(a, b) > 0;
}

/* The later of the two. */
static inline uint32_t wt_seq_max(uint32_t a, uint32_t b)
{
    return wt_seq_after(a, b) ? a : b;
}

#endif
