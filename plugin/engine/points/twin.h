/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * twin: recognises the same packet at several capture points of one file.
 *
 * Costs nothing once a file has shown WT_TWIN_PRELUDE packets of one interface only. The order of frames does
 * not matter: whichever comes later finds the other, so clocks may differ by more than the packets' delay.
 */
#ifndef WIRETRUTH_ENGINE_TWIN_H
#define WIRETRUTH_ENGINE_TWIN_H

#include "engine/context.h"

enum {
    WT_TWIN_PRELUDE = 1 << 12
};

#endif
