/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of findings. Adding a finding is one row here and one call of wt_find() in a detector; expert
 * info, filter, statistics row and reference documentation follow from the row.
 *
 * WT_FINDING(identifier, name, severity, area, sentence, explanation, remedy)
 *   name         filter name behind "wiretruth."
 *   sentence     what is said about the frame. $1 to $4 are the values given to wt_find(), as numbers; $1t
 *                the same as a time (nanoseconds, printed as s, ms or us), $1x in hexadecimal, $1f as
 *                "frame N", $1m as the kind of link an MTU suggests; $1s stands for the finding's reason.
 *   explanation  one or two sentences for somebody who meets it for the first time
 *   remedy       what to do; empty where nothing is to be repaired
 *
 * This file is included several times, so it has no include guard.
 */
/* clang-format off */

WT_FINDING(SUPERFRAME_SENT, "superframe.sent", NOTE, SIZE,
    "Captured before segmentation: $1 wire frames of at most $2 payload bytes",
    "The sending host hands large segments to its NIC or kernel (TSO, GSO, LSO), which cut them behind the capture point.",
    "")
WT_FINDING(SUPERFRAME_RECEIVED, "superframe.received", NOTE, SIZE,
    "Captured after the host merged $1 segments of at most $2 payload bytes",
    "The receiving host merges segments before the capture point sees them (GRO, LRO, RSC).",
    "")
WT_FINDING(SUPERFRAME_UNKNOWN, "superframe.unknown", NOTE, SIZE,
    "Super-frame: $1 wire frames of at most $2 payload bytes; whether cut later or merged before is not known",
    "One captured frame stands for several wire frames, and nothing in the capture tells on which side it was made.",
    "")
WT_FINDING(SUPERFRAME_UDP, "superframe.udp", NOTE, SIZE,
    "One UDP datagram that stands for several[: $1 of at most $2 bytes] (UDP GSO, USO or GRO)",
    "UDP segmentation offload carries several datagrams of equal size as one; on the wire each has its own headers.",
    "")
WT_FINDING(SUPERFRAME_BIG_TCP, "superframe.big_tcp", NOTE, SIZE,
    "BIG TCP or LSO length: the packet is $1 bytes long although its length field says $2",
    "Packets over 65535 bytes exist only inside a host; the length field is 0 and the NIC or kernel cuts them before the wire.",
    "")
WT_FINDING(SUPERFRAME_REFUSED, "superframe.refused", WARN, SIZE,
    "$1 super-frames never acknowledged, while the same bytes are in segments of at most $2",
    "What takes the sender's frames from a virtual link (an emulator, a VPN, AF_XDP, netmap) drops those that stand for several wire frames.",
    "Turn segmentation offload off on the sender: ethtool -K DEV tso off gso off; or teach the consumer to take super-frames (virtio-net header).")
WT_FINDING(MTU_EXCEEDED, "mtu.exceeded", WARN, SIZE,
    "Larger than the link MTU: $1 bytes on a link of $2, and no offload explains it",
    "The IP packet does not fit the link on which it was captured.",
    "Compare the MTU of both ends of this link and of the switch between them.")
WT_FINDING(MSS_EXCEEDED, "mss.exceeded", WARN, SIZE,
    "Segment of $1 payload bytes where the receiver allows $2",
    "A segment on the wire is larger than the receiver's MSS less the options it carries (RFC 9293 3.7.1).",
    "Look at the sender's NIC: segmentation that ignores the MSS. Try: ethtool -K DEV tso off")
WT_FINDING(MSS_UNFIT, "mss.unfit", NOTE, SIZE,
    "MSS of $1 does not fit: $2s[; $3 would]",
    "The largest segment that this end asks for does not pass the link or the path: a clamp is missing, works one way only, or forgot some headers.",
    "Clamp it in SYNs of both directions and both IP versions: nft add rule inet filter forward tcp flags syn tcp option maxseg size set rt mtu")
WT_FINDING(SEGMENTATION_WRONG, "segmentation.wrong", ERROR, SIZE,
    "Cut at the wrong size: pieces of $1 bytes where $2 were asked for",
    "The sender's NIC cut a super-frame into pieces larger than the MSS or the path MTU allow.",
    "Turn segmentation offload off on the sender: ethtool -K DEV tso off; give a virtual machine another NIC model.")

WT_FINDING(CHECKSUM_PARTIAL, "checksum.partial", NOTE, CHECKSUM,
    "Checksum left for the NIC to complete: an artefact of capturing on the host",
    "The stack writes only the pseudo-header sum and the NIC completes it behind the capture point.",
    "")
WT_FINDING(CHECKSUM_UNFILLED, "checksum.unfilled", NOTE, CHECKSUM,
    "Checksum zero: left for the NIC to fill in",
    "With large send offload the NIC computes the checksum of every segment, and the field is left empty.",
    "")
WT_FINDING(CHECKSUM_CORRUPT, "checksum.corrupt", WARN, CHECKSUM,
    "Checksum $1x, should be $2x, and no offload explains it",
    "The packet was damaged on its way, or by what wrote it.",
    "Look for a bad cable, port, NIC or memory on the path of these frames.")
WT_FINDING(CHECKSUM_LEAKED, "checksum.leaked", ERROR, CHECKSUM,
    "A partial checksum came from the wire; the receiver dropped it[ and got the same again in $1f]",
    "The sender's offload never completed this checksum, so the receiver discards the frame.",
    "Turn checksum or segmentation offload off on the sender: ethtool -K DEV tx off; update the hypervisor's NIC driver.")

WT_FINDING(WINDOW_SCALE_UNKNOWN, "window.scale_unknown", CHAT, WINDOW,
    "Window scale not known: the handshake was not captured in full",
    "The shift is told only in the two SYN segments; without them every window may be up to 2^14 times larger than shown.",
    "")
WT_FINDING(WINDOW_SCALE_DECLINED, "window.scale_declined", CHAT, WINDOW,
    "Window scaling is off: only one side offered it",
    "Scaling is in force only if both SYN segments carry the option (RFC 7323 2.2).",
    "")
WT_FINDING(WINDOW_SCALE_INVALID, "window.scale_invalid", WARN, WINDOW,
    "Window scale option that cannot stand: shift $1, $2s",
    "The shift is at most 14 and the option belongs into SYN segments; a SYN/ACK may carry it only if the SYN did (RFC 7323 2.2, 2.3).",
    "Look for the device or stack that writes this option.")
WT_FINDING(WINDOW_SCALE_CHANGED, "window.scale_changed", WARN, WINDOW,
    "Repeated SYN segments offer different window scales, see $1f: $2s",
    "The sender repeated its SYN with other options, or a device changed them; the one that was answered counts.",
    "Look for a device that rewrites the options of repeated SYN segments.")
WT_FINDING(WINDOW_SCALE_STRIPPED, "window.scale_stripped", ERROR, WINDOW,
    "One side scales its windows and the other was not told: $2s, see $1f",
    "A device removed the window scale option from one direction of the handshake.",
    "Let the device pass TCP options unchanged; as a stopgap turn window scaling off on one end.")
WT_FINDING(WINDOW_EXCEEDED, "window.exceeded", WARN, WINDOW,
    "$1 bytes beyond the right edge that the receiver granted",
    "The sender used more than acknowledgement plus scaled window.",
    "Compare both ends' view of the window scale option.")
WT_FINDING(WINDOW_RETRACTED, "window.retracted", WARN, WINDOW,
    "The right edge moved left by $1 bytes; $2f granted more",
    "A receiver should not take back what it granted (RFC 9293 3.8.6); data already sent may now be refused.",
    "Look at the receiver's buffer settings (Linux: net.ipv4.tcp_shrink_window).")
WT_FINDING(WINDOW_UNSCALED_DROP, "window.unscaled_drop", ERROR, WINDOW,
    "Lost $1 times, $2t without progress: all data beyond acknowledgement + unscaled window ($3) vanish, those below arrive",
    "A device on the path tracks the connection, ignores window scaling, and drops what it takes for data beyond the window.",
    "Repair the stateful device; on a Linux one: sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1")

WT_FINDING(PMTU_REPORT, "pmtu.report", NOTE, PMTU,
    "Path MTU report: at most $1 bytes from here on ($1m)[, $2t after the packet that it quotes]",
    "A router or host could not forward a packet and names the largest one that fits (RFC 1191, RFC 8201).",
    "")
WT_FINDING(PMTU_REPORTED, "pmtu.reported", NOTE, PMTU,
    "Refused on its way: $2f reports a path MTU of $1[, $3t later]",
    "This packet, or a part of it after segmentation, was too large for a link further on.",
    "")
WT_FINDING(PMTU_OBEYED, "pmtu.obeyed", CHAT, PMTU,
    "Sent again in smaller packets of $1 bytes[ after $4], as $2f asked $3t ago",
    "The sender reduced its packets to the reported path MTU. Wireshark may call this segment out of order.",
    "")
WT_FINDING(PMTU_IGNORED, "pmtu.ignored", ERROR, PMTU,
    "Still $1 bytes where $2 fit: $3 reports so far are ignored",
    "The sender keeps sending larger packets although the report reached its network a round trip ago or more.",
    "Let ICMP type 3 code 4 and ICMPv6 type 2 reach the sender; then look for a locked route MTU and at its NIC.")
WT_FINDING(PMTU_DF_CLEARED, "pmtu.df_cleared", NOTE, PMTU,
    "Reacts to $1f by allowing fragmentation",
    "The sender clears DF, because its route MTU is locked or the reported MTU is below its minimum (Linux: 552).",
    "")
WT_FINDING(PMTU_MERGED_QUOTE, "pmtu.merged_quote", ERROR, PMTU,
    "Refuses a packet of $1 bytes that nobody sent; the largest was $2, and the MTU is $3",
    "The reporter merged segments (GRO, LRO) and then found the result too large; the sender is right not to shrink.",
    "Turn GRO and LRO off on the ingress of the device that sent this report: ethtool -K DEV gro off lro off")
WT_FINDING(PMTU_IMPLAUSIBLE, "pmtu.implausible", WARN, PMTU,
    "Reports an MTU of $1 for a packet of $2 bytes, which cannot be[; RFC 1191 suggests $3 instead]",
    "The MTU is 0, below the minimum of its IP version, or not smaller than the packet that it refuses.",
    "Look at the device that sent this report.")
WT_FINDING(PMTU_UNMATCHED, "pmtu.unmatched", NOTE, PMTU,
    "Quotes a packet that is not in this capture, although its flow is",
    "The quoted packet was sent before the capture, was missed by it, or never existed.",
    "")
WT_FINDING(PMTU_BLACK_HOLE, "pmtu.black_hole", ERROR, PMTU,
    "Packets of $1 bytes vanish[ while $2 pass], and nothing reports it[; a link MTU of $3 ($3m) would explain it]",
    "Something on the path drops large packets silently, or the report is lost.",
    "Let the router send ICMP type 3 code 4 and ICMPv6 type 2, or clamp the MSS there.")
WT_FINDING(PMTU_PROBING, "pmtu.probing", NOTE, PMTU,
    "The sender tries packets of $1 bytes, after $2, without a report",
    "Packetization layer path MTU discovery (RFC 4821, RFC 8899): the size is found by trial.",
    "")
WT_FINDING(PMTU_MISTRANSLATED, "pmtu.mistranslated", WARN, PMTU,
    "A report that its addressee cannot match: $1s[; meant is $2f]",
    "The stack looks up what a report quotes, finds no connection of its own, and drops the report: a translator or load balancer left or put other addresses or ports into it.",
    "Repair the device that sends this report on: it has to translate the packet quoted inside as well.")

WT_FINDING(FRAGMENT_LOST, "fragment.lost", WARN, FRAGMENT,
    "Parts of this datagram never come: $1s[; $2 datagrams so far]",
    "A datagram is of use only when all its fragments arrive; something on the path drops some of them, or the capture left them out.",
    "Let fragments pass (those behind the first have no ports), or send smaller datagrams.")
WT_FINDING(FRAGMENT_TUNNEL, "fragment.tunnel", NOTE, FRAGMENT,
    "A tunnel's packet[ of $1 bytes] is sent in fragments[; inside, packets of at most $2 bytes would fit]",
    "The MTU inside the tunnel leaves no room for its headers, so each full packet costs two, and is lost when one of them is.",
    "")

WT_FINDING(CAPTURE_DUPLICATE, "capture.duplicate", NOTE, CAPTURE,
    "The same packet as in $1f, $2t later: a copy, no retransmission",
    "A mirror port in both directions, a bridge, or several interfaces show one packet more than once.",
    "")
WT_FINDING(CAPTURE_MISSED, "capture.missed", NOTE, CAPTURE,
    "Acknowledges $1 bytes that are not in this capture: the capture lost frames, the network did not",
    "The receiver has data that were never captured, so what is missing here proves nothing about the network.",
    "")
WT_FINDING(CAPTURE_DISORDERED, "capture.disordered", NOTE, CAPTURE,
    "Stands in the wrong place: $1s[, by $2t]",
    "Time goes backwards, or frames stand in an order that cannot have been: several interfaces, queues or files were put together.",
    "")
WT_FINDING(CAPTURE_EDITED, "capture.edited", NOTE, CAPTURE,
    "Changed after the capture: $1s",
    "Addresses, sums or payloads were replaced or cut off by a program that anonymises or shortens captures; checksums and lengths say nothing then.",
    "")
WT_FINDING(CAPTURE_ONE_SIDED, "capture.one_sided", CHAT, CAPTURE,
    "Only one direction of this connection is in this capture[: $1 packets and none in answer]",
    "What is not seen proves nothing here: answers and acknowledgements took another way, or a filter left them out.",
    "")
