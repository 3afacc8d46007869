/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppoe: the modem's side of a PPPoE line (RFC 2516). `push-pppoe:SESSION` puts PPPoE and PPP headers in
 * front of IP packets, `pop-pppoe` takes them off; other frames pass. The session itself (PADI to PADS, LCP)
 * is not played.
 */
#include "stage.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum {
    ETHERTYPE_PPPOE = 0x8864,
    VERSION_AND_TYPE = 0x11,
    PPPOE_LEN = 6,
    PPP_LEN = 2,
    PPP_IPV4 = 0x0021,
    PPP_IPV6 = 0x0057,
    ETHERTYPE_V4 = 0x0800,
    ETHERTYPE_V6 = 0x86dd,
};

static void pppoe_open(struct stage *stage, const char *argument)
{
    uint16_t *session = stage_state(stage, sizeof *session);

    *session = (uint16_t)strtoul(argument, NULL, 10);
}

static void push_push(struct stage *stage, struct packet *packet)
{
    const uint16_t *session = stage->state;
    struct packet *line;
    uint8_t *header;

    if (!packet->ip) {
        stage_pass(stage, packet);
        return;
    }
    line = calloc(1, sizeof *line + packet->len + PPPOE_LEN + PPP_LEN);
    if (!line)
        err(1, "PPPoE frame");
    header = line->data + ETHERNET_LEN;
    memcpy(line->data, packet->data, ETHERNET_LEN);
    put16(line->data + 12, ETHERTYPE_PPPOE);
    put16(header, VERSION_AND_TYPE << 8);
    put16(header + 2, *session);
    put16(header + 4, (uint16_t)(packet->len - ETHERNET_LEN + PPP_LEN));
    put16(header + PPPOE_LEN, packet->v6 ? PPP_IPV6 : PPP_IPV4);
    memcpy(header + PPPOE_LEN + PPP_LEN, packet->data + ETHERNET_LEN, packet->len - ETHERNET_LEN);
    line->len = packet->len + PPPOE_LEN + PPP_LEN;
    line->time = packet->time;
    free(packet);
    stage_pass(stage, line);
}

static void pop_push(struct stage *stage, struct packet *packet)
{
    uint8_t *header = packet->data + ETHERNET_LEN;
    bool v6;

    if (packet->len > ETHERNET_LEN + PPPOE_LEN + PPP_LEN && get16(packet->data + 12) == ETHERTYPE_PPPOE) {
        v6 = get16(header + PPPOE_LEN) == PPP_IPV6;
        put16(packet->data + 12, v6 ? ETHERTYPE_V6 : ETHERTYPE_V4);
        packet->len -= PPPOE_LEN + PPP_LEN;
        memmove(header, header + PPPOE_LEN + PPP_LEN, packet->len - ETHERNET_LEN);
        packet_read(packet);
    }
    stage_pass(stage, packet);
}

const struct stage_kind stage_push_pppoe = {"push-pppoe", pppoe_open, push_push, NULL, NULL};
const struct stage_kind stage_pop_pppoe = {"pop-pppoe", pppoe_open, pop_push, NULL, NULL};
