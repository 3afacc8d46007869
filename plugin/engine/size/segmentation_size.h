/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segmentation_size: how large the segments are that a side's stack, or its NIC, cuts its data into. */
#ifndef WIRETRUTH_SEGMENTATION_SIZE_H
#define WIRETRUTH_SEGMENTATION_SIZE_H

#include "engine/context.h"

struct wt_size {
    bool guessed;            /* of datagrams whose program chose another one most likely */
    uint32_t size;           /* payload of a full segment; 0 if not even its headers fit */
    enum wt_reason evidence; /* static text */
};

enum {
    WT_SIZE_LEAST = 256 /* of a size learnt from the data: below it chance agrees too easily */
};

/* Takes a path MTU that changed, and what the packet shows of it. Before wt_size_expect(). */
void wt_size_learn(struct wt_context *context);

/* The size of the full segments that the packet's payload is, or will be, cut into. */
struct wt_size wt_size_expect(struct wt_context *context);

/* IP and transport headers of each segment of the packet, without a hop-by-hop header that only BIG TCP has. */
uint32_t wt_size_headers(const struct wt_packet *packet);

/* TCP options of the packet, which a segment's payload has to make room for; 0 without TCP. */
uint32_t wt_size_options(const struct wt_packet *packet);

/* Whether the TCP packet begins with data that its side has sent before. */
bool wt_size_is_repeated(const struct wt_context *context);

/* The most payload that the packet's receiver allows in this very segment; 0 while its MSS is not known. */
uint32_t wt_size_limit(const struct wt_context *context);

#endif
