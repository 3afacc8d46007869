/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <string.h>
#include <wiretruth/diagnosis.h>
#include <wiretruth/point.h>

#include "engine/checksum/sums.h"
#include "engine/context.h"
#include "engine/window/windows.h"

enum {
    FINDINGS_MAX = 16, /* a frame */
    LINKS_MAX = 16,    /* a frame, of each kind */
    TWINS_MAX = 512,
    TEXT_MAX = 600,
    SHIFT_MAX = 14,
    MTU_MIN = 68,
    ENTRIES_MAX = 4 * (WT_PACKETS_MAX + WT_QUOTES_MAX), /* that one frame may add to a table */
};

struct check {
    struct wt_engine *keeping, *passing;
    clock_t begun;
    uint32_t frames;
    bool forgot;
};

static unsigned long frames_judged;

static void check_report(void)
{
    fprintf(stderr, "frames judged: %lu\n", frames_judged);
}

struct wt_preferences check_preferences(uint8_t byte)
{
    return (struct wt_preferences){
        .link_mtu = byte & 0x01 ? 1500 : 0,
        .capture_point = (enum wt_capture_point)((byte >> 1) % (WT_POINT_BETWEEN + 1)),
        .verify_checksums = true,
        .has_default_scale = byte & 0x20,
        .default_scale = 7,
    };
}

struct check *check_open(const struct wt_preferences *preferences)
{
    static bool reports = false;
    if (!reports)
        (void)atexit(check_report);
    reports = true;
    struct check *check = g_new0(struct check, 1);
    check->begun = clock();
    check->keeping = wt_engine_new(preferences);
    check->passing = wt_engine_new(preferences);
    wt_engine_keep(check->passing, false);
    return check;
}

uint32_t check_frames(const struct check *check)
{
    return check->frames;
}

void check_forget(struct check *check)
{
    wt_engine_keep(check->keeping, false);
    check->forgot = true;
}

static void check_facts(const struct wt_facts *facts)
{
    if (!facts || !facts->ip)
        return;
    CHECK(!facts->copy || facts->wire_frames == 0); /* 0 too where nothing tells yet how a datagram is cut */
    CHECK(facts->copy || facts->link_mtu >= MTU_MIN);
    CHECK((facts->wire_frames == 0) == (facts->wire_len == 0));
    CHECK((facts->segment_size == 0) == (facts->segment_last == 0));
    CHECK(facts->segment_last <= facts->segment_size);
    CHECK(facts->segment_size <= facts->l3_len);
    CHECK(facts->wire_frames <= 1 || facts->segment_size > 0);
    CHECK(facts->wire_frames <= facts->l3_len || facts->l3_len == 0);
    CHECK(facts->path_mtu == 0 || facts->path_mtu >= MTU_MIN);
    CHECK(facts->window_scale >= WT_SCALE_NONE && facts->window_scale <= SHIFT_MAX);
    CHECK(facts->scale_hint >= WT_SCALE_NONE && facts->scale_hint <= SHIFT_MAX);
    CHECK(facts->scale_least <= SHIFT_MAX);
    CHECK((unsigned)facts->direction <= WT_DIRECTION_RECEIVED);
    CHECK((unsigned)facts->direction_source <= WT_DIRECTION_SOURCE_LEARNT);
    CHECK((unsigned)facts->link_mtu_source <= WT_MTU_DEFAULT);
}

static void check_finding(const struct wt_engine *engine, const struct wt_finding *finding)
{
    char text[TEXT_MAX];
    CHECK((unsigned)finding->id < WT_FINDINGS);
    CHECK(finding->severity <= wt_finding_table[finding->id].severity);
    CHECK(finding->shown || finding->counted);
    for (unsigned i = 0; i < WT_VALUES; i++)
        CHECK(finding->value[i] <= INT64_MAX); /* nothing negative: time may run back */
    wt_finding_text(finding, text, sizeof text);
    CHECK(*text && !strchr(text, '$') && strlen(text) < sizeof text - 1);
    CHECK(finding->supports == 0 || wt_engine_case(engine, finding->supports - 1));
    CHECK(finding->supports_too == 0 || wt_engine_case(engine, finding->supports_too - 1));
}

static void check_findings(const struct wt_engine *engine, uint32_t number)
{
    unsigned count = 0;
    for (const struct wt_finding *f = wt_engine_findings(engine, number); f; f = f->next, count++)
        check_finding(engine, f);
    CHECK(count <= FINDINGS_MAX);
}

static void check_relations(const struct wt_engine *engine, uint32_t number, uint32_t frames)
{
    unsigned count[WT_RELATION_TWIN + 1] = {0};
    for (const struct wt_relation *r = wt_engine_relations(engine, number); r; r = r->next) {
        CHECK((unsigned)r->kind <= WT_RELATION_TWIN);
        CHECK(r->frame > 0 && r->frame <= frames);
        CHECK(r->changes < 1U << WT_CHANGES);
        CHECK(++count[r->kind] <= (r->kind == WT_RELATION_TWIN ? TWINS_MAX : LINKS_MAX));
    }
}

/* One pass and two passes: what is counted in a frame is known when the frame is given. */
static void check_same(const struct check *check, uint32_t number)
{
    const struct wt_facts *a = wt_engine_facts(check->keeping, number);
    const struct wt_facts *b = wt_engine_facts(check->passing, number);
    CHECK(!a || (b && memcmp(a, b, sizeof *a) == 0));
    const struct wt_finding *f = wt_engine_findings(check->keeping, number);
    const struct wt_finding *g = wt_engine_findings(check->passing, number);
    for (; f && g; f = f->next, g = g->next)
        CHECK(f->id == g->id && f->severity == g->severity && f->shown == g->shown &&
              f->counted == g->counted && memcmp(f->value, g->value, sizeof f->value) == 0);
    CHECK(!f && !g);
    const struct wt_relation *r = wt_engine_relations(check->keeping, number);
    const struct wt_relation *s = wt_engine_relations(check->passing, number);
    for (; r && s; r = r->next, s = s->next)
        CHECK(r->kind == s->kind && r->frame == s->frame && r->delay == s->delay);
    CHECK(!r && !s);
}

/* What is kept of an earlier frame is what was judged, beside findings that came later. */
static void check_kept(const struct check *check, uint32_t number, struct wt_facts *judged)
{
    const struct wt_facts *kept = wt_engine_facts(check->keeping, number);
    CHECK(judged->ip == (kept != NULL));
    if (!kept)
        return;
    judged->noted = kept->noted;
    CHECK(memcmp(kept, judged, sizeof *judged) == 0);
}

void check_frame(struct check *check, const struct wt_frame *frame, const struct wt_reading *reading)
{
    const uint32_t before = check->frames;
    struct wt_facts judged;
    memcpy(&judged, wt_engine_facts(check->passing, before), sizeof judged); /* padding too */
    frames_judged++;
    check->frames = frame->number;
    wt_engine_frame(check->keeping, frame, reading);
    wt_engine_expect(check->passing, frame, reading); /* of the other one not, and that makes no difference */
    wt_engine_frame(check->passing, frame, reading);
    if (frame->number > before && !check->forgot)
        check_kept(check, before, &judged);
    check_facts(wt_engine_facts(check->keeping, frame->number));
    check_findings(check->keeping, frame->number);
    check_same(check, frame->number);
}

/* --- at the end --- */

static void check_table(struct wt_map *table, uint32_t frames)
{
    uint32_t count = 0;
    const struct wt_entry *last = NULL;
    for (const struct wt_entry *entry = wt_map_oldest(table); entry; entry = entry->newer, count++) {
        CHECK(entry->older == last);
        last = entry;
    }
    CHECK(count <= frames * ENTRIES_MAX);
}

static void check_tables(const struct wt_engine *engine, uint32_t frames)
{
    const struct wt_windows *windows = engine->kept[WT_KEEPER_WINDOW];
    const struct wt_sums *sums = engine->kept[WT_KEEPER_SUMS];
    struct wt_map *const tables[] = {
        engine->links,
        engine->hosts,
        engine->paths,
        engine->flows,
        engine->strangers,
        engine->kept[WT_KEEPER_TROUBLE],
        engine->kept[WT_KEEPER_PATH_RECORD],
        sums->causes,
        sums->fates,
        sums->requests,
        sums->leaks,
        windows->syns,
        windows->hints,
        windows->stalls,
        windows->fillings,
        windows->tallies,
        windows->overruns,
        windows->retreats,
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(tables); i++)
        check_table(tables[i], frames);
}

static void check_paths(const struct wt_engine *engine)
{
    const struct wt_path *path = wt_map_oldest(engine->paths);
    for (; path; path = wt_map_next(path)) {
        struct wt_path_state state;
        memset(&state, 0xa5, sizeof state);
        if (!wt_engine_path(engine, path->key.interface, &path->key.src, &path->key.dst, &state))
            continue;
        CHECK((unsigned)state.verdict < WT_PATH_VERDICTS);
        CHECK(state.path_mtu == 0 || state.path_mtu >= MTU_MIN);
        CHECK(state.unmatched <= state.reports);
    }
}

static void check_case(const struct wt_engine *engine, const struct wt_case *c, uint32_t frames)
{
    char text[TEXT_MAX];
    CHECK((unsigned)c->id < WT_DIAGNOSES);
    CHECK(c->first_frame <= c->last_frame && c->last_frame <= frames);
    CHECK(c->first_frame >= 1 || c->findings == 0); /* so far only what speaks against it */
    CHECK(wt_case_events(c) <= WT_EVENTS_MAX && c->blind <= wt_case_events(c));
    CHECK(c->proof_frame <= frames);
    CHECK((unsigned)wt_engine_confidence(engine, c) <= WT_CONFIDENCE_CERTAIN);
    wt_case_text(c, wt_diagnosis_table[c->id].sentence, text, sizeof text);
    CHECK(!strchr(text, '$'));
}

/* Trouble comes first, and that frames were captured before the NIC never stands beside it. */
static void check_cases(const struct wt_engine *engine, uint32_t frames)
{
    const struct wt_case *c = NULL;
    uint32_t cases = 0;
    for (; (c = wt_engine_case(engine, cases)); cases++)
        check_case(engine, c, frames);
    unsigned count = 0;
    const struct wt_case **said = wt_engine_diagnoses(engine, &count);
    CHECK(count <= cases + 1); /* what symptoms make is none of them */
    for (unsigned i = 0; i < count; i++)
        CHECK(i == 0 || wt_diagnosis_table[said[i - 1]->id].trouble ||
              !wt_diagnosis_table[said[i]->id].trouble);
    for (unsigned i = 0; i < count; i++)
        CHECK(said[i]->id != WT_DIAGNOSIS_CAPTURE_BEFORE_OFFLOAD ||
              !wt_diagnosis_table[said[0]->id].trouble || said[0]->id == WT_DIAGNOSIS_UNEXPLAINED);
    g_free(said);
}

static void check_passages(struct wt_engine *engine, uint32_t frames)
{
    const struct wt_passages *passages = wt_engine_passages(engine);
    CHECK(passages->count <= WT_POINTS_MAX * (WT_POINTS_MAX - 1));
    for (unsigned i = 0; i < passages->count; i++) {
        const struct wt_passage *p = &passages->passage[i];
        CHECK(p->from != p->to);
        CHECK(p->matched <= frames && p->lost <= frames && p->lost_in_part <= frames);
        CHECK(p->matched == 0 || (p->delay_min <= p->delay_mean && p->delay_mean <= p->delay_max));
        for (unsigned change = 0; change < WT_CHANGES; change++)
            CHECK(p->changed[change] <= frames * TWINS_MAX);
    }
}

static void check_engine(struct wt_engine *engine, uint32_t frames)
{
    for (uint32_t number = 0; number <= frames + 1; number++) {
        check_facts(wt_engine_facts(engine, number));
        check_findings(engine, number);
        check_relations(engine, number, frames);
        wt_engine_proof(engine, number);
    }
    check_tables(engine, frames);
    check_paths(engine);
    check_cases(engine, frames);
    check_passages(engine, frames);
}

void check_close(struct check *check)
{
    check_engine(check->keeping, check->frames);
    check_engine(check->passing, check->frames);
    wt_engine_free(check->keeping);
    wt_engine_free(check->passing);
    check_time(check->begun);
    g_free(check);
}
