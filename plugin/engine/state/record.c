/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record.h"

#include <glib.h>
#include <string.h>

#include "facts.h"

enum {
    RECORD_LIST_MAX = 16,
    RECORD_TWINS_MAX = 512, /* a BIG TCP super-frame and its pieces at several points */
    RECORD_CHUNK = 1024,    /* facts are kept in chunks of so many frames */
};

struct record {
    struct wt_finding *findings;
    struct wt_relation *relations;
};

struct wt_records {
    GHashTable *map;   /* frame number -> struct record, for frames with findings or relations */
    GPtrArray *chunks; /* of RECORD_CHUNK struct wt_packed_facts each; NULL where no frame was seen */
    struct wt_fact_sets *sets;
    struct wt_facts current; /* of the current frame; kept when the next one comes */
    struct wt_facts *asked;  /* those of another frame, when somebody asks for them */
    struct record only;      /* of the current frame where nothing is kept */
    uint32_t number;         /* of the current frame */
    bool keep;
};

static void record_clear(struct record *record)
{
    for (struct wt_finding *f = record->findings, *next = NULL; f; f = next) {
        next = f->next;
        g_free(f);
    }
    for (struct wt_relation *r = record->relations, *next = NULL; r; r = next) {
        next = r->next;
        g_free(r);
    }
    *record = (struct record){NULL, NULL};
}

static void record_free(gpointer record)
{
    record_clear(record);
    g_free(record);
}

struct wt_records *wt_records_new(void)
{
    struct wt_records *records = g_new0(struct wt_records, 1);
    records->map = g_hash_table_new_full(NULL, NULL, NULL, record_free);
    records->chunks = g_ptr_array_new_with_free_func(g_free);
    records->sets = wt_fact_sets_new();
    records->asked = g_new0(struct wt_facts, 1);
    records->keep = true;
    return records;
}

void wt_records_free(struct wt_records *records)
{
    g_hash_table_destroy(records->map);
    record_clear(&records->only);
    g_ptr_array_free(records->chunks, TRUE);
    wt_fact_sets_free(records->sets);
    g_free(records->asked);
    g_free(records);
}

void wt_records_keep(struct wt_records *records, bool keep)
{
    if (records->keep == keep)
        return;
    g_hash_table_remove_all(records->map);
    g_ptr_array_set_size(records->chunks, 0);
    wt_fact_sets_clear(records->sets);
    record_clear(&records->only);
    records->keep = keep;
}

/* What is kept of frame `number`; NULL if it was not seen, unless `make`. */
static struct wt_packed_facts *records_slot(const struct wt_records *records, uint32_t number, bool make)
{
    guint chunk = number / RECORD_CHUNK;
    if (chunk >= records->chunks->len) {
        if (!make)
            return NULL;
        g_ptr_array_set_size(records->chunks, (gint)chunk + 1);
    }
    gpointer *at = &g_ptr_array_index(records->chunks, chunk);
    if (!*at && make)
        *at = g_new0(struct wt_packed_facts, RECORD_CHUNK);
    return *at ? (struct wt_packed_facts *)*at + number % RECORD_CHUNK : NULL;
}

static bool records_is_noted(const struct wt_records *records, uint32_t number)
{
    if (number == records->number)
        return records->current.noted;
    const struct wt_packed_facts *kept = records_slot(records, number, false);
    return kept && kept->noted;
}

static void records_note(struct wt_records *records, uint32_t number)
{
    if (number == records->number)
        records->current.noted = true;
    else
        records_slot(records, number, true)->noted = true;
}

/* Forgets what was found in frame `number`. */
static void records_forget(struct wt_records *records, uint32_t number)
{
    if (!records->keep)
        record_clear(&records->only);
    else if (records_is_noted(records, number))
        g_hash_table_remove(records->map, GUINT_TO_POINTER(number));
}

struct wt_facts *wt_records_begin(struct wt_records *records, uint32_t number)
{
    const bool again = number == records->number;
    records_forget(records, number);
    if (records->keep && records->number && !again)
        *records_slot(records, records->number, true) = wt_facts_pack(records->sets, &records->current);
    records->number = number;
    memset(&records->current, 0, sizeof records->current);
    return &records->current;
}

static const struct record *records_find(const struct wt_records *records, uint32_t number)
{
    if (!records->keep)
        return number == records->number ? &records->only : NULL;
    if (!records_is_noted(records, number))
        return NULL;
    return g_hash_table_lookup(records->map, GUINT_TO_POINTER(number));
}

/* The record of frame `number`; NULL if that frame is gone. */
static struct record *records_get(struct wt_records *records, uint32_t number)
{
    if (!records->keep && number != records->number)
        return NULL;
    records_note(records, number);
    if (!records->keep)
        return &records->only;
    struct record *record = g_hash_table_lookup(records->map, GUINT_TO_POINTER(number));
    if (!record) {
        record = g_new0(struct record, 1);
        g_hash_table_insert(records->map, GUINT_TO_POINTER(number), record);
    }
    return record;
}

/* Stronger evidence for what was already said replaces the weaker. */
static void record_strengthen(struct wt_finding *said, const struct wt_finding *finding)
{
    struct wt_finding *next = said->next;
    if (finding->severity <= said->severity)
        return;
    *said = *finding;
    said->next = next;
}

void wt_records_add(struct wt_records *records, uint32_t number, const struct wt_finding *finding)
{
    struct record *record = records_get(records, number);
    if (!record)
        return;
    struct wt_finding **at = &record->findings;
    unsigned length = 0;
    for (; *at; at = &(*at)->next, length++) {
        bool same =
            (*at)->id == finding->id && (*at)->shown == finding->shown && (*at)->counted == finding->counted;
        if (same) {
            record_strengthen(*at, finding);
            return;
        }
    }
    if (length >= RECORD_LIST_MAX)
        return;
    *at = g_new(struct wt_finding, 1);
    **at = *finding;
    (*at)->next = NULL;
}

/* What frame `number` shows under the name `id`; NULL if nothing, or if the frame is gone. */
static struct wt_finding *records_shown(struct wt_records *records, uint32_t number, enum wt_finding_id id)
{
    const struct record *record = records_find(records, number);
    struct wt_finding *said = record ? record->findings : NULL;
    while (said && (said->id != id || !said->shown))
        said = said->next;
    return said;
}

/* What was counted for one cause stays counted for it: tables that heard of it cannot take it back. */
static bool speaks_for_others(const struct wt_finding *said, const struct wt_finding *finding)
{
    return said->counted &&
           (said->supports != finding->supports || said->supports_too != finding->supports_too);
}

void wt_records_replace(struct wt_records *records, uint32_t number, const struct wt_finding *finding)
{
    struct wt_finding *said = records_shown(records, number, finding->id);
    struct wt_finding shown = *finding;
    shown.counted = said && said->counted;
    shown.shown = true;
    if (said && speaks_for_others(said, finding)) {
        said->shown = false;
        shown.counted = false;
        said = NULL;
    }
    if (!said) {
        wt_records_add(records, number, &shown);
        return;
    }
    shown.next = said->next;
    *said = shown;
}

void wt_records_hide(struct wt_records *records, uint32_t number, enum wt_finding_id id)
{
    struct record *record = records_find(records, number) ? records_get(records, number) : NULL;
    struct wt_finding **at = record ? &record->findings : NULL;
    while (at && *at) {
        struct wt_finding *finding = *at;
        if (finding->id == id)
            finding->shown = false;
        if (finding->shown || finding->counted) {
            at = &finding->next;
            continue;
        }
        *at = finding->next;
        g_free(finding);
    }
}

void wt_records_relate(struct wt_records *records, uint32_t number, const struct wt_relation *relation)
{
    struct record *record = records_get(records, number);
    if (!record)
        return;
    struct wt_relation **at = &record->relations;
    unsigned length = 0;
    for (; *at; at = &(*at)->next) {
        if ((*at)->kind == relation->kind && (*at)->frame == relation->frame)
            return;
        length += (*at)->kind == relation->kind;
    }
    if (length >= (relation->kind == WT_RELATION_TWIN ? RECORD_TWINS_MAX : RECORD_LIST_MAX))
        return;
    *at = g_new(struct wt_relation, 1);
    **at = *relation;
    (*at)->next = NULL;
}

void wt_records_trim(struct wt_records *records)
{
    struct wt_facts *facts = &records->current;
    if (!records->keep || !facts->has_room || wt_fact_sets_afford(records->sets, records->number))
        return;
    facts->has_room = false;
    facts->room = 0;
}

static void facts_resize(struct wt_facts *facts, const struct wt_wire *wire)
{
    facts->wire_frames = wire->frames;
    facts->wire_len = wire->len;
    facts->segment_size = wire->size;
    facts->segment_last = wire->last;
}

void wt_records_resize(struct wt_records *records, uint32_t number, const struct wt_wire *wire)
{
    if (number == records->number) {
        facts_resize(&records->current, wire);
        return;
    }
    struct wt_packed_facts *kept = records_slot(records, number, false);
    if (!kept || !kept->set)
        return;
    wt_facts_unpack(records->sets, *kept, records->asked);
    facts_resize(records->asked, wire);
    *kept = wt_facts_pack(records->sets, records->asked);
}

const struct wt_facts *wt_records_facts(struct wt_records *records, uint32_t number)
{
    if (number == records->number)
        return !records->keep || records->current.ip ? &records->current : NULL;
    const struct wt_packed_facts *kept = records_slot(records, number, false);
    if (!kept || !kept->set)
        return NULL;
    wt_facts_unpack(records->sets, *kept, records->asked);
    return records->asked->ip ? records->asked : NULL;
}

const struct wt_finding *wt_records_findings(const struct wt_records *records, uint32_t number)
{
    const struct record *record = records_find(records, number);
    return record ? record->findings : NULL;
}

const struct wt_relation *wt_records_relations(const struct wt_records *records, uint32_t number)
{
    const struct record *record = records_find(records, number);
    return record ? record->relations : NULL;
}
