/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels: GRE (RFC 2784, 2890, 1701; version 1: RFC 2637), EtherIP (RFC 3378), and those over UDP, VXLAN
 * (RFC 7348), GENEVE (RFC 8926), GTP-U (3GPP TS 29.281), GRE and MPLS in UDP (RFC 8086, 7510). By which port
 * those over UDP are known is in udp_tunnel.c.
 *
 * A client may happen to use such a port. So the tunnel's own header must be one: fixed bits fixed, and where
 * reserved ones, which a receiver has to ignore, are not zero, what follows must be something that is known.
 */
#include "walk.h"

#include <stddef.h>

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACK = 0x0080,
    GRE_VERSION = 0x0007,
    GRE_WCCP = 0x883e,
    GRE_ERSPAN = 0x88be, /* type I without sequence number, type II with */
    GRE_ERSPAN_III = 0x22eb,
    GRE_ROUTES_MAX = 8,
};

/* Source route entries: family, offset, length, then an entry of length 0 (RFC 1701). Returns false if cut. */
static bool skip_routes(struct wt_walk *walk)
{
    for (unsigned i = 0; i < GRE_ROUTES_MAX; i++) {
        if (!wt_walk_need(walk, 4))
            return false;
        uint32_t length = wt_bytes_u8(&walk->bytes, walk->offset + 3);
        walk->offset += 4 + length;
        if (length == 0)
            return true;
    }
    wt_walk_stop(walk, WT_COVERAGE_TOO_DEEP);
    return false;
}

/* ERSPAN: the mirrored Ethernet frame behind a header whose length its type and flags tell. */
static void erspan(struct wt_walk *walk, uint16_t type, bool sequence)
{
    enum {
        TYPE_II = 8,
        TYPE_III = 12,
        SUBHEADER = 8,
        SUBHEADER_PRESENT = 1
    };
    if (type == GRE_ERSPAN && sequence)
        walk->offset += TYPE_II;
    if (type == GRE_ERSPAN_III) {
        bool subheader = wt_bytes_u8(&walk->bytes, walk->offset + 11) & SUBHEADER_PRESENT;
        walk->offset += subheader ? TYPE_III + SUBHEADER : TYPE_III;
    }
    walk->next = wt_walk_ethernet;
}

static void gre_payload(struct wt_walk *walk, uint16_t type, bool sequence)
{
    if (type == GRE_ERSPAN || type == GRE_ERSPAN_III) {
        erspan(walk, type, sequence);
    } else if (type == GRE_WCCP) {
        /* Version 2 has a redirect header of four bytes, version 1 has none. */
        if (wt_bytes_u8(&walk->bytes, walk->offset) >> 4 != 4)
            walk->offset += 4;
        walk->next = wt_walk_ipv4;
    } else {
        wt_walk_ethertype(walk, type);
    }
}

void wt_walk_gre(struct wt_walk *walk)
{
    if (!wt_walk_header(walk, WT_LAYER_GRE, 4))
        return;
    uint16_t flags = wt_bytes_u16(&walk->bytes, walk->offset);
    uint16_t type = wt_bytes_u16(&walk->bytes, walk->offset + 2);
    unsigned version = flags & GRE_VERSION;
    uint32_t length = 4;
    if (version == 0 && flags & (GRE_CHECKSUM | GRE_ROUTING))
        length += 4;
    if (flags & GRE_KEY)
        length += 4;
    if (flags & GRE_SEQUENCE)
        length += 4;
    if (version == 1 && flags & GRE_ACK)
        length += 4;
    if (version > 1) {
        wt_walk_stop(walk, WT_COVERAGE_MALFORMED);
        return;
    }
    if (!wt_walk_need(walk, length))
        return;
    walk->offset += length;
    if (version == 0 && flags & GRE_ROUTING && !skip_routes(walk))
        return;
    if (walk->offset < walk->end) /* PPTP acknowledges with an empty packet */
        gre_payload(walk, type, flags & GRE_SEQUENCE);
}

void wt_walk_etherip(struct wt_walk *walk)
{
    if (!wt_walk_need(walk, 2))
        return;
    walk->offset += 2;
    walk->next = wt_walk_ethernet;
}

/*
 * A multicast router's first hop sends data inside PIM to the rendezvous point (RFC 7761 4.9.3). A null
 * register has a header without a packet inside.
 */
void wt_walk_pim(struct wt_walk *walk)
{
    enum {
        VERSION_2_REGISTER = 0x21,
        NULL_REGISTER = 0x40
    };
    if (wt_bytes_u8(&walk->bytes, walk->offset) != VERSION_2_REGISTER || !wt_walk_need(walk, 9))
        return;
    if (wt_bytes_u8(&walk->bytes, walk->offset + 4) & NULL_REGISTER)
        walk->quoted = true;
    walk->offset += 8;
    walk->next = wt_walk_ip;
}

/* L2TP version 2 data messages carry PPP (RFC 2661 3.1). */
void wt_walk_l2tp(struct wt_walk *walk)
{
    enum {
        CONTROL = 0x8000,
        LENGTH = 0x4000,
        RESERVED = 0x34f0,
        SEQUENCE = 0x0800,
        OFFSET = 0x0200,
        VERSION = 15
    };
    uint16_t flags = wt_bytes_u16(&walk->bytes, walk->offset);
    uint32_t length = 6U + (flags & LENGTH ? 2U : 0U) + (flags & SEQUENCE ? 4U : 0U);
    if (flags & (CONTROL | RESERVED) || (flags & VERSION) != 2)
        return;
    if (flags & OFFSET)
        length += 2U + wt_bytes_u16(&walk->bytes, walk->offset + length);
    if (!wt_walk_need(walk, length + 1))
        return;
    walk->offset += length;
    walk->next = wt_walk_ppp;
}

enum {
    VXLAN_VNI = 0x08,
    VXLAN_GROUP_POLICY = 0x80,
    VXLAN_GPE_NEXT = 0x04,
    VXLAN_GPE_VERSION = 0x30,
    ETHERNET_TYPE = 12, /* offset of the type in an Ethernet header */
};

void wt_walk_vxlan(struct wt_walk *walk)
{
    if (!wt_walk_need(walk, 8))
        return;
    uint8_t flags = wt_bytes_u8(&walk->bytes, walk->offset);
    bool reserved = flags & ~(VXLAN_VNI | VXLAN_GROUP_POLICY) || wt_bytes_u8(&walk->bytes, walk->offset + 7);
    bool known = wt_walk_ethertype_known(wt_bytes_u16(&walk->bytes, walk->offset + 8 + ETHERNET_TYPE));
    if (!(flags & VXLAN_VNI) || (reserved && !known) || !wt_walk_enter(walk, WT_LAYER_VXLAN))
        return;
    walk->offset += 8;
    walk->next = wt_walk_ethernet;
}

void wt_walk_vxlan_gpe(struct wt_walk *walk)
{
    static wt_step *const steps[] = {NULL, wt_walk_ipv4, wt_walk_ipv6, wt_walk_ethernet, NULL, wt_walk_mpls};
    if (!wt_walk_need(walk, 8))
        return;
    uint8_t flags = wt_bytes_u8(&walk->bytes, walk->offset);
    uint8_t next = wt_bytes_u8(&walk->bytes, walk->offset + 3);
    if (!(flags & VXLAN_VNI) || flags & VXLAN_GPE_VERSION || !wt_walk_enter(walk, WT_LAYER_VXLAN))
        return;
    walk->offset += 8;
    if (!(flags & VXLAN_GPE_NEXT))
        walk->next = wt_walk_ethernet;
    else if (next < sizeof steps / sizeof steps[0])
        walk->next = steps[next];
    if (!walk->next)
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
}

void wt_walk_geneve(struct wt_walk *walk)
{
    if (!wt_walk_need(walk, 8))
        return;
    uint16_t first = wt_bytes_u16(&walk->bytes, walk->offset);
    uint32_t length = 8 + (first >> 8 & 0x3f) * 4U;
    bool version = first >> 14, reserved = first & 0x3f;
    if (version || reserved || !wt_walk_enter(walk, WT_LAYER_GENEVE) || !wt_walk_need(walk, length))
        return;
    uint16_t type = wt_bytes_u16(&walk->bytes, walk->offset + 2);
    walk->offset += length;
    wt_walk_ethertype(walk, type);
}

enum {
    GTP_VERSION_1 = 0x30, /* version 1, protocol type GTP */
    GTP_EXTENSION = 0x04,
    GTP_OPTIONAL = 0x07, /* any of extension, sequence, N-PDU: four more bytes */
    GTP_G_PDU = 255,
    GTP_EXTENSIONS_MAX = 8,
};

/* Extension headers: length in words of four bytes first, type of the next one last. Returns false if cut. */
static bool skip_gtp_extensions(struct wt_walk *walk)
{
    for (unsigned i = 0; i < GTP_EXTENSIONS_MAX && wt_bytes_u8(&walk->bytes, walk->offset - 1); i++) {
        uint32_t length = wt_bytes_u8(&walk->bytes, walk->offset) * 4U;
        if (!wt_walk_need(walk, length ? length : UINT32_MAX))
            return false;
        walk->offset += length;
    }
    return true;
}

static void gtp_payload(struct wt_walk *walk)
{
    uint8_t version = wt_bytes_u8(&walk->bytes, walk->offset) >> 4;
    if (!wt_walk_need(walk, 1))
        return;
    if (version == 4 || version == 6)
        walk->next = wt_walk_ip;
    else
        wt_walk_stop(walk, WT_COVERAGE_ENCAPSULATION);
}

void wt_walk_gtpu(struct wt_walk *walk)
{
    if (!wt_walk_need(walk, 8))
        return;
    uint8_t flags = wt_bytes_u8(&walk->bytes, walk->offset);
    uint8_t type = wt_bytes_u8(&walk->bytes, walk->offset + 1);
    if ((flags & 0xf8) != GTP_VERSION_1 || type != GTP_G_PDU)
        return;
    uint32_t length = flags & GTP_OPTIONAL ? 12 : 8;
    if (!wt_walk_enter(walk, WT_LAYER_GTPU) || !wt_walk_need(walk, length))
        return;
    walk->offset += length;
    if (!(flags & GTP_EXTENSION) || skip_gtp_extensions(walk))
        gtp_payload(walk);
}
