/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "story.h"

#include <stdlib.h>
#include <wiretruth/engine.h>

void wt_story_put_frames(GString *out, const struct wt_engine *engine, const struct wt_case *c)
{
    (void)engine;
    if (c->id == WT_DIAGNOSIS_UNEXPLAINED)
        g_string_append(out, "wiretruth.symptom");
    else
        g_string_append_printf(out, "wiretruth.diagnosis == \"%s\"", wt_diagnosis_table[c->id].name);
}

/* The SYNs between the two ends, where both are known. */
static void put_handshakes(GString *out, const struct wt_case *c)
{
    static const struct wt_address nobody;
    char culprit[WT_ADDRESS_TEXT], other[WT_ADDRESS_TEXT];

    if (wt_address_equal(&c->culprit, &nobody) || wt_address_equal(&c->other, &nobody))
        return;
    const char *field = wt_address_is_v4(&c->culprit) ? "ip.addr" : "ipv6.addr";
    wt_address_text(&c->culprit, culprit);
    wt_address_text(&c->other, other);
    g_string_append_printf(out, " || (tcp.flags.syn == 1 && %s == %s && %s == %s)", field, culprit, field,
                           other);
}

static gint frame_compare(gconstpointer a, gconstpointer b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static unsigned add_frame(uint32_t *frames, unsigned count, uint32_t number)
{
    for (unsigned i = 0; i < count; i++)
        if (frames[i] == number)
            return count;
    if (number == 0 || count == WT_STORY_FRAMES)
        return count;
    frames[count] = number;
    return count + 1;
}

unsigned wt_story_frames(const struct wt_engine *engine, const struct wt_case *c, uint32_t *frames)
{
    unsigned count = add_frame(frames, 0, c->first_frame);

    for (unsigned i = 0; i < c->evidences; i++) {
        count = add_frame(frames, count, c->evidence[i]);
        const struct wt_relation *relation = wt_engine_relations(engine, c->evidence[i]);
        for (; relation; relation = relation->next)
            if (relation->kind != WT_RELATION_TWIN)
                count = add_frame(frames, count, relation->frame);
    }
    qsort(frames, count, sizeof *frames, frame_compare);
    return count;
}

void wt_story_put(GString *out, const struct wt_engine *engine, const struct wt_case *c)
{
    uint32_t frames[WT_STORY_FRAMES];
    const unsigned count = wt_story_frames(engine, c, frames);

    g_string_append(out, "frame.number in {");
    for (unsigned i = 0; i < count; i++)
        g_string_append_printf(out, "%s%u", i ? ", " : "", frames[i]);
    if (c->id == WT_DIAGNOSIS_UNEXPLAINED && c->last_frame > c->first_frame)
        g_string_append_printf(out, "..%u", c->last_frame);
    g_string_append(out, "}");
    put_handshakes(out, c);
}
