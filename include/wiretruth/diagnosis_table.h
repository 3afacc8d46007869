/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of diagnoses, nearest to a cause first: a root cause, what it means and how to repair it.
 *
 * WT_DIAGNOSIS(identifier, name, trouble, role, sentence, provable, decide, linux, windows, hypervisor)
 *   trouble     false for those that describe the capture; their names begin with "capture_"
 *   role        which device of the path is the culprit
 *   sentence    $1 stands for the culprit's address, $2 for the address at the other end (and how many others)
 *   provable    from which capture points this can be proven, and how far
 *   decide      what to capture if the evidence is not complete
 *   linux, windows, hypervisor   commands and settings; empty where there is nothing of their own
 *
 * This file is included several times, so it has no include guard.
 */
/* clang-format off */

WT_DIAGNOSIS(NIC_IGNORES_MSS, "nic_ignores_mss", true, SENDERS_NIC,
    "The NIC of $1 cuts large segments at a fixed size, whatever MSS and path MTU its stack asks for; $2 gets them late or never",
    "At the sender: certain (a report quotes a piece from inside a super-frame that is no multiple of the segment size), between: certain (pieces larger than the MSS, the rest smaller), at the receiver: likely (holes larger than the MSS).",
    "Capture on the host $1 and behind its NIC at the same time, and merge the two files.",
    "ethtool -K DEV tso off",
    "Disable-NetAdapterLso -Name NAME",
    "Give the guest virtio-net, and update the hypervisor: QEMU's rtl8139 is repaired since version 7.2, its e1000e and vmxnet3 in later ones.")
WT_DIAGNOSIS(ROUTER_MERGES, "router_merges", true, FORWARDER,
    "The forwarder $1 merges received segments (GRO, LRO) and then refuses the result; $2 sent nothing that is too large",
    "At the sender: certain, between: certain (the report quotes a packet longer than any that was sent), at the receiver: not visible.",
    "Capture at the sender, or in front of the forwarder $1.",
    "ethtool -K DEV gro off lro off rx-gro-hw off   (on the interface where $1 receives)",
    "Disable-NetAdapterRsc -Name NAME",
    "Turn LRO off on the virtual switch and on the adapters that forward (vSphere: Net.Vmxnet3SwLRO, Net.VmxnetSwLROSL).")
WT_DIAGNOSIS(SUPER_FRAMES_DROPPED, "super_frames_dropped", true, BEHIND_SENDER,
    "What takes the frames of $1 from its link (an emulator, a VPN, AF_XDP, netmap, a user-space router) drops super-frames; $2 gets only what is sent again in single segments",
    "At the sender: likely, certain with several super-frames (none is acknowledged, each single repeat is), between: not visible, at the receiver: possible (only repeats arrive).",
    "Capture on the host $1 and behind whatever takes its frames, and merge the two files.",
    "ethtool -K DEV tso off gso off   (on $1), or teach the consumer to take super-frames (PACKET_VNET_HDR, IFF_VNET_HDR)",
    "Disable-NetAdapterLso -Name NAME",
    "Attach the guest by virtio-net with a vnet header, or turn segmentation offload off inside the guest.")
WT_DIAGNOSIS(CHECKSUM_LEAK, "checksum_leak", true, SENDER,
    "$1, or the hypervisor below it, sends packets whose checksum was never completed; $2 drops them",
    "At the sender: not visible (partial sums are normal there), between: certain, at the receiver: certain (the frame is not acknowledged, and comes again with a valid sum).",
    "Capture at $2 or on the wire in front of it.",
    "ethtool -K DEV tx off   (or only: tso off); a tunnel's outer sum: ethtool -K DEV tx-udp_tnl-segmentation off tx-udp_tnl-csum-segmentation off",
    "Disable-NetAdapterChecksumOffload -Name NAME; Disable-NetAdapterLso -Name NAME",
    "Update the driver and the paravirtual NIC's back end; try without checksum offload on the bridge or tap of the guest.")
WT_DIAGNOSIS(UDP_OFFLOAD_BROKEN, "udp_offload_broken", true, SENDERS_NIC,
    "The NIC of $1, or what stands for one, cuts bursts of UDP datagrams without mending their lengths and checksums; $2 drops the pieces",
    "At the sender: not visible, between: certain, at the receiver: certain (UDP lengths or checksums of the whole burst in each piece).",
    "Capture on the host $1 and behind its NIC at the same time, and merge the two files.",
    "ethtool -K DEV tx-udp-segmentation off",
    "Disable-NetAdapterUso -Name NAME",
    "Update the driver and the paravirtual NIC's back end; turn UDP segmentation offload off inside the guest.")
WT_DIAGNOSIS(REPORTS_IGNORED, "reports_ignored", true, SENDER,
    "$1 does not act on the path MTU reports for its packets to $2; they are filtered on their way to it, or its route MTU is locked",
    "At the sender: certain that it does not act (a filter on the host itself included), between: likely (they may be lost further on), at the receiver: not visible.",
    "Capture on the host $1: if the reports do not arrive there, something in front of it filters ICMP.",
    "nft insert rule inet filter input icmp type destination-unreachable accept; nft insert rule inet filter input icmpv6 type packet-too-big accept; ip route show to match ADDRESS (no 'mtu lock'); sysctl -w net.ipv4.ip_no_pmtu_disc=0",
    "New-NetFirewallRule -DisplayName PMTU -Protocol ICMPv4 -IcmpType 3:4 -Action Allow; the same with -Protocol ICMPv6 -IcmpType 2",
    "")
WT_DIAGNOSIS(REPORTS_MISTRANSLATED, "reports_mistranslated", true, BETWEEN,
    "A translator or load balancer between $1 and $2 sends on path MTU reports that their addressee cannot match, or to the wrong one",
    "At the sender: likely, certain with several reports (the quote holds addresses or ports that the sender never used), between: likely (the same in front of the translator is right), at the receiver: not visible.",
    "Capture on both sides of the translator, and merge the two files.",
    "Load nf_conntrack and nf_nat for ICMP errors (no rule that bypasses them: nft list ruleset | grep notrack); behind IPVS: sysctl -w net.ipv4.vs.pmtu_disc=1; as a stopgap clamp the MSS: nft add rule inet filter forward tcp flags syn tcp option maxseg size set rt mtu",
    "As a stopgap on the sender: netsh interface ipv4 set subinterface NAME mtu=1400 store=persistent",
    "")
WT_DIAGNOSIS(REPORTS_IMPOSSIBLE, "reports_impossible", true, REPORTER,
    "$1 reports a path MTU to $2 that cannot be, or its link is smaller than IP allows",
    "At the sender: likely, between: likely, certain with several reports (the MTU told is 0, below the minimum, or no smaller than the packet refused), at the receiver: not visible.",
    "Look at the MTU of the next link of $1, and capture on that link.",
    "ip link set DEV mtu 1500   (on $1; IPv6 needs 1280 at least); clear tables of learnt MTUs: ip route flush cache",
    "netsh interface ipv4 show subinterfaces; netsh interface ipv6 show subinterfaces",
    "")
WT_DIAGNOSIS(BLACK_HOLE, "black_hole", true, BETWEEN,
    "Large packets from $1 to $2 vanish on their way and nothing reports it: a path MTU black hole",
    "At the sender: likely, certain with a second segment, between: the same in front of the narrow link, at the receiver: possible to likely (only what is missing).",
    "Capture at the sender $1, or on the router in front of the narrow link.",
    "On the router: let it send ICMP type 3 code 4 and ICMPv6 type 2; nft add rule inet filter forward tcp flags syn tcp option maxseg size set rt mtu. On the sender: sysctl -w net.ipv4.tcp_mtu_probing=1",
    "netsh interface ipv4 set subinterface NAME mtu=1400 store=persistent",
    "")
WT_DIAGNOSIS(TUNNEL_MTU, "tunnel_mtu", true, SENDER,
    "The MTU inside the tunnel from $1 to $2 leaves no room for the tunnel's headers: its packets are cut into fragments, refused, or lost",
    "At the sender: certain, between: certain, at the receiver: certain (the outer packets come in fragments).",
    "Capture the outer packets at $1, and compare the MTU of the tunnel with that of the link below it.",
    "ip link set TUNNEL mtu SIZE   (link MTU less the overhead: VXLAN 50 or 70, GRE 24, IPIP 20, WireGuard 60 or 80)",
    "netsh interface ipv4 set subinterface TUNNEL mtu=SIZE store=persistent",
    "Raise the MTU of the underlay, or lower that of the guests by the overhead.")
WT_DIAGNOSIS(FRAGMENTS_LOST, "fragments_lost", true, BETWEEN,
    "Fragments of the datagrams between $1 and $2 do not get through, or the capture's filter left them out",
    "At the sender: likely (the receiver says that parts never came), between: possible, at the receiver: likely, certain with several datagrams (only some of the fragments come).",
    "Capture without a filter on ports (fragments behind the first have none) at both ends, and merge the two files.",
    "nft insert rule inet filter forward ip frag-off & 0x1fff != 0 accept   (on the device that filters); smaller datagrams (DNS: edns-udp-size 1232)",
    "Smaller datagrams (DNS: dnscmd /Config /MaximumUdpPacketSize 1232)",
    "")
WT_DIAGNOSIS(FIREWALL_IGNORES_SCALING, "firewall_ignores_scaling", true, BETWEEN,
    "A stateful device between $1 and $2 enforces the window as if it were not scaled, and drops all data behind it",
    "At the sender: certain, between: certain in front of the device (what lies behind the unscaled edge is lost again and again), at the receiver: likely (only the holes).",
    "Capture on both sides of the suspected firewall, and merge the two files.",
    "sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1   (on the device); as a stopgap on one end: sysctl -w net.ipv4.tcp_window_scaling=0",
    "As a stopgap on one end: netsh interface tcp set global autotuninglevel=disabled",
    "")
WT_DIAGNOSIS(SCALE_STRIPPED, "scale_stripped", true, BETWEEN,
    "A device between $1 and $2 takes the window scale option out of one direction, or rewrites it: one end scales, the other does not know",
    "At the sender: likely, between: likely, at the receiver: likely (windows that make sense only when scaled); both ends in one file: certain.",
    "Capture the handshake at both ends, and merge the two files.",
    "Let the device pass TCP options unchanged; as a stopgap on one end: sysctl -w net.ipv4.tcp_window_scaling=0",
    "As a stopgap on one end: netsh interface tcp set global autotuninglevel=disabled",
    "")
WT_DIAGNOSIS(SCALE_NOT_NEGOTIATED, "scale_not_negotiated", true, SENDER,
    "$1 scales its windows towards $2 although the handshake says that it does not, or by another shift than it says",
    "At the sender: likely, between: likely, at the receiver: likely, certain with a second connection (windows that make sense only with the other shift).",
    "Capture the handshake on $1 itself: whether its own SYN or SYN/ACK carries the option as it arrives at $2.",
    "A SYN proxy: the same wscale as the servers behind it (nft: synproxy wscale N); SYN cookies need timestamps: sysctl -w net.ipv4.tcp_timestamps=1",
    "As a stopgap on one end: netsh interface tcp set global autotuninglevel=disabled",
    "")
WT_DIAGNOSIS(WINDOW_SHRINKS, "window_shrinks", true, RECEIVER,
    "$1 takes back window that it has granted, and data of $2 are lost by it",
    "At the sender: possible, between: likely, at the receiver: certain (the right edge moves left over data that were sent).",
    "Capture on the host $1.",
    "sysctl -w net.ipv4.tcp_shrink_window=0; larger receive buffers: net.ipv4.tcp_rmem",
    "Look for a device or program in front of $1 that ends TCP connections, and update it.",
    "")
WT_DIAGNOSIS(WINDOW_OVERRUN, "window_overrun", true, SENDER,
    "$1 sends more than $2 lets it: data beyond the window",
    "At the sender: likely, between: likely, at the receiver: likely, certain with a second connection (data beyond acknowledgement + window, with the handshake captured).",
    "Capture at both ends: whether both have the same view of the window scale option.",
    "Update the stack or the offload engine of $1 (ethtool -k DEV: tls-hw, tcp offload)",
    "Update the NIC's driver; TCP Chimney: netsh interface tcp set global chimney=disabled",
    "")
WT_DIAGNOSIS(MSS_IGNORED, "mss_ignored", true, SENDER,
    "$1 sends larger segments than the MSS of $2 allows",
    "At the sender: certain (its single segments are larger too, so it is not the NIC), between: likely, at the receiver: likely.",
    "Capture on the host $1 to see whether its stack or its NIC makes these segments.",
    "ip route change PREFIX via GATEWAY mtu lock SIZE   (until the sender's stack is repaired)",
    "netsh interface ipv4 set subinterface NAME mtu=SIZE store=persistent",
    "")
WT_DIAGNOSIS(WIRE_CORRUPTION, "wire_corruption", true, BETWEEN,
    "Packets from $1 to $2 arrive damaged: on their way something changes them and not their checksums",
    "At the sender: not visible, between: likely behind the damage, at the receiver: likely, certain when it happens again.",
    "Capture on the other side of each suspected switch, cable, NIC or translator, and merge the two files.",
    "ethtool -S DEV | grep -iE 'err|crc|drop'; replace cable, port or NIC one by one; look for a rule that rewrites headers: tc -s filter show dev DEV, nft list ruleset",
    "Get-NetAdapterStatistics -Name NAME | Format-List *Error*",
    "")
WT_DIAGNOSIS(UNEXPLAINED, "unexplained", true, NOBODY,
    "Traffic between $1 and $2 stands still or is not answered, and nothing in this capture says why",
    "At the sender, between, at the receiver: that it happens; not why.",
    "Capture at both ends at the same time, whole frames and no filter, and merge the two files: what is sent at one and missing at the other is lost between.",
    "nstat -az | grep -iE 'retrans|drop|csum|timeout'; ss -tin; tcpdump -i any -w FILE host ADDRESS   (at both ends)",
    "pktmon start --capture --file-name FILE   (at both ends); netsh trace start capture=yes",
    "")
WT_DIAGNOSIS(CAPTURE_BEFORE_OFFLOAD, "capture_before_offload", false, CAPTURING_HOST,
    "An artefact of capturing: $1 leaves segmentation, merging or checksums to its NIC, and its frames were captured on the host's side of it",
    "At the sender, and at any port of a virtual switch that its frames pass before a NIC; at the receiver where it merges.",
    "Capture behind the NIC, on a mirror port or at the other end, to see what crosses the wire.",
    "While capturing: ethtool -K DEV tso off gso off gro off lro off tx off",
    "While capturing: Disable-NetAdapterLso -Name NAME; Disable-NetAdapterRsc -Name NAME; Disable-NetAdapterChecksumOffload -Name NAME",
    "")
WT_DIAGNOSIS(CAPTURE_INCOMPLETE, "capture_incomplete", false, CAPTURE,
    "Of the capture: it lacks frames that were on the wire, or holds one direction only; what is missing here proves nothing about the network",
    "At any point: what was acknowledged and never captured, and connections of which one direction is here.",
    "Capture again with a larger buffer, shorter frames, or where both directions pass.",
    "tcpdump -B 65536 -s 200 -w FILE; mirror both directions",
    "dumpcap -B 64 -s 200 -w FILE; mirror both directions",
    "")
WT_DIAGNOSIS(CAPTURE_DUPLICATES, "capture_duplicates", false, CAPTURE,
    "Of the capture: frames are here twice or more; copies are no retransmissions",
    "At a mirror port in both directions, on a bridge, and with several interfaces in one file.",
    "Capture one interface, or mirror one direction.",
    "tcpdump -i DEV -Q in; or leave copies out: tshark -r FILE -Y 'not wiretruth.copy'",
    "dumpcap -i NAME   (one adapter); or leave copies out: tshark -r FILE -Y \"not wiretruth.copy\"",
    "")
WT_DIAGNOSIS(CAPTURE_EDITED, "capture_edited", false, CAPTURE,
    "Of the capture: addresses, checksums or payloads were changed after it was made; checksums and lengths prove nothing here",
    "At any point: differences that are the same for all packets of a host, or lengths that no frame can have had.",
    "Ask for the original file, or for one shortened by its snapshot length alone.",
    "editcap -s 96 FILE SHORTER; anonymise with a tool that mends checksums",
    "editcap -s 96 FILE SHORTER; anonymise with a tool that mends checksums",
    "")
