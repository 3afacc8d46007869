/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of diagnoses, most severe first: a root cause, what it means and how to repair it.
 *
 * WT_DIAGNOSIS(identifier, name, trouble, role, sentence, provable, decide, linux, windows, hypervisor)
 *   trouble     false for the one that says that nothing is wrong
 *   role        which device of the path is the culprit
 *   sentence    $1 stands for the culprit's address, $2 for the address at the other end
 *   provable    from which capture points this can be proven, and how far
 *   decide      what to capture if the evidence is not complete
 *   linux, windows, hypervisor   commands and settings; empty where there is nothing of their own
 *
 * This file is included several times, so it has no include guard.
 */
/* clang-format off */

WT_DIAGNOSIS(NIC_IGNORES_MSS, "nic_ignores_mss", true, SENDERS_NIC,
    "The NIC of $1 cuts large segments at a fixed size, whatever MSS and path MTU its stack asks for; $2 gets them late or never",
    "At the sender: certain (a report quotes a piece from inside a super-frame that is no multiple of the segment size). Between: certain (pieces larger than the MSS, the rest smaller). At the receiver: likely (holes larger than the MSS).",
    "Capture on the host $1 and behind its NIC at the same time, and merge the two files.",
    "ethtool -K DEV tso off",
    "Disable-NetAdapterLso -Name NAME",
    "Give the guest another NIC model (virtio-net, e1000e); QEMU's rtl8139 is repaired since version 7.2.")
WT_DIAGNOSIS(ROUTER_MERGES, "router_merges", true, FORWARDER,
    "The forwarder $1 merges received segments (GRO, LRO) and then refuses the result; $2 sent nothing that is too large",
    "At the sender and between: certain (the report quotes a packet longer than any that was sent). At the receiver: not visible.",
    "Capture at the sender, or in front of the forwarder $1.",
    "ethtool -K DEV gro off lro off rx-gro-hw off   (on the interface where $1 receives)",
    "Disable-NetAdapterRsc -Name NAME",
    "Turn LRO off on the virtual switch and on the adapters that forward (vSphere: Net.Vmxnet3SwLRO, Net.VmxnetSwLROSL).")
WT_DIAGNOSIS(CHECKSUM_LEAK, "checksum_leak", true, SENDER,
    "$1, or the hypervisor below it, sends segments whose checksum was never completed; $2 drops them",
    "At the receiver and between: certain (the frame is not acknowledged, and comes again with a valid sum). At the sender: not visible, partial sums are normal there.",
    "Capture at $2 or on the wire in front of it.",
    "ethtool -K DEV tx off   (or only: tso off)",
    "Disable-NetAdapterChecksumOffload -Name NAME; Disable-NetAdapterLso -Name NAME",
    "Update the driver and the paravirtual NIC's back end; try without checksum offload on the bridge or tap of the guest.")
WT_DIAGNOSIS(FIREWALL_IGNORES_SCALING, "firewall_ignores_scaling", true, BETWEEN,
    "A stateful device between $1 and $2 enforces the window as if it were not scaled, and drops all data behind it",
    "In front of the device: certain (what lies behind the unscaled edge is lost again and again). Behind it: likely (only the holes).",
    "Capture on both sides of the suspected firewall, and merge the two files.",
    "sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1   (on the device); as a stopgap on one end: sysctl -w net.ipv4.tcp_window_scaling=0",
    "As a stopgap on one end: netsh interface tcp set global autotuninglevel=disabled",
    "")
WT_DIAGNOSIS(SCALE_STRIPPED, "scale_stripped", true, BETWEEN,
    "A device between $1 and $2 takes the window scale option out of one direction: one end scales, the other does not know",
    "At the end that was not told: likely (windows that make sense only when scaled). Both ends in one file: certain.",
    "Capture the handshake at both ends, and merge the two files.",
    "Let the device pass TCP options unchanged; as a stopgap on one end: sysctl -w net.ipv4.tcp_window_scaling=0",
    "As a stopgap on one end: netsh interface tcp set global autotuninglevel=disabled",
    "")
WT_DIAGNOSIS(REPORTS_IGNORED, "reports_ignored", true, SENDER,
    "$1 does not act on the path MTU reports for its packets to $2; they are filtered on their way to it, or its route MTU is locked",
    "At the sender: certain that it does not act, a filter on the host itself included. Between: likely (they may be lost further on).",
    "Capture on the host $1: if the reports do not arrive there, something in front of it filters ICMP.",
    "nft insert rule inet filter input icmp type destination-unreachable accept; nft insert rule inet filter input icmpv6 type packet-too-big accept; ip route show to match ADDRESS (no 'mtu lock'); sysctl -w net.ipv4.ip_no_pmtu_disc=0",
    "New-NetFirewallRule -DisplayName PMTU -Protocol ICMPv4 -IcmpType 3:4 -Action Allow; the same with -Protocol ICMPv6 -IcmpType 2",
    "")
WT_DIAGNOSIS(BLACK_HOLE, "black_hole", true, BETWEEN,
    "Large packets from $1 to $2 vanish on their way and nothing reports it: a path MTU black hole",
    "At the sender: certain. Between, in front of the narrow link: certain. At the receiver: possible (only what is missing).",
    "Capture at the sender $1, or on the router in front of the narrow link.",
    "On the router: let it send ICMP type 3 code 4 and ICMPv6 type 2; nft add rule inet filter forward tcp flags syn tcp option maxseg size set rt mtu. On the sender: sysctl -w net.ipv4.tcp_mtu_probing=1",
    "netsh interface ipv4 set subinterface NAME mtu=1400 store=persistent",
    "")
WT_DIAGNOSIS(MSS_IGNORED, "mss_ignored", true, SENDER,
    "$1 sends larger segments than $2 allows with its MSS",
    "Between and at the receiver: likely. At the sender: certain (its single segments are larger too, so it is not the NIC).",
    "Capture on the host $1 to see whether its stack or its NIC makes these segments.",
    "ip route change PREFIX via GATEWAY mtu lock SIZE   (until the sender's stack is repaired)",
    "netsh interface ipv4 set subinterface NAME mtu=SIZE store=persistent",
    "")
WT_DIAGNOSIS(WIRE_CORRUPTION, "wire_corruption", true, BETWEEN,
    "Frames from $1 arrive damaged",
    "Behind the damage only: likely, certain when many.",
    "Capture on the other side of each suspected switch, cable or NIC, and merge the two files.",
    "ethtool -S DEV | grep -iE 'err|crc|drop'; replace cable, port or NIC one by one",
    "Get-NetAdapterStatistics -Name NAME | Format-List *Error*",
    "")
WT_DIAGNOSIS(CAPTURE_BEFORE_OFFLOAD, "capture_before_offload", false, CAPTURING_HOST,
    "Nothing is wrong: $1 leaves segmentation or checksums to its NIC, and the capture was made before the NIC",
    "At the sender, and at any port of a virtual switch that its frames pass before a NIC.",
    "Capture behind the NIC, on a mirror port or at the other end, to see what crosses the wire.",
    "While capturing: ethtool -K DEV tso off gso off gro off lro off tx off",
    "While capturing: Disable-NetAdapterLso -Name NAME; Disable-NetAdapterRsc -Name NAME; Disable-NetAdapterChecksumOffload -Name NAME",
    "")
