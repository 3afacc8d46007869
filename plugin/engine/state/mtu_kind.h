/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mtu_kind: common MTUs, and the kind of link that has each. */
#ifndef WIRETRUTH_MTU_KIND_H
#define WIRETRUTH_MTU_KIND_H

#include <stdbool.h>
#include <stdint.h>

/* Whether `mtu` is that of a common kind of link. */
bool wt_mtu_is_common(uint32_t mtu);

/* The kind of link that `mtu` suggests, as a phrase; "unusual" for a value that suggests none. */
const char *wt_mtu_kind(uint32_t mtu);

#endif
