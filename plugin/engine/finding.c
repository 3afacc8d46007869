/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <wiretruth/finding.h>

#include <glib.h>
#include <string.h>

#include "engine/state/mtu_kind.h"

#define NOTE     WT_SEVERITY_NOTE
#define WARN     WT_SEVERITY_WARN
#define ERROR    WT_SEVERITY_ERROR
#define CHAT     WT_SEVERITY_CHAT
#define SIZE     WT_AREA_SIZE
#define CHECKSUM WT_AREA_CHECKSUM
#define WINDOW   WT_AREA_WINDOW
#define PMTU     WT_AREA_PMTU
#define FRAGMENT WT_AREA_FRAGMENT
#define CAPTURE  WT_AREA_CAPTURE

const struct wt_finding_row wt_finding_table[WT_FINDINGS] = {
#define WT_FINDING(id, name, severity, area, sentence, explanation, remedy)                                  \
    [WT_FINDING_##id] = {name, severity, area, sentence, explanation, remedy},
#include <wiretruth/finding_table.h>
#undef WT_FINDING
};

const char *const wt_reason_text[WT_REASONS] = {
#define WT_REASON(id, text) [WT_REASON_##id] = (text),
#include <wiretruth/reason_table.h>
#undef WT_REASON
};

const char *const wt_area_name[WT_AREAS] = {
    [WT_AREA_SIZE] = "Size",     [WT_AREA_CHECKSUM] = "Checksum",  [WT_AREA_WINDOW] = "Window",
    [WT_AREA_PMTU] = "Path MTU", [WT_AREA_FRAGMENT] = "Fragments", [WT_AREA_CAPTURE] = "Capture",
};

/* With a point whatever the user's language, since scripts and filters read these texts too. */
static void finding_put_decimal(GString *text, const char *format, double value, const char *unit)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(text, g_ascii_formatd(digits, sizeof digits, format, value));
    g_string_append(text, unit);
}

/* A duration in the unit that reads best. */
static void finding_put_time(GString *text, uint64_t nanoseconds)
{
    if (nanoseconds >= 1000000000)
        finding_put_decimal(text, "%.3f", (double)nanoseconds / 1e9, " s");
    else if (nanoseconds >= 1000000)
        finding_put_decimal(text, "%.4g", (double)nanoseconds / 1e6, " ms");
    else
        finding_put_decimal(text, "%.4g", (double)nanoseconds / 1e3, " us");
}

static bool finding_put_sentence(GString *text, const struct wt_finding *finding, const char *sentence);

/* Writes one value in the form that `unit` asks for; returns how many characters of the
 * sentence `unit` took. */
static size_t finding_put_value(GString *text, const struct wt_finding *finding, uint64_t value, char unit)
{
    switch (unit) {
    case 't':
        finding_put_time(text, value);
        return 1;
    case 'f':
        g_string_append_printf(text, "frame %" G_GUINT64_FORMAT, value);
        return 1;
    case 'x':
        g_string_append_printf(text, "0x%04" G_GINT64_MODIFIER "x", value);
        return 1;
    case 'm':
        g_string_append(text, wt_mtu_kind((uint32_t)value));
        return 1;
    case 's':
        if (finding->reason) /* no reason names a reason */
            finding_put_sentence(text, finding, wt_reason_text[finding->reason]);
        return 1;
    default:
        g_string_append_printf(text, "%" G_GUINT64_FORMAT, value);
        return 0;
    }
}

/* The end of the bracket that opens at `at`, if one of its values is 0, so that it is left out; else `at`. */
static const char *finding_skip_bracket(const struct wt_finding *finding, const char *at)
{
    bool empty = false;
    const char *end = at;
    for (; *end && *end != ']'; end++)
        if (end[0] == '$' && end[1] >= '1' && end[1] < '1' + WT_VALUES)
            empty |= finding->value[end[1] - '1'] == 0;
    return empty && *end ? end : at;
}

/* Writes the sentence with its values; returns whether the sentence itself told the reason. */
static bool finding_put_sentence(GString *text, const struct wt_finding *finding, const char *sentence)
{
    bool reason = false;
    for (const char *at = sentence; *at; at++) {
        if (*at == '[')
            at = finding_skip_bracket(finding, at);
        if (*at == '[' || *at == ']')
            continue;
        if (at[0] != '$' || at[1] < '1' || at[1] >= '1' + WT_VALUES) {
            g_string_append_c(text, *at);
            continue;
        }
        at++;
        reason |= at[1] == 's';
        at += finding_put_value(text, finding, finding->value[*at - '1'], at[1]);
    }
    return reason;
}

char *wt_finding_text(const struct wt_finding *finding, char *text, size_t size)
{
    GString *full = g_string_new(NULL);
    if (finding->about)
        g_string_printf(full, "Proves of frame %u: ", finding->about);
    if (!finding_put_sentence(full, finding, wt_finding_table[finding->id].sentence) && finding->reason) {
        g_string_append(full, " (");
        finding_put_sentence(full, finding, wt_reason_text[finding->reason]);
        g_string_append_c(full, ')');
    }
    g_strlcpy(text, full->str, size);
    g_string_free(full, TRUE);
    return text;
}

enum wt_finding_id wt_finding_by_name(const char *name)
{
    for (unsigned id = 0; id < WT_FINDINGS; id++)
        if (strcmp(wt_finding_table[id].name, name) == 0)
            return (enum wt_finding_id)id;
    return WT_FINDINGS;
}
