/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rewrite: middleboxes that change packets.
 *
 *   corrupt:LIST      flips bits in the listed data segments: in turn payload, sequence number, checksum
 * field scale:N           writes shift N into the window scale option of SYN and SYN/ACK report-mtu:N writes
 * N as next-hop MTU into ICMPv4 fragmentation needed receive-offload   the receiver's NIC: marks every
 * checksum as verified, as hardware does
 */
#include "journal.h"
#include "stage.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPTION_MSS = 2,
    OPTION_WINDOW_SCALE = 3,
};

struct rewrite {
    char list[256];
    unsigned count, done;
    unsigned value;
};

static void rewrite_open(struct stage *stage, const char *argument)
{
    struct rewrite *rewrite = stage_state(stage, sizeof *rewrite);

    strncpy(rewrite->list, argument, sizeof rewrite->list - 1);
    rewrite->value = (unsigned)strtoul(argument, NULL, 10);
}

static void corrupt_push(struct stage *stage, struct packet *packet)
{
    static const char *const places[] = {"payload", "sequence number", "checksum"};
    struct rewrite *rewrite = stage->state;

    if (stage_listed(rewrite->list, &rewrite->count, packet)) {
        size_t offsets[] = {packet->payload + packet_payload_len(packet) / 2, packet->l4 + 4,
                            packet->l4 + 16};
        unsigned place = rewrite->done++ % 3;

        journal_write("corrupt", packet, ",\"place\":\"%s\"", places[place]);
        packet->data[offsets[place]] ^= 0x24;
    }
    stage_pass(stage, packet);
}

/* Option `kind` of a SYN or SYN/ACK, or NULL. */
static uint8_t *syn_option(struct packet *packet, uint8_t kind)
{
    if (!packet_is_tcp(packet) || !(packet_flags(packet) & FLAG_SYN))
        return NULL;
    return packet_tcp_option(packet, kind);
}

static void scale_push(struct stage *stage, struct packet *packet)
{
    const struct rewrite *rewrite = stage->state;
    uint8_t *option = syn_option(packet, OPTION_WINDOW_SCALE);

    if (option) {
        journal_write("scale", packet, ",\"was\":%u,\"is\":%u", option[2], rewrite->value);
        option[2] = (uint8_t)rewrite->value;
        packet_set_checksum(packet);
    }
    stage_pass(stage, packet);
}

static void mss_push(struct stage *stage, struct packet *packet)
{
    const struct rewrite *rewrite = stage->state;
    uint8_t *option = syn_option(packet, OPTION_MSS);

    if (option) {
        journal_write("mss", packet, ",\"was\":%u,\"is\":%u", get16(option + 2), rewrite->value);
        put16(option + 2, (uint16_t)rewrite->value);
        packet_set_checksum(packet);
    }
    stage_pass(stage, packet);
}

static void report_mtu_push(struct stage *stage, struct packet *packet)
{
    const struct rewrite *rewrite = stage->state;

    if (packet->ip && packet->protocol == PROTOCOL_ICMP && packet->data[packet->l4] == 3 &&
        packet->data[packet->l4 + 1] == 4) {
        journal_write("report-mtu", packet, ",\"was\":%u,\"is\":%u", get16(packet->data + packet->l4 + 6),
                      rewrite->value);
        put16(packet->data + packet->l4 + 6, (uint16_t)rewrite->value);
        packet_set_checksum(packet);
    }
    stage_pass(stage, packet);
}

static void inflate_push(struct stage *stage, struct packet *packet)
{
    const struct rewrite *rewrite = stage->state;

    if (packet_is_tcp(packet) && !(packet_flags(packet) & (FLAG_SYN | FLAG_RST)) &&
        packet_window(packet) < rewrite->value) {
        journal_write("inflate", packet, ",\"was\":%u,\"is\":%u", packet_window(packet), rewrite->value);
        put16(packet->data + packet->l4 + 14, (uint16_t)rewrite->value);
        packet_set_checksum(packet);
    }
    stage_pass(stage, packet);
}

const struct stage_kind stage_corrupt = {"corrupt", rewrite_open, corrupt_push, NULL, NULL};
const struct stage_kind stage_scale = {"scale", rewrite_open, scale_push, NULL, NULL};
const struct stage_kind stage_report_mtu = {"report-mtu", rewrite_open, report_mtu_push, NULL, NULL};
const struct stage_kind stage_inflate = {"inflate", rewrite_open, inflate_push, NULL, NULL};
const struct stage_kind stage_mss = {"mss", rewrite_open, mss_push, NULL, NULL};
