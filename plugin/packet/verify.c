/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verification, from the innermost packet outwards.
 *
 * A sum that is right is valid, whatever it looks like. Then come the forms that stacks leave for a NIC: the
 * folded, not complemented sum of the pseudo header with length (Linux tcp_v4_send_check, Windows checksum
 * offload), the same without length (Windows LSO, BSD TSO drivers), and zero. These need headers only.
 *
 * Local checksum offload (Linux Documentation/networking/checksum-offloads): the outer UDP sum of a tunnel
 * counts the inner sum as if it were filled in already. So for each partial sum the difference to the right
 * one is kept, and added when a packet around it is summed.
 */
#include "verify.h"
#include "sum.h"
#include "tcp.h"
#include "walk.h"

enum {
    UDP_CHECKSUM = 6, /* offset of the field, also of UDP-Lite */
    UDPLITE_COVERAGE = 4,
    ICMP_CHECKSUM = 2,
    SCTP_CHECKSUM = 8,
    IPV4_CHECKSUM = 10,
};

/* A partial sum inside, and what it will become. */
struct fill {
    uint32_t offset;
    uint16_t field, expected;
};

struct verify {
    struct wt_bytes bytes;
    bool payload;
    struct fill fill[WT_PACKETS_MAX];
    unsigned fills;
};

/* What is to be summed of one packet. */
struct job {
    uint32_t offset; /* of the L4 header */
    uint32_t length; /* to be summed */
    uint32_t pseudo_length;
    uint32_t field_offset;
    uint64_t pseudo; /* sum of the pseudo header without its length, not folded */
    uint16_t field;
    bool has_pseudo;
    bool segmented; /* a protocol whose segmentation a NIC may do */
    bool whole;     /* every byte is there, and may be read */
};

static uint16_t sum_at(const struct wt_bytes *bytes, uint32_t offset, uint32_t length)
{
    return wt_bytes_hold(bytes, offset, length) ? wt_sum_bytes(bytes->data + offset, length) : 0;
}

uint16_t wt_pseudo_sum(const struct wt_bytes *bytes, const struct wt_ip *ip)
{
    uint32_t size = ip->version == 4 ? 4 : 16;
    uint64_t sum = ip->proto;
    sum += sum_at(bytes, ip->src_offset, size);
    sum += sum_at(bytes, ip->dst_offset, size);
    return wt_sum_fold(sum);
}

uint16_t wt_pseudo_sum_length(uint16_t pseudo, uint32_t length)
{
    return wt_sum_fold((uint64_t)pseudo + length);
}

/* Of an IPv4 header, most often without options. */
static uint16_t header_sum(const uint8_t *header, uint32_t length)
{
    uint64_t sum = (uint64_t)wt_load32(header) + wt_load32(header + 4) + wt_load32(header + 8) +
                   wt_load32(header + 12) + wt_load32(header + 16);
    for (uint32_t i = WT_IPV4_HEADER; i < length; i += 4)
        sum += wt_load32(header + i);
    return wt_sum_fold(sum);
}

/* The field that makes `sum`, of what it protects and itself, right: as it is, if it does; 0 for 0xffff. */
static uint16_t expected_field(uint16_t sum, uint16_t field)
{
    if (sum == 0xffff)
        return field == 0xffff ? 0 : field;
    return (uint16_t)~wt_sum_fold((uint64_t)sum + (uint16_t)~field);
}

static void verify_ipv4_header(const struct wt_bytes *bytes, struct wt_packet *packet)
{
    const uint8_t *header = wt_bytes_span(bytes, packet->offset, WT_IPV4_HEADER);
    uint32_t length = header ? (header[0] & 15U) * 4U : 0;
    if (length < WT_IPV4_HEADER)
        return;
    packet->ip_checksum_field = wt_load16(header + IPV4_CHECKSUM);
    if (!wt_bytes_hold(bytes, packet->offset, length))
        return;
    uint16_t sum = header_sum(header, length);
    packet->ip_checksum_expected = expected_field(sum, packet->ip_checksum_field);
    if (sum == 0xffff)
        packet->ip_checksum = WT_CHECKSUM_VALID;
    else if (packet->ip_checksum_field == 0)
        packet->ip_checksum = WT_CHECKSUM_UNFILLED;
    else
        packet->ip_checksum = WT_CHECKSUM_BAD;
}

/* Adds to `sum` what partial sums inside the summed bytes lack. A word at an odd distance counts
 * byte-swapped. */
static uint64_t add_fills(const struct verify *verify, uint32_t offset, uint64_t sum)
{
    for (unsigned i = 0; i < verify->fills; i++) {
        const struct fill *fill = &verify->fill[i];
        uint32_t lack = wt_sum_fold((uint32_t)fill->expected + (uint16_t)~fill->field);
        sum += (fill->offset - offset) & 1 ? wt_sum_fold((uint64_t)lack << 8) : lack;
    }
    return sum;
}

/* Sums the packet: true if its field is right. `*expected` is the field that would be. */
static inline bool sum_is_right(const struct verify *verify, const struct job *job, uint16_t *expected)
{
    uint64_t all = job->pseudo + job->pseudo_length + sum_at(&verify->bytes, job->offset, job->length);
    uint16_t sum = wt_sum_fold(all);
    if (sum != 0xffff && verify->fills)
        sum = wt_sum_fold(add_fills(verify, job->offset, all));
    *expected = expected_field(sum, job->field);
    return sum == 0xffff;
}

/* The state that the headers alone tell; WT_CHECKSUM_BAD if they tell nothing. */
static enum wt_checksum unfinished_state(const struct job *job)
{
    if (job->has_pseudo && wt_sum_equal(job->field, wt_sum_fold(job->pseudo + job->pseudo_length)))
        return WT_CHECKSUM_PARTIAL;
    if (job->segmented && wt_sum_equal(job->field, wt_sum_fold(job->pseudo)))
        return WT_CHECKSUM_PARTIAL_NO_LENGTH;
    return job->field == 0 ? WT_CHECKSUM_UNFILLED : WT_CHECKSUM_BAD;
}

static void remember_fill(struct verify *verify, const struct job *job, const struct wt_packet *packet)
{
    enum wt_checksum state = packet->l4_checksum;
    if (state == WT_CHECKSUM_PARTIAL || state == WT_CHECKSUM_PARTIAL_NO_LENGTH)
        verify->fill[verify->fills++] =
            (struct fill){job->field_offset, job->field, packet->l4_checksum_expected};
}

static inline void verify_sum(struct verify *verify, const struct job *job, struct wt_packet *packet)
{
    bool right = job->whole && sum_is_right(verify, job, &packet->l4_checksum_expected);
    packet->l4_checksum = right ? WT_CHECKSUM_VALID : unfinished_state(job);
    if (packet->l4_checksum == WT_CHECKSUM_BAD && !job->whole)
        packet->l4_checksum = WT_CHECKSUM_UNVERIFIABLE;
    if (job->whole)
        remember_fill(verify, job, packet);
}

/* How much of the L4 part from its first byte on was captured without a gap. */
static uint32_t l4_captured(const struct wt_packet *packet)
{
    if (!packet->truncated)
        return packet->l4_len;
    return packet->payload_captured ? packet->l4_header_len + packet->payload_captured : 0;
}

/* A job over the whole L4 part, with a field at `field` in its header; false if that field was not captured. */
static inline bool plan(const struct verify *verify, struct wt_packet *packet, uint32_t field,
                        struct job *job)
{
    *job = (struct job){.offset = packet->l4_offset, .length = packet->l4_len};
    job->field_offset = packet->l4_offset + field;
    if (packet->l4_len < field + 2 || !wt_bytes_hold(&verify->bytes, job->field_offset, 2))
        return false;
    job->field = packet->l4_checksum_field = wt_bytes_u16(&verify->bytes, job->field_offset);
    job->whole = verify->payload && job->length <= l4_captured(packet);
    return true;
}

/* The prefix of an IPv4-mapped address is 0xffff, a zero. */
static inline uint64_t address_sum(const struct wt_address *address, uint8_t version)
{
    uint64_t sum = wt_load32(address->bytes + 12);
    if (version == 4)
        return sum;
    return sum + wt_load32(address->bytes) + wt_load32(address->bytes + 4) + wt_load32(address->bytes + 8);
}

/*
 * Sum of the pseudo header without length. Headers behind the fixed one may change its addresses, so they are
 * gone through again.
 */
static inline bool packet_pseudo_sum(const struct verify *verify, const struct wt_packet *packet,
                                     uint64_t *sum)
{
    if (packet->ip_header_len == (packet->version == 4 ? WT_IPV4_HEADER : WT_IPV6_HEADER)) {
        *sum = packet->proto + address_sum(&packet->src, packet->version) +
               address_sum(&packet->dst, packet->version);
        return true;
    }
    struct wt_ip ip;
    if (!wt_ip_read(&verify->bytes, packet->offset, packet->offset + packet->l3_len, &ip) || !ip.route_known)
        return false;
    *sum = wt_pseudo_sum(&verify->bytes, &ip);
    return true;
}

/* Adds the pseudo header of `packet` to the job. */
static inline void plan_pseudo(const struct verify *verify, const struct wt_packet *packet, struct job *job)
{
    job->has_pseudo = packet_pseudo_sum(verify, packet, &job->pseudo);
    job->pseudo_length = packet->l4_len;
    job->whole &= job->has_pseudo;
    job->segmented = job->has_pseudo && (packet->proto == WT_PROTO_TCP || packet->proto == WT_PROTO_UDP);
}

static void verify_tcp(struct verify *verify, struct wt_packet *packet)
{
    struct job job;
    if (!plan(verify, packet, WT_TCP_CHECKSUM, &job) || packet->fragment)
        return;
    plan_pseudo(verify, packet, &job);
    verify_sum(verify, &job, packet);
}

/* UDP without checksum: allowed over IPv4 (RFC 768), over IPv6 in tunnels (RFC 6935). */
static enum wt_checksum udp_zero_state(const struct wt_packet *packet)
{
    bool tunnel = wt_walk_is_tunnel_port(packet->src_port) || wt_walk_is_tunnel_port(packet->dst_port);
    return packet->version == 4 || tunnel ? WT_CHECKSUM_ABSENT : WT_CHECKSUM_UNFILLED;
}

static void verify_udp(struct verify *verify, struct wt_packet *packet)
{
    struct job job;
    if (!plan(verify, packet, UDP_CHECKSUM, &job))
        return;
    if (job.field == 0) {
        packet->l4_checksum = udp_zero_state(packet);
        return;
    }
    if (packet->fragment)
        return;
    plan_pseudo(verify, packet, &job);
    /* A datagram that claims more than its packet holds was cut before it was packed. */
    if (wt_bytes_u16(&verify->bytes, packet->l4_offset + 4) > packet->l4_len)
        job.whole = false;
    verify_sum(verify, &job, packet);
    if (job.whole && packet->l4_checksum_expected == 0)
        packet->l4_checksum_expected = 0xffff; /* 0 means none (RFC 768) */
}

/* The sum covers only the first bytes (RFC 3828 3.1): 0 stands for all, 1 to 7 are illegal. */
static void verify_udplite(struct verify *verify, struct wt_packet *packet)
{
    enum {
        COVERAGE_MIN = 8
    };
    struct job job;
    if (!plan(verify, packet, UDP_CHECKSUM, &job) || packet->fragment)
        return;
    uint32_t coverage = wt_bytes_u16(&verify->bytes, packet->l4_offset + UDPLITE_COVERAGE);
    if (coverage != 0 && (coverage < COVERAGE_MIN || coverage > packet->l4_len))
        return;
    job.length = coverage ? coverage : packet->l4_len;
    job.whole = verify->payload && job.length <= l4_captured(packet);
    plan_pseudo(verify, packet, &job);
    verify_sum(verify, &job, packet);
    if (job.whole && packet->l4_checksum_expected == 0)
        packet->l4_checksum_expected = 0xffff;
}

static void verify_icmp(struct verify *verify, struct wt_packet *packet)
{
    struct job job;
    if (!plan(verify, packet, ICMP_CHECKSUM, &job) || packet->fragment)
        return;
    if (packet->proto == WT_PROTO_ICMPV6)
        plan_pseudo(verify, packet, &job);
    verify_sum(verify, &job, packet);
}

/* The checksum counts as zero while it is formed; its least significant byte comes first (RFC 9260 appendix
 * A). */
static bool sctp_is_right(const struct wt_bytes *bytes, const struct job *job)
{
    static const uint8_t zero[4] = {0};
    const uint8_t *at = bytes->data + job->offset, *field = at + SCTP_CHECKSUM;
    uint32_t crc = wt_crc32c(UINT32_MAX, at, SCTP_CHECKSUM);
    crc = wt_crc32c(crc, zero, sizeof zero);
    crc = ~wt_crc32c(crc, field + 4, job->length - SCTP_CHECKSUM - 4);
    return crc == ((uint32_t)field[3] << 24 | (uint32_t)field[2] << 16 | (uint32_t)field[1] << 8 | field[0]);
}

static void verify_sctp(struct verify *verify, struct wt_packet *packet)
{
    struct job job;
    if (!plan(verify, packet, SCTP_CHECKSUM, &job) || packet->fragment || !packet->has_l4)
        return;
    packet->l4_checksum_field = 0;
    if (job.whole && sctp_is_right(&verify->bytes, &job))
        packet->l4_checksum = WT_CHECKSUM_VALID;
    else if (wt_bytes_u32(&verify->bytes, job.field_offset) == 0)
        packet->l4_checksum = WT_CHECKSUM_UNFILLED;
    else if (job.whole)
        packet->l4_checksum = WT_CHECKSUM_BAD;
}

static void verify_l4(struct verify *verify, struct wt_packet *packet)
{
    if (packet->l4_offset == 0)
        return;
    switch (packet->proto) {
    case WT_PROTO_TCP:
        verify_tcp(verify, packet);
        break;
    case WT_PROTO_UDP:
        verify_udp(verify, packet);
        break;
    case WT_PROTO_UDPLITE:
        verify_udplite(verify, packet);
        break;
    case WT_PROTO_SCTP:
        verify_sctp(verify, packet);
        break;
    default:
        verify_icmp(verify, packet);
        break;
    }
}

void wt_verify(const struct wt_frame *frame, struct wt_reading *reading, bool payload)
{
    struct verify verify = {.bytes = {frame->bytes, frame->captured}, .payload = payload};
    for (unsigned i = reading->packets; i-- > 0;) {
        struct wt_packet *packet = &reading->packet[i];
        packet->ip_checksum = packet->l4_checksum = WT_CHECKSUM_UNVERIFIABLE;
        packet->ip_checksum_field = packet->ip_checksum_expected = 0;
        packet->l4_checksum_field = packet->l4_checksum_expected = 0;
        if (packet->version == 6)
            packet->ip_checksum = WT_CHECKSUM_ABSENT;
        else
            verify_ipv4_header(&verify.bytes, packet);
        verify_l4(&verify, packet);
    }
}
