/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. With UDP segmentation offload a stack hands down a burst: one header with the length of all its
 * datagrams, and the pseudo-header sum with that length. Whoever cuts it has to write length and sum of each
 * datagram. A datagram that carries those of the burst is dropped by its receiver (Linux, __udp4_lib_rcv: the
 * length exceeds the packet; or its sum is wrong).
 *
 *   length  the UDP length is beyond the packet that holds it. If the sum is the pseudo-header sum with that
 *           length nothing else can have made it: an Error. Otherwise it takes pieces in a row that claim the
 *           same and have so many bytes together, since editors cut payloads too, and is a Warn;
 *   sum     the length was mended and the sum was not: field less pseudo-header sum is the length of a burst,
 *           a multiple of this datagram's payload behind the header. A random field is such a length for one
 *           of some hundred payloads, so it takes the second one with the same length, too.
 *
 * All pieces of a burst are one event; another burst begins after BURST_APART. Traps: in front of the segmenter
 * the IP length is that of the burst as well; a frame that was cut short or fragmented tells nothing; UDP
 * length 0 is a jumbogram (RFC 2675 4).
 */
#include "burst.h"

#include "cause.h"
#include "packet/bytes.h"
#include "sums.h"

enum {
    BURSTS_MAX = 1 << 12,
    BURST_UDP_LENGTH = 4, /* offset of the field */
    BURST_UDP_HEADER = 8,
    BURST_DATAGRAMS_MAX = 128, /* UDP_MAX_SEGMENTS of Linux since 6.9, 64 before */
    BURST_PAYLOAD_MIN = 256,   /* whoever sends bursts fills its packets; smaller ones fit any length */
};

#define BURST_APART WT_MILLISECOND

struct burst {
    struct wt_entry entry;
    struct wt_sum_key key;
    uint32_t length; /* that the pieces claim */
    uint32_t pieces; /* in a row */
    uint64_t bytes;  /* their payload */
    uint32_t number; /* of bursts */
    int64_t time;    /* of the last piece */
};

WT_MAP_KEY(burst, struct wt_sum_key)

struct wt_map *wt_bursts_new(void)
{
    return wt_map_new(sizeof(struct burst), sizeof(struct wt_sum_key), BURSTS_MAX, burst_hash, burst_equal);
}

/* The UDP length of the packet at hand; 0 where it was not captured. */
static uint32_t burst_udp_length(const struct wt_context *context)
{
    const struct wt_bytes bytes = {context->frame->bytes,
                                   context->frame->bytes ? context->frame->captured : 0};
    return wt_bytes_u16(&bytes, context->packet->l4_offset + BURST_UDP_LENGTH);
}

/* The length that the sum claims, if it is a pseudo-header sum. */
static uint32_t burst_sum_length(const struct wt_packet *packet)
{
    return wt_cause_difference(packet->l4_checksum_field, wt_cause_pseudo(packet, 0));
}

static bool burst_is_sum(const struct wt_packet *packet)
{
    const uint32_t length = burst_sum_length(packet), payload = packet->payload_len;
    if (packet->l4_checksum != WT_CHECKSUM_BAD || length <= packet->l4_len || payload < BURST_PAYLOAD_MIN)
        return false;
    return (length - BURST_UDP_HEADER) % payload == 0 &&
           (length - BURST_UDP_HEADER) / payload <= BURST_DATAGRAMS_MAX;
}

static struct burst *burst_take(const struct wt_context *context, uint32_t length)
{
    const struct wt_sum_key key = wt_sum_key(context, false);
    struct burst *burst = wt_map_get(wt_sums(context)->bursts, &key);
    if (burst->length != length || context->frame->time - burst->time > BURST_APART) {
        burst->number++;
        burst->bytes = 0;
    }
    burst->pieces = burst->length == length ? burst->pieces + 1 : 1;
    burst->bytes += context->packet->payload_len;
    burst->length = length;
    burst->time = context->frame->time;
    return burst;
}

/* Whether the pieces so far show that they belong together. */
static bool burst_is_shown(const struct burst *burst, bool longer)
{
    if (!longer)
        return burst->pieces > 1;
    return burst->pieces > 1 && burst->bytes == burst->length - BURST_UDP_HEADER;
}

bool wt_burst_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (packet->proto != WT_PROTO_UDP || !context->flow || packet->fragment || packet->truncated)
        return false;
    const uint32_t claimed = burst_udp_length(context);
    const bool longer = claimed > packet->l4_len;
    if (!longer && !burst_is_sum(packet))
        return false;
    const uint32_t length = longer ? claimed : burst_sum_length(packet);
    const struct burst *burst = burst_take(context, length);
    const bool both = longer && burst_sum_length(packet) == claimed;
    if (!both && !burst_is_shown(burst, longer))
        return longer;
    wt_find(context, WT_FINDING_SEGMENTATION_WRONG, .value = {packet->payload_len, length},
            .reason = longer ? WT_REASON_BURST_LENGTH : WT_REASON_BURST_SUM,
            .most = both ? 0 : WT_AT_MOST(WT_SEVERITY_WARN),
            .event = wt_sum_event(&burst->key, burst->number));
    return true;
}
