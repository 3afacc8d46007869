/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin: entry points, and what happens with a frame.
 *
 * Wireshark calls a post-dissector again and again, in any order and often without a tree. Reading a frame is
 * done every time, as it costs little and depends on nothing but the bytes. The engine is asked to judge a
 * frame on its first visit only; then frames come strictly in order. What it found is shown on every visit.
 * Where there is one visit only, and nobody asks for anything, the frame is not looked at.
 */
#include "compat.h"

#include "demand.h"
#include "expert.h"
#include "frame.h"
#include "layers.h"
#include "link_mtus.h"
#include "preferences.h"
#include "present.h"
#include "table.h"

#include <wiretruth/engine.h>

WS_DLL_PUBLIC_DEF const char plugin_version[] = PLUGIN_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
WS_DLL_PUBLIC void plugin_register(void);

static const char short_name[] = "WireTruth";
static int proto_wiretruth;
static int tap_wiretruth;
static dissector_handle_t handle_wiretruth;
static struct wt_engine *engine;
static struct wt_preferences preferences; /* of the file at hand */
static bool keep_decided, frames_kept;
static bool enabled;  /* the user may disable the protocol, then the file is dissected anew */
static bool demanded; /* whether anybody can see what is said; settled where frames are not kept */

/* Called for every file opened, reloaded or dissected anew, after engine_stop() for the one before. */
static void engine_start(void)
{
    preferences = wt_preferences_engine();
    engine = wt_engine_new(&preferences);
    keep_decided = false;
    frames_kept = true;
    wt_demand_start(proto_wiretruth, tap_wiretruth);
    enabled = proto_is_protocol_enabled(find_protocol_by_id(proto_wiretruth));
    wt_layers_want(handle_wiretruth, enabled && wt_preferences_dissection());
}

static void engine_stop(void)
{
    wt_engine_free(engine);
    engine = NULL;
}

/* A single pass never comes back to a frame: then nothing needs to be kept about it. */
static void decide_keep(const packet_info *pinfo)
{
    if (keep_decided || pinfo->num < WT_FRAMES_KEPT_KNOWN_AT)
        return;
    keep_decided = true;
    frames_kept = wt_frames_kept(pinfo);
    if (!frames_kept)
        wt_engine_keep(engine, false);
}

static void read_frame(struct wt_record *record, packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree)
{
    if (wt_preferences_dissection() &&
        wt_layers_find(&record->frame, pinfo, tvb, tree, frames_kept, &record->reading.layers))
        wt_read(&record->frame, &record->reading);
    else
        wt_read_frame(&record->frame, &record->reading);
}

static void judge_frame(struct wt_record *record, packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree)
{
    read_frame(record, pinfo, tvb, tree);
    wt_verify(&record->frame, &record->reading, preferences.verify_checksums);
    if (pinfo->fd->visited)
        return;
    decide_keep(pinfo);
    record->frame.link_mtu = wt_link_mtus_of(pinfo);
    wt_engine_frame(engine, &record->frame, &record->reading);
}

static void record_fill(struct wt_record *record, packet_info *pinfo)
{
    record->pinfo = pinfo;
    record->engine = engine;
    record->facts = wt_engine_facts(engine, pinfo->num);
    record->findings = wt_engine_findings(engine, pinfo->num);
    record->relations = wt_engine_relations(engine, pinfo->num);
    record->missed = wt_frame_missed(pinfo, &record->frame, &record->reading);
    record->artefacts = wt_preferences_artefacts();
}

/* Nothing of this frame will be seen, and nothing is to be learnt from it: there is one visit only, or it was
 * judged before and nothing was found. */
static bool is_dull(const packet_info *pinfo)
{
    return !frames_kept || (pinfo->fd->visited && !wt_engine_findings(engine, pinfo->num));
}

/* Where frames are kept Wireshark shows the highest severity of all, so expert infos count without a demand
 * too. */
static bool is_shown(const packet_info *pinfo)
{
    return frames_kept && (keep_decided || pinfo->fd->visited);
}

/*
 * Wireshark withholds from statistics what is inside a quote of an ICMP error, and forgets that the quote has
 * ended if it was cut short. This frame is no quote.
 */
static void queue_for_tables(struct wt_record *record, packet_info *pinfo)
{
    const bool quote = pinfo->flags.in_error_pkt;

    pinfo->flags.in_error_pkt = false;
    tap_queue_packet(tap_wiretruth, pinfo, record);
    pinfo->flags.in_error_pkt = quote;
}

static int dissect_wiretruth(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    static struct wt_record whole; /* taps see it before the next frame comes */
    struct wt_record *record = &whole;

    (void)data;
    if (!enabled)
        return 0;
    if (frames_kept)
        demanded = wt_demand(pinfo, tree);
    if (!demanded && is_dull(pinfo))
        return (int)tvb_captured_length(tvb);
    if (!wt_frame_fill(&record->frame, pinfo, tvb))
        return 0;
    pinfo->current_proto = short_name; /* for expert infos; the caller puts back what was there */
    judge_frame(record, pinfo, tvb, tree);
    if (!demanded && !wt_engine_findings(engine, pinfo->num))
        return (int)tvb_captured_length(tvb);
    record_fill(record, pinfo);
    if (demanded || is_shown(pinfo))
        wt_present(record, tvb, pinfo, tree);
    if (have_tap_listener(tap_wiretruth))
        queue_for_tables(record, pinfo);
    return (int)tvb_captured_length(tvb);
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
    tap_wiretruth = register_tap("wiretruth");
    register_init_routine(engine_start);
    register_cleanup_routine(engine_stop);
    handle_wiretruth = create_dissector_handle(dissect_wiretruth, no_protocol);
    register_postdissector(handle_wiretruth);
}

static void proto_reg_handoff_wiretruth(void)
{
    wt_frame_handoff();
    wt_layers_handoff(proto_wiretruth);
    wt_table_register();
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
