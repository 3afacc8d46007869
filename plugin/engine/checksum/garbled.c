/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. An emulated NIC (QEMU 7.2's e1000e and vmxnet3 without vnet header) cuts IPv6 super-frames with code
 * for IPv4: it writes the checksum of an IPv4 header to bytes 10 and 11 of the header, which are bytes 2 and 3
 * of an IPv6 source address, and leaves payload length 0, as the driver gave it. No receiver takes that.
 *
 * Rule: an IPv6 packet with payload length 0 that is no larger than 65,535 bytes, so no jumbogram; its sum is
 * wrong; and its source differs from the address of a host known on this interface in those two bytes alone.
 * That host is the culprit. All pieces with one wrong address are one event, since the sum is that of the
 * super-frame's header.
 *
 * Traps: in front of a NIC, drivers leave length 0 for super-frames too (Windows LSO); their sums are partial
 * and their addresses right.
 */
#include "garbled.h"

#include <wiretruth/diagnosis.h>

#include "sums.h"

enum {
    GARBLED_HOSTS = 64, /* looked at, the latest first */
    GARBLED_FROM = 2,   /* bytes of the address */
    GARBLED_TO = 4,
};

static bool garbled_is(const struct wt_address *address, const struct wt_address *right)
{
    const size_t behind = sizeof right->bytes - GARBLED_TO;
    return memcmp(address->bytes, right->bytes, GARBLED_FROM) == 0 &&
           memcmp(address->bytes + GARBLED_FROM, right->bytes + GARBLED_FROM, GARBLED_TO - GARBLED_FROM) !=
               0 &&
           memcmp(address->bytes + GARBLED_TO, right->bytes + GARBLED_TO, behind) == 0;
}

/* The host whose address was written over. */
static const struct wt_host *garbled_host(const struct wt_context *context)
{
    const struct wt_entry *entry = &context->src->entry;
    for (unsigned i = 0; entry && i < GARBLED_HOSTS; i++, entry = entry->older) {
        const struct wt_host *host = (const struct wt_host *)entry;
        if (host->key.interface == context->frame->interface && host->intact &&
            garbled_is(&context->packet->src, &host->key.address))
            return host;
    }
    return NULL;
}

bool wt_garbled_judge(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (packet->version != 6 || !packet->length_zero || packet->l3_len > WT_L3_FIELD_MAX ||
        packet->l4_checksum == WT_CHECKSUM_VALID || wt_checksum_is_partial(packet->l4_checksum))
        return false;
    const struct wt_host *host = garbled_host(context);
    if (!host)
        return false;
    const struct wt_ends ends = {host->key.address, packet->dst};
    struct wt_sum_key key = wt_sum_key(context, false);
    key.ports = 0;
    wt_find(context, WT_FINDING_CHECKSUM_CORRUPT, .reason = WT_REASON_SUM_GARBLED, .ends = &ends,
            .value = {packet->l4_checksum_field, packet->l4_checksum_expected},
            .event = wt_sum_event(&key, 0), .speaks_for = WT_SPEAKS_FOR(WT_DIAGNOSIS_NIC_IGNORES_MSS));
    return true;
}
