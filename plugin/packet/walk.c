/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk.h"

void wt_walk_stop(struct wt_walk *walk, enum wt_coverage coverage)
{
    walk->next = NULL;
    walk->layers->coverage = coverage;
}

void wt_walk_stop_plain(struct wt_walk *walk)
{
    wt_walk_stop(walk, walk->ips ? WT_COVERAGE_COMPLETE : WT_COVERAGE_NOT_IP);
}

bool wt_walk_enter(struct wt_walk *walk, enum wt_layer_kind kind)
{
    struct wt_layers *layers = walk->layers;
    if (!wt_walk_need(walk, 0))
        return false;
    if (layers->count == WT_LAYERS_MAX) {
        wt_walk_stop(walk, WT_COVERAGE_TOO_DEEP);
        return false;
    }
    layers->layer[layers->count++] =
        (struct wt_layer){.kind = kind, .offset = walk->offset, .quoted = walk->quoted};
    return true;
}

enum wt_coverage wt_walk_shortage(const struct wt_walk *walk)
{
    if (walk->quoted && walk->end <= walk->captured)
        return WT_COVERAGE_COMPLETE; /* a quote ends where its reporter liked */
    return walk->bytes.count < walk->captured ? WT_COVERAGE_MALFORMED : WT_COVERAGE_TRUNCATED;
}

bool wt_walk_need(struct wt_walk *walk, uint32_t length)
{
    if (wt_bytes_hold(&walk->bytes, walk->offset, length))
        return true;
    wt_walk_stop(walk, wt_walk_shortage(walk));
    return false;
}

bool wt_walk_header(struct wt_walk *walk, enum wt_layer_kind kind, uint32_t length)
{
    return wt_walk_enter(walk, kind) && wt_walk_need(walk, length);
}

void wt_walk_narrow(struct wt_walk *walk, uint32_t end)
{
    if (end < walk->end)
        walk->end = end;
    wt_bytes_narrow(&walk->bytes, walk->end);
}

static wt_step *first_step(enum wt_link_type link_type)
{
    switch (link_type) {
    case WT_LINK_ETHERNET:
        return wt_walk_ethernet;
    case WT_LINK_SLL:
        return wt_walk_sll;
    case WT_LINK_SLL2:
        return wt_walk_sll2;
    case WT_LINK_RAW_IP:
        return wt_walk_ip;
    case WT_LINK_NULL:
        return wt_walk_null;
    case WT_LINK_PPP:
        return wt_walk_ppp;
    case WT_LINK_FDDI:
        return wt_walk_fddi;
    case WT_LINK_NFLOG:
        return wt_walk_nflog;
    case WT_LINK_UNKNOWN:
        break;
    }
    return NULL;
}

void wt_walk(const struct wt_frame *frame, struct wt_layers *layers)
{
    struct wt_walk walk = {
        .bytes = {frame->bytes, frame->captured},
        .captured = frame->captured,
        .end = frame->length,
        .next = first_step(frame->link_type),
        .layers = layers,
    };
    layers->count = 0;
    layers->coverage = walk.next ? WT_COVERAGE_COMPLETE : WT_COVERAGE_LINK_TYPE;
    while (walk.next) {
        wt_step *step = walk.next;
        walk.next = NULL;
        step(&walk);
    }
}
