/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manual.h"

#include "settings.h"
#include "tables/table.h"

#include <stdio.h>

const char wt_manual_summary[] =
    "Tells artefacts of offloading from real trouble in capture files, without dissecting them: per FILE the "
    "diagnoses, in the "
    "words of tshark -q -z wiretruth,diagnosis. A FOLDER stands for all captures below it, - for standard "
    "input.\n"
    "Exit status: 0 no trouble, 1 trouble found, 2 a file could not be read whole, or the command is wrong.";

static const struct {
    const char *command, *meaning;
} examples[] = {
    {"wiretruth capture.pcapng", "The diagnoses of a file."},
    {"wiretruth --json captures > diagnoses.json", "Those of a folder, all processors at work."},
    {"tcpdump -U -w - | wiretruth -", "Live: a diagnosis when its proof is complete, and all at the end."},
    {"wiretruth -z wire -z tree capture.pcapng",
     "What crossed the wire, and how often each finding was made."},
};

/* `text` so that roff shows it as it is. */
static void put(const char *text)
{
    if (*text == '.' || *text == '\'')
        printf("\\&");
    for (const char *at = text; *at; at++)
        if (*at == '-')
            printf("\\-");
        else if (*at == '\\')
            printf("\\e");
        else
            putchar(*at);
}

static void put_heading(const char *name, const char *text)
{
    printf(".TP\n.B ");
    put(name);
    putchar('\n');
    put(text);
    putchar('\n');
}

static bool is_told(const GOptionEntry *entry)
{
    return *entry->long_name && !(entry->flags & G_OPTION_FLAG_HIDDEN);
}

static void put_option(const GOptionEntry *entry)
{
    char *argument = entry->arg_description ? g_strconcat("=", entry->arg_description, NULL) : g_strdup("");
    char *brief = entry->short_name ? g_strdup_printf("-%c, ", entry->short_name) : g_strdup("");
    char *name = g_strconcat(brief, "--", entry->long_name, argument, NULL);

    put_heading(name, entry->description);
    g_free(name);
    g_free(brief);
    g_free(argument);
}

static void put_tables(void)
{
    printf(".SH TABLES\nNames for \\-z, with or without \"wiretruth,\" in front; wiretruth(7) describes "
           "them.\n");
    for (unsigned i = 0; i < wt_table_types_count; i++)
        put_heading(wt_table_types[i]->name,
                    wt_table_types[i]->title ? wt_table_types[i]->title : "The diagnoses as JSON");
}

static void put_preferences(void)
{
    const char *name = NULL, *meaning = NULL;

    printf(".SH PREFERENCES\nAs in Wireshark.\n");
    for (unsigned i = 0; wt_settings_describe(i, &name, &meaning); i++)
        put_heading(name, meaning);
}

void wt_manual_print(const GOptionEntry *entries)
{
    printf(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n.TH WIRETRUTH 1\n.SH NAME\n"
           "wiretruth \\- tells artefacts of offloading from real trouble in capture files\n"
           ".SH SYNOPSIS\n.B wiretruth\n[OPTION...] FILE|FOLDER...\n.SH DESCRIPTION\n");
    put(wt_manual_summary);
    printf("\n.SH OPTIONS\n");
    for (const GOptionEntry *entry = entries; entry->long_name; entry++)
        if (is_told(entry))
            put_option(entry);
    put_heading("-h, --help", "Print the options");
    put_tables();
    put_preferences();
    printf(".SH EXAMPLES\n");
    for (unsigned i = 0; i < G_N_ELEMENTS(examples); i++)
        put_heading(examples[i].command, examples[i].meaning);
    printf(".SH SEE ALSO\n.BR wiretruth (7),\n.BR tshark (1),\n.BR wireshark (1)\n");
}

void wt_manual_completion(const GOptionEntry *entries)
{
    const char *name = NULL, *meaning = NULL;

    printf("# SPDX-License-Identifier: GPL-2.0-or-later\n"
           "_wiretruth() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
           "    case $before in\n"
           "    -z | --table) words='");
    for (unsigned i = 0; i < wt_table_types_count; i++)
        printf("%s%s", i ? " " : "", strchr(wt_table_types[i]->name, ',') + 1);
    printf("' ;;\n    -o | --option) words='");
    for (unsigned i = 0; wt_settings_describe(i, &name, &meaning); i++)
        printf("%swiretruth.%s:", i ? " " : "", name);
    printf("' ;;\n    *) [[ $word == -* ]] && words='");
    for (const GOptionEntry *entry = entries; entry->long_name; entry++)
        if (is_told(entry))
            printf("--%s ", entry->long_name);
    printf("--help' ;;\n    esac\n"
           "    COMPREPLY=()\n"
           "    [[ -z $words ]] || mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
           "}\n"
           "complete -o default -F _wiretruth wiretruth\n");
}
