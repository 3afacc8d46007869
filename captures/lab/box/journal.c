/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "journal.h"

#include <err.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static FILE *journal;

void journal_open(const char *path)
{
    journal = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (!journal)
        err(1, "%s", path);
    setvbuf(journal, NULL, _IOLBF, 0);
}

void journal_write(const char *name, const struct packet *packet, const char *format, ...)
{
    va_list arguments;

    fprintf(journal, "{\"event\":\"%s\",\"time\":%" PRIu64, name, packet->time);
    if (packet->ip)
        fprintf(journal, ",\"id\":%u,\"protocol\":%u", packet_id(packet), packet->protocol);
    if (packet_is_tcp(packet))
        fprintf(journal, ",\"sport\":%u,\"dport\":%u,\"seq\":%" PRIu32 ",\"payload\":%zu",
                get16(packet->data + packet->l4), get16(packet->data + packet->l4 + 2), packet_seq(packet),
                packet_payload_len(packet));
    va_start(arguments, format);
    vfprintf(journal, format, arguments);
    va_end(arguments);
    fputs("}\n", journal);
}
