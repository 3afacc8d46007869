/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port: one side of the box, a TAP device that the generator opened inside a namespace.
 *
 * A port with offload (IFF_VNET_HDR and TUNSETOFFLOAD) is the side of a host whose NIC the box plays: its
 * kernel hands over super-frames and partial checksums. A port without is a plain cable.
 */
#ifndef BOX_PORT_H
#define BOX_PORT_H

#include "packet.h"

struct port {
    int fd;
    bool offload;
};

/* From "FD" or "FD,offload". */
struct port port_open(const char *text);

/* The next packet, or NULL if there is none now. */
struct packet *port_read(const struct port *port);

/* Writes and frees `packet`. Its `net` goes along if the port has offload, else it must be complete. */
void port_write(const struct port *port, struct packet *packet);

#endif
