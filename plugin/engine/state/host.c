/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host.h"

enum {
    HOSTS_MAX = 1 << 16,
};

WT_MAP_KEY(host, struct wt_host_key)

struct wt_map *wt_hosts_new(void)
{
    return wt_map_new(sizeof(struct wt_host), sizeof(struct wt_host_key), HOSTS_MAX, host_hash, host_equal);
}

struct wt_host_key wt_host_key(uint32_t interface, const struct wt_address *address)
{
    return (struct wt_host_key){interface, *address};
}

bool wt_checksum_is_partial(enum wt_checksum checksum)
{
    return checksum == WT_CHECKSUM_PARTIAL || checksum == WT_CHECKSUM_PARTIAL_NO_LENGTH;
}

bool wt_checksum_is_left(const struct wt_packet *packet)
{
    return wt_checksum_is_partial(packet->l4_checksum) || packet->l4_checksum == WT_CHECKSUM_UNFILLED ||
           packet->ip_checksum == WT_CHECKSUM_UNFILLED;
}

/* Linux answers to closed ports with a complete sum where all else is left for the NIC
 * (ip_send_unicast_reply), so a reset proves nothing. */
static void host_learn_bare(struct wt_host *host, const struct wt_packet *packet)
{
    if (packet->tcp.flags & WT_TCP_RST)
        return;
    host->bare_partial += wt_checksum_is_partial(packet->l4_checksum);
    host->bare_complete += packet->l4_checksum == WT_CHECKSUM_VALID;
}

void wt_host_learn(struct wt_host *host, const struct wt_packet *packet, bool super_frame)
{
    bool valid = packet->l4_checksum == WT_CHECKSUM_VALID && packet->ip_checksum != WT_CHECKSUM_BAD;
    host->intact += valid;
    host->damaged += packet->l4_checksum == WT_CHECKSUM_BAD || packet->ip_checksum == WT_CHECKSUM_BAD;
    if (!packet->has_l4 || packet->src_port == 0 || packet->l3_len > WT_GSO_MAX) /* a mere claim */
        return;
    if (super_frame) {
        host->merged++;
        return;
    }
    if (packet->proto == WT_PROTO_TCP && packet->payload_len == 0) {
        host_learn_bare(host, packet);
        return;
    }
    host->single_partial += wt_checksum_is_partial(packet->l4_checksum);
    host->single_complete += packet->l4_checksum == WT_CHECKSUM_VALID;
}
