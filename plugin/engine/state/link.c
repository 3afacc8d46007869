/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

enum {
    LINKS_MAX = 4096, /* interfaces of one capture file */
};

WT_MAP_KEY(link, struct wt_link_key)

struct wt_map *wt_links_new(void)
{
    return wt_map_new(sizeof(struct wt_link), sizeof(struct wt_link_key), LINKS_MAX, link_hash, link_equal);
}

static uint32_t link_default_mtu(enum wt_link_type type)
{
    if (type == WT_LINK_FDDI)
        return WT_MTU_FDDI;
    return type == WT_LINK_NULL ? WT_MTU_LOOPBACK : WT_MTU_ETHERNET;
}

struct wt_link *wt_link_of(struct wt_map *links, const struct wt_frame *frame, uint32_t preferred)
{
    const struct wt_link_key key = {frame->interface};
    struct wt_link *link = wt_map_get(links, &key);
    uint32_t stated = frame->link_mtu ? frame->link_mtu : preferred;
    if (link->mtu == 0) {
        link->mtu = stated ? stated : link_default_mtu(frame->link_type);
        link->source = stated ? WT_MTU_PREFERENCE : WT_MTU_DEFAULT;
    }
    return link;
}

void wt_link_learn(struct wt_link *link, uint32_t mtu, enum wt_mtu_source source)
{
    bool stronger = source < link->source;
    bool larger = source == link->source && mtu > link->mtu;
    if (!stronger && !larger)
        return;
    link->mtu = mtu;
    link->source = source;
}

static bool link_has_asked(const struct wt_link *link, uint32_t transaction)
{
    for (unsigned i = 0; i < WT_LINK_ASKED && i < link->asked_count; i++)
        if (link->asked[i] == transaction)
            return true;
    return false;
}

static void link_ask(struct wt_link *link, uint32_t transaction)
{
    if (link_has_asked(link, transaction))
        return;
    link->asked[link->asked_count % WT_LINK_ASKED] = transaction;
    link->asked_count = (uint8_t)(link->asked_count == UINT8_MAX ? WT_LINK_ASKED : link->asked_count + 1);
}

/* A message whose own sum is wrong was taken by nobody. */
static bool link_is_damaged(const struct wt_reading *reading)
{
    const struct wt_packet *packet = reading->packets ? &reading->packet[0] : NULL;
    return packet && (packet->l4_checksum == WT_CHECKSUM_BAD || packet->ip_checksum == WT_CHECKSUM_BAD);
}

void wt_link_announced(struct wt_link *link, const struct wt_reading *reading)
{
    const struct wt_announcement *announcement = &reading->announcement;
    uint32_t mtu = announcement->mtu;
    if (link_is_damaged(reading))
        return;
    switch (announcement->kind) {
    case WT_ANNOUNCEMENT_NONE:
        break;
    case WT_ANNOUNCEMENT_DHCP_REQUEST:
        link_ask(link, announcement->transaction);
        break;
    case WT_ANNOUNCEMENT_DHCP:
        if (announcement->on_link || link_has_asked(link, announcement->transaction))
            wt_link_learn(link, mtu, WT_MTU_DHCP);
        break;
    case WT_ANNOUNCEMENT_ROUTER:
        link->router_mtu = mtu;
        break;
    case WT_ANNOUNCEMENT_PPP:
        link->ppp_mtu = link->ppp_mtu && link->ppp_mtu < mtu ? link->ppp_mtu : mtu;
        break;
    case WT_ANNOUNCEMENT_LLDP:
        wt_link_learn(link, mtu, WT_MTU_LLDP);
        break;
    }
}
