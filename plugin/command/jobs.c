/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "jobs.h"

#include "judgement.h"
#include "progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct job {
    pid_t process; /* 0 before it is started, and after it ended */
    FILE *said;
    bool ended;
};

struct run {
    const GArray *files;
    const struct wt_options *options;
    struct wt_progress *progress;
    struct job *jobs;            /* one for each file */
    struct wt_outcome *outcomes; /* the same; in memory that is shared with the processes */
    unsigned started, running, printed;
    void (*done)(void *data, unsigned index, const struct wt_outcome *outcome);
    void *data;
};

/* How many files may be started before the first of them is printed, for each one at a time: they keep a file open. */
enum {
    AHEAD = 16
};

static void fail(struct wt_outcome *outcome, const char *what, const char *why)
{
    outcome->broken = true;
    snprintf(outcome->error, sizeof outcome->error, "%s: %s", what, why);
}

static void judge(const struct run *run, unsigned index)
{
    struct job *job = &run->jobs[index];

    wt_judgement(&g_array_index(run->files, struct wt_file, index), run->options, true, job->said, NULL,
                 &run->outcomes[index]);
    if (fflush(job->said) != 0)
        fail(&run->outcomes[index], "cannot keep what was said", strerror(errno));
}

static void start(struct run *run, unsigned index)
{
    struct job *job = &run->jobs[index];

    job->said = tmpfile();
    job->process = job->said ? fork() : -1;
    if (job->process == 0) {
        judge(run, index);
        _exit(EXIT_SUCCESS);
    }
    if (job->process < 0) {
        fail(&run->outcomes[index], "cannot start", strerror(errno));
        job->ended = true;
        return;
    }
    run->running++;
}

/* A process that was ended tells nothing of why itself. */
static void collect(struct run *run)
{
    int status = 0;
    const pid_t process = wait(&status);

    for (unsigned i = run->printed; i < run->started; i++) {
        if (run->jobs[i].process != process || run->jobs[i].ended)
            continue;
        run->jobs[i].ended = true;
        run->running--;
        if (WIFSIGNALED(status))
            fail(&run->outcomes[i], "the process that judged it was ended", g_strsignal(WTERMSIG(status)));
        return;
    }
}

static void print_said(FILE *said)
{
    char part[1 << 16];
    size_t size;

    if (!said)
        return;
    rewind(said);
    while ((size = fread(part, 1, sizeof part, said)) > 0)
        fwrite(part, 1, size, stdout);
    fclose(said);
}

static void print_ended(struct run *run)
{
    for (; run->printed < run->started && run->jobs[run->printed].ended; run->printed++) {
        wt_progress_clear(run->progress);
        print_said(run->jobs[run->printed].said);
        run->done(run->data, run->printed, &run->outcomes[run->printed]);
    }
}

static void run_all(struct run *run)
{
    const unsigned at_once = (unsigned)run->options->jobs;

    while (run->printed < run->files->len) {
        while (run->started < run->files->len && run->running < at_once &&
               run->started - run->printed < AHEAD * at_once)
            start(run, run->started++);
        if (run->running)
            collect(run);
        print_ended(run);
        wt_progress_files(run->progress, run->printed);
    }
}

bool wt_jobs_run(const GArray *files, const struct wt_options *options, struct wt_progress *progress,
                 void (*done)(void *data, unsigned index, const struct wt_outcome *outcome), void *data)
{
    const size_t size = files->len * sizeof(struct wt_outcome);
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED)
        return false;
    struct run run = {
        .files = files,
        .options = options,
        .progress = progress,
        .jobs = g_new0(struct job, files->len),
        .outcomes = shared,
        .done = done,
        .data = data,
    };
    fflush(stdout);
    run_all(&run);
    g_free(run.jobs);
    munmap(shared, size);
    return true;
}
