/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control characters (C0, C1, delete) move a terminal's cursor, colour it, or set its title; so do the line
 * and paragraph separators break a line. Format characters (general category Cf) reorder what stands around
 * them: U+202E makes "gpj.exe" of "exe.jpg" (Unicode Technical Report 36, 2.6).
 */
#include "escape.h"

#include <glib.h>

static gboolean is_safe(gunichar character)
{
    switch (g_unichar_type(character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return FALSE;
    default:
        return TRUE;
    }
}

/* How many bytes at `text` are one character, and whether it may be printed. */
static gsize take(const char *text, gboolean *safe)
{
    const gunichar character = g_utf8_get_char_validated(text, -1);
    const gboolean valid = character != (gunichar)-1 && character != (gunichar)-2;

    *safe = valid && is_safe(character);
    return valid ? (gsize)(g_utf8_next_char(text) - text) : 1;
}

char *wt_escape(const char *text)
{
    GString *out = g_string_new(NULL);

    while (*text) {
        gboolean safe = FALSE;
        const gsize length = take(text, &safe);
        if (safe)
            g_string_append_len(out, text, (gssize)length);
        for (gsize i = 0; !safe && i < length; i++)
            g_string_append_printf(out, "\\x%02x", (unsigned char)text[i]);
        text += length;
    }
    return g_string_free(out, FALSE);
}
