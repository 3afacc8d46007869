/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin: entry points, and what is registered with Wireshark. What happens to a frame is in visit.c.
 */
#define WS_BUILD_DLL /* this file exports what Wireshark looks for in a plugin; all others import Wireshark's data */
#include "compat.h"

#include "expert.h"
#include "frame.h"
#include "layers.h"
#include "listener.h"
#include "preferences.h"
#include "present.h"
#include "program.h"
#include "report_window.h"
#include "statistic.h"
#include "visit.h"

WS_DLL_PUBLIC_DEF const char plugin_version[] = PLUGIN_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
WS_DLL_PUBLIC void plugin_register(void);

static const char short_name[] = "WireTruth";
static int proto_wiretruth;
static dissector_handle_t handle_wiretruth;

/* Called for every file opened, reloaded or dissected anew, after wt_visit_stop() for the one before. */
static void file_start(void)
{
    wt_visit_start(proto_wiretruth, handle_wiretruth);
}

/*
 * Wireshark counts each dissector of a protocol as one more layer of the packet, which costs as much as all
 * that is done for a frame nobody asks about. What judges a whole frame is no layer of it, so the dissector
 * is registered without its protocol: it names it, and asks whether it is enabled, by itself.
 */
static void proto_register_wiretruth(void)
{
    const int no_protocol = -1;

    proto_wiretruth = proto_register_protocol("Wire Truth", short_name, "wiretruth");
    wt_present_register(proto_wiretruth);
    wt_expert_register(proto_wiretruth);
    wt_preferences_register(proto_wiretruth);
    wt_listener_register();
    wt_program_register(proto_wiretruth);
    wt_report_window_register();
    register_init_routine(file_start);
    register_cleanup_routine(wt_visit_stop);
    handle_wiretruth = create_dissector_handle(wt_visit, no_protocol);
    register_postdissector(handle_wiretruth);
}

static void proto_reg_handoff_wiretruth(void)
{
    wt_frame_handoff();
    wt_layers_handoff(proto_wiretruth);
    wt_statistic_register();
}

void plugin_register(void)
{
    static proto_plugin plugin;

    plugin.register_protoinfo = proto_register_wiretruth;
    plugin.register_handoff = proto_reg_handoff_wiretruth;
    proto_register_plugin(&plugin);
}

#ifdef WT_HAVE_PLUGIN_DESCRIBE
WS_DLL_PUBLIC uint32_t plugin_describe(void);

uint32_t plugin_describe(void)
{
    return WS_PLUGIN_DESC_DISSECTOR | WS_PLUGIN_DESC_TAP_LISTENER;
}
#endif
