/* SPDX-License-Identifier: GPL-2.0-or-later */
/* coverage: frames, or parts of them, that were not looked at, and why. */
#ifndef WIRETRUTH_TABLES_COVERAGE_H
#define WIRETRUTH_TABLES_COVERAGE_H

#include <wiretruth/packet.h>

enum wt_missed {
    WT_MISSED_NOTHING,
    WT_MISSED_TRUNCATED,
    WT_MISSED_LINK_TYPE,
    WT_MISSED_ENCAPSULATION,
    WT_MISSED_TOO_DEEP,
    WT_MISSED_MALFORMED,
    WT_MISSED_TUNNEL, /* Wireshark found more IP headers than the walk did */
    WT_MISSED_KINDS,
};

/*
 * What was missed in a frame: what the walk itself reports, or else an IP header that only Wireshark found, because it
 * sits in an encapsulation that the walk does not know. Wireshark dissected `ip_headers` of them.
 *
 * An IPv6 header right behind one of IPv4 counts as one with it, on both sides: Wireshark names both too where a link of
 * IPv4 packets carries one of IPv6, and there is one header only.
 */
enum wt_missed wt_missed(const struct wt_reading *reading, unsigned ip_headers);

/* The reason as text; NULL for WT_MISSED_NOTHING. */
const char *wt_missed_text(enum wt_missed missed);

#endif
