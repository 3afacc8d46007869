/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet: one Ethernet frame inside the box, with what the kernel said about it and where its headers are.
 *
 * Only what the lab sends is understood: Ethernet II, IPv4 and IPv6 without extension headers, TCP, UDP,
 * ICMP.
 */
#ifndef BOX_PACKET_H
#define BOX_PACKET_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PACKET_ROOM = 1 << 18, /* BIG TCP frames of 150 kB fit */
    ETHERNET_LEN = 14,
    IPV4_LEN = 20,
    IPV6_LEN = 40,
    TCP_LEN = 20,
};

enum {
    PROTOCOL_ICMP = 1,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_ICMPV6 = 58,
};

enum tcp_flag {
    FLAG_FIN = 0x01,
    FLAG_SYN = 0x02,
    FLAG_RST = 0x04,
    FLAG_PSH = 0x08,
    FLAG_ACK = 0x10,
    FLAG_CWR = 0x80,
};

struct packet {
    struct packet *next;
    uint64_t time;             /* nanoseconds: arrival, or release from a queue */
    struct virtio_net_hdr net; /* what the sending kernel left to do: checksum, segmentation */
    size_t len;
    size_t l4, payload; /* offsets; payload equals len where there is none. 0 unless IP */
    uint8_t protocol;
    bool ip, v6;
    uint8_t data[];
};

/* A copy of `len` bytes at `data`, read into headers. */
struct packet *packet_new(const uint8_t *data, size_t len);
struct packet *packet_copy(const struct packet *packet);

/* Finds the headers again after the bytes were changed. */
void packet_read(struct packet *packet);

bool packet_is_tcp(const struct packet *packet);
size_t packet_payload_len(const struct packet *packet);
uint32_t packet_seq(const struct packet *packet);
uint32_t packet_ack(const struct packet *packet);
uint16_t packet_window(const struct packet *packet);
uint8_t packet_flags(const struct packet *packet);
uint16_t packet_id(const struct packet *packet); /* IPv4 identification, 0 for IPv6 */

/* True if both belong to one direction of one connection. */
bool packet_same_flow(const struct packet *a, const struct packet *b);
/* True if `b` travels against `a`. */
bool packet_opposite_flow(const struct packet *a, const struct packet *b);

/* Where option `kind` starts, or NULL. */
uint8_t *packet_tcp_option(struct packet *packet, uint8_t kind);

/* Writes the IP length of `packet` and, for IPv4, identification and header checksum. */
void packet_set_ip(struct packet *packet, uint16_t id);
/* Writes the checksum of TCP, UDP, ICMP over the whole packet. */
void packet_set_checksum(struct packet *packet);
/* The pseudo-header sum with length `len`, folded, not complemented: what a stack leaves for its NIC. */
uint16_t packet_pseudo_sum(const struct packet *packet, size_t len);

uint16_t get16(const uint8_t *at);
uint32_t get32(const uint8_t *at);
void put16(uint8_t *at, uint16_t value);
void put32(uint8_t *at, uint32_t value);
/* One's complement sum of `len` bytes on top of `sum`, not folded. */
uint32_t checksum_add(uint32_t sum, const uint8_t *data, size_t len);
uint16_t checksum_fold(uint32_t sum);

#endif
