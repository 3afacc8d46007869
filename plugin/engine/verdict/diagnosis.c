/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of diagnoses, and its texts. */
#include <wiretruth/diagnosis.h>

#include <glib.h>

enum {
    OTHERS_TEXT = WT_ADDRESS_TEXT + 32
};

const struct wt_diagnosis_row wt_diagnosis_table[WT_DIAGNOSES] = {
#define WT_DIAGNOSIS(id, name, trouble, role, ...)                                                           \
    [WT_DIAGNOSIS_##id] = {name, trouble, WT_ROLE_##role, __VA_ARGS__},
#include <wiretruth/diagnosis_table.h>
#undef WT_DIAGNOSIS
};

const char *const wt_confidence_name[] = {
    [WT_CONFIDENCE_NONE] = "none",
    [WT_CONFIDENCE_POSSIBLE] = "possible",
    [WT_CONFIDENCE_LIKELY] = "likely",
    [WT_CONFIDENCE_CERTAIN] = "certain",
};

const char *const wt_role_name[] = {
    [WT_ROLE_SENDER] = "sender",
    [WT_ROLE_SENDERS_NIC] = "NIC of the sender",
    [WT_ROLE_BEHIND_SENDER] = "device behind the sender",
    [WT_ROLE_RECEIVER] = "receiver",
    [WT_ROLE_FORWARDER] = "forwarder",
    [WT_ROLE_REPORTER] = "reporting device",
    [WT_ROLE_BETWEEN] = "device between",
    [WT_ROLE_NOBODY] = "not known, between",
    [WT_ROLE_CAPTURING_HOST] = "capturing host",
    [WT_ROLE_CAPTURE] = "capture",
};

/* "192.0.2.1 and 1,599 others" */
static void case_others(const struct wt_case *c, char *text)
{
    char number[16];
    const uint32_t more = c->others ? c->others - 1 : 0;
    wt_address_text(&c->other, text);
    if (more == 0)
        return;
    if (more >= 1000)
        g_snprintf(number, sizeof number, "%u,%03u", more / 1000, more % 1000);
    else
        g_snprintf(number, sizeof number, "%u", more);
    const size_t length = strlen(text);
    g_snprintf(text + length, OTHERS_TEXT - length, " and %s %s", number, more > 1 ? "others" : "other");
}

char *wt_case_text(const struct wt_case *c, const char *sentence, char *text, size_t size)
{
    char culprit[WT_ADDRESS_TEXT], other[OTHERS_TEXT];
    GString *full = g_string_new(sentence);
    wt_address_text(&c->culprit, culprit);
    case_others(c, other);
    g_string_replace(full, "$1", culprit, 0);
    g_string_replace(full, "$2", other, 0);
    g_snprintf(other, sizeof other, "%u", c->size);
    if (c->size)
        g_string_replace(full, "SIZE", other, 0);
    g_strlcpy(text, full->str, size);
    g_string_free(full, TRUE);
    return text;
}
