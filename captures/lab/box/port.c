/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "port.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct port port_open(const char *text)
{
    char *end;
    struct port port = {.fd = (int)strtol(text, &end, 10)};

    port.offload = strcmp(end, ",offload") == 0;
    if (end == text || (*end && !port.offload))
        errx(1, "port \"%s\" is not FD or FD,offload", text);
    if (fcntl(port.fd, F_SETFL, O_NONBLOCK) < 0)
        err(1, "port %s", text);
    return port;
}

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

struct packet *port_read(const struct port *port)
{
    static uint8_t room[PACKET_ROOM];
    struct virtio_net_hdr net = {0};
    struct iovec parts[2] = {{&net, sizeof net}, {room, sizeof room}};
    size_t header = port->offload ? sizeof net : 0;
    ssize_t got = readv(port->fd, port->offload ? parts : parts + 1, port->offload ? 2 : 1);
    struct packet *packet;

    if (got < 0 && errno != EAGAIN)
        err(1, "read from port");
    if (got <= (ssize_t)header)
        return NULL;
    packet = packet_new(room, (size_t)got - header);
    packet->net = net;
    packet->time = now();
    return packet;
}

void port_write(const struct port *port, struct packet *packet)
{
    struct iovec parts[2] = {{&packet->net, sizeof packet->net}, {packet->data, packet->len}};

    if (writev(port->fd, port->offload ? parts : parts + 1, port->offload ? 2 : 1) < 0 && errno != EIO)
        warn("write to port");
    free(packet);
}
