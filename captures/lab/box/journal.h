/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journal: what the box did, one JSON object a line. It is a source of the truth files. */
#ifndef BOX_JOURNAL_H
#define BOX_JOURNAL_H

#include "packet.h"

/* Opens the journal; `path` "-" is standard output. */
void journal_open(const char *path);

/*
 * One line: event `name` about `packet` (time, identification, sequence, payload length), then `format` with
 * more members, each with a comma in front; "" for none.
 */
void journal_write(const char *name, const struct packet *packet, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
