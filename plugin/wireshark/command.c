/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With -T fields tshark 4.0 makes the whole tree of every frame visible, as for -V, and tells nobody which
 * few fields it will print; since 4.4 it asks for those fields only, and the tree is not visible. All our
 * items then cost 11 % of such a command, for nothing. The command line tells; Linux shows it to the program
 * itself (proc_pid_cmdline(5)).
 *
 * Traps: options may be joined to each other and to their arguments (-nTfields, -ewiretruth.finding), and a
 * file may be called as our fields are. Whatever does not have the plain form is taken to print everything.
 */
#include "command.h"

#include "table_text.h"

/* The argument is a field of interest, or an option with one joined to it. */
static bool names_field(const char *argument, const char *before)
{
    static const char *const fields[] = {"wiretruth", "_ws.expert"};

    for (unsigned i = 0; i < array_length(fields); i++)
        if (*argument == '-' ? strstr(argument, fields[i]) != NULL
                             : g_str_has_prefix(argument, fields[i]) && strcmp(before, "-z") != 0)
            return true;
    return false;
}

/* The argument has -T in it, or may have. */
static bool may_choose_format(const char *argument)
{
    return argument[0] == '-' && argument[1] != '-' && strchr(argument, 'T');
}

/* `at` is the rest of the command line, `end` where it ends: each argument is terminated. */
static bool prints_others(const char *at, const char *end)
{
    const char *before = "";
    unsigned formats = 0, plain = 0;

    for (; at < end; before = at, at += strlen(at) + 1) {
        if (names_field(at, before))
            return false;
        formats += may_choose_format(at);
        plain += strcmp(at, "-Tfields") == 0 || (strcmp(before, "-T") == 0 && strcmp(at, "fields") == 0);
    }
    return formats == 1 && plain == 1;
}

bool wt_command_prints_others(void)
{
    static bool known, others;
    gchar *line = NULL;
    gsize length = 0;

    if (known)
        return others;
    known = true;
    if (wt_table_text_wanted() && g_file_get_contents("/proc/self/cmdline", &line, &length, NULL))
        others = prints_others(line, line + length); /* GLib puts a terminator behind the last byte */
    g_free(line);
    return others;
}
