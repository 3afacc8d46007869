/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

enum {
    INTERVAL = 200000 /* microseconds between two updates: quick enough to be seen to move */
};

struct wt_progress {
    unsigned files;
    int64_t next; /* when the line may be written again */
    bool terminal, shown;
};

struct wt_progress *wt_progress_new(unsigned files)
{
    struct wt_progress *progress = g_new0(struct wt_progress, 1);

    progress->files = files;
    progress->terminal = isatty(STDERR_FILENO);
    progress->next = g_get_monotonic_time() + INTERVAL;
    return progress;
}

void wt_progress_free(struct wt_progress *progress)
{
    wt_progress_clear(progress);
    g_free(progress);
}

static bool is_due(struct wt_progress *progress)
{
    const int64_t now = g_get_monotonic_time();

    if (!progress->terminal || now < progress->next)
        return false;
    progress->next = now + INTERVAL;
    progress->shown = true;
    return true;
}

void wt_progress_files(struct wt_progress *progress, unsigned done)
{
    if (is_due(progress))
        fprintf(stderr, "\r%u of %u files", done, progress->files);
}

void wt_progress_part(struct wt_progress *progress, double done)
{
    if (is_due(progress))
        fprintf(stderr, "\r%3.0f %%", done * 100);
}

void wt_progress_clear(struct wt_progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r%24s\r", "");
    progress->shown = false;
}
