/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "coverage.h"

#include <stddef.h>

static unsigned ip_headers_walked(const struct wt_layers *layers)
{
    enum wt_layer_kind before = WT_LAYER_ETHERNET;
    unsigned count = 0;

    for (unsigned i = 0; i < layers->count; i++) {
        const enum wt_layer_kind kind = layers->layer[i].kind;
        count += kind == WT_LAYER_IPV4 || (kind == WT_LAYER_IPV6 && before != WT_LAYER_IPV4);
        before = kind;
    }
    return count;
}

/* A transport header with nothing behind it, as of a mere acknowledgement. */
static bool ends_in_header(const struct wt_reading *reading)
{
    const struct wt_packet *last = reading->packets ? &reading->packet[reading->packets - 1] : NULL;

    return last && last->has_l4 && last->payload_len == 0;
}

/* Wireshark puts what it reassembled from fragments into the last one, where the walk sees a piece only. */
static bool any_fragment(const struct wt_reading *reading)
{
    for (unsigned i = 0; i < reading->packets; i++)
        if (reading->packet[i].fragment)
            return true;
    return false;
}

static enum wt_missed missed_by_walk(enum wt_coverage coverage)
{
    switch (coverage) {
    case WT_COVERAGE_TRUNCATED:
        return WT_MISSED_TRUNCATED;
    case WT_COVERAGE_LINK_TYPE:
        return WT_MISSED_LINK_TYPE;
    case WT_COVERAGE_ENCAPSULATION:
        return WT_MISSED_ENCAPSULATION;
    case WT_COVERAGE_TOO_DEEP:
        return WT_MISSED_TOO_DEEP;
    case WT_COVERAGE_MALFORMED:
        return WT_MISSED_MALFORMED;
    case WT_COVERAGE_COMPLETE:
    case WT_COVERAGE_NOT_IP:
        break;
    }
    return WT_MISSED_NOTHING;
}

enum wt_missed wt_missed(const struct wt_reading *reading, unsigned ip_headers)
{
    const enum wt_missed missed = missed_by_walk(reading->layers.coverage);

    if (missed || ends_in_header(reading) || any_fragment(reading))
        return missed;
    return ip_headers > ip_headers_walked(&reading->layers) ? WT_MISSED_TUNNEL : WT_MISSED_NOTHING;
}

const char *wt_missed_text(enum wt_missed missed)
{
    static const char *const texts[WT_MISSED_KINDS] = {
        [WT_MISSED_TRUNCATED] = "the captured bytes end inside a header",
        [WT_MISSED_LINK_TYPE] = "link type not known to Wire Truth",
        [WT_MISSED_ENCAPSULATION] = "encapsulation not known to Wire Truth",
        [WT_MISSED_TOO_DEEP] = "too many headers inside each other",
        [WT_MISSED_MALFORMED] = "a header contradicts itself",
        [WT_MISSED_TUNNEL] = "only Wireshark found a further IP header",
    };

    return texts[missed];
}
