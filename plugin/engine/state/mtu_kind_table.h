/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of MTUs, largest first: the kind of link or tunnel that has each.
 *
 * WT_MTU_KIND(mtu, use, kind)
 *   NOW     a link on the way is likely to have it today
 *   COMMON  a link that a host announces may have it
 *   NAMED   suggests that kind where it is met, and is assumed nowhere
 *
 * Overheads: IPIP and 6in4 20 (RFC 2003, 4213), GRE 24 (RFC 2784), VXLAN and GENEVE 50 over IPv4 and 70 over IPv6 (RFC 7348,
 * 8926), WireGuard 60 and 80, PPPoE 8 (RFC 2516), DS-Lite 40 (RFC 6333), GTP-U 36 (3GPP TS 29.281; 1358: TS 23.060 annex C).
 *
 * This file is included several times, so it has no include guard.
 */
/* clang-format off */

WT_MTU_KIND(65536, COMMON, "loopback")
WT_MTU_KIND(65535, COMMON, "loopback or Hyperchannel")
WT_MTU_KIND(65520, NAMED, "IP over InfiniBand, connected mode")
WT_MTU_KIND(9216, COMMON, "jumbo Ethernet")
WT_MTU_KIND(9001, COMMON, "jumbo Ethernet of a cloud")
WT_MTU_KIND(9000, NOW, "jumbo Ethernet")
WT_MTU_KIND(8950, NAMED, "VXLAN or GENEVE over jumbo Ethernet")
WT_MTU_KIND(8942, NAMED, "GENEVE with an option, over jumbo Ethernet")
WT_MTU_KIND(8896, NAMED, "jumbo Ethernet of a cloud")
WT_MTU_KIND(8500, NAMED, "a transit gateway of a cloud")
WT_MTU_KIND(4470, NAMED, "packet over SONET")
WT_MTU_KIND(4352, COMMON, "FDDI")
WT_MTU_KIND(2304, NAMED, "IEEE 802.11")
WT_MTU_KIND(2044, NAMED, "IP over InfiniBand, datagram mode")
WT_MTU_KIND(1500, NOW, "Ethernet")
WT_MTU_KIND(1496, NAMED, "Ethernet with a VLAN tag that was not allowed for")
WT_MTU_KIND(1492, NOW, "PPPoE")
WT_MTU_KIND(1480, NOW, "IPIP or 6in4 tunnel")
WT_MTU_KIND(1476, NOW, "GRE tunnel")
WT_MTU_KIND(1472, NAMED, "GRE tunnel with a key, or IPIP over PPPoE")
WT_MTU_KIND(1468, NAMED, "GRE over PPPoE")
WT_MTU_KIND(1464, NAMED, "GTP-U over IPv4")
WT_MTU_KIND(1462, NAMED, "GRE tunnel of Ethernet frames")
WT_MTU_KIND(1460, NAMED, "a network of a cloud, DS-Lite, or L2TP")
WT_MTU_KIND(1454, NOW, "PPPoE over some DSL lines")
WT_MTU_KIND(1450, NOW, "VXLAN")
WT_MTU_KIND(1446, NAMED, "an IPsec tunnel of a cloud")
WT_MTU_KIND(1442, NAMED, "GENEVE with an option, or VXLAN over PPPoE")
WT_MTU_KIND(1440, NOW, "WireGuard over IPv4")
WT_MTU_KIND(1438, NAMED, "an IPsec tunnel")
WT_MTU_KIND(1436, NAMED, "an IPsec tunnel of a cloud")
WT_MTU_KIND(1432, NAMED, "WireGuard over IPv4 over PPPoE")
WT_MTU_KIND(1430, NAMED, "VXLAN over IPv6")
WT_MTU_KIND(1428, NAMED, "GTP-U over a tunnel")
WT_MTU_KIND(1422, NAMED, "an IPsec tunnel through NAT")
WT_MTU_KIND(1420, NOW, "WireGuard")
WT_MTU_KIND(1412, NAMED, "WireGuard over PPPoE")
WT_MTU_KIND(1410, NAMED, "VXLAN in a network of a cloud")
WT_MTU_KIND(1400, NOW, "a tunnel, by a common setting")
WT_MTU_KIND(1390, NAMED, "WireGuard inside VXLAN")
WT_MTU_KIND(1380, NAMED, "WireGuard in a network of a cloud")
WT_MTU_KIND(1358, NAMED, "a mobile network")
WT_MTU_KIND(1280, NOW, "IPv6 minimum")
WT_MTU_KIND(576, NOW, "IPv4 minimum that every host accepts")
WT_MTU_KIND(552, NAMED, "the least that Linux believes a report of")
WT_MTU_KIND(296, NAMED, "a serial line")
WT_MTU_KIND(68, COMMON, "IPv4 minimum")
