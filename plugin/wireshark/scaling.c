/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scaling: answers "what do the scaling factors -1 and -2 mean?". The TCP dissector shows them in
 * tcp.window_size_scalefactor: -1 where it saw no handshake, -2 where it saw one without the option.
 */
#include "scaling.h"

static void add_window(struct wt_line *line, const struct wt_facts *facts, const struct wt_tcp *tcp)
{
    wt_line_number(line, "Window: ", tcp->window, "");
    if (tcp->flags & WT_TCP_SYN) {
        wt_line_add(line, " bytes (never scaled in a SYN)");
    } else if (facts->window_scale == WT_SCALE_NONE) {
        wt_line_add(line, " times an unknown power of two");
    } else {
        wt_line_number(line, " << ", facts->window_scale, " = ");
        wt_line_number(line, "", (int64_t)tcp->window << facts->window_scale,
                       facts->scale_assumed ? " bytes (assumed)" : " bytes");
    }
}

void wt_scaling_window(const struct wt_facts *facts, const struct wt_tcp *tcp, struct wt_line *line)
{
    wt_line_begin(line);
    add_window(line, facts, tcp);
    if (facts->has_flight)
        wt_line_number(line, "; ", facts->flight, " bytes in flight");
}

static void add_offer(struct wt_line *line, const char *side, int offer)
{
    if (offer == WT_OFFER_UNSEEN)
        wt_line_add(line, "no SYN of ");
    wt_line_add(line, side);
    if (offer == WT_OFFER_UNSEEN)
        wt_line_add(line, " seen");
    else if (offer == WT_SCALE_NONE)
        wt_line_add(line, " did not offer it");
    else
        wt_line_number(line, " offered ", offer, "");
}

static void add_clues(struct wt_line *line, const struct wt_facts *facts)
{
    if (facts->scale_assumed)
        wt_line_number(line, "; ", facts->window_scale,
                       " assumed, as the preference tcp.default_window_scaling says");
    if (facts->scale_least)
        wt_line_number(line, "; at least ", facts->scale_least, ", as acknowledged data prove");
    if (facts->scale_hint != WT_SCALE_NONE)
        wt_line_number(line, "; this host used ", facts->scale_hint, " in other connections");
}

/* Whether it is known that one side does not scale, which stops the other. */
static bool is_off(const struct wt_facts *facts)
{
    return facts->scale_offer == WT_SCALE_NONE || facts->scale_offer_peer == WT_SCALE_NONE;
}

static bool is_known(const struct wt_facts *facts)
{
    return facts->window_scale != WT_SCALE_NONE && !facts->scale_assumed;
}

void wt_scaling_explain(const struct wt_facts *facts, struct wt_line *line)
{
    wt_line_begin(line);
    if (is_off(facts))
        wt_line_add(line, "off, which Wireshark shows as -2: ");
    else if (is_known(facts))
        wt_line_add(line, "in force: ");
    else if (facts->scale_offer >= 0 && facts->scale_offer_peer == WT_OFFER_UNSEEN)
        wt_line_add(line, "offered, no answer seen yet (Wireshark shows -1 until then): ");
    else
        wt_line_add(line, "not known, which Wireshark shows as -1: ");
    add_offer(line, "this side", facts->scale_offer);
    wt_line_add(line, ", ");
    add_offer(line, "the other", facts->scale_offer_peer);
    if (!is_off(facts) && !is_known(facts))
        add_clues(line, facts);
}
