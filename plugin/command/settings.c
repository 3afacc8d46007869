/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <wiretruth/numbers.h>

#include <glib.h>
#include <string.h>

enum {
    LINK_MTU_MAX = 65575 /* as wireshark/link_mtus.h */
};

struct wt_settings wt_settings_new(void)
{
    return (struct wt_settings){.engine = {.verify_checksums = true}, .artefacts = true};
}

static bool set_mtu(struct wt_settings *settings, const char *value)
{
    guint64 mtu = 0;

    if (!g_ascii_string_to_unsigned(value, 10, 0, LINK_MTU_MAX, &mtu, NULL) || (mtu && mtu < WT_MTU_MIN_V4))
        return false;
    settings->engine.link_mtu = (uint32_t)mtu;
    return true;
}

static bool set_point(struct wt_settings *settings, const char *value)
{
    static const char *const points[] = {
        [WT_POINT_FIND_OUT] = "find_out",
        [WT_POINT_SENDER] = "sender",
        [WT_POINT_RECEIVER] = "receiver",
        [WT_POINT_BETWEEN] = "between",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(points); i++)
        if (g_ascii_strcasecmp(value, points[i]) == 0) {
            settings->engine.capture_point = (enum wt_capture_point)i;
            return true;
        }
    return false;
}

static bool set_flag(bool *flag, const char *value)
{
    *flag = g_ascii_strcasecmp(value, "TRUE") == 0;
    return *flag || g_ascii_strcasecmp(value, "FALSE") == 0;
}

static bool set_verify(struct wt_settings *settings, const char *value)
{
    return set_flag(&settings->engine.verify_checksums, value);
}

static bool set_artefacts(struct wt_settings *settings, const char *value)
{
    return set_flag(&settings->artefacts, value);
}

/* There are no columns here. */
static bool set_info(struct wt_settings *settings, const char *value)
{
    bool unused = false;
    (void)settings;
    return set_flag(&unused, value);
}

/* There is no dissection here. */
static bool set_layers(struct wt_settings *settings, const char *value)
{
    (void)settings;
    return g_ascii_strcasecmp(value, "frame") == 0;
}

static const struct setting {
    const char *name, *meaning;
    bool (*set)(struct wt_settings *settings, const char *value);
} table[] = {
    {"link_mtu", "Link MTU at the capture point, 68 to 65575; 0 to find out", set_mtu},
    {"capture_point", "Where the frames were recorded: find_out, sender, receiver or between", set_point},
    {"verify_checksums", "TRUE, or FALSE to leave out sums over payload", set_verify},
    {"artefacts", "TRUE, or FALSE not to tell of what is true of the capture only", set_artefacts},
    {"info", "TRUE or FALSE, for columns of Wireshark; nothing changes here", set_info},
    {"layers", "frame: headers are found in the bytes; nothing else is possible without a dissection",
     set_layers},
};

char *wt_settings_set(struct wt_settings *settings, const char *text)
{
    const char *prefix = "wiretruth.";
    const char *colon = strchr(text, ':');

    if (!g_str_has_prefix(text, prefix) || !colon)
        return g_strdup_printf("-o %s: not wiretruth.PREFERENCE:VALUE", text);
    char *name = g_strndup(text + strlen(prefix), (gsize)(colon - text) - strlen(prefix));
    char *value = g_strstrip(g_strdup(colon + 1));
    char *wrong = g_strdup_printf("-o %s: there is no such preference", text);
    for (unsigned i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(name, table[i].name) == 0) {
            g_free(wrong);
            wrong =
                table[i].set(settings, value) ? NULL : g_strdup_printf("-o %s: %s", text, table[i].meaning);
        }
    g_free(value);
    g_free(name);
    return wrong;
}

bool wt_settings_describe(unsigned index, const char **name, const char **meaning)
{
    if (index >= G_N_ELEMENTS(table))
        return false;
    *name = table[index].name;
    *meaning = table[index].meaning;
    return true;
}
