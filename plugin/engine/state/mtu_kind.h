/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mtu_kind: common MTUs, and the kind of link that has each. */
#ifndef WIRETRUTH_MTU_KIND_H
#define WIRETRUTH_MTU_KIND_H

#include <stdbool.h>
#include <stdint.h>
#include <wiretruth/numbers.h>

/* What every link carries, or brings whole to every host, so that its size is no reason for a loss: 576 bytes in IPv4
 * (RFC 791 3.1), 1280 in IPv6 (RFC 8200 5). */
static inline uint32_t wt_mtu_everywhere(bool v4)
{
    return v4 ? WT_MTU_HOST_V4 : WT_MTU_MIN_V6;
}

/* Whether `mtu` is that of a common kind of link. */
bool wt_mtu_is_common(uint32_t mtu);

/*
 * The link MTU that explains best why packets of `lost` bytes vanish and those of `passed` do not: Ethernet's
 * where it may be that, else the largest common one; 0 if there is none.
 */
uint32_t wt_mtu_between(uint32_t passed, uint32_t lost);

/* The kind of link that `mtu` suggests, as a phrase; "unusual" for a value that suggests none. */
const char *wt_mtu_kind(uint32_t mtu);

#endif
