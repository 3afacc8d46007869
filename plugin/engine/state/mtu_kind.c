/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mtu_kind.h"

#include <stddef.h>
#include <wiretruth/numbers.h>

/* `now`: what a link on the way is likely to have today. */
static const struct {
    uint32_t mtu;
    const char *kind;
    bool now;
} kinds[] = {
    {65536, "loopback", false},
    {65535, "loopback or Hyperchannel", false},
    {9216, "jumbo Ethernet", false},
    {9001, "jumbo Ethernet of a cloud", false},
    {9000, "jumbo Ethernet", true},
    {4352, "FDDI", false},
    {1500, "Ethernet", true},
    {1492, "PPPoE", true},
    {1480, "IPIP or 6in4 tunnel", true},
    {1476, "GRE tunnel", true},
    {1454, "PPPoE over some DSL lines", true},
    {1450, "VXLAN", true},
    {1440, "WireGuard over IPv4", true},
    {1420, "WireGuard", true},
    {1400, "a tunnel, by a common setting", true},
    {1280, "IPv6 minimum", true},
    {576, "IPv4 minimum that every host accepts", true},
    {68, "IPv4 minimum", false},
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
