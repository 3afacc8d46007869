/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context.h"
#include "detector.h"
#include "engine/state/handshake.h"
#include "engine/state/history.h"
#include "engine/state/record.h"
#include "engine/state/stranger.h"

#define WT_DETECTOR(name) extern const struct wt_detector wt_##name##_detector;
#include "detector_table.h"
#undef WT_DETECTOR

static const struct wt_detector *const detectors[] = {
#define WT_DETECTOR(name) &wt_##name##_detector,
#include "detector_table.h"
#undef WT_DETECTOR
};

_Static_assert(G_N_ELEMENTS(detectors) <= WT_DETECTORS_MAX, "room for all");

static void hooks_add(struct wt_hooks *hooks, wt_hook *hook)
{
    unsigned count = 0;
    while (hooks->at[count])
        count++;
    hooks->at[count] = hook;
}

static void hooks_run(const struct wt_hooks *hooks, struct wt_context *context)
{
    for (wt_hook *const *at = hooks->at; *at; at++)
        (*at)(context);
}

static void engine_add_hear(struct wt_engine *engine, wt_hook_hear *hear)
{
    unsigned count = 0;
    while (engine->hear[count])
        count++;
    engine->hear[count] = hear;
}

static void engine_add_is_copy(struct wt_engine *engine, wt_hook_is_copy *is_copy)
{
    unsigned count = 0;
    while (engine->is_copy[count])
        count++;
    engine->is_copy[count] = is_copy;
}

static void engine_add(struct wt_engine *engine, const struct wt_detector *detector)
{
    hooks_add(&engine->handshake, detector->handshake);
    hooks_add(&engine->learn, detector->learn);
    hooks_add(&engine->judge, detector->judge);
    hooks_add(&engine->remember, detector->remember);
    hooks_add(&engine->measure, detector->measure);
    hooks_add(&engine->frame, detector->frame);
    engine_add_hear(engine, detector->hear);
    engine_add_is_copy(engine, detector->is_copy);
    if (detector->create)
        engine->kept[detector->keeper] = detector->create();
}

struct wt_engine *wt_engine_new(const struct wt_preferences *preferences)
{
    struct wt_engine *engine = g_new0(struct wt_engine, 1);
    engine->preferences = *preferences;
    engine->links = wt_links_new();
    engine->hosts = wt_hosts_new();
    engine->paths = wt_paths_new();
    engine->flows = wt_flows_new();
    engine->strangers = wt_strangers_new();
    engine->history = wt_history_new();
    engine->records = wt_records_new();
    for (size_t i = 0; i < G_N_ELEMENTS(detectors); i++)
        engine_add(engine, detectors[i]);
    return engine;
}

void wt_engine_free(struct wt_engine *engine)
{
    if (!engine)
        return;
    wt_map_free(engine->links);
    wt_map_free(engine->hosts);
    wt_map_free(engine->paths);
    wt_map_free(engine->flows);
    wt_map_free(engine->strangers);
    wt_history_free(engine->history);
    wt_records_free(engine->records);
    for (size_t i = 0; i < G_N_ELEMENTS(detectors); i++)
        if (detectors[i]->free)
            detectors[i]->free(engine->kept[detectors[i]->keeper]);
    g_free(engine);
}

void wt_engine_keep(struct wt_engine *engine, bool keep)
{
    wt_records_keep(engine->records, keep);
}

void wt_engine_log(struct wt_engine *engine, wt_engine_log_function *log, void *data)
{
    engine->log = log;
    engine->log_data = data;
}

static bool engine_has_flow(const struct wt_packet *packet)
{
    return packet->has_l4 && (packet->proto == WT_PROTO_TCP || packet->proto == WT_PROTO_UDP ||
                              packet->proto == WT_PROTO_UDPLITE || packet->proto == WT_PROTO_SCTP);
}

/* A packet after which nothing more may come: the state of a scan's addresses is not worth keeping. */
static bool engine_is_fleeting(const struct wt_packet *packet)
{
    const uint16_t flags = packet->tcp.flags;
    bool opens = (flags & WT_TCP_SYN) && !(flags & WT_TCP_ACK);
    return packet->proto == WT_PROTO_TCP && packet->payload_len == 0 && (opens || flags & WT_TCP_RST);
}

static void engine_resolve_hosts(struct wt_context *context, struct wt_handle *src, struct wt_handle *dst,
                                 bool fleeting)
{
    struct wt_map *hosts = context->engine->hosts;
    const struct wt_packet *packet = context->packet;
    context->src = wt_map_recalled(hosts, src);
    context->dst = wt_map_recalled(hosts, dst);
    if (!context->src) {
        const struct wt_host_key key = wt_host_key(context->frame->interface, &packet->src);
        context->src = wt_map_recall(hosts, src, &key);
    }
    if (!context->dst) {
        const struct wt_host_key key = wt_host_key(context->frame->interface, &packet->dst);
        context->dst = fleeting ? wt_map_recall_known(hosts, dst, &key) : wt_map_recall(hosts, dst, &key);
    }
    if (context->dst)
        return;
    context->engine->nobody = (struct wt_host){.intact = 0};
    context->dst = &context->engine->nobody;
}

static void engine_resolve_path(struct wt_context *context, struct wt_handle *path, bool fleeting)
{
    struct wt_map *paths = context->engine->paths;
    const struct wt_packet *packet = context->packet;
    context->path = wt_map_recalled(paths, path);
    if (context->path)
        return;
    const struct wt_path_key key = wt_path_key(context->frame->interface, &packet->src, &packet->dst);
    context->path = fleeting ? wt_map_recall_known(paths, path, &key) : wt_map_recall(paths, path, &key);
    if (context->path)
        return;
    context->engine->nothing = (struct wt_path){.mtu = 0};
    context->path = &context->engine->nothing;
}

/* Finds the state that concerns the packet. A flow remembers its hosts and paths, which saves looking them
 * up. */
static void engine_resolve(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    struct wt_handle none[3] = {{0, 0}};
    struct wt_handle *src = &none[0], *dst = &none[1], *path = &none[2];
    bool fleeting = false;
    if (engine_has_flow(packet)) {
        context->flow = wt_flow_of(context->engine->flows, context->engine->recent, context->frame->interface,
                                   packet, &context->sender);
        context->side = &context->flow->side[context->sender];
        context->peer = &context->flow->side[!context->sender];
        context->tcp = packet->proto == WT_PROTO_TCP;
        src = &wt_context_side(context)->host;
        dst = &wt_context_peer(context)->host;
        path = &wt_context_side(context)->path;
        fleeting = engine_is_fleeting(packet);
    }
    engine_resolve_hosts(context, src, dst, fleeting);
    engine_resolve_path(context, path, fleeting);
}

static void engine_judge(struct wt_context *context)
{
    const struct wt_engine *engine = context->engine;
    engine_resolve(context);
    bool tcp = wt_context_is_tcp(context);
    if (tcp) {
        wt_flow_handshake(context->flow, context->engine->strangers, context->sender, context->packet,
                          context->frame->time);
        hooks_run(&engine->handshake, context);
    }
    hooks_run(&engine->learn, context);
    hooks_run(&engine->judge, context);
    hooks_run(&engine->remember, context);
    if (tcp)
        wt_flow_advance(context->flow, context->sender, context->packet);
    hooks_run(&engine->measure, context);
}

/* The link of the last frame is the newest one, so it is never given up while it is remembered here. */
static struct wt_link *engine_link(struct wt_engine *engine, const struct wt_frame *frame)
{
    if (!engine->link || engine->link->key.interface != frame->interface)
        engine->link = wt_link_of(engine->links, frame, engine->preferences.link_mtu);
    return engine->link;
}

/* Who opens a connection is looked up, and the connection then remembers it, so that the answer needs no more
 * than the way back: see engine_resolve(). */
static void engine_expect_ends(const struct wt_engine *engine, uint32_t interface,
                               const struct wt_packet *packet)
{
    const struct wt_path_key path = wt_path_key(interface, &packet->src, &packet->dst);
    wt_map_expect(engine->paths, &path);
    if (packet->tcp.flags & WT_TCP_ACK)
        return;
    const struct wt_host_key src = wt_host_key(interface, &packet->src);
    const struct wt_host_key dst = wt_host_key(interface, &packet->dst);
    wt_map_expect(engine->hosts, &src);
    wt_map_expect(engine->hosts, &dst);
}

void wt_engine_expect(const struct wt_engine *engine, const struct wt_frame *frame,
                      const struct wt_reading *reading)
{
    const struct wt_packet *innermost = reading->packets ? &reading->packet[reading->packets - 1] : NULL;
    if (!wt_map_is_far(engine->flows) || !innermost || !engine_has_flow(innermost))
        return;
    wt_flow_expect(engine->flows, frame->interface, innermost);
    if (innermost->proto == WT_PROTO_TCP && innermost->tcp.flags & WT_TCP_SYN) {
        engine_expect_ends(engine, frame->interface, innermost);
        for (size_t i = 0; i < G_N_ELEMENTS(detectors); i++)
            if (detectors[i]->expect)
                detectors[i]->expect(engine->kept[detectors[i]->keeper], innermost);
    }
}

/* Whether the frame's innermost packet was seen before. */
static bool engine_is_copy(struct wt_context *context)
{
    context->packet = &context->reading->packet[context->reading->packets - 1];
    context->innermost = true;
    for (wt_hook_is_copy *const *at = context->engine->is_copy; *at; at++)
        if ((*at)(context))
            return true;
    return false;
}

void wt_engine_frame(struct wt_engine *engine, const struct wt_frame *frame, const struct wt_reading *reading)
{
    struct wt_facts *facts = wt_records_begin(engine->records, frame->number);
    if (reading->announcement.kind != WT_ANNOUNCEMENT_NONE)
        wt_link_announced(engine_link(engine, frame), reading);
    if (reading->packets == 0)
        return;
    facts->ip = true;
    facts->l3_len = reading->packet[0].l3_len;
    facts->wire_frames = 1;
    facts->wire_len = frame->length;
    facts->window_scale = WT_SCALE_NONE;
    struct wt_context context = {.engine = engine, .frame = frame, .reading = reading, .facts = facts};
    context.link = engine_link(engine, frame);
    if (engine_is_copy(&context)) {
        wt_log(&context, "a copy of a packet seen before: nothing else is asked about it");
        return;
    }
    for (unsigned i = 0; i < reading->packets; i++) {
        context.packet = &reading->packet[i];
        context.innermost = i + 1 == reading->packets;
        context.flow = NULL;
        context.side = context.peer = NULL;
        context.tcp = false;
        engine_judge(&context);
    }
    hooks_run(&engine->frame, &context);
    wt_records_trim(engine->records);
}

const struct wt_facts *wt_engine_facts(struct wt_engine *engine, uint32_t number)
{
    return wt_records_facts(engine->records, number);
}

const struct wt_finding *wt_engine_findings(const struct wt_engine *engine, uint32_t number)
{
    return wt_records_findings(engine->records, number);
}

const struct wt_relation *wt_engine_relations(const struct wt_engine *engine, uint32_t number)
{
    return wt_records_relations(engine->records, number);
}
