/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wiretruth: the command. Files in, verdicts out, in the words of the plugin's tables. */
#include "jobs.h"
#include "judgement.h"
#include "progress.h"
#include "tables/escape.h"
#include "total.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

enum {
    STATUS_CLEAN,
    STATUS_TROUBLE,
    STATUS_FAILED,
};

struct work {
    const GArray *files;
    const struct wt_options *options;
    struct wt_progress *progress;
    struct wt_total total;
};

static void complain(const char *path, const char *why)
{
    char *name = wt_escape(path);

    fprintf(stderr, "wiretruth: %s: %s\n", strcmp(path, "-") == 0 ? "standard input" : name, why);
    g_free(name);
}

static void warn_of_missed(const struct work *work, const char *path, const struct wt_outcome *outcome)
{
    for (unsigned missed = WT_MISSED_NOTHING + 1; missed < WT_MISSED_KINDS; missed++) {
        if (work->options->output == WT_OUTPUT_TABLES || !outcome->missed[missed])
            continue;
        char *text = g_strdup_printf("not looked at: %" G_GUINT64_FORMAT " frames, %s",
                                     outcome->missed[missed], wt_missed_text((enum wt_missed)missed));
        complain(path, text);
        g_free(text);
    }
}

static void done(void *data, unsigned index, const struct wt_outcome *outcome)
{
    struct work *work = data;
    const struct wt_file *file = &g_array_index(work->files, struct wt_file, index);

    wt_progress_clear(work->progress);
    wt_total_add(&work->total, outcome);
    warn_of_missed(work, file->path, outcome);
    if (!outcome->broken)
        return;
    fflush(stdout); /* so that the error stands behind what was said of the file */
    complain(file->path, outcome->error);
}

static void judge_one(struct work *work)
{
    struct wt_outcome outcome = {0};

    wt_judgement(&g_array_index(work->files, struct wt_file, 0), work->options, false, stdout, work->progress,
                 &outcome);
    done(work, 0, &outcome);
}

static bool judge_many(struct work *work)
{
    GString *out = g_string_new(NULL);
    const bool ran = wt_jobs_run(work->files, work->options, work->progress, done, work);

    if (!ran)
        fprintf(stderr, "wiretruth: no room for %u files: %s\n", work->files->len, strerror(errno));
    else if (work->options->output == WT_OUTPUT_TABLES)
        (work->options->json ? wt_total_json : wt_total_text)(&work->total, out);
    fwrite(out->str, 1, out->len, stdout);
    g_string_free(out, TRUE);
    return ran;
}

static int judge(const struct wt_options *options)
{
    GArray *files = wt_folder_files(options->files);
    struct work work = {.files = files, .options = options, .progress = wt_progress_new(files->len)};
    bool good = true;

    if (files->len == 1)
        judge_one(&work);
    else if (files->len)
        good = judge_many(&work);
    wt_progress_free(work.progress);
    g_array_free(files, TRUE);
    if (!work.total.files)
        fprintf(stderr, "wiretruth: there is no capture in what was named\n");
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "wiretruth: cannot write: %s\n", strerror(errno));
        good = false;
    }
    if (!good || work.total.broken || !work.total.files)
        return STATUS_FAILED;
    return work.total.trouble ? STATUS_TROUBLE : STATUS_CLEAN;
}

int main(int argc, char **argv)
{
    struct wt_options options;
    int status = STATUS_FAILED;

    setlocale(LC_CTYPE, "");
    switch (wt_options_parse(&options, argc, argv)) {
    case WT_PARSED_DONE:
        status = STATUS_CLEAN;
        break;
    case WT_PARSED_FILES:
        status = judge(&options);
        break;
    case WT_PARSED_WRONG:
        break;
    }
    wt_options_clear(&options);
    return status;
}
