/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sum: the one's complement sum of the Internet checksum (RFC 1071), and CRC32c (RFC 3309) of SCTP.
 *
 * Sums are of 16-bit words in network order and folded to 16 bits. 0x0000 and 0xffff are the same number in
 * one's complement; only a sum over nothing but zeros gives 0x0000.
 */
#ifndef WIRETRUTH_PACKET_SUM_H
#define WIRETRUTH_PACKET_SUM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Folds `sum` to 16 bits. With its halves swapped and added the upper half is the sum of both, and has got
 * the carry of the same sum in the lower half.
 */
static inline uint16_t wt_sum_fold(uint64_t sum)
{
    sum += sum << 32 | sum >> 32;
    uint32_t half = (uint32_t)(sum >> 32);
    half += half << 16 | half >> 16;
    return (uint16_t)(half >> 16);
}

/* True for equal numbers in one's complement. */
static inline bool wt_sum_equal(uint16_t a, uint16_t b)
{
    return a == b || (a == 0 && b == 0xffff) || (a == 0xffff && b == 0);
}

/* Folded sum of `length` bytes; an odd last byte counts as if a zero byte followed. */
uint16_t wt_sum_bytes(const uint8_t *data, uint32_t length);

/*
 * CRC32c register after `length` more bytes. Start with ~0, complement the result; its least significant byte
 * goes first on the wire (RFC 4960 appendix B).
 */
uint32_t wt_crc32c(uint32_t crc, const uint8_t *data, uint32_t length);

/* The same without any help of the processor: what wt_crc32c() falls back to. */
uint32_t wt_crc32c_portable(uint32_t crc, const uint8_t *data, uint32_t length);

#endif
