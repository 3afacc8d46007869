/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "manual.h"

#include <stdio.h>

static struct {
    gboolean json, findings, frames, version, manual, completion;
    gint jobs;
    char **tables, **preferences, **files;
} given;

static const GOptionEntry entries[] = {
    {"table", 'z', 0, G_OPTION_ARG_STRING_ARRAY, &given.tables,
     "Print this table; may be given several times. Without it the diagnoses are printed", "TABLE"},
    {"json", 0, 0, G_OPTION_ARG_NONE, &given.json, "Print JSON, one object a line, each with the file's name",
     NULL},
    {"findings", 0, 0, G_OPTION_ARG_NONE, &given.findings, "Print one line for each finding", NULL},
    {"frames", 0, 0, G_OPTION_ARG_NONE, &given.frames,
     "Print what is known of each frame with an IP packet when it comes by, as JSON named as the filter "
     "fields",
     NULL},
    {"option", 'o', 0, G_OPTION_ARG_STRING_ARRAY, &given.preferences, "Set a preference, as in tshark",
     "wiretruth.PREFERENCE:VALUE"},
    {"jobs", 'j', 0, G_OPTION_ARG_INT, &given.jobs,
     "Judge N files at a time; without it as many as there are processors", "N"},
    {"version", 0, 0, G_OPTION_ARG_NONE, &given.version, "Print the version", NULL},
    {"manual", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &given.manual, NULL, NULL},
    {"completion", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &given.completion, NULL, NULL},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.files, NULL, "FILE|FOLDER..."},
    G_OPTION_ENTRY_NULL,
};

static bool wrong(char *text)
{
    fprintf(stderr, "wiretruth: %s\n", text);
    g_free(text);
    return false;
}

/* --- tables --- */

/* With or without "wiretruth," in front. */
static const struct wt_table_type *table_called(const char *name)
{
    char *full =
        g_str_has_prefix(name, "wiretruth,") ? g_strdup(name) : g_strconcat("wiretruth,", name, NULL);
    const struct wt_table_type *type = NULL;

    for (unsigned i = 0; i < wt_table_types_count; i++)
        if (strcmp(wt_table_types[i]->name, full) == 0)
            type = wt_table_types[i];
    g_free(full);
    return type;
}

static bool take_tables(struct wt_options *options)
{
    options->tables = g_ptr_array_new();
    for (char **name = given.tables; name && *name; name++) {
        const struct wt_table_type *type = table_called(*name);
        if (!type)
            return wrong(g_strdup_printf(
                "-z %s: there is no such table. With a display filter use tshark, which dissects", *name));
        g_ptr_array_add(options->tables, (gpointer)type);
    }
    if (!options->tables->len)
        g_ptr_array_add(options->tables, (gpointer)&wt_table_diagnosis);
    return true;
}

static bool take_preferences(struct wt_options *options)
{
    options->settings = wt_settings_new();
    for (char **text = given.preferences; text && *text; text++) {
        char *why = wt_settings_set(&options->settings, *text);
        if (why)
            return wrong(why);
    }
    return true;
}

static bool take(struct wt_options *options)
{
    options->json = given.json;
    options->files = given.files;
    options->output = given.frames     ? WT_OUTPUT_FRAMES
                      : given.findings ? WT_OUTPUT_FINDINGS
                                       : WT_OUTPUT_TABLES;
    options->jobs = given.jobs ? given.jobs : (int)g_get_num_processors();
    if (options->jobs < 1)
        return wrong(g_strdup_printf("--jobs %d: not a number of files from 1", given.jobs));
    if (!given.files)
        return wrong(g_strdup("no FILE given; --help tells more"));
    if ((given.frames || given.findings) && given.tables)
        return wrong(g_strdup("-z cannot be given with --findings or --frames"));
    if (given.frames && given.findings)
        return wrong(g_strdup("--findings and --frames cannot be given together"));
    return true;
}

/* --- the command line --- */

static bool parse(int argc, char **argv)
{
    GOptionContext *context = g_option_context_new(NULL);
    GError *error = NULL;
    char **words = g_new0(char *, (gsize)argc + 1);
    char **kept = NULL;
    bool good = true;

    for (int i = 0; i < argc; i++)
        words[i] = g_strdup(argv[i]);
    kept = words;
    g_option_context_set_summary(context, wt_manual_summary);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse_strv(context, &kept, &error)) {
        good = wrong(g_strdup(error->message));
        g_error_free(error);
    }
    g_strfreev(kept);
    g_option_context_free(context);
    return good;
}

enum wt_parsed wt_options_parse(struct wt_options *options, int argc, char **argv)
{
    *options = (struct wt_options){0};
    if (!parse(argc, argv))
        return WT_PARSED_WRONG;
    if (given.version)
        printf("wiretruth %s\n", WT_VERSION);
    if (given.manual)
        wt_manual_print(entries);
    if (given.completion)
        wt_manual_completion(entries);
    if (given.version || given.manual || given.completion)
        return WT_PARSED_DONE;
    return take(options) && take_tables(options) && take_preferences(options) ? WT_PARSED_FILES
                                                                              : WT_PARSED_WRONG;
}

void wt_options_clear(struct wt_options *options)
{
    if (options->tables)
        g_ptr_array_free(options->tables, TRUE);
    g_strfreev(given.tables);
    g_strfreev(given.preferences);
    g_strfreev(given.files);
}
