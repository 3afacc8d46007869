/* SPDX-License-Identifier: GPL-2.0-or-later */
/* datagram: black holes seen by datagrams and their answers, QUIC's among them.
 */
#ifndef WIRETRUTH_PMTU_DATAGRAM_H
#define WIRETRUTH_PMTU_DATAGRAM_H

#include "engine/detector.h"

extern const struct wt_detector wt_datagram_detector;

#endif
