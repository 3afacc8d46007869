/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expert: registration of the findings.
 *
 * Wireshark fixes the severity of an expert info when it is registered, but a finding may be recorded at a
 * lower one than the table's. So there is one expert info for each severity up to the table's, all under one
 * filter name. The table's comes last: a user's own severity (Preferences > Expert) applies to the one
 * registered last.
 */
#include "expert.h"

#include <epan/column-info.h>

enum {
    SEVERITIES = WT_SEVERITY_ERROR + 1
};

static const int expert_severity[SEVERITIES] = {
    [WT_SEVERITY_CHAT] = PI_CHAT,
    [WT_SEVERITY_NOTE] = PI_NOTE,
    [WT_SEVERITY_WARN] = PI_WARN,
    [WT_SEVERITY_ERROR] = PI_ERROR,
};

static const int expert_group[WT_AREAS] = {
    [WT_AREA_SIZE] = PI_PROTOCOL,      [WT_AREA_CHECKSUM] = PI_CHECKSUM,   [WT_AREA_WINDOW] = PI_SEQUENCE,
    [WT_AREA_PMTU] = PI_RESPONSE_CODE, [WT_AREA_FRAGMENT] = PI_REASSEMBLE, [WT_AREA_CAPTURE] = PI_ASSUMPTION,
};

static const int expert_confidence[] = {
    [WT_CONFIDENCE_NONE] = PI_CHAT,
    [WT_CONFIDENCE_POSSIBLE] = PI_NOTE,
    [WT_CONFIDENCE_LIKELY] = PI_WARN,
    [WT_CONFIDENCE_CERTAIN] = PI_ERROR,
};

enum {
    CONFIDENCES = WT_CONFIDENCE_CERTAIN + 1
};

static expert_field diagnosis_ids[WT_DIAGNOSES][CONFIDENCES];
static ei_register_info diagnosis_registrations[WT_DIAGNOSES * CONFIDENCES];

static expert_field expert_ids[WT_FINDINGS][SEVERITIES];
static ei_register_info registrations[WT_FINDINGS * SEVERITIES];

/* The sentence of a row as it stands for any frame: an ellipsis for each value ("$1", "$2f" ...). */
static const char *general_text(const char *sentence)
{
    GString *text = g_string_new(NULL);

    while (*sentence) {
        if (*sentence == '[' || *sentence == ']') { /* around what may be left out */
            sentence++;
            continue;
        }
        if (sentence[0] != '$' || !g_ascii_isdigit(sentence[1])) {
            g_string_append_c(text, *sentence++);
            continue;
        }
        g_string_append(text, "\xe2\x80\xa6");
        sentence += 2;
        if (*sentence && strchr("tfmxs", *sentence))
            sentence++;
    }
    return g_string_free(text, FALSE);
}

static ei_register_info registration(const struct wt_finding_row *row, const char *name, const char *text,
                                     enum wt_severity severity, expert_field *id)
{
    ei_register_info info = {
        .ids = id,
        .eiinfo = {name, expert_group[row->area], expert_severity[severity], text, EXPFILL},
    };

    info.eiinfo.hf_info.hfinfo.blurb = row->explanation;
    return info;
}

static void register_diagnoses(expert_module_t *module)
{
    int count = 0;

    for (unsigned id = 0; id < WT_DIAGNOSES; id++) {
        const struct wt_diagnosis_row *row = &wt_diagnosis_table[id];
        const char *name = g_strconcat("wiretruth.diagnosis.", row->name, NULL);
        const char *text = general_text(row->sentence);

        for (unsigned confidence = 0; confidence < CONFIDENCES; confidence++) {
            ei_register_info *info = &diagnosis_registrations[count++];
            info->ids = &diagnosis_ids[id][confidence];
            *info->ids = (expert_field)EI_INIT;
            info->eiinfo =
                (expert_field_info){name, PI_ASSUMPTION, expert_confidence[confidence], text, EXPFILL};
            info->eiinfo.hf_info.hfinfo.blurb = row->provable;
        }
    }
    expert_register_field_array(module, diagnosis_registrations, count);
}

/* Names and texts are needed as long as the program runs. */
void wt_expert_register(int proto)
{
    expert_module_t *module = expert_register_protocol(proto);
    int count = 0;

    for (unsigned id = 0; id < WT_FINDINGS; id++) {
        const struct wt_finding_row *row = &wt_finding_table[id];
        const char *name = g_strconcat("wiretruth.", row->name, NULL);
        const char *text = general_text(row->sentence);

        for (unsigned severity = 0; severity <= row->severity; severity++) {
            expert_field *field = &expert_ids[id][severity];
            *field = (expert_field)EI_INIT;
            registrations[count++] = registration(row, name, text, (enum wt_severity)severity, field);
        }
    }
    expert_register_field_array(module, registrations, count);
    register_diagnoses(module);
}

/* --- the column "expert": Wireshark leaves there what was added last, which would hide an Error behind a
 * Note --- */

static int column_severity(const packet_info *pinfo)
{
    const char *text = col_get_text(pinfo->cinfo, COL_EXPERT);

    for (const value_string *each = expert_severity_vals; text && each->strptr; each++)
        if (strcmp(each->strptr, text) == 0)
            return (int)each->value;
    return 0;
}

static void add(packet_info *pinfo, proto_item *item, expert_field *field, const char *text)
{
    const bool column = pinfo->cinfo && pinfo->cinfo->col_first[COL_EXPERT] >= 0;
    const int before = column ? column_severity(pinfo) : 0;

    if (item)
        expert_add_info_format(pinfo, item, field, "%s", text);
    else
        expert_add_info(pinfo, NULL, field);
    if (before > 0 && column_severity(pinfo) < before)
        col_add_str(pinfo->cinfo, COL_EXPERT, val_to_str_const((uint32_t)before, expert_severity_vals, ""));
}

void wt_expert_add(packet_info *pinfo, proto_item *item, const struct wt_finding *finding, const char *text)
{
    const enum wt_severity highest = wt_finding_table[finding->id].severity;

    add(pinfo, item, &expert_ids[finding->id][MIN(finding->severity, highest)], text);
}

void wt_expert_add_diagnosis(packet_info *pinfo, proto_item *item, enum wt_diagnosis_id id,
                             enum wt_confidence confidence, const char *text)
{
    add(pinfo, item, &diagnosis_ids[id][confidence], text);
}
