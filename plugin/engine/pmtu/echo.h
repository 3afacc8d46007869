/* SPDX-License-Identifier: GPL-2.0-or-later */
/* echo: black holes seen by echo requests of several sizes.
 */
#ifndef WIRETRUTH_PMTU_ECHO_H
#define WIRETRUTH_PMTU_ECHO_H

#include "engine/detector.h"

extern const struct wt_detector wt_echo_detector;

#endif
