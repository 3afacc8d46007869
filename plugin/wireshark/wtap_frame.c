/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wtap_frame.h"

static enum wt_link_type link_type(int encapsulation)
{
    switch (encapsulation) {
    case WTAP_ENCAP_ETHERNET:
        return WT_LINK_ETHERNET;
    case WTAP_ENCAP_SLL:
        return WT_LINK_SLL;
    case WTAP_ENCAP_SLL2:
        return WT_LINK_SLL2;
    case WTAP_ENCAP_RAW_IP:
    case WTAP_ENCAP_RAW_IP4:
    case WTAP_ENCAP_RAW_IP6:
        return WT_LINK_RAW_IP;
    case WTAP_ENCAP_NULL:
    case WTAP_ENCAP_LOOP:
        return WT_LINK_NULL;
    case WTAP_ENCAP_PPP:
        return WT_LINK_PPP;
    case WTAP_ENCAP_FDDI:
    case WTAP_ENCAP_FDDI_BITSWAPPED:
        return WT_LINK_FDDI;
    case WTAP_ENCAP_NFLOG:
        return WT_LINK_NFLOG;
    default:
        return WT_LINK_UNKNOWN;
    }
}

static wt_bool take_flags(wtap_block_t block, unsigned option, wtap_opttype_e type, wtap_optval_t *value,
                          void *flags)
{
    (void)block, (void)type;
    if (option == OPT_PKT_FLAGS)
        *(uint32_t *)flags = value->uint32val;
    return true;
}

/* pcapng, option epb_flags, bits 0 and 1. Most records have no option at all, so going through them costs
 * less than asking for one. */
static enum wt_direction direction(const wtap_rec *rec)
{
    uint32_t flags = 0;

    if (!rec->block)
        return WT_DIRECTION_UNKNOWN;
    wtap_block_foreach_option(rec->block, take_flags, &flags);
    switch (PACK_FLAGS_DIRECTION(flags)) {
    case PACK_FLAGS_DIRECTION_INBOUND:
        return WT_DIRECTION_RECEIVED;
    case PACK_FLAGS_DIRECTION_OUTBOUND:
        return WT_DIRECTION_SENT;
    default:
        return WT_DIRECTION_UNKNOWN;
    }
}

/* Interfaces are numbered anew in each section of a pcapng file. */
static uint32_t interface_number(const wtap_rec *rec)
{
    const uint32_t section = rec->presence_flags & WTAP_HAS_SECTION_NUMBER ? rec->section_number : 0;

    if (!(rec->presence_flags & WTAP_HAS_INTERFACE_ID))
        return 0;
    return (section << 16) + rec->rec_header.packet_header.interface_id + 1;
}

enum {
    SLL2_DEVICE = 4 /* offset of the device's number in a cooked header (LINKTYPE_LINUX_SLL2) */
};

uint32_t wt_wtap_device(const struct wt_frame *frame)
{
    if (frame->link_type != WT_LINK_SLL2 || frame->captured < SLL2_DEVICE + sizeof(uint32_t))
        return 0;
    const uint8_t *at = frame->bytes + SLL2_DEVICE;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/*
 * Each device of a capture of all devices is a capture point of its own: a router or a bridge shows every
 * packet as it came and as it went, and a sequence number that was seen before on another device is no
 * repetition.
 */
static uint32_t point_number(const struct wt_frame *frame, const wtap_rec *rec)
{
    const uint32_t interface = interface_number(rec);
    const uint32_t device = wt_wtap_device(frame);
    const uint32_t golden = 0x9e3779b1; /* 2^32 by the golden ratio: spreads small numbers over all bits */

    return device ? MAX(interface ^ device * golden, 1) : interface;
}

int64_t wt_wtap_time(const nstime_t *time)
{
    const int64_t billion = 1000000000, latest = ((int64_t)1 << 62) / billion;
    const int64_t earliest = -((int64_t)1 << 60) / billion;
    const int64_t seconds = time->secs;

    if (seconds >= latest || seconds <= earliest)
        return 0;
    return seconds * billion + time->nsecs;
}

bool wt_wtap_fill(struct wt_frame *frame, const wtap_rec *rec, const uint8_t *bytes)
{
    if (rec->rec_type != REC_TYPE_PACKET)
        return false;

    const wtap_packet_header *header = &rec->rec_header.packet_header;
    *frame = (struct wt_frame){
        .time = rec->presence_flags & WTAP_HAS_TS ? wt_wtap_time(&rec->ts) : 0,
        .link_type = link_type(header->pkt_encap),
        .direction = direction(rec),
        .length = MAX(header->len, header->caplen),
        .captured = header->caplen,
        .bytes = header->caplen ? bytes : NULL,
    };
    frame->interface = point_number(frame, rec);
    return true;
}
