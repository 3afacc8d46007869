/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include "escape.h"

#include <inttypes.h>

static void put_string(GString *out, const char *text)
{
    char *safe = wt_escape(text);

    g_string_append_c(out, '"');
    for (const char *at = safe; *at; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
    g_free(safe);
}

/* Between two members. A list or an object has just begun where it begins. */
static void put_comma(GString *out)
{
    if (out->len && out->str[out->len - 1] != '{' && out->str[out->len - 1] != '[')
        g_string_append_c(out, ',');
}

static void put_name(GString *out, const char *name)
{
    put_comma(out);
    put_string(out, name);
    g_string_append_c(out, ':');
}

void wt_json_begin(GString *out, const char *name)
{
    if (name)
        put_name(out, name);
    g_string_append_c(out, '{');
}

void wt_json_end(GString *out)
{
    g_string_append_c(out, '}');
}

void wt_json_text(GString *out, const char *name, const char *text)
{
    put_name(out, name);
    if (text)
        put_string(out, text);
    else
        g_string_append(out, "null");
}

void wt_json_number(GString *out, const char *name, uint64_t number)
{
    put_name(out, name);
    g_string_append_printf(out, "%" PRIu64, number);
}

void wt_json_signed(GString *out, const char *name, int64_t number)
{
    put_name(out, name);
    g_string_append_printf(out, "%" PRId64, number);
}

/* Whatever the locale. */
void wt_json_decimal(GString *out, const char *name, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    put_name(out, name);
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.3f", number));
}

void wt_json_list(GString *out, const char *name)
{
    put_name(out, name);
    g_string_append_c(out, '[');
}

void wt_json_list_text(GString *out, const char *text)
{
    put_comma(out);
    put_string(out, text);
}

void wt_json_list_number(GString *out, uint64_t number)
{
    put_comma(out);
    g_string_append_printf(out, "%" PRIu64, number);
}

void wt_json_list_end(GString *out)
{
    g_string_append_c(out, ']');
}
