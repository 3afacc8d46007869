/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mtu_kind.h"

#include <stddef.h>

static const struct {
    uint32_t mtu;
    const char *kind;
} kinds[] = {
    {65536, "loopback"},
    {65535, "loopback or Hyperchannel"},
    {9216, "jumbo Ethernet"},
    {9001, "jumbo Ethernet of a cloud"},
    {9000, "jumbo Ethernet"},
    {4352, "FDDI"},
    {1500, "Ethernet"},
    {1492, "PPPoE"},
    {1480, "IPIP or 6in4 tunnel"},
    {1476, "GRE tunnel"},
    {1454, "PPPoE over some DSL lines"},
    {1450, "VXLAN"},
    {1440, "WireGuard over IPv4"},
    {1420, "WireGuard"},
    {1280, "IPv6 minimum"},
    {576, "IPv4 minimum that every host accepts"},
    {68, "IPv4 minimum"},
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

const char *wt_mtu_kind(uint32_t mtu)
{
    const char *kind = mtu_find(mtu);
    return kind ? kind : "no common link type";
}
