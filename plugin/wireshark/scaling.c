/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scaling: answers "what do the scaling factors -1 and -2 mean?". The TCP dissector shows them in
 * tcp.window_size_scalefactor: -1 where it saw no handshake, -2 where it saw one without the option.
 */
#include "compat.h"

#include "scaling.h"

static void window_text(GString *line, const struct wt_facts *facts, const struct wt_tcp *tcp)
{
    if (tcp->flags & WT_TCP_SYN)
        g_string_append_printf(line, "Window: %u bytes (never scaled in a SYN)", tcp->window);
    else if (facts->window_scale == WT_SCALE_NONE)
        g_string_append_printf(line, "Window: %u times an unknown power of two", tcp->window);
    else
        g_string_append_printf(line, "Window: %u << %d = %" PRIu32 " bytes%s", tcp->window,
                               facts->window_scale, (uint32_t)tcp->window << facts->window_scale,
                               facts->scale_assumed ? " (assumed)" : "");
}

void wt_scaling_window(const struct wt_facts *facts, const struct wt_tcp *tcp, char *text, size_t size)
{
    GString *line = g_string_new(NULL);

    window_text(line, facts, tcp);
    if (facts->has_flight)
        g_string_append_printf(line, "; %" PRIu32 " bytes in flight", facts->flight);
    g_strlcpy(text, line->str, size);
    g_string_free(line, TRUE);
}

static void offer_text(GString *text, const char *side, int offer)
{
    if (offer == WT_SCALE_NONE)
        g_string_append_printf(text, "%s did not offer it", side);
    else if (offer == WT_OFFER_UNSEEN)
        g_string_append_printf(text, "no SYN of %s seen", side);
    else
        g_string_append_printf(text, "%s offered %d", side, offer);
}

static void unknown_text(GString *text, const struct wt_facts *facts)
{
    if (facts->scale_assumed)
        g_string_append_printf(text, "; %d assumed, as the preference tcp.default_window_scaling says",
                               facts->window_scale);
    if (facts->scale_least)
        g_string_append_printf(text, "; at least %u, as acknowledged data prove", facts->scale_least);
    if (facts->scale_hint != WT_SCALE_NONE)
        g_string_append_printf(text, "; this host used %d in other connections", facts->scale_hint);
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

void wt_scaling_explain(const struct wt_facts *facts, char *text, size_t size)
{
    GString *line = g_string_new(NULL);

    if (is_off(facts))
        g_string_append(line, "off, which Wireshark shows as -2: ");
    else if (is_known(facts))
        g_string_append(line, "in force: ");
    else if (facts->scale_offer >= 0 && facts->scale_offer_peer == WT_OFFER_UNSEEN)
        g_string_append(line, "offered, no answer seen yet (Wireshark shows -1 until then): ");
    else
        g_string_append(line, "not known, which Wireshark shows as -1: ");
    offer_text(line, "this side", facts->scale_offer);
    g_string_append(line, ", ");
    offer_text(line, "the other", facts->scale_offer_peer);
    if (!is_off(facts) && !is_known(facts))
        unknown_text(line, facts);
    g_strlcpy(text, line->str, size);
    g_string_free(line, TRUE);
}
