/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame: what the core needs to know about a frame, taken from the record and never from the dissection, so
 * that it is the same in every pass.
 */
#include "frame.h"

#include "wtap_frame.h"

#include <epan/column-utils.h>
#include <wsutil/wslog.h>

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
    return name && strcmp(name, "unknown") != 0 ? name : NULL;
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

    for (wmem_list_frame_t *layer = wmem_list_head(pinfo->layers); layer;
         layer = wmem_list_frame_next(layer)) {
        const int proto = GPOINTER_TO_INT(wmem_list_frame_data(layer));
        count += proto == proto_ip || proto == proto_ipv6;
    }
    return count;
}

static unsigned ip_headers_walked(const struct wt_layers *layers)
{
    unsigned count = 0;

    for (unsigned i = 0; i < layers->count; i++)
        count += layers->layer[i].kind == WT_LAYER_IPV4 || layers->layer[i].kind == WT_LAYER_IPV6;
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

/*
 * Whether Wireshark saw no IP header behind the walk's innermost one, without looking at all its layers. It
 * points to the addresses of the IP header dissected last; some dissectors put that back after a packet in
 * their payload (OpenFlow), so there may also be no room for one: beside the walk's layers, Wireshark's list
 * holds the frame, an Ethernet type and what the payload is.
 */
static bool ends_in_same_header(const packet_info *pinfo, const struct wt_frame *frame,
                                const struct wt_reading *reading)
{
    const struct wt_packet *last = reading->packets ? &reading->packet[reading->packets - 1] : NULL;
    const unsigned besides = 3;

    return last && reading->quotes == 0 &&
           pinfo->net_src.data == frame->bytes + last->offset + (last->version == 4 ? 12 : 8) &&
           wmem_list_count(pinfo->layers) <= reading->layers.count + besides;
}

enum wt_missed wt_frame_missed_of(const struct wt_reading *reading, unsigned ip_headers)
{
    const enum wt_missed missed = missed_by_walk(reading->layers.coverage);

    if (missed || ends_in_header(reading) || any_fragment(reading))
        return missed;
    return ip_headers > ip_headers_walked(&reading->layers) ? WT_MISSED_TUNNEL : WT_MISSED_NOTHING;
}

enum wt_missed wt_frame_missed(const packet_info *pinfo, const struct wt_frame *frame,
                               const struct wt_reading *reading)
{
    if (ends_in_same_header(pinfo, frame, reading))
        return missed_by_walk(reading->layers.coverage);
    return wt_frame_missed_of(reading, wt_frame_ip_headers(pinfo));
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

/*
 * epan knows the time of another frame if the program still has that frame, and shows it in the column "delta
 * time". epan_get_frame_ts() itself is not exported, but comparing two frames by that column asks it: with
 * different times of their own, two frames number n + 1 have equal deltas only if frame n is gone and both
 * deltas are zero. epan warns about a frame that is gone; here that is an answer, so the log is kept quiet
 * meanwhile.
 */
static bool frame_kept(const packet_info *pinfo, uint32_t number)
{
    const frame_data one = {.num = number + 1, .abs_ts = {1, 0}, .has_ts = true};
    const frame_data two = {.num = number + 1, .abs_ts = {2, 0}, .has_ts = true};
    const enum ws_log_level level = ws_log_get_level();
    bool kept;

    ws_log_set_level(LOG_LEVEL_CRITICAL);
    kept = frame_data_compare(pinfo->epan, &one, &two, COL_DELTA_TIME) != 0;
    ws_log_set_level(level);
    return kept;
}

/*
 * A single pass of tshark holds at most three frames before this one: the first, the one displayed last and
 * the one captured last. So at frame 5 or later not both of 2 and 3 are held, unless all are. The first one
 * always is: where epan says otherwise, its answers mean nothing, and to keep too much is the smaller
 * mistake.
 *
 * Not kept: tshark -r, tshark reading a pipe, tshark -M. Kept: tshark -2, with and without -R; sharkd;
 * Wireshark with a file, and while it captures.
 */
bool wt_frames_kept(const packet_info *pinfo)
{
    return !frame_kept(pinfo, 1) || (frame_kept(pinfo, 2) && frame_kept(pinfo, 3));
}
