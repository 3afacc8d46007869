/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link headers: Ethernet, 802.3, FDDI, VLAN, MACsec, and those of captures: cooked, loopback, netfilter log. */
#include "walk.h"

enum {
    ETHERTYPE_MIN = 0x600, /* IEEE 802.3: below it is a length */
    LENGTH_MAX = 1500,
    ETHERTYPE_ARP = 0x0806,
    ETHERTYPE_TRANSPARENT_BRIDGING = 0x6558,
    ETHERTYPE_PPP = 0x880b,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848,
    ETHERTYPE_PPPOE = 0x8864,
    ETHERTYPE_JUMBO_LLC = 0x8870,
    ETHERTYPE_PROVIDER_BRIDGING = 0x88a8,
    ETHERTYPE_LLDP = 0x88cc,
    ETHERTYPE_MACSEC = 0x88e5,
    ETHERTYPE_QINQ_OLD = 0x9100,
};

/* Tags and tunnels that may carry IP and that no step here reads. */
static bool ethertype_encapsulates(uint16_t type)
{
    switch (type) {
    case 0x22f3: /* TRILL */
    case 0x4305: /* B.A.T.M.A.N. */
    case 0x8874: /* Broadcom tag */
    case 0x88e7: /* provider backbone bridging */
    case 0x8903: /* FabricPath */
    case 0x8909: /* Cisco metadata */
    case 0x890d: /* 802.11 tunnelled */
    case 0x8926: /* VN-Tag */
    case 0x892f: /* HSR */
    case 0x893f: /* E-Tag */
    case 0x894f: /* network service header */
    case 0x9200: /* VLAN, older numbers */
    case 0x9300:
    case 0xd28b: /* Arista time stamps */
    case 0xf1c1: /* 802.1CB redundancy tag */
    case 0xfcfc: /* MDS header */
        return true;
    default:
        return false;
    }
}

static void walk_macsec(struct wt_walk *walk);

static wt_step *ethertype_step(uint16_t type)
{
    switch (type) {
    case WT_ETHERTYPE_IPV4:
        return wt_walk_ipv4;
    case WT_ETHERTYPE_IPV6:
        return wt_walk_ipv6;
    case WT_ETHERTYPE_VLAN:
    case ETHERTYPE_PROVIDER_BRIDGING:
    case ETHERTYPE_QINQ_OLD:
        return wt_walk_vlan;
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM:
        return wt_walk_mpls;
    case ETHERTYPE_PPPOE:
        return wt_walk_pppoe;
    case ETHERTYPE_PPP:
        return wt_walk_ppp;
    case ETHERTYPE_JUMBO_LLC:
        return wt_walk_llc;
    case ETHERTYPE_TRANSPARENT_BRIDGING:
        return wt_walk_ethernet;
    case ETHERTYPE_MACSEC:
        return walk_macsec;
    default:
        return NULL;
    }
}

void wt_walk_ethertype(struct wt_walk *walk, uint16_t type)
{
    walk->next = ethertype_step(type);
    if (walk->next)
        return;
    if (ethertype_encapsulates(type))
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
    else
        wt_walk_stop_plain(walk);
}

bool wt_walk_ethertype_known(uint16_t type)
{
    return type == ETHERTYPE_ARP || type == ETHERTYPE_LLDP || ethertype_step(type);
}

/* Behind a field that is a type or, below 0x600, the length of an 802.3 frame. */
static void type_or_length(struct wt_walk *walk, uint16_t type)
{
    if (type >= ETHERTYPE_MIN) {
        wt_walk_ethertype(walk, type);
    } else if (type <= LENGTH_MAX) {
        walk->next = wt_walk_llc;
    } else {
        wt_walk_stop_plain(walk);
    }
}

void wt_walk_ethernet(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_ETHERNET, 14))
        return;
    const uint8_t *header = wt_bytes_span(&walk->bytes, walk->offset, 14);
    if (!header || wt_walk_is_isl(header)) {
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
        return;
    }
    walk->offset += 14;
    type_or_length(walk, wt_bytes_u16(&walk->bytes, walk->offset - 2));
}

void wt_walk_vlan(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_VLAN, 4))
        return;
    walk->offset += 4;
    type_or_length(walk, wt_bytes_u16(&walk->bytes, walk->offset - 2));
}

/*
 * The tag of MACsec (IEEE 802.1AE 9.3). Without encryption what follows it is the frame as it was, and behind
 * that the integrity check value, of 16 bytes in every cipher suite of the standard.
 */
static void walk_macsec(struct wt_walk *walk)
{
    enum {
        TAG = 6,
        SCI = 8,
        SCI_PRESENT = 0x20,
        ENCRYPTED_OR_CHANGED = 0x0c,
        CHECK_VALUE = 16
    };
    if (!wt_walk_need(walk, TAG + 2))
        return;
    uint8_t control = wt_bytes_u8(&walk->bytes, walk->offset);
    uint32_t length = control & SCI_PRESENT ? TAG + SCI : TAG;
    if (control & ENCRYPTED_OR_CHANGED || walk->end - walk->offset < length + 2 + CHECK_VALUE) {
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
        return;
    }
    if (!wt_walk_need(walk, length + 2))
        return;
    wt_walk_narrow(walk, walk->end - CHECK_VALUE);
    walk->offset += length + 2;
    type_or_length(walk, wt_bytes_u16(&walk->bytes, walk->offset - 2));
}

/* Frame control, then both addresses; only frames with LLC carry data (ANSI X3.139). */
void wt_walk_fddi(struct wt_walk *walk)
{
    enum {
        HEADER = 13,
        FORMAT = 0x30, /* of the frame control */
        FORMAT_LLC = 0x10
    };
    if (!wt_walk_need(walk, HEADER))
        return;
    bool llc = (wt_bytes_u8(&walk->bytes, walk->offset) & FORMAT) == FORMAT_LLC;
    walk->offset += HEADER;
    if (llc)
        walk->next = wt_walk_llc;
    else
        wt_walk_stop_plain(walk);
}

/* A 16-bit number in the byte order of who captured, which the small numbers that it may hold give away. */
static uint16_t either_order(uint16_t number)
{
    const uint32_t swapped = (uint32_t)number >> 8 | (number & 0xffU) << 8;
    return number & 0xff00 ? (uint16_t)swapped : number;
}

/*
 * Netfilter log (LINKTYPE_NFLOG): family, version and resource id, then attributes of length and type in the
 * capturing host's byte order, padded to four bytes. The packet is one of them.
 */
void wt_walk_nflog(struct wt_walk *walk)
{
    enum {
        HEADER = 4,
        ATTRIBUTE = 4,
        PAYLOAD = 9,
        ATTRIBUTES_MAX = 64
    };
    if (!wt_walk_need(walk, HEADER))
        return;
    uint32_t at = walk->offset + HEADER;
    for (unsigned i = 0; i < ATTRIBUTES_MAX && wt_bytes_hold(&walk->bytes, at, ATTRIBUTE); i++) {
        bool swapped = wt_bytes_u16(&walk->bytes, at + 2) & 0xff00;
        uint16_t field = wt_bytes_u16(&walk->bytes, at);
        const uint32_t length = swapped ? (uint32_t)field >> 8 | (field & 0xffU) << 8 : field;
        if (either_order(wt_bytes_u16(&walk->bytes, at + 2)) == PAYLOAD) {
            walk->offset = at + ATTRIBUTE;
            if (length >= ATTRIBUTE)
                wt_walk_narrow(walk, at + length);
            walk->next = wt_walk_ip;
            return;
        }
        if (length < ATTRIBUTE)
            break;
        at += (length + 3) & ~3U;
    }
    wt_walk_stop_plain(walk);
}

enum {
    SAP_IP = 0x06,
    SAP_SNAP = 0xaa,
    LLC_UI = 0x03,
    OUI_ETHERNET = 0x000000,
    OUI_BRIDGE_TUNNEL = 0x0000f8, /* IEEE 802.1H */
    OUI_BRIDGED = 0x0080c2,       /* RFC 2684 5.2 */
};

static void snap(struct wt_walk *walk)
{
    uint32_t oui = wt_bytes_u24(&walk->bytes, walk->offset);
    walk->offset += 5;
    if (oui == OUI_ETHERNET || oui == OUI_BRIDGE_TUNNEL)
        wt_walk_ethertype(walk, wt_bytes_u16(&walk->bytes, walk->offset - 2));
    else if (oui == OUI_BRIDGED)
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
    else
        wt_walk_stop_plain(walk);
}

void wt_walk_llc(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_LLC, 3))
        return;
    uint8_t dsap = wt_bytes_u8(&walk->bytes, walk->offset);
    bool unnumbered = wt_bytes_u8(&walk->bytes, walk->offset + 2) == LLC_UI;
    walk->offset += 3;
    if (dsap == SAP_IP && unnumbered) {
        walk->next = wt_walk_ip;
    } else if (dsap == SAP_SNAP && unnumbered) {
        if (wt_walk_need(walk, 5))
            snap(walk);
    } else {
        wt_walk_stop_plain(walk);
    }
}

/* ARPHRD_ values of Linux (if_arp.h) whose cooked protocol field is no Ethernet type that IP hides behind. */
enum {
    ARPHRD_FRAME_RELAY = 770,
    ARPHRD_80211_RADIOTAP = 803,
    ARPHRD_NETLINK = 824,
};

/* Numbers below 0x600 of a cooked protocol field (Linux if_ether.h, ETH_P_). */
enum {
    COOKED_ETHERNET = 0x0003,
    COOKED_LLC = 0x0004,
    COOKED_PPP = 0x0007,
};

static void cooked_protocol(struct wt_walk *walk, uint16_t hardware, uint16_t protocol)
{
    if (hardware == ARPHRD_NETLINK)
        wt_walk_stop_plain(walk);
    else if (hardware == ARPHRD_FRAME_RELAY || hardware == ARPHRD_80211_RADIOTAP)
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
    else if (protocol == COOKED_ETHERNET)
        walk->next = wt_walk_ethernet;
    else if (protocol == COOKED_LLC)
        walk->next = wt_walk_llc;
    else if (protocol == COOKED_PPP)
        walk->next = wt_walk_ppp;
    else
        wt_walk_ethertype(walk, protocol);
}

void wt_walk_sll(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_SLL, 16))
        return;
    uint32_t at = walk->offset;
    walk->offset += 16;
    cooked_protocol(walk, wt_bytes_u16(&walk->bytes, at + 2), wt_bytes_u16(&walk->bytes, at + 14));
}

void wt_walk_sll2(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_SLL2, 20))
        return;
    uint32_t at = walk->offset;
    walk->offset += 20;
    cooked_protocol(walk, wt_bytes_u16(&walk->bytes, at + 8), wt_bytes_u16(&walk->bytes, at));
}

/* AF_INET is 2 everywhere, AF_INET6 is not. */
enum {
    FAMILY_INET = 2,
    FAMILY_INET6_LINUX = 10,
    FAMILY_INET6_BSD = 24, /* NetBSD, OpenBSD, BSD/OS, Npcap */
    FAMILY_INET6_FREEBSD = 28,
    FAMILY_INET6_DARWIN = 30,
    PPP_ADDRESS_CONTROL = 0xff03,
};

static void address_family(struct wt_walk *walk, uint32_t family)
{
    if (family & 0xffff0000) /* a small number, written in the other byte order */
        family = (family & 0xff000000) >> 24 | (family & 0x00ff0000) >> 8;
    if (family == FAMILY_INET)
        walk->next = wt_walk_ipv4;
    else if (family == FAMILY_INET6_LINUX || family == FAMILY_INET6_BSD || family == FAMILY_INET6_FREEBSD ||
             family == FAMILY_INET6_DARWIN)
        walk->next = wt_walk_ipv6;
    else if (family >= ETHERTYPE_MIN)
        wt_walk_ethertype(walk, (uint16_t)family);
    else
        wt_walk_stop_plain(walk);
}

void wt_walk_null(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_NULL, 4))
        return;
    if (wt_bytes_u16(&walk->bytes, walk->offset) == PPP_ADDRESS_CONTROL) {
        walk->next = wt_walk_ppp;
        return;
    }
    uint32_t family = wt_bytes_u32(&walk->bytes, walk->offset);
    walk->offset += 4;
    address_family(walk, family);
}
