/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link_mtus: the preference that states the MTU of single interfaces, a table that the user edits. */
#ifndef WIRETRUTH_WIRESHARK_LINK_MTUS_H
#define WIRETRUTH_WIRESHARK_LINK_MTUS_H

#include <epan/packet.h>
#include <epan/prefs.h>

/* An MTU outside of these bounds cannot be, see link_mtus.c. */
enum {
    WT_LINK_MTU_MAX = 65575
};

/* Registers the table as a preference of `module`. */
void wt_link_mtus_register(module_t *module);

/* What the table says of the interface that the frame of `pinfo` was captured on; 0 if nothing. */
uint32_t wt_link_mtus_of(const packet_info *pinfo);

#endif
