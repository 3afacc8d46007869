/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act.h"

#include <glib.h>
#include <string.h>

static const int64_t LEAP = (int64_t)1 << 31; /* to the end of the times that a frame may have */
static const int64_t FAR = (int64_t)1 << 61;  /* no further in small steps */

enum {
    ETHERNET = 14,
    FRAME_MAX = 1 << 18,
    TCP_HEADER = 20,
    OPTIONS_MAX = 40,
    SHORT_QUOTE = 8,
    MICROSECOND = 1000,
    MTU_MIN = 68, /* the reader lets no smaller one through */
    BIG = 0xf000, /* a payload above this counts in KiB */
};

static struct wt_address act_address(unsigned end, bool v6)
{
    struct wt_address address = {{0}};
    if (v6) {
        address.bytes[0] = 0xfd;
    } else {
        memset(address.bytes + 10, 0xff, 2);
        address.bytes[12] = 10;
    }
    address.bytes[15] = (uint8_t)(end + 1);
    return address;
}

static uint8_t act_proto(const struct act *act)
{
    static const uint8_t protos[ACT_KINDS] = {6, 17, 132, 1, 1, 136, 47, 17};
    uint8_t proto = protos[(act->kind & 15) % ACT_KINDS];
    return proto == 1 && (act->bits & ACT_V6) ? 58 : proto;
}

static uint32_t act_options(const struct act *act)
{
    uint32_t length = (act->options & ACT_MSS ? 4U : 0) + (act->options & ACT_SCALE ? 4U : 0) +
                      (act->options & ACT_TIMESTAMP ? 12U : 0) +
                      (act->options & ACT_SACK_PERMITTED ? 4U : 0) + (act->options & ACT_SACK ? 12U : 0);
    return length < OPTIONS_MAX ? length : OPTIONS_MAX;
}

static void act_tcp(struct wt_packet *packet, const struct act *act)
{
    struct wt_tcp *tcp = &packet->tcp;
    tcp->seq = act->seq;
    tcp->ack = act->ack;
    tcp->flags = act->flags & 0xfff;
    tcp->window = act->window;
    tcp->options_len = (uint8_t)act_options(act);
    tcp->header_len = (uint8_t)(TCP_HEADER + tcp->options_len);
    tcp->options_cut = act->options & ACT_OPTIONS_CUT;
    tcp->has_mss = act->options & ACT_MSS;
    tcp->mss = tcp->has_mss ? act->mss : 0;
    tcp->scale = act->options & ACT_SCALE ? act->scale : WT_SCALE_NONE;
    tcp->has_timestamp = act->options & ACT_TIMESTAMP;
    tcp->timestamp = act->stamp;
    tcp->timestamp_echo = act->echo;
    tcp->sack_permitted = act->options & ACT_SACK_PERMITTED;
    tcp->sacks = act->options & ACT_SACK ? 1 : 0;
    tcp->sack[0].left = act->sack_left;
    tcp->sack[0].right = act->sack_right;
}

static uint32_t act_header_length(const struct act *act, uint8_t proto)
{
    switch (proto) {
    case 6:
        return TCP_HEADER + act_options(act);
    case 132:
        return 12;
    default:
        return 8;
    }
}

static uint32_t act_payload(const struct act *act)
{
    return act->payload > BIG ? (uint32_t)(act->payload - BIG) << 10 & (FRAME_MAX / 2 - 1) : act->payload;
}

/* What the header says of the length, see struct wt_packet. */
static void act_lengths(struct wt_packet *packet, const struct act *act)
{
    packet->l3_field = packet->l3_len;
    if ((act->bits & ACT_LENGTH_ZERO) || packet->l3_len > UINT16_MAX) {
        packet->length_zero = true;
        packet->l3_field = 0;
    } else if ((act->bits & ACT_LENGTH_SHORT) && packet->payload_len > 1) {
        packet->length_short = true;
        packet->l3_field = packet->l3_len - packet->payload_len / 2;
    }
}

static void act_sums(struct wt_packet *packet, const struct act *act)
{
    packet->l4_checksum = (enum wt_checksum)((act->sums & 15) % (WT_CHECKSUM_UNVERIFIABLE + 1));
    packet->ip_checksum = (enum wt_checksum)((act->sums >> 4) % (WT_CHECKSUM_UNVERIFIABLE + 1));
    packet->l4_checksum_field = act->id;
    packet->l4_checksum_expected = (uint16_t)act->seq;
}

static void act_fragment(struct wt_packet *packet, const struct act *act)
{
    packet->more_fragments = act->bits & ACT_MORE_FRAGMENTS;
    packet->fragment_offset = (act->kind & 15) == ACT_REPORT ? 0 : act->mtu & 0xfff8;
    packet->fragment = packet->more_fragments || packet->fragment_offset;
    if (packet->fragment_offset)
        packet->has_l4 = false;
}

static struct wt_packet act_packet(const struct act *act)
{
    bool v6 = act->bits & ACT_V6;
    uint8_t proto = act_proto(act);
    uint32_t ip = v6 ? 40 : 20, l4 = act_header_length(act, proto), payload = act_payload(act);
    bool ports = proto == 6 || proto == 17 || proto == 132 || proto == 136;
    struct wt_packet packet = {
        .src = act_address(act->ends & 15, v6),
        .dst = act_address(act->ends >> 4, v6),
        .version = v6 ? 6 : 4,
        .proto = proto,
        .ttl = act->ttl,
        .df = act->bits & ACT_DF,
        .has_id = !v6 || (act->bits & ACT_HAS_ID),
        .id = act->id,
        .offset = ETHERNET,
        .ip_header_len = ip,
        .l3_len = ip + l4 + payload,
        .tunnel = act->bits & ACT_TUNNEL ? 0x1234U : 0,
        .has_l4 = proto != 47,
        .l4_offset = ETHERNET + ip,
        .l4_len = l4 + payload,
        .l4_header_len = l4,
        .payload_len = payload,
        .src_port = ports ? (uint16_t)(1024 + (act->ports & 15)) : 0,
        .dst_port = ports ? (uint16_t)(1024 + (act->ports >> 4)) : 0,
    };
    if (proto == 6)
        act_tcp(&packet, act);
    act_lengths(&packet, act);
    act_sums(&packet, act);
    act_fragment(&packet, act);
    return packet;
}

static void act_icmp(struct wt_packet *packet, const struct act *act)
{
    bool report = (act->kind & 15) == ACT_REPORT;
    packet->icmp =
        (struct wt_icmp){.type = packet->version == 4 ? 8 : 128, .error = report, .report = report};
    if (report) {
        packet->icmp.type = packet->version == 4 ? 3 : 2;
        packet->icmp.code = packet->version == 4 ? 4 : 0;
        packet->icmp.mtu = packet->version == 4 ? act->mtu & 0xffff : act->mtu;
    } else {
        packet->icmp.id = act->ports;
        packet->icmp.seq = (uint16_t)act->seq;
    }
}

static void act_quote(const struct act_stage *stage, const struct act *act, struct wt_reading *reading)
{
    if (stage->pasts == 0 || (act->bits & ACT_TRUNCATED))
        return;
    uint32_t back = act->back % (stage->pasts < ACT_PAST ? stage->pasts : ACT_PAST) + 1;
    struct wt_packet quote = stage->past[(stage->pasts - back) % ACT_PAST];
    if (act->quote & ACT_QUOTE_SHORT) {
        quote.l4_header_len = quote.payload_len = quote.payload_captured = 0;
        quote.tcp.header_len = 0;
    }
    if (act->quote & ACT_QUOTE_LENGTH)
        quote.l3_field = quote.l3_len = quote.ip_header_len + quote.l4_header_len + act->payload;
    if (act->quote & ACT_QUOTE_NAT)
        quote.src = act_address(act->ends >> 4, quote.version == 6);
    reading->quote[0] = quote;
    reading->quotes = 1;
    reading->quote_captured = quote.ip_header_len + SHORT_QUOTE;
}

/* Bytes of a stream depend on their sequence number, so that the same data look the same everywhere. */
static uint8_t *act_bytes(const struct act *act, const struct wt_packet *packet, uint32_t captured)
{
    uint8_t *bytes = g_malloc0(captured ? captured : 1);
    for (uint32_t at = packet->l4_offset + packet->l4_header_len; at < captured && at < 4 * ACT_SNAP; at++)
        bytes[at] = (uint8_t)((act->seq + at) * 37);
    return bytes;
}

static void act_capture(struct act_stage *stage, const struct act *act, struct wt_packet *packet)
{
    struct wt_frame *frame = &stage->frame;
    uint32_t before = packet->l4_offset + packet->l4_header_len;
    frame->number++;
    frame->interface = act->kind >> 4;
    frame->direction = (enum wt_direction)((act->flags >> 14) % (WT_DIRECTION_RECEIVED + 1));
    if (act->quote & ACT_LEAP)
        frame->time = act->time * (act->time < 0 ? LEAP / 4 : LEAP);
    else if (ABS(frame->time) < FAR)
        frame->time += (int64_t)act->time * MICROSECOND;
    frame->link_type = WT_LINK_ETHERNET;
    frame->length = ETHERNET + packet->l3_len;
    frame->captured = frame->length;
    packet->truncated = (act->bits & ACT_TRUNCATED) && frame->length > before + ACT_SNAP;
    if (packet->truncated)
        frame->captured = before + ACT_SNAP;
    packet->payload_captured = frame->captured - before;
}

void act_perform(struct act_stage *stage, struct check *check, const struct act *act)
{
    struct wt_reading reading;
    memset(&reading, 0, sizeof reading);
    struct wt_packet packet = act_packet(act);
    unsigned kind = (act->kind & 15) % ACT_KINDS;
    if (kind == ACT_ECHO || kind == ACT_REPORT)
        act_icmp(&packet, act);
    if (kind == ACT_REPORT)
        act_quote(stage, act, &reading);
    if (kind == ACT_ANNOUNCE) {
        reading.announcement.kind =
            (enum wt_announcement_kind)(act->ttl % (WT_ANNOUNCEMENT_DHCP_REQUEST + 1));
        reading.announcement.mtu = MAX(act->mtu, MTU_MIN);
    }
    act_capture(stage, act, &packet);
    reading.packet[0] = packet;
    reading.packets = 1;
    uint8_t *bytes = act_bytes(act, &packet, stage->frame.captured);
    stage->frame.bytes = bytes;
    check_frame(check, &stage->frame, &reading);
    g_free(bytes);
    stage->past[stage->pasts++ % ACT_PAST] = packet;
}
