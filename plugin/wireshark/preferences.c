/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * preferences: values as Wireshark stores them, checked when they change.
 *
 * Wireshark lets a plugin check a value only after it has been stored. A value that cannot be is therefore
 * named in a message (standard error of tshark, a dialog in Wireshark) and left alone, but the engine never
 * sees it.
 */
#include "compat.h"

#include "link_mtus.h"
#include "preferences.h"

#include <epan/prefs-int.h>
#include <epan/prefs.h>
#include <wsutil/report_message.h>

static unsigned link_mtu = 0;
static int capture_point = WT_POINT_FIND_OUT;
static wt_bool verify_checksums = true;
static wt_bool artefacts = true;
static wt_bool info = false;

enum layers {
    LAYERS_FRAME,
    LAYERS_DISSECTION
};

static int layers = LAYERS_FRAME;

static const enum_val_t layer_sources[] = {
    {"frame", "From the bytes of the frame", LAYERS_FRAME},
    {"dissection", "From Wireshark's dissection", LAYERS_DISSECTION},
    {NULL, NULL, 0},
};

static const enum_val_t capture_points[] = {
    {"find_out", "Find out", WT_POINT_FIND_OUT},
    {"sender", "On the host that sends the data", WT_POINT_SENDER},
    {"receiver", "On the host that receives the data", WT_POINT_RECEIVER},
    {"between", "Between the hosts", WT_POINT_BETWEEN},
    {NULL, NULL, 0},
};

static bool link_mtu_possible(void)
{
    return link_mtu == 0 || (link_mtu >= WT_MTU_MIN_V4 && link_mtu <= WT_LINK_MTU_MAX);
}

static void preferences_changed(void)
{
    if (!link_mtu_possible())
        report_failure(
            "wiretruth.link_mtu is %u, but an MTU lies between %d and %d; the link MTU is found out from the "
            "capture instead.",
            link_mtu, WT_MTU_MIN_V4, WT_LINK_MTU_MAX);
}

void wt_preferences_register(int proto)
{
    module_t *module = prefs_register_protocol(proto, preferences_changed);

    prefs_register_uint_preference(
        module, "link_mtu", "Link MTU",
        "Largest IP packet of the link at the capture point, in bytes; 0 to find out", 10, &link_mtu);
    wt_link_mtus_register(module);
    prefs_register_enum_preference(
        module, "capture_point", "Capture point",
        "Where the frames were recorded: on the host that sends the data, on the host that "
        "receives it, or between them",
        &capture_point, capture_points, FALSE);
    prefs_register_enum_preference(
        module, "layers", "Find headers",
        "From the bytes of the frame: fast, and the same in every pass. From Wireshark's dissection: also "
        "behind "
        "encapsulations that only Wireshark knows (802.11, Decode As), but a command that needs no tree then "
        "takes "
        "1.2 (Wireshark 4.0) to 1.7 (4.6) times as long",
        &layers, layer_sources, FALSE);
    prefs_register_bool_preference(
        module, "verify_checksums", "Verify checksums",
        "Compute the checksum of every packet that was captured in full. When off, checksums "
        "left for the NIC are still recognised, damaged packets are not",
        &verify_checksums);
    prefs_register_bool_preference(
        module, "artefacts", "Show artefacts of capturing",
        "Show and count what offloads make of the frames of the capturing host: super-frames, and checksums "
        "left for "
        "the NIC. They are true of the capture and not of the wire, and need no repair",
        &artefacts);
    prefs_register_bool_preference(module, "info", "Findings in the Info column",
                                   "Add the most severe finding of a frame that is no artefact of capturing "
                                   "to the column Info, where it is "
                                   "seen in every profile, and in flow graphs",
                                   &info);
}

/* The TCP dissector's own preference for connections whose handshake is not in the capture; -1 for none. */
static int tcp_default_scale(void)
{
    module_t *tcp = prefs_find_module("tcp");
    pref_t *preference = tcp ? prefs_find_preference(tcp, "default_window_scaling") : NULL;

    return preference ? prefs_get_enum_value(preference, pref_current) : -1;
}

struct wt_preferences wt_preferences_engine(void)
{
    const int scale = tcp_default_scale();

    return (struct wt_preferences){
        .has_default_scale = scale >= 0 && scale <= 14, /* RFC 7323 2.3 */
        .default_scale = (uint8_t)MAX(scale, 0),
        .link_mtu = link_mtu_possible() ? link_mtu : 0,
        .capture_point = (enum wt_capture_point)capture_point,
        .verify_checksums = verify_checksums,
    };
}

bool wt_preferences_dissection(void)
{
    return layers == LAYERS_DISSECTION;
}

bool wt_preferences_artefacts(void)
{
    return artefacts;
}

bool wt_preferences_info(void)
{
    return info;
}
