/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat: what Wireshark 4.0, 4.4 and 4.6 name differently; compat_wtap.h has what is below epan. Nothing else in the
 * plugin asks for a version.
 */
#ifndef WIRETRUTH_WIRESHARK_COMPAT_H
#define WIRETRUTH_WIRESHARK_COMPAT_H

#include "compat_wtap.h"

#include <epan/epan.h>
#include <epan/expert.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/proto_data.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree.h>
#include <epan/tap.h>

/* plugin_describe() and its flags; Debian's 4.0 does not ship the header. */
#if WT_WIRESHARK(4, 1)
#include <wsutil/plugins.h>
#define WT_HAVE_PLUGIN_DESCRIBE 1
#endif

/* What the callback that starts a -z statistic returns, and how it ends. */
#if WT_WIRESHARK(4, 5)
typedef bool wt_stat_init;
#define WT_STAT_INIT_DONE return true
#else
typedef void wt_stat_init;
#define WT_STAT_INIT_DONE (void)0
#endif

/* Interfaces of a file with several sections. */
#if WT_WIRESHARK(4, 1)
#define wt_interface_name(epan, interface, section) epan_get_interface_name(epan, interface, section)
#define wt_interface_description(epan, interface, section)                                                   \
    epan_get_interface_description(epan, interface, section)
#else
#define wt_interface_name(epan, interface, section)        epan_get_interface_name(epan, interface)
#define wt_interface_description(epan, interface, section) epan_get_interface_description(epan, interface)
#endif

/* What makes a submenu out of a statistics tree's name. */
#ifndef STATS_TREE_MENU_SEPARATOR
#define STATS_TREE_MENU_SEPARATOR "/"
#endif

#endif
