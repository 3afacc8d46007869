/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wireshark calls a post-dissector again and again, in any order and often without a tree. Reading a frame is
 * done every time, as it costs little and depends on nothing but the bytes. The engine judges a frame on its
 * first visit only; then frames come strictly in order. What it found is shown on every visit.
 */
#include "visit.h"

#include "batch.h"
#include "debug.h"
#include "frame.h"
#include "layers.h"
#include "link_mtus.h"
#include "listener.h"
#include "preferences.h"
#include "present.h"
#include "program.h"
#include "tables/names.h"

/* What is known of the file at hand. */
static struct {
    struct wt_engine *engine;
    struct wt_names *names; /* of its capture points */
    const char *name;       /* of the protocol */
    bool enabled;           /* the user may disable the protocol, then the file is dissected anew */
    bool verify;            /* checksums */
    bool tree;              /* headers are found in Wireshark's tree, which is there on the visit only */
    uint32_t last;          /* number of its latest frame */
    bool begun;             /* its first frame came, and with it the next two are known */
    bool comes_again;       /* the program may come back to any frame */
    enum wt_asker asker;
} file;

enum action {
    ACTION_NONE,
    ACTION_DEFER, /* judged later, together with others; tables are told then, if no other visit comes */
    ACTION_JUDGE, /* judged, then shown if that is wanted */
    ACTION_SHOW,
};

/* Whether what is known of a frame is to be shown, or told to tables, at this visit. */
static bool is_wanted(bool findings)
{
    switch (file.asker) {
    case WT_ASKER_NOBODY:
        break;
    case WT_ASKER_TABLES:
        return wt_listeners_want(findings);
    case WT_ASKER_SEVERITY:
        return findings;
    case WT_ASKER_ALL:
        return true;
    }
    return false;
}

/*
 * What happens to a frame on a visit:
 *
 *   who asks                     first visit, and       first visit, and       later visit
 *                                no other will come     others may come
 *   ------------------------------------------------------------------------------------------------
 *   nobody                       nothing                judged later           nothing
 *   tables that can wait         judged later, told     judged later           told  (1)
 *   Wireshark, for the severity  -                      judged, shown (2)      shown (2)
 *   all others                   judged, shown, told    judged, shown, told    shown, told
 *
 * (1) if they want frames without findings, or it has some; (2) its expert infos, if it has findings
 *
 * "Judged later" is with many frames at once: batch.h. A frame that cannot wait is judged at once, and the rest is
 * the same. "Told" means the tables; Wireshark runs its taps on later visits, or on the first where no other comes,
 * and what is told at another time it forgets.
 */
static enum action action_of(const packet_info *pinfo)
{
    if (pinfo->fd->visited)
        return is_wanted(wt_engine_findings(file.engine, pinfo->num)) ? ACTION_SHOW : ACTION_NONE;
    if (file.asker == WT_ASKER_NOBODY && !file.comes_again)
        return ACTION_NONE;
    return file.asker <= WT_ASKER_TABLES && !file.tree ? ACTION_DEFER : ACTION_JUDGE;
}

static void find_out(packet_info *pinfo, const proto_tree *tree)
{
    if (!file.begun) {
        file.comes_again = wt_program_comes_again(pinfo);
        wt_engine_keep(file.engine, file.comes_again);
        wt_debug("frame %u: the first one; %s", pinfo->num,
                 file.comes_again ? "others may be visited again" : "a single pass");
    }
    if (!file.begun || file.comes_again) /* in a single pass it is the same for all frames */
        file.asker = wt_preferences_info() ? WT_ASKER_ALL : wt_program_asker(pinfo, tree);
    file.begun = true;
}

static void fill(struct wt_visit *visit)
{
    const uint32_t number = visit->frame.number;

    visit->engine = file.engine;
    visit->names = file.names;
    visit->facts = wt_engine_facts(file.engine, number);
    visit->findings = wt_engine_findings(file.engine, number);
    visit->relations = wt_engine_relations(file.engine, number);
    visit->artefacts = wt_preferences_artefacts();
}

/* --- frames judged together --- */

static void judged_later(struct wt_visit *visit, unsigned ip_headers)
{
    if (file.comes_again || !is_wanted(wt_engine_findings(file.engine, visit->frame.number)))
        return;
    fill(visit);
    visit->missed = wt_missed(&visit->reading, ip_headers);
    wt_listeners_tell(visit);
}

static void learn_name(const struct wt_frame *frame, const packet_info *pinfo)
{
    if (frame->interface && wt_names_lack(file.names, frame->interface))
        wt_names_learn(file.names, frame->interface, wt_frame_point_name(frame, pinfo));
}

static bool defer(const struct wt_frame *frame, const packet_info *pinfo)
{
    return wt_batch_add(frame, wt_listeners_want_coverage() ? wt_frame_ip_headers(pinfo) : 0);
}

/* --- a frame at hand --- */

static void read(struct wt_visit *visit, packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree)
{
    if (file.tree &&
        wt_layers_find(&visit->frame, pinfo, tvb, tree, file.comes_again, &visit->reading.layers))
        wt_read(&visit->frame, &visit->reading);
    else
        wt_read_frame(&visit->frame, &visit->reading);
    wt_verify(&visit->frame, &visit->reading, file.verify);
}

/*
 * Wireshark withholds from statistics and from expert information what is inside a quote of an ICMP error,
 * and forgets that the quote has ended if it was cut short. This frame is no quote.
 */
static void show(struct wt_visit *visit, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const bool quote = pinfo->flags.in_error_pkt;

    fill(visit);
    visit->missed = wt_missed(&visit->reading, wt_frame_ip_headers(pinfo));
    pinfo->flags.in_error_pkt = false;
    pinfo->current_proto = file.name; /* for expert infos; the caller puts back what was there */
    if (file.asker >= WT_ASKER_SEVERITY)
        wt_present(visit, tvb, pinfo, tree);
    if (wt_preferences_info())
        wt_present_info(visit, pinfo);
    wt_listeners_queue(visit, pinfo);
    pinfo->flags.in_error_pkt = quote;
}

static int act(enum action action, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    static struct wt_visit visit; /* taps see it before the next frame comes */

    if (!wt_frame_fill(&visit.frame, pinfo, tvb))
        return 0;
    visit.frame.link_mtu = wt_link_mtus_of(pinfo);
    learn_name(&visit.frame, pinfo);
    if (action == ACTION_DEFER && defer(&visit.frame, pinfo))
        return (int)tvb_captured_length(tvb);
    wt_batch_judge();
    read(&visit, pinfo, tvb, tree);
    if (action != ACTION_SHOW)
        wt_engine_frame(file.engine, &visit.frame, &visit.reading);
    if (is_wanted(wt_engine_findings(file.engine, pinfo->num)))
        show(&visit, tvb, pinfo, tree);
    return (int)tvb_captured_length(tvb);
}

int wt_visit(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    enum action action;

    (void)data;
    if (!file.enabled)
        return 0;
    find_out(pinfo, tree);
    file.last = MAX(file.last, pinfo->num);
    if (pinfo->fd->visited)
        wt_batch_judge();
    action = action_of(pinfo);
    return action == ACTION_NONE ? (int)tvb_captured_length(tvb) : act(action, tvb, pinfo, tree);
}

void wt_visit_start(int proto, dissector_handle_t handle)
{
    const struct wt_preferences preferences = wt_preferences_engine();

    file.engine = wt_engine_new(&preferences);
    wt_debug_engine(file.engine);
    file.names = wt_names_new();
    file.enabled = proto_is_protocol_enabled(find_protocol_by_id(proto));
    file.verify = preferences.verify_checksums;
    file.tree = wt_preferences_dissection();
    file.begun = false;
    file.last = 0;
    file.name = proto_get_protocol_short_name(find_protocol_by_id(proto));
    wt_program_start();
    wt_layers_want(handle, file.enabled && file.tree);
    wt_batch_start(file.engine, file.verify, judged_later);
}

void wt_visit_stop(void)
{
    wt_batch_judge();
    wt_listeners_forget();
    wt_engine_free(file.engine);
    file.engine = NULL;
    wt_names_free(file.names);
    file.names = NULL;
}

struct wt_engine *wt_visit_engine(void)
{
    wt_batch_judge();
    return file.engine;
}

void wt_visit_tell_all(struct wt_table *table)
{
    struct wt_visit visit = {0};

    if (!wt_visit_engine())
        return;
    for (uint32_t number = 1; number <= file.last; number++) {
        if (number > 1 && !wt_engine_findings(file.engine, number))
            continue;
        visit.frame.number = number;
        fill(&visit);
        wt_table_frame(table, &visit);
    }
}
