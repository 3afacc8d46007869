/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mtu_kind.h"

#include <stddef.h>
#include <wiretruth/numbers.h>

enum mtu_use {
    MTU_NAMED,
    MTU_COMMON,
    MTU_NOW,
};

static const struct {
    const char *kind;
    uint32_t mtu;
    enum mtu_use use;
} kinds[] = {
#define WT_MTU_KIND(mtu, use, kind) {kind, mtu, MTU_##use},
#include "mtu_kind_table.h"
#undef WT_MTU_KIND
};

static const char *mtu_find(uint32_t mtu, enum mtu_use least)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].mtu == mtu && kinds[i].use >= least)
            return kinds[i].kind;
    return NULL;
}

bool wt_mtu_is_common(uint32_t mtu)
{
    return mtu_find(mtu, MTU_COMMON) != NULL;
}

uint32_t wt_mtu_between(uint32_t passed, uint32_t lost)
{
    if (passed <= WT_MTU_ETHERNET && lost > WT_MTU_ETHERNET)
        return WT_MTU_ETHERNET;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].use == MTU_NOW && kinds[i].mtu < lost)
            return kinds[i].mtu >= passed ? kinds[i].mtu : 0;
    return 0;
}

const char *wt_mtu_kind(uint32_t mtu)
{
    const char *kind = mtu_find(mtu, MTU_NAMED);
    return kind ? kind : "no common link type";
}
