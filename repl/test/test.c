#include "repl/test/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "repl/standard.h"
#include "repl/test/find.h"
#include "repl/test/job.h"
#include "repl/test/report.h"

/* GRACE: in ms, beyond the time that a test has, for what it may do at its end. TICK: how often
 * those who say nothing are looked at. */
enum { GRACE = 6000, TICK = 100 };

typedef struct runner {
    const options *o;
    test_report report;
    job *jobs;
    uint32_t job_count;
    size_t next; /* the file that is started next */
    bool stopped;
} runner;

/* ---- Signals ---- */

static volatile sig_atomic_t ended_by;

static void on_end(int number) { ended_by = number; }
static void on_child(int number) { (void)number; }

static const int handled[] = {SIGINT, SIGTERM, SIGCHLD};
enum { HANDLED = sizeof handled / sizeof *handled };

/* They come only while the command waits: `waiting` is the mask for that. */
static void handle_signals(struct sigaction before[HANDLED], sigset_t *waiting)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    for (int i = 0; i < HANDLED; i++) {
        struct sigaction act = {.sa_handler = handled[i] == SIGCHLD ? on_child : on_end};
        sigaction(handled[i], NULL, &before[i]);
        if (handled[i] == SIGCHLD || before[i].sa_handler != SIG_IGN)
            sigaction(handled[i], &act, NULL);
        sigaddset(&blocked, handled[i]);
    }
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    for (int i = 0; i < HANDLED; i++)
        sigdelset(waiting, handled[i]);
}

static void restore_signals(const struct sigaction before[HANDLED], const sigset_t *waiting)
{
    for (int i = 0; i < HANDLED; i++)
        sigaction(handled[i], &before[i], NULL);
    sigprocmask(SIG_SETMASK, waiting, NULL);
}

/* ---- Running ---- */

static int64_t now_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static void cannot_start(test_file *f)
{
    f->broken = strdup("csp: there is no OS process for it\n");
    f->over = true;
}

/* Fills free jobs with files. */
static void start_some(runner *r)
{
    for (uint32_t i = 0; i < r->job_count && !r->stopped; i++)
        while (!r->jobs[i].file && r->next < r->report.count) {
            test_file *f = &r->report.files[r->next++];
            if (!job_start(&r->jobs[i], r->o, f))
                cannot_start(f);
        }
}

static bool is_running(const runner *r)
{
    for (uint32_t i = 0; i < r->job_count; i++)
        if (r->jobs[i].file)
            return true;
    return false;
}

static void wait_for_jobs(runner *r, struct pollfd *polled, const sigset_t *mask)
{
    nfds_t count = 0;
    for (uint32_t i = 0; i < r->job_count; i++) {
        const job *j = &r->jobs[i];
        if (!j->file)
            continue;
        polled[count++] = (struct pollfd){.fd = j->results, .events = POLLIN};
        polled[count++] = (struct pollfd){.fd = j->output, .events = POLLIN};
    }
    struct timespec tick = {.tv_nsec = TICK * 1000000};
    ppoll(polled, count, &tick, mask);
}

static void kill_all(runner *r)
{
    for (uint32_t i = 0; i < r->job_count; i++)
        if (r->jobs[i].file)
            job_kill(&r->jobs[i]);
    r->stopped = true;
}

static bool has_failed(const runner *r)
{
    for (size_t i = 0; i < r->report.count; i++)
        if (r->report.files[i].failed > 0)
            return true;
    return false;
}

static void run_all(runner *r, struct pollfd *polled, const sigset_t *mask)
{
    int64_t patience = (int64_t)r->o->test.milliseconds + GRACE;
    for (;;) {
        start_some(r);
        if (!is_running(r))
            return;
        wait_for_jobs(r, polled, mask);
        for (uint32_t i = 0; i < r->job_count; i++)
            if (r->jobs[i].file)
                job_serve(&r->jobs[i], now_ms(), patience);
        if (ended_by || (r->o->test.fail_fast && has_failed(r)))
            kill_all(r);
        test_report_tell(&r->report);
    }
}

static uint32_t cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 1000 ? 1000 : (uint32_t)n;
}

/* False: no memory. */
static bool run_files(runner *r)
{
    r->job_count = r->o->test.jobs ? r->o->test.jobs : cores();
    if (r->job_count > r->report.count)
        r->job_count = (uint32_t)r->report.count;
    r->jobs = calloc(r->job_count + 1u, sizeof *r->jobs);
    struct pollfd *polled = calloc(r->job_count * 2u + 1, sizeof *polled);
    bool ok = r->jobs && polled;
    if (ok) {
        struct sigaction before[HANDLED];
        sigset_t mask;
        test_report_begin(&r->report);
        handle_signals(before, &mask);
        run_all(r, polled, &mask);
        restore_signals(before, &mask);
    }
    free(polled);
    free(r->jobs);
    return ok;
}

static int run_paths(const options *o, const test_paths *paths)
{
    runner r = {.o = o, .report = {.o = o, .count = paths->count}};
    r.report.files = calloc(paths->count + 1, sizeof *r.report.files);
    for (size_t i = 0; r.report.files && i < paths->count; i++)
        r.report.files[i].path = paths->items[i];
    int status = EXIT_USAGE;
    if (!r.report.files || !run_files(&r))
        standard_put(STDERR_FILENO, "csp: out of memory\n");
    else
        status = test_report_end(&r.report, paths->incomplete);
    for (size_t i = 0; r.report.files && i < paths->count; i++)
        test_file_free(&r.report.files[i]);
    free(r.report.files);
    return status;
}

int test_run(options *o)
{
    /* Short enough to be typed. */
    uint32_t seed = 1;
    if (!o->test.seeded && getrandom(&seed, sizeof seed, 0) == (ssize_t)sizeof seed)
        o->test.seed = seed % 1000000;
    test_paths paths = {0};
    for (uint32_t i = 0; i < o->file_count; i++)
        test_paths_add(&paths, o->files[i]);
    if (o->file_count == 0)
        test_paths_add(&paths, ".");
    if (paths.count == 0 && !paths.incomplete)
        standard_put(STDERR_FILENO, "csp: there is no *_test.csp here\n");
    int status = run_paths(o, &paths);
    test_paths_free(&paths);
    return ended_by ? standard_die(ended_by) : status;
}
