/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_mtus: a table of interfaces and their MTU, a "user accessible table" of Wireshark: rows come from a
 * file of the profile, from a dialog or from the command line, one after the other.
 *
 * Wireshark asks for each field of a row by itself. A row with a field that cannot be is named in a message
 * and left out, the others hold. That two rows speak of one interface can be seen only when all are there;
 * then the last one holds, so that a row of the command line overrides one of the file.
 *
 * The bounds: no IPv4 link has less than 68 (RFC 791 3.2); no packet but a jumbogram is longer than an IPv6
 * header with 65535 bytes behind it, and no stack makes use of more (IP6_MAX_MTU in Linux'
 * include/net/ip6_route.h).
 */
#include "compat.h"

#include "frame.h"
#include "link_mtus.h"

#include <epan/uat.h>
#include <wsutil/report_message.h>
#include <wsutil/strtoi.h>

struct link_mtu {
    char *interface;
    uint32_t mtu;
};

static struct link_mtu *rows = NULL;
static unsigned row_count = 0;

UAT_CSTRING_CB_DEF(rows, interface, struct link_mtu)
UAT_DEC_CB_DEF(rows, mtu, struct link_mtu)

static wt_bool interface_check(void *row, const char *text, unsigned length, const void *unused,
                               const void *unused_too, char **error)
{
    (void)row, (void)unused, (void)unused_too;
    *error = text && length ? NULL : g_strdup("the name of the interface is missing");
    return *error == NULL;
}

static wt_bool mtu_check(void *row, const char *text, unsigned length, const void *unused,
                         const void *unused_too, char **error)
{
    char *digits = g_strndup(text ? text : "", length);
    uint32_t mtu = 0;
    const bool number = ws_strtou32(digits, NULL, &mtu);
    char *shown =
        g_strescape(digits, NULL); /* without quotes in the file, it was read as hex digits of bytes */

    (void)row, (void)unused, (void)unused_too;
    *error = NULL;
    if (!number || mtu < WT_MTU_MIN_V4 || mtu > WT_LINK_MTU_MAX)
        *error = g_strdup_printf("an MTU is a number from %d to %d, not \"%s\"", WT_MTU_MIN_V4,
                                 WT_LINK_MTU_MAX, shown);
    g_free(shown);
    g_free(digits);
    return *error == NULL;
}

static void *row_copy(void *to, const void *from, size_t length)
{
    const struct link_mtu *row = from;
    struct link_mtu *copy = to;

    (void)length;
    *copy = (struct link_mtu){g_strdup(row->interface), row->mtu};
    return to;
}

static void row_free(void *row)
{
    g_free(((struct link_mtu *)row)->interface);
}

static void rows_changed(void)
{
    for (unsigned i = 0; i < row_count; i++)
        for (unsigned k = i + 1; k < row_count; k++)
            if (strcmp(rows[i].interface, rows[k].interface) == 0)
                report_failure(
                    "wiretruth.link_mtus has two rows for the interface %s, MTU %u and MTU %u; the last "
                    "one holds.",
                    rows[i].interface, rows[i].mtu, rows[k].mtu);
}

static uat_field_t fields[] = {
    {"interface",
     "Interface",
     PT_TXTMOD_STRING,
     {interface_check, rows_interface_set_cb, rows_interface_tostr_cb},
     {NULL, NULL, NULL},
     NULL,
     "Name or description of the interface, or its number in the capture file",
     FLDFILL},
    {"mtu",
     "MTU",
     PT_TXTMOD_STRING,
     {mtu_check, rows_mtu_set_cb, rows_mtu_tostr_cb},
     {NULL, NULL, NULL},
     NULL,
     "Largest IP packet of the link, in bytes",
     FLDFILL},
    UAT_END_FIELDS,
};

void wt_link_mtus_register(module_t *module)
{
    uat_t *table = uat_new("Wire Truth: link MTU of interfaces", sizeof(struct link_mtu),
                           "wiretruth_link_mtus", true, &rows, &row_count, UAT_AFFECTS_DISSECTION, NULL,
                           row_copy, NULL, row_free, rows_changed, NULL, fields);

    prefs_register_uat_preference(
        module, "link_mtus", "Link MTU of interfaces",
        "Link MTU of single interfaces, stronger there than that of all. An interface is named as "
        "frame.interface_name shows it, else by its description (frame.interface_description), else by its "
        "number in the capture file (frame.interface_id; 0 where the file has no interfaces)",
        table);
}

/* What the last row that names the interface so says; 0 if none does. */
static uint32_t mtu_called(const char *name)
{
    for (unsigned i = row_count; name && i > 0; i--)
        if (strcmp(rows[i - 1].interface, name) == 0)
            return rows[i - 1].mtu;
    return 0;
}

static uint32_t mtu_of(const packet_info *pinfo)
{
    struct wt_interface interface;
    char number[sizeof "4294967295"];
    uint32_t mtu = 0;

    wt_frame_interface(&interface, pinfo);
    mtu = mtu_called(interface.name);
    if (!mtu)
        mtu = mtu_called(interface.description);
    (void)snprintf(number, sizeof number, "%u", interface.number);
    return mtu ? mtu : mtu_called(number);
}

uint32_t wt_link_mtus_of(const packet_info *pinfo)
{
    return row_count ? mtu_of(pinfo) : 0;
}
