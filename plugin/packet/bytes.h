/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytes: the only way to a captured byte.
 *
 * A reader that asks beyond the end gets zeros, never a byte that is not there; whoever must tell a zero from
 * a missing byte asks wt_bytes_hold() first. Offsets may come from the packet itself, so no sum of two of
 * them is ever formed: lengths are compared with what is left instead.
 */
#ifndef WIRETRUTH_PACKET_BYTES_H
#define WIRETRUTH_PACKET_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct wt_bytes {
    const uint8_t *data;
    uint32_t count;
};

/* How many bytes there are from `offset` on. */
static inline uint32_t wt_bytes_left(const struct wt_bytes *bytes, uint32_t offset)
{
    return offset < bytes->count ? bytes->count - offset : 0;
}

/* True if all of the `length` bytes from `offset` on are there. */
static inline bool wt_bytes_hold(const struct wt_bytes *bytes, uint32_t offset, uint32_t length)
{
    return offset <= bytes->count && length <= bytes->count - offset;
}

/*
 * Where the `length` bytes from `offset` on begin; NULL unless all of them are there. For headers of fixed
 * length, whose fields wt_load16() and wt_load32() then take without asking again.
 */
static inline const uint8_t *wt_bytes_span(const struct wt_bytes *bytes, uint32_t offset, uint32_t length)
{
    return wt_bytes_hold(bytes, offset, length) ? bytes->data + offset : NULL;
}

/* Big endian, as all integers of network headers. */
static inline uint16_t wt_load16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t wt_load32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Forgets what lies at `end` and behind it. */
static inline void wt_bytes_narrow(struct wt_bytes *bytes, uint32_t end)
{
    if (end < bytes->count)
        bytes->count = end;
}

static inline uint8_t wt_bytes_u8(const struct wt_bytes *bytes, uint32_t offset)
{
    return offset < bytes->count ? bytes->data[offset] : 0;
}

static inline uint16_t wt_bytes_u16(const struct wt_bytes *bytes, uint32_t offset)
{
    const uint8_t *at = wt_bytes_span(bytes, offset, 2);
    return at ? wt_load16(at) : 0;
}

static inline uint32_t wt_bytes_u32(const struct wt_bytes *bytes, uint32_t offset)
{
    const uint8_t *at = wt_bytes_span(bytes, offset, 4);
    return at ? wt_load32(at) : 0;
}

/* Three bytes, as a VXLAN or GENEVE network identifier. */
static inline uint32_t wt_bytes_u24(const struct wt_bytes *bytes, uint32_t offset)
{
    return wt_bytes_u32(bytes, offset) >> 8;
}

#endif
