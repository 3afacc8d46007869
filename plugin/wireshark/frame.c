/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame: what the core needs to know about a frame, taken from the record and never from the dissection, so
 * that it is the same in every pass.
 */
#include "frame.h"

#include "wtap_frame.h"

static int proto_ip, proto_ipv6;

void wt_frame_handoff(void)
{
    proto_ip = proto_get_id_by_filter_name("ip");
    proto_ipv6 = proto_get_id_by_filter_name("ipv6");
}

bool wt_frame_fill(struct wt_frame *frame, const packet_info *pinfo, tvbuff_t *tvb)
{
    const unsigned captured = tvb_captured_length(tvb);

    if (!wt_wtap_fill(frame, pinfo->rec, captured ? tvb_get_ptr(tvb, 0, (int)captured) : NULL))
        return false;
    frame->number = pinfo->num;
    frame->time =
        pinfo->presence_flags & PINFO_HAS_TS ? wt_wtap_time(&pinfo->abs_ts) : 0; /* shifted, if asked */
    frame->length = MAX(pinfo->fd->pkt_len, captured);
    frame->captured = captured;
    return true;
}

/* NULL in place of what Wireshark says where the file is silent. */
static const char *known(const char *name)
{
    return name && *name && strcmp(name, "unknown") != 0 ? name : NULL;
}

void wt_frame_interface(struct wt_interface *interface, const packet_info *pinfo)
{
    const wtap_rec *rec = pinfo->rec;
    const unsigned section = rec->presence_flags & WTAP_HAS_SECTION_NUMBER ? rec->section_number : 0;
    const unsigned number = rec->rec_header.packet_header.interface_id;

    (void)section;
    *interface = (struct wt_interface){0};
    if (!(rec->presence_flags & WTAP_HAS_INTERFACE_ID))
        return;
    interface->number = number;
    interface->name = known(wt_interface_name(pinfo->epan, number, section));
    interface->description = wt_interface_description(pinfo->epan, number, section);
}

const char *wt_frame_point_name(const struct wt_frame *frame, const packet_info *pinfo)
{
    struct wt_interface interface;
    const uint32_t device = wt_wtap_device(frame);

    wt_frame_interface(&interface, pinfo);
    if (device)
        return wmem_strdup_printf(pinfo->pool, "%s, device %u", interface.name ? interface.name : "any",
                                  device);
    if (interface.name)
        return interface.name;
    return wmem_strdup_printf(pinfo->pool, "interface %u", interface.number);
}

unsigned wt_frame_ip_headers(const packet_info *pinfo)
{
    unsigned count = 0;
    int before = -1;

    for (wmem_list_frame_t *layer = wmem_list_head(pinfo->layers); layer;
         layer = wmem_list_frame_next(layer)) {
        const int proto = GPOINTER_TO_INT(wmem_list_frame_data(layer));
        count += proto == proto_ip || (proto == proto_ipv6 && before != proto_ip);
        before = proto;
    }
    return count;
}
