/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mtu_kind.h"

#include <stddef.h>
#include <wiretruth/numbers.h>

/* `now`: what a link on the way is likely to have today. */
static const struct {
    const char *kind;
    uint32_t mtu;
    bool now;
} kinds[] = {
    {"loopback", 65536, false},
    {"loopback or Hyperchannel", 65535, false},
    {"jumbo Ethernet", 9216, false},
    {"jumbo Ethernet of a cloud", 9001, false},
    {"jumbo Ethernet", 9000, true},
    {"FDDI", 4352, false},
    {"Ethernet", 1500, true},
    {"PPPoE", 1492, true},
    {"IPIP or 6in4 tunnel", 1480, true},
    {"GRE tunnel", 1476, true},
    {"PPPoE over some DSL lines", 1454, true},
    {"VXLAN", 1450, true},
    {"WireGuard over IPv4", 1440, true},
    {"WireGuard", 1420, true},
    {"a tunnel, by a common setting", 1400, true},
    {"IPv6 minimum", 1280, true},
    {"IPv4 minimum that every host accepts", 576, true},
    {"IPv4 minimum", 68, false},
};

static const char *mtu_find(uint32_t mtu)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].mtu == mtu)
            return kinds[i].kind;
    return NULL;
}

bool wt_mtu_is_common(uint32_t mtu)
{
    return mtu_find(mtu) != NULL;
}

uint32_t wt_mtu_between(uint32_t passed, uint32_t lost)
{
    if (passed <= WT_MTU_ETHERNET && lost > WT_MTU_ETHERNET)
        return WT_MTU_ETHERNET;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].now && kinds[i].mtu < lost)
            return kinds[i].mtu >= passed ? kinds[i].mtu : 0;
    return 0;
}

const char *wt_mtu_kind(uint32_t mtu)
{
    const char *kind = mtu_find(mtu);
    return kind ? kind : "no common link type";
}
