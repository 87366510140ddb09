#include "repl/test/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "repl/failure.h"
#include "repl/source.h"
#include "repl/standard.h"
#include "repl/test/folder.h"

/* REPORT: bytes of what is said of one failure. */
enum { REPORT_MAX = 64 << 10 };

typedef struct worker {
    const options *o;
    const char *path;
    int results;
    const char *mark;
    int input, output;     /* what the descriptors 0 to 2 are at the beginning of each test */
    const char *temporary; /* a folder for what is only for the moment */
    int folder;            /* the current one, to which each test comes back; -1: not known */
    /* of the test under way: crashes that nobody awaits */
    uint32_t crashes, crash_line;
    char crash_reports[REPORT_MAX];
    size_t crash_size;
} worker;

/* ---- Lines ---- */

static void put_string(FILE *out, const char *text, size_t size)
{
    putc('"', out);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == '"' || c == '\\')
            fprintf(out, "\\u%04x", c);
        else
            putc(c, out);
    }
    putc('"', out);
}

static void put_member(FILE *out, const char *key, const char *text)
{
    fprintf(out, ",\"%s\":", key);
    put_string(out, text, strlen(text));
}

/* The reader is there as long as this process is. A test may have made the descriptor one that
 * does not wait. */
static void send_to(int fd, const char *line, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, line, size);
        struct pollfd at = {.fd = fd, .events = POLLOUT};
        if (written < 0 && errno == EAGAIN)
            (void)poll(&at, 1, -1);
        else if (written < 0 && errno != EINTR)
            _exit(EXIT_USAGE);
        if (written > 0) {
            line += written;
            size -= (size_t)written;
        }
    }
}

static void send(const worker *w, const char *line, size_t size)
{
    send_to(w->results, line, size);
}

/* A line under construction; without the memory for it the process gives up. */
typedef struct line {
    FILE *out;
    char *text;
    size_t size;
} line;

static void line_begin(line *l)
{
    l->text = NULL;
    l->out = open_memstream(&l->text, &l->size);
    if (!l->out)
        _exit(EXIT_USAGE);
}

static void line_send(const worker *w, line *l)
{
    putc('\n', l->out);
    if (fclose(l->out) != 0)
        _exit(EXIT_USAGE);
    send(w, l->text, l->size);
    free(l->text);
}

static void send_test(const worker *w, const csp_test *test)
{
    line l;
    line_begin(&l);
    fprintf(l.out, "{\"line\":%u,\"name\":", test->line);
    put_string(l.out, test->name, test->name_size);
    putc('}', l.out);
    line_send(w, &l);
}

static void send_broken(const worker *w, const char *report)
{
    line l;
    line_begin(&l);
    fprintf(l.out, "{\"broken\":");
    put_string(l.out, report, strlen(report));
    putc('}', l.out);
    line_send(w, &l);
}

static void send_passed(const worker *w, int64_t ns)
{
    line l;
    line_begin(&l);
    fprintf(l.out, "{\"passed\":true,\"ns\":%lld}", (long long)ns);
    line_send(w, &l);
}

/* at: a line of this file, which the report shows if there is one; 0: there is none. why: NULL if
 * the report says it. */
static void send_failed(const worker *w, int64_t ns, uint32_t at, const char *why,
                        const char *report)
{
    line l;
    line_begin(&l);
    fprintf(l.out, "{\"passed\":false,\"ns\":%lld,\"line\":%u,\"placed\":%s", (long long)ns, at,
            at ? "true" : "false");
    if (why)
        put_member(l.out, "why", why);
    if (report)
        put_member(l.out, "report", report);
    putc('}', l.out);
    line_send(w, &l);
}

/* ---- One test ---- */

/* Failures are shown on standard output. */
static csp_style style_of(const worker *w)
{
    return w->o->json ? CSP_JSON : w->o->colour_out ? CSP_COLOUR : CSP_PLAIN;
}

/* The line of the innermost place in this file; 0: there is none. */
static uint32_t line_of(const worker *w, const csp_error *error)
{
    csp_place place;
    for (uint32_t i = 0; error && csp_error_frame(error, i, &place); i++)
        if (place.file && strcmp(place.file, w->path) == 0)
            return place.line;
    return 0;
}

static void on_crash(void *user, const csp_error *error)
{
    worker *w = user;
    if (w->crashes++ == 0)
        w->crash_line = line_of(w, error);
    char *text = csp_error_text(error, style_of(w));
    size_t size = text ? strlen(text) : 0;
    if (text && size < sizeof w->crash_reports - w->crash_size) {
        memcpy(w->crash_reports + w->crash_size, text, size);
        w->crash_size += size;
    }
    csp_text_free(text);
}

static const char *exited(int status)
{
    static char why[40];
    snprintf(why, sizeof why, "it called Os.exit(%d)", status);
    return why;
}

/* What is wrong, in a few words. NULL: nothing. */
static const char *verdict_of(const worker *w, csp_vm *vm, csp_status status)
{
    switch (status) {
    case CSP_OK:
        return w->crashes ? "a process that it started crashed, and nobody awaited it" : NULL;
    case CSP_STUCK: return "it has left processes that nobody can wake";
    case CSP_EXIT: return exited(csp_exit_status(vm));
    case CSP_E_DEADLOCK: return "it deadlocked";
    case CSP_E_BUDGET: return "it took too long";
    case CSP_E_COMPILE: return "it does not compile any more";
    case CSP_E_CRASH: return "it ended with an error";
    default: return "it could not be run";
    }
}

static void report(worker *w, csp_vm *vm, csp_status status, int64_t ns)
{
    const char *why = verdict_of(w, vm, status);
    if (!why) {
        send_passed(w, ns);
        return;
    }
    csp_error *error = status < 0 ? csp_take_error(vm) : NULL;
    char *text = error ? csp_error_text(error, style_of(w)) : NULL, *both = NULL;
    uint32_t at = status == CSP_E_CRASH ? line_of(w, error) : status == CSP_OK ? w->crash_line : 0;
    w->crash_reports[w->crash_size] = '\0';
    if (asprintf(&both, "%s%s", text ? text : "", w->crash_reports) < 0)
        both = NULL;
    /* The report of a crash says all there is to say. */
    send_failed(w, ns, at, status == CSP_E_CRASH && at ? NULL : why, both && *both ? both : NULL);
    free(both);
    csp_text_free(text);
    csp_error_free(error);
}

static int64_t now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static csp_config config_of(worker *w)
{
    csp_config config = w->o->config;
    config.user = w;
    config.crash = on_crash;
    config.reports = style_of(w);
    config.report_leaks = true;
    return config;
}

/* What a test has done with its descriptors and its folder does not concern the next one. */
static void settle(const worker *w)
{
    if (w->folder >= 0 && fchdir(w->folder) != 0)
        standard_printf(STDERR_FILENO, "csp: cannot go back to the current folder: %s\n",
                        strerror(errno));
    if (dup2(w->input, STDIN_FILENO) < 0 || dup2(w->output, STDOUT_FILENO) < 0 ||
        dup2(w->output, STDERR_FILENO) < 0)
        _exit(EXIT_USAGE);
    folder_empty(w->temporary);
}

/* False: it has failed. */
static bool run(worker *w, const csp_tests *tests, size_t index)
{
    csp_config config = config_of(w);
    csp_test_options how = {.struct_size = sizeof how,
                            .milliseconds = w->o->test.milliseconds,
                            .updates = w->o->test.update,
                            .seeded = true,
                            .seed = w->o->test.seed};
    w->crashes = w->crash_line = 0;
    w->crash_size = 0;
    csp_vm *vm;
    int64_t begun = now();
    if (csp_new(&config, &vm) != CSP_OK) {
        send_failed(w, 0, 0, "there was no memory for it", NULL);
        return false;
    }
    csp_status status = csp_test_run(vm, tests, index, &how);
    send_to(w->output, w->mark, strlen(w->mark));
    report(w, vm, status, now() - begun);
    csp_free(vm);
    settle(w);
    return status == CSP_OK && w->crashes == 0;
}

/* ---- The file ---- */

static csp_tests *read_tests(worker *w, const source *s)
{
    csp_config config = config_of(w);
    csp_vm *vm;
    csp_tests *tests = NULL;
    if (csp_new(&config, &vm) != CSP_OK) {
        send_broken(w, "csp: out of memory\n");
        return NULL;
    }
    if (csp_tests_read(vm, s->name, s->text, s->size, &tests) != CSP_OK) {
        csp_error *error = csp_take_error(vm);
        char *text = error ? csp_error_text(error, failure_style(w->o)) : NULL;
        send_broken(w, text ? text : "csp: out of memory\n");
        csp_text_free(text);
        csp_error_free(error);
    }
    csp_free(vm);
    return tests;
}

static bool is_wanted(const worker *w, const csp_test *test)
{
    const char *filter = w->o->test.filter;
    return !filter || memmem(test->name, test->name_size, filter, strlen(filter));
}

static void run_all(worker *w, const csp_tests *tests)
{
    csp_test test;
    for (size_t i = 0; csp_tests_get(tests, i, &test); i++)
        if (is_wanted(w, &test))
            send_test(w, &test);
    for (size_t i = 0; csp_tests_get(tests, i, &test); i++)
        if (is_wanted(w, &test) && !run(w, tests, i) && w->o->test.fail_fast)
            break;
}

void test_work(const options *o, const char *path, int results, const char *mark,
               const char *temporary)
{
    worker *w = calloc(1, sizeof *w);
    if (!w)
        return;
    w->o = o;
    w->path = path;
    w->results = results;
    w->mark = mark;
    w->temporary = temporary;
    setenv("TMPDIR", temporary, 1);
    w->input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    w->output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    w->folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    source s;
    csp_tests *tests = NULL;
    if (source_read(path, &s))
        tests = read_tests(w, &s);
    else
        send_broken(w, ""); /* it has been said why */
    source_free(&s);
    if (tests)
        run_all(w, tests);
    csp_tests_free(tests);
    send(w, "{\"end\":true}\n", 13);
    free(w);
}
