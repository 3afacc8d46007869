/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin: entry points, and what happens with a frame.
 *
 * Wireshark calls a post-dissector again and again, in any order and often without a tree. Reading a frame is
 * done every time, as it costs little and depends on nothing but the bytes. The engine is asked to judge a
 * frame on its first visit only; then frames come strictly in order. What it found is shown on every visit.
 * Where there is one visit only, and nobody asks for anything, the frame is not looked at. Where nobody asks
 * before later frames have come, frames are put aside and judged together.
 */
#define WS_BUILD_DLL /* this file exports what Wireshark looks for in a plugin; all others import Wireshark's data */
#include "compat.h"

#include "batch.h"
#include "demand.h"
#include "expert.h"
#include "frame.h"
#include "layers.h"
#include "link_mtus.h"
#include "listener.h"
#include "preferences.h"
#include "present.h"
#include "table.h"
#include "table_text.h"

#include <wiretruth/engine.h>

WS_DLL_PUBLIC_DEF const char plugin_version[] = PLUGIN_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
WS_DLL_PUBLIC void plugin_register(void);

enum {
    READ_AHEAD = 8 /* frames: by then memory has answered */
};

static const char short_name[] = "WireTruth";
static int proto_wiretruth;
static int tap_wiretruth;
static dissector_handle_t handle_wiretruth;
static struct wt_engine *engine;
static struct wt_preferences preferences; /* of the file at hand */
static bool in_tshark;
static bool keep_decided, frames_kept;
static bool enabled;          /* the user may disable the protocol, then the file is dissected anew */
static enum wt_demand demand; /* who can see what is said; settled where frames are not kept */

/* A single pass never comes back to a frame: then nothing needs to be kept about it. */
static void decide_keep(const packet_info *pinfo)
{
    if (keep_decided || (!pinfo->fd->visited && pinfo->num < WT_FRAMES_KEPT_KNOWN_AT))
        return;
    keep_decided = true;
    frames_kept = pinfo->fd->visited || wt_frames_kept(pinfo);
    if (!frames_kept)
        wt_engine_keep(engine, false);
}

static void record_find(struct wt_record *record, uint32_t number)
{
    record->engine = engine;
    record->facts = wt_engine_facts(engine, number);
    record->findings = wt_engine_findings(engine, number);
    record->relations = wt_engine_relations(engine, number);
    record->artefacts = wt_preferences_artefacts();
}

/* --- frames that were put aside --- */

/*
 * Whether this frame can wait. Only in tshark: Wireshark shows the highest severity of all frames as soon as
 * it has read them, and calls nobody then. A large frame is judged at once, but not before it is known
 * whether tables are to hear of it.
 */
static bool can_wait(const packet_info *pinfo, int length)
{
    return in_tshark && demand != WT_DEMAND_NOW && !pinfo->fd->visited && !wt_preferences_dissection() &&
           (length <= WT_BATCH_LONGEST || !keep_decided);
}

/* Tables hear of a frame in the pass in which Wireshark runs its taps: of two the second one. */
static void tell_waiting(struct wt_record *record, unsigned ip_headers)
{
    const uint32_t number = record->frame.number;

    if (keep_decided && frames_kept)
        return;
    if (!wt_listeners_want_all() && !wt_engine_findings(engine, number))
        return;
    record_find(record, number);
    record->missed = wt_frame_missed_of(&record->reading, ip_headers);
    wt_listeners_tell(record);
}

/* Reads the next of the frames put aside, and has the processor fetch what the engine will look at. */
static unsigned read_waiting(struct wt_record *records, unsigned *ip_headers)
{
    const struct wt_waiting *waiting = NULL;
    unsigned count = 0;

    while (count < READ_AHEAD && (waiting = wt_batch_take())) {
        ip_headers[count] = waiting->ip_headers;
        struct wt_record *record = &records[count++];
        record->frame = waiting->frame;
        wt_read_frame(&record->frame, &record->reading);
        wt_engine_expect(engine, &record->frame, &record->reading);
        wt_verify(&record->frame, &record->reading, preferences.verify_checksums);
    }
    return count;
}

static void judge_waiting(void)
{
    static struct wt_record records[READ_AHEAD];
    unsigned ip_headers[READ_AHEAD], count = 0;

    while ((count = read_waiting(records, ip_headers)) > 0)
        for (unsigned i = 0; i < count; i++) {
            wt_engine_frame(engine, &records[i].frame, &records[i].reading);
            tell_waiting(&records[i], ip_headers[i]);
        }
}

static struct wt_waiting *make_room(uint32_t captured)
{
    struct wt_waiting *place = wt_batch_place(captured);

    if (place)
        return place;
    judge_waiting();
    return wt_batch_place(captured);
}

static bool put_aside(const packet_info *pinfo, tvbuff_t *tvb)
{
    struct wt_waiting *place = make_room(tvb_captured_length(tvb));

    if (!place || !wt_frame_fill(&place->frame, pinfo, tvb))
        return false;
    place->frame.link_mtu = wt_link_mtus_of(pinfo);
    place->ip_headers = wt_listeners_want_coverage() ? wt_frame_ip_headers(pinfo) : 0;
    wt_batch_add(place);
    return true;
}

/* --- a frame at hand --- */

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
    record->frame.link_mtu = wt_link_mtus_of(pinfo);
    wt_engine_frame(engine, &record->frame, &record->reading);
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
    return demand == WT_DEMAND_NOW || (frames_kept && (keep_decided || pinfo->fd->visited));
}

static void queue_for_tables(struct wt_record *record, packet_info *pinfo)
{
    if (have_tap_listener(tap_wiretruth))
        tap_queue_packet(tap_wiretruth, pinfo, record);
    wt_listeners_queue(record, pinfo);
}

/*
 * Wireshark withholds from statistics and from expert information what is inside a quote of an ICMP error,
 * and forgets that the quote has ended if it was cut short. This frame is no quote.
 */
static void tell(struct wt_record *record, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const bool quote = pinfo->flags.in_error_pkt;

    pinfo->flags.in_error_pkt = false;
    if (is_shown(pinfo))
        wt_present(record, tvb, pinfo, tree);
    queue_for_tables(record, pinfo);
    pinfo->flags.in_error_pkt = quote;
}

static void show_frame(struct wt_record *record, packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree)
{
    judge_frame(record, pinfo, tvb, tree);
    if (!demand && !wt_engine_findings(engine, pinfo->num))
        return;
    record_find(record, pinfo->num);
    record->pinfo = pinfo;
    record->missed = wt_frame_missed(pinfo, &record->frame, &record->reading);
    tell(record, tvb, pinfo, tree);
}

static int dissect_wiretruth(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    static struct wt_record record; /* taps see it before the next frame comes */
    const int length = (int)tvb_captured_length(tvb);

    (void)data;
    if (!enabled)
        return 0;
    if (frames_kept)
        demand = wt_demand(pinfo, tree);
    decide_keep(pinfo);
    if (pinfo->fd->visited)
        judge_waiting();
    if (!demand && is_dull(pinfo))
        return length;
    if (can_wait(pinfo, length) && put_aside(pinfo, tvb))
        return length;
    if (!wt_frame_fill(&record.frame, pinfo, tvb))
        return 0;
    judge_waiting();
    pinfo->current_proto = short_name; /* for expert infos; the caller puts back what was there */
    show_frame(&record, pinfo, tvb, tree);
    return length;
}

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
    judge_waiting();
    wt_listeners_forget();
    wt_engine_free(engine);
    engine = NULL;
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
    wt_listener_register(judge_waiting);
    in_tshark = wt_table_text_wanted();
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
