/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frames that a diagnosis rests on, and the filters that show them. */
#include "tables/story.h"

#include "blackhole_story.h"

/* A black hole, and the case that it makes. */
static const struct wt_case *play_case(struct talk *talk, gconstpointer version)
{
    const struct story story = {.size = 0};
    g_assert_true(play(talk, version, &story));
    return wt_engine_case(talk->engine, 0);
}

/* The frame that proves it, and the first sending of the segment, which that one repeats. */
static void test_frames(gconstpointer version)
{
    uint32_t frames[WT_STORY_FRAMES];
    struct talk talk;
    const struct wt_case *c = play_case(&talk, version);
    const unsigned count = wt_story_frames(talk.engine, c, frames);
    g_assert_cmpuint(count, >, 0);
    g_assert_cmpuint(count, <=, WT_STORY_FRAMES);
    bool proof = false;
    for (unsigned i = 0; i < count; i++) {
        g_assert_true(i == 0 || frames[i] > frames[i - 1]);
        proof |= frames[i] == c->proof_frame;
    }
    g_assert_true(proof);
    talk_close(&talk);
}

static void test_filters(gconstpointer version)
{
    struct talk talk;
    const struct wt_case *c = play_case(&talk, version);
    const bool v4 = talk.version == 4;
    g_autoptr(GString) all = g_string_new(NULL);
    g_autoptr(GString) told = g_string_new(NULL);
    wt_story_put_frames(all, talk.engine, c);
    g_assert_cmpstr(all->str, ==, "wiretruth.diagnosis == \"black_hole\"");
    wt_story_put(told, talk.engine, c);
    g_assert_true(g_str_has_prefix(told->str, "frame.number in {"));
    g_assert_nonnull(strstr(told->str, v4 ? "} || (tcp.flags.syn == 1 && ip.addr == "
                                          : "} || (tcp.flags.syn == 1 && ipv6.addr == "));
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("story/frames", test_frames);
    talk_add("story/filters", test_filters);
    return g_test_run();
}
