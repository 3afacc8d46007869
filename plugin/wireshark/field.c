/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * field: names, types and descriptions. Numbers are plain unsigned integers, so that I/O graphs, -z io,stat
 * and columns can add them up.
 */
#include "compat.h"

#include "field.h"

#include <wiretruth/engine.h>

static int ids[WT_FIELDS];

static const value_string directions[] = {
    {WT_DIRECTION_UNKNOWN, "unknown"},
    {WT_DIRECTION_SENT, "sent"},
    {WT_DIRECTION_RECEIVED, "received"},
    {0, NULL},
};

static const value_string direction_sources[] = {
    {WT_DIRECTION_SOURCE_NONE, "none"},
    {WT_DIRECTION_SOURCE_FLAGS, "pcapng flags"},
    {WT_DIRECTION_SOURCE_COOKED, "cooked header"},
    {WT_DIRECTION_SOURCE_LEARNT, "learnt"},
    {0, NULL},
};

static const value_string mtu_sources[] = {
    {WT_MTU_PREFERENCE, "preference"},
    {WT_MTU_DHCP, "DHCP"},
    {WT_MTU_ROUTER_ADVERTISEMENT, "router advertisement"},
    {WT_MTU_PPP, "PPP"},
    {WT_MTU_LLDP, "LLDP"},
    {WT_MTU_FRAGMENTS, "fragments"},
    {WT_MTU_MSS, "MSS"},
    {WT_MTU_OBSERVED, "observed"},
    {WT_MTU_DEFAULT, "default"},
    {0, NULL},
};

static const value_string checksums[] = {
    {WT_CHECKSUM_VALID, "valid"},
    {WT_CHECKSUM_PARTIAL, "partial"},
    {WT_CHECKSUM_PARTIAL_NO_LENGTH, "partial_no_length"},
    {WT_CHECKSUM_UNFILLED, "unfilled"},
    {WT_CHECKSUM_BAD, "bad"},
    {WT_CHECKSUM_ABSENT, "absent"},
    {WT_CHECKSUM_UNVERIFIABLE, "unverifiable"},
    {0, NULL},
};

static const value_string severities[] = {
    {WT_SEVERITY_CHAT, "chat"},
    {WT_SEVERITY_NOTE, "note"},
    {WT_SEVERITY_WARN, "warn"},
    {WT_SEVERITY_ERROR, "error"},
    {0, NULL},
};

#define DECIMAL(type) FT_##type, BASE_DEC, NULL, 0x0
#define NAMED(names)  FT_UINT8, BASE_DEC, VALS(names), 0x0
#define TEXT          FT_STRING, BASE_NONE, NULL, 0x0
#define GROUP         FT_NONE, BASE_NONE, NULL, 0x0
#define FRAME(kind)   FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(kind), 0x0

/* The rows carry HFILL's own initialisers, which clang-format would spread over one line each. */
/* clang-format off */
static hf_register_info fields[WT_FIELDS] = {
    [WT_FIELD_DIRECTION] = {&ids[WT_FIELD_DIRECTION],
        {"Direction", "wiretruth.direction", NAMED(directions),
         "Whether the capturing host sent or received this frame", HFILL}},
    [WT_FIELD_DIRECTION_SOURCE] = {&ids[WT_FIELD_DIRECTION_SOURCE],
        {"Direction known from", "wiretruth.direction.source", NAMED(direction_sources),
         "How the direction is known: recorded in the file, in a cooked header, or learnt from the checksums", HFILL}},
    [WT_FIELD_L3_LEN] = {&ids[WT_FIELD_L3_LEN],
        {"IP packet length", "wiretruth.l3_len", DECIMAL(UINT32),
         "Length of the IP packet in bytes as it really is, also where its length field says 0", HFILL}},
    [WT_FIELD_LINK_MTU] = {&ids[WT_FIELD_LINK_MTU],
        {"Link MTU", "wiretruth.link_mtu", DECIMAL(UINT32),
         "Largest IP packet of the link at the capture point, in bytes", HFILL}},
    [WT_FIELD_LINK_MTU_SOURCE] = {&ids[WT_FIELD_LINK_MTU_SOURCE],
        {"Link MTU known from", "wiretruth.link_mtu.source", NAMED(mtu_sources),
         "The evidence for the link MTU", HFILL}},
    [WT_FIELD_WIRE_FRAMES] = {&ids[WT_FIELD_WIRE_FRAMES],
        {"Wire frames", "wiretruth.wire.frames", DECIMAL(UINT32),
         "How many frames on the wire this captured frame stands for; 1 for an ordinary one", HFILL}},
    [WT_FIELD_WIRE_LEN] = {&ids[WT_FIELD_WIRE_LEN],
        {"Wire length", "wiretruth.wire.len", DECIMAL(UINT64),
         "Bytes on the wire for this captured frame, the headers of every wire frame counted", HFILL}},
    [WT_FIELD_SEGMENT_SIZE] = {&ids[WT_FIELD_SEGMENT_SIZE],
        {"Segment size", "wiretruth.segment.size", DECIMAL(UINT32),
         "Payload bytes of each full segment of a super-frame", HFILL}},
    [WT_FIELD_SEGMENT_LAST] = {&ids[WT_FIELD_SEGMENT_LAST],
        {"Last segment", "wiretruth.segment.last", DECIMAL(UINT32),
         "Payload bytes of the last segment of a super-frame", HFILL}},
    [WT_FIELD_MSS_LIMIT] = {&ids[WT_FIELD_MSS_LIMIT],
        {"Payload allowed", "wiretruth.mss.limit", DECIMAL(UINT32),
         "Most payload bytes that the receiver allows in one segment: its MSS less the options of this segment", HFILL}},
    [WT_FIELD_CHECKSUM_IP] = {&ids[WT_FIELD_CHECKSUM_IP],
        {"IP header checksum", "wiretruth.checksum.ip", NAMED(checksums),
         "State of the IP header checksum, one for each IP packet in the frame, outer first", HFILL}},
    [WT_FIELD_CHECKSUM_L4] = {&ids[WT_FIELD_CHECKSUM_L4],
        {"Transport checksum", "wiretruth.checksum.l4", NAMED(checksums),
         "State of the transport checksum, one for each IP packet in the frame, outer first", HFILL}},
    [WT_FIELD_PATH_MTU] = {&ids[WT_FIELD_PATH_MTU],
        {"Path MTU", "wiretruth.path_mtu", DECIMAL(UINT32),
         "Largest IP packet of the path from this frame's source to its destination, as far as known", HFILL}},
    [WT_FIELD_OFFENDER] = {&ids[WT_FIELD_OFFENDER],
        {"Quoted packet in frame", "wiretruth.offender", FRAME(FT_FRAMENUM_REQUEST),
         "The frame that this path MTU report quotes", HFILL}},
    [WT_FIELD_REPORT] = {&ids[WT_FIELD_REPORT],
        {"Reported in frame", "wiretruth.report", FRAME(FT_FRAMENUM_RESPONSE),
         "The path MTU report that quotes this frame", HFILL}},
    [WT_FIELD_REACTION] = {&ids[WT_FIELD_REACTION],
        {"Obeyed in frame", "wiretruth.reaction", FRAME(FT_FRAMENUM_ACK),
         "The first frame in which the sender obeyed this path MTU report", HFILL}},
    [WT_FIELD_ORIGINAL] = {&ids[WT_FIELD_ORIGINAL],
        {"Repeats frame", "wiretruth.original", FRAME(FT_FRAMENUM_RETRANS_PREV),
         "The frame that this one repeats", HFILL}},
    [WT_FIELD_EVIDENCE] = {&ids[WT_FIELD_EVIDENCE],
        {"Evidence in frame", "wiretruth.evidence", FRAME(FT_FRAMENUM_NONE),
         "A frame on which what is said of this one rests: what it refers to, and where it completes a proof, all of that", HFILL}},
    [WT_FIELD_COPY] = {&ids[WT_FIELD_COPY],
        {"Copy", "wiretruth.copy", FT_BOOLEAN, BASE_NONE, NULL, 0x0,
         "The same packet was seen before: at an earlier capture point, or twice at this one; it is no retransmission", HFILL}},
    [WT_FIELD_TWIN] = {&ids[WT_FIELD_TWIN],
        {"Twin in frame", "wiretruth.twin", FRAME(FT_FRAMENUM_NONE),
         "The same packet, or a piece of it, at another capture point of a merged capture", HFILL}},
    [WT_FIELD_TWIN_DELAY] = {&ids[WT_FIELD_TWIN_DELAY],
        {"Time since twin", "wiretruth.twin.delay", FT_RELATIVE_TIME, BASE_NONE, NULL, 0x0,
         "Time of this frame less time of its twin, as captured: the difference of both clocks is part of it", HFILL}},
    [WT_FIELD_TWIN_CHANGE] = {&ids[WT_FIELD_TWIN_CHANGE],
        {"Changed on the way", "wiretruth.twin.change", TEXT,
         "What differs between this packet and its twin", HFILL}},
    [WT_FIELD_WINDOW_SCALE] = {&ids[WT_FIELD_WINDOW_SCALE],
        {"Window scale", "wiretruth.window.scale", DECIMAL(INT16),
         "Shift in force for the windows of this frame's sender; absent while unknown", HFILL}},
    [WT_FIELD_SCALING] = {&ids[WT_FIELD_SCALING],
        {"Window scaling", "wiretruth.window.scaling", TEXT,
         "What each side offered and what is in force; answers what the scaling factors -1 and -2 mean", HFILL}},
    [WT_FIELD_SCALE_LEAST] = {&ids[WT_FIELD_SCALE_LEAST],
        {"Window scale at least", "wiretruth.window.scale.least", DECIMAL(UINT32),
         "Least shift that acknowledged data prove where the handshake was not captured", HFILL}},
    [WT_FIELD_SCALE_HINT] = {&ids[WT_FIELD_SCALE_HINT],
        {"Window scale elsewhere", "wiretruth.window.scale.hint", DECIMAL(UINT32),
         "Shift that this host used in other connections, where the handshake of this one was not captured", HFILL}},
    [WT_FIELD_RIGHT_EDGE] = {&ids[WT_FIELD_RIGHT_EDGE],
        {"Right edge", "wiretruth.window.right_edge", DECIMAL(UINT32),
         "Sequence number up to which the sender of this frame accepts data: acknowledgement plus scaled window", HFILL}},
    [WT_FIELD_FLIGHT] = {&ids[WT_FIELD_FLIGHT],
        {"Bytes in flight", "wiretruth.window.flight", DECIMAL(UINT32),
         "Bytes sent and not yet acknowledged after this frame", HFILL}},
    [WT_FIELD_ROOM] = {&ids[WT_FIELD_ROOM],
        {"Room in the window", "wiretruth.window.room", FT_INT32, BASE_DEC, NULL, 0x0,
         "Right edge that the receiver granted less the end of the data sent, after this frame; negative: beyond it", HFILL}},
    [WT_FIELD_FINDING] = {&ids[WT_FIELD_FINDING],
        {"Finding", "wiretruth.finding", TEXT,
         "Name of a finding on this frame; wiretruth.NAME is its filter", HFILL}},
    [WT_FIELD_FINDING_TEXT] = {&ids[WT_FIELD_FINDING_TEXT],
        {"Finding as text", "wiretruth.finding.text", TEXT, "What a finding says about this frame", HFILL}},
    [WT_FIELD_FINDING_SEVERITY] = {&ids[WT_FIELD_FINDING_SEVERITY],
        {"Severity", "wiretruth.finding.severity", NAMED(severities),
         "How severe a finding is; its name and its text stand at the same place in their lists", HFILL}},
    [WT_FIELD_WHY] = {&ids[WT_FIELD_WHY],
        {"Why", "wiretruth.finding.why", TEXT, "What is behind the finding", HFILL}},
    [WT_FIELD_REMEDY] = {&ids[WT_FIELD_REMEDY],
        {"What to do", "wiretruth.finding.remedy", TEXT, "How to repair it", HFILL}},
    [WT_FIELD_NOT_LOOKED_AT] = {&ids[WT_FIELD_NOT_LOOKED_AT],
        {"Not looked at", "wiretruth.not_looked_at", TEXT,
         "Why this frame, or a part of it, was not looked at", HFILL}},
    [WT_FIELD_DIAGNOSIS] = {&ids[WT_FIELD_DIAGNOSIS],
        {"Diagnosis", "wiretruth.diagnosis", TEXT,
         "Name of a diagnosis that rests on this frame; on frames before the one that completed its proof, in a second pass", HFILL}},
    [WT_FIELD_SYMPTOM] = {&ids[WT_FIELD_SYMPTOM],
        {"Symptom", "wiretruth.symptom", TEXT,
         "Name of a symptom that this frame is part of: stall, unanswered, repeated, closed_window, reset", HFILL}},
    [WT_FIELD_WIRE] = {&ids[WT_FIELD_WIRE],
        {"On the wire", "wiretruth.wire", GROUP, "What this frame is on the wire", HFILL}},
    [WT_FIELD_CHECKSUM] = {&ids[WT_FIELD_CHECKSUM],
        {"Checksums", "wiretruth.checksum", GROUP, "States of the checksums in this frame", HFILL}},
    [WT_FIELD_PATH] = {&ids[WT_FIELD_PATH],
        {"Path", "wiretruth.path", GROUP, "What is known of the link and the path of this frame", HFILL}},
    [WT_FIELD_PROOF] = {&ids[WT_FIELD_PROOF],
        {"Proof complete", "wiretruth.proof", GROUP, "With this frame the evidence for a diagnosis suffices", HFILL}},
    [WT_FIELD_WINDOW] = {&ids[WT_FIELD_WINDOW],
        {"Window", "wiretruth.window", GROUP, "What is known of the TCP window of this frame's sender", HFILL}},
};
/* clang-format on */

void wt_field_register(int proto)
{
    proto_register_field_array(proto, fields, array_length(fields));
}

int wt_field_id(enum wt_field field)
{
    return ids[field];
}
