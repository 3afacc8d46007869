/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewall: a stateful device that tracks the window and does not know about scaling (RFC 7323). It drops
 * data beyond the highest acknowledgement + window as written in the header; the window of a SYN counts from
 * its first acknowledgement on.
 *
 * Two stages share its table: `firewall` in the direction of the data, `watch` in that of the
 * acknowledgements.
 */
#include "journal.h"
#include "stage.h"

#include <stdlib.h>

enum {
    CONNECTIONS = 16
};

struct connection {
    struct packet *acks; /* any packet in the direction of the acknowledgements: names the flow */
    uint32_t edge;
    uint16_t syn_window;
    bool known;
};

static struct connection connections[CONNECTIONS];

/* The connection that `packet` acknowledges. A new one is entered; NULL if the table is full. */
static struct connection *connection_watch(const struct packet *packet)
{
    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct connection *connection = connections + i;

        if (!connection->acks)
            connection->acks = packet_copy(packet);
        if (packet_same_flow(connection->acks, packet))
            return connection;
    }
    return NULL;
}

/* The connection that `packet` brings data for, or NULL. */
static const struct connection *connection_find(const struct packet *packet)
{
    for (size_t i = 0; i < CONNECTIONS && connections[i].acks; i++)
        if (packet_opposite_flow(connections[i].acks, packet))
            return connections + i;
    return NULL;
}

static void firewall_open(struct stage *stage, const char *argument)
{
    (void)stage;
    (void)argument;
}

static void firewall_push(struct stage *stage, struct packet *packet)
{
    const struct connection *connection = packet_is_tcp(packet) ? connection_find(packet) : NULL;
    uint32_t end = connection ? packet_seq(packet) + (uint32_t)packet_payload_len(packet) : 0;

    if (connection && connection->known && (int32_t)(end - connection->edge) > 0) {
        journal_write("drop", packet, ",\"reason\":\"beyond unscaled window\",\"edge\":%u", connection->edge);
        free(packet);
        return;
    }
    stage_pass(stage, packet);
}

static void connection_grant(struct connection *connection, const struct packet *packet)
{
    uint16_t window = packet_window(packet);
    uint32_t edge;

    if (packet_flags(packet) & FLAG_SYN)
        connection->syn_window = window;
    if (!(packet_flags(packet) & FLAG_ACK))
        return;
    if (!connection->known && connection->syn_window > window)
        window = connection->syn_window;
    edge = packet_ack(packet) + window;
    if (!connection->known || (int32_t)(edge - connection->edge) > 0)
        connection->edge = edge;
    connection->known = true;
}

static void watch_push(struct stage *stage, struct packet *packet)
{
    struct connection *connection = packet_is_tcp(packet) ? connection_watch(packet) : NULL;

    if (connection)
        connection_grant(connection, packet);
    stage_pass(stage, packet);
}

const struct stage_kind stage_firewall = {"firewall", firewall_open, firewall_push, NULL, NULL};
const struct stage_kind stage_watch = {"watch", firewall_open, watch_push, NULL, NULL};
