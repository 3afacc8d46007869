/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reason_table: why a finding has a lower severity than its table says, or what $1s in its sentence stands for.
 *
 * WT_REASON(id, text): $1 to $4 in the text stand for the finding's values, as in its sentence.
 */

/* --- size --- */
WT_REASON(SIZE_BY_SEGMENTS, "size by ordinary segments of this flow")
WT_REASON(SIZE_BY_PEER, "size by segments of the other direction")
WT_REASON(SIZE_BY_LINK, "size by the link MTU")
WT_REASON(SIZE_BY_PATH, "size by the path MTU")
WT_REASON(SIZE_BY_RECEIVER, "size by the receiver's MSS")
WT_REASON(SIZE_BY_SENDER, "size by the sender's own MSS")
WT_REASON(SIZE_BY_DEFAULT, "size by the default, as the receiver states no MSS")
WT_REASON(SIZE_AS_CUT, "size as this flow was seen to be cut")
WT_REASON(SIZE_BEFORE_REPORT, "size from before the report, which takes a moment to be obeyed")
WT_REASON(LEFT_FOR_NIC, "its checksum was left for the NIC, which may cut it")
WT_REASON(SUM_WRONG_MERGED, "its checksum is not right, so it may have been merged")
WT_REASON(SUM_UNKNOWN_MERGED, "its checksum cannot be verified, so it may have been merged")
WT_REASON(MERGED_TAIL, "or a full segment and a short one, merged by who received them")
WT_REASON(MTU_BY_LINK_TYPE, "nothing but the link type tells the MTU; set the preference if you know it")
WT_REASON(MTU_BY_LARGEST, "the MTU is only the largest length seen so far")
WT_REASON(MTU_BY_HOST, "the MTU is only what the host announces")
WT_REASON(MTU_REASSEMBLED, "fragments may have been put together before it was captured")
WT_REASON(MTU_LEFT_FOR_NIC, "its checksum was left for the NIC, which may also cut it")

/* --- checksums --- */
WT_REASON(SUM_MAY_HAVE_LEAKED, "or it came so from the wire, as the other packets of its sender are complete")
WT_REASON(SUM_OFF_BY_ONE, "off by one: the sum was adapted to rewritten addresses in a wrong way")
WT_REASON(SUM_TAKEN, "its receiver took the data all the same: a sum left over from merging or editing")
WT_REASON(SUM_SAME_VALUE, "the same value in every packet: a program wrote it")
WT_REASON(SUM_SAME_DIFFERENCE, "a constant difference: addresses or ports were rewritten after the capture")
WT_REASON(SUM_PAYLOAD_REPLACED, "all packets with payload: it was replaced after the capture")
WT_REASON(SUM_NONE_INTACT, "no intact packet of this kind was seen yet")
WT_REASON(SUM_TOO_MANY, "too many for damage: something wrote these packets")

/* --- windows --- */
WT_REASON(SCALE_OUTSIDE_SYN, "outside a SYN")
WT_REASON(SCALE_OVER_14, "more than 14")
WT_REASON(SCALE_NOT_OFFERED, "answered without having been offered")
WT_REASON(SCALE_AT_LEAST, "acknowledged data prove a shift of at least $1")
WT_REASON(SCALE_CLIENT_UNSCALED, "the client uses exactly the unscaled window of a server that scales")
WT_REASON(SCALE_WINDOWS_UNSCALED,
          "the client's windows make sense only unscaled although both SYNs offer a shift")
WT_REASON(SCALE_DATA_BEYOND, "data far beyond any unscaled window are accepted although scaling is off")
WT_REASON(SCALE_OTHER_SYN_ACK, "the same SYN/ACK has another option there")
WT_REASON(SCALE_OTHER_SYN, "the same SYN has another option there; both ends agree, so it only costs speed")
WT_REASON(SYN_OTHER_SHIFT, "this one has another shift")
WT_REASON(SYN_BARE, "this one lacks the option and the timestamps, as some stacks try when nothing answers")
WT_REASON(SYN_LACKS_OPTION, "this one leaves the option out, as the third SYN of Windows does")
WT_REASON(SYN_OVERWRITTEN, "in this one something else stands in the option's place")
WT_REASON(SYN_HAD_NO_OPTION, "that one lacks the option")
WT_REASON(SYN_COUNTS, "that one counts, as this answer shows")
WT_REASON(WINDOW_FIRST, "the first window behind the handshake")
WT_REASON(WINDOW_AFTER_FIN, "the other end has sent its FIN and needs no window")
WT_REASON(NO_SUM_RIGHT, "no checksum of this host is right: perhaps an edited capture")
WT_REASON(NO_HANDSHAKE, "the handshake was not captured in full")
WT_REASON(FRAMES_MISSING, "frames are missing from this capture")

/* --- path MTU --- */
WT_REASON(REPORT_TRANSLATED, "a translator on the way changed addresses or ports")
WT_REASON(REPORT_MISTRANSLATED, "a translator left other addresses or ports in the quote")
WT_REASON(REPORT_BY_DESTINATION, "from the destination itself")
WT_REASON(REPORT_BY_SENDER, "from the sender itself")
WT_REASON(REPORT_BY_ROUTER, "from a router on the way")
WT_REASON(REPORT_OF_FLOOD, "one of a flood of reports that match nothing: forged, or answers to a scan")
WT_REASON(REPORT_OF_OTHER_FLOW, "the flow that it quotes is not in this capture")
WT_REASON(REPORT_SUM_WRONG, "its checksum is wrong, so its receiver drops it, unless it was edited")
WT_REASON(REPORT_BY_LENGTH, "it fits a packet by its length alone: anybody could have made it up")
WT_REASON(REPORT_UNPROVEN, "no packet shows that this report is genuine")
WT_REASON(REPORT_WITHOUT_QUOTE, "it quotes no packet, so nobody acts on it")
WT_REASON(QUOTE_BEFORE_CAPTURE, "sent before the capture began, or missed by it")
WT_REASON(QUOTE_REWRITTEN, "missed by the capture, or rewritten on its way")
WT_REASON(QUOTE_OTHER_DIRECTION, "this direction was not captured")
WT_REASON(QUOTE_NEVER_SENT, "its sequence number was never sent: forged, or changed on its way")
WT_REASON(QUOTE_MISSED, "missed by the capture, or sent too long ago")
WT_REASON(QUOTE_LENGTH_REWRITTEN, "its length may have been rewritten: it ends where no segment does")
WT_REASON(QUOTE_TO_ITSELF, "it goes to its own source")
WT_REASON(QUOTE_TO_ANOTHER, "it goes to somebody who did not send that packet")
WT_REASON(QUOTE_OTHER_BOTH, "the quote holds another address and another port than the packet had")
WT_REASON(QUOTE_OTHER_ADDRESS, "the quote holds another address than the packet had")
WT_REASON(QUOTE_OTHER_PORT, "the quote holds another port than the packet had")
WT_REASON(TOLD_ECHO, "an echo request; somebody may be trying sizes")
WT_REASON(PROBING_UPWARD, "upward")
WT_REASON(CUT_BY_REPORT, "told by a report about a piece of a super-frame")
WT_REASON(CUT_BY_ACK, "the receiver acknowledges where no segment should begin")
WT_REASON(CUT_SINGLE_TOO, "single segments of this sender are too large as well")
WT_REASON(CUT_BY_BURST, "the pieces of this burst add up to whole segments")
WT_REASON(CUT_BY_REPEAT, "sent again by itself it is cut right")
WT_REASON(CUT_HOLE_LARGER, "what is missing before it was larger than the receiver allows")
WT_REASON(CUT_HOLE_ODD, "what is missing before it is no whole number of segments")
WT_REASON(LOST_NOTHING_HEARD, "the other end was not heard since, so it may be gone")
WT_REASON(LOST_RESET_ONLY, "nothing but a reset was heard of the other end since")
WT_REASON(LOST_NONE_SMALLER, "nothing smaller was seen to pass")

/* --- capture points --- */
WT_REASON(POINT_TAKEN_OUT, "taken out of the SYN on its way, so that both sides go without scaling")
WT_REASON(POINT_CHANGED, "changed in the SYN on its way")
WT_REASON(POINT_WAS_VALID, "it was valid at the capture point before")

/* --- the capture --- */
WT_REASON(ROUTER_BETWEEN, "a router is between the two")
WT_REASON(BEHIND_ACKNOWLEDGEMENT, "behind its acknowledgement in $1f")
WT_REASON(EARLIER_THAN_BEFORE, "earlier than a frame before it")

/* --- what a proven cause explains away --- */
WT_REASON(NIC_UNDOES, "its NIC undoes what the stack obeyed")
WT_REASON(NIC_CUTS, "its NIC cuts at the wrong size")
