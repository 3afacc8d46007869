/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: IPv4 ones are kept as IPv4-mapped IPv6 addresses (RFC 4291 2.5.5.2). */
#include <wiretruth/packet.h>

#include <stdio.h>
#include <string.h>

enum {
    GROUPS = 8
};

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
static const uint8_t v6_loopback[16] = {[15] = 1};

bool wt_address_equal(const struct wt_address *a, const struct wt_address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool wt_address_is_v4(const struct wt_address *address)
{
    return memcmp(address->bytes, v4_prefix, sizeof v4_prefix) == 0;
}

bool wt_address_is_loopback(const struct wt_address *address)
{
    if (wt_address_is_v4(address))
        return address->bytes[12] == 127;
    return memcmp(address->bytes, v6_loopback, sizeof v6_loopback) == 0;
}

static unsigned group(const struct wt_address *address, size_t index)
{
    return (unsigned)address->bytes[2 * index] << 8 | address->bytes[2 * index + 1];
}

/* Where the first longest run of at least two zero groups begins, for which "::" stands (RFC 5952 4.2); or
 * GROUPS. */
static unsigned find_zeros(const struct wt_address *address, unsigned *length)
{
    unsigned best = GROUPS, run = 0;
    *length = 1;
    for (unsigned i = 0; i < GROUPS; i++) {
        run = group(address, i) ? 0 : run + 1;
        if (run > *length) {
            *length = run;
            best = i - run + 1;
        }
    }
    return best;
}

void wt_address_text(const struct wt_address *address, char *text)
{
    const uint8_t *v4 = address->bytes + sizeof v4_prefix;
    if (wt_address_is_v4(address)) {
        snprintf(text, WT_ADDRESS_TEXT, "%u.%u.%u.%u", v4[0], v4[1], v4[2], v4[3]);
        return;
    }
    unsigned run, zeros = find_zeros(address, &run), i = 0;
    char *end = text + WT_ADDRESS_TEXT;
    while (i < GROUPS) {
        const char *colon = i && i != zeros + run ? ":" : "";
        if (i == zeros) {
            text += snprintf(text, (size_t)(end - text), "::");
            i += run;
        } else {
            text += snprintf(text, (size_t)(end - text), "%s%x", colon, group(address, i++));
        }
    }
}
