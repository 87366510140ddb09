#include "repl/test/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/source.h"
#include "repl/standard.h"
#include "repl/test/forms.h"

#define BOLD_RED "\x1b[1;31m"
#define GREEN    "\x1b[32m"
#define BLUE     "\x1b[1;34m"
#define PLAIN    "\x1b[0m"

static void put(const char *text) { standard_put(STDOUT_FILENO, text); }

static void put_coloured(const test_report *r, const char *colour, const char *text)
{
    if (r->o->colour_out)
        put(colour);
    put(text);
    if (r->o->colour_out)
        put(PLAIN);
}

/* ---- One failure ---- */

static void put_indented(const char *text, size_t size, const char *indent)
{
    while (size > 0) {
        const char *end = memchr(text, '\n', size);
        size_t length = end ? (size_t)(end - text) : size;
        if (length > 0)
            put(indent);
        standard_write(STDOUT_FILENO, text, length);
        put("\n");
        length += end != NULL;
        text += length;
        size -= length;
    }
}

/* The line of the file, if it can still be read. */
static void put_source(const test_report *r, const char *path, uint32_t line)
{
    source s;
    if (access(path, R_OK) != 0 || !source_read(path, &s))
        return;
    const char *at = s.text, *end = s.text + s.size;
    for (uint32_t i = 1; at && i < line; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at += at != NULL;
    }
    if (at) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        char number[24];
        snprintf(number, sizeof number, "%11u | ", line);
        put_coloured(r, BLUE, number);
        standard_write(STDOUT_FILENO, at, (size_t)((stop ? stop : end) - at));
        put("\n");
    }
    source_free(&s);
}

static void put_failure(const test_report *r, const test_file *f, const test_case *t)
{
    const test_failure *how = &t->how;
    put_coloured(r, BOLD_RED, "FAILED");
    standard_printf(STDOUT_FILENO, " %s:%u: %s\n", f->path, how->line, t->name);
    if (how->why)
        standard_printf(STDOUT_FILENO, "    %s\n", how->why);
    if (!how->placed || !how->report)
        put_source(r, f->path, how->line);
    if (how->report)
        put_indented(how->report, strlen(how->report), "    ");
    if (how->printed) {
        put("    printed:\n");
        put_indented(how->printed, how->printed_size, "        ");
    }
    if (!how->not_run)
        standard_printf(STDOUT_FILENO, "    seed: %llu\n", (unsigned long long)r->o->test.seed);
}

/* ---- All of them ---- */

static void clear_progress(test_report *r)
{
    if (r->progress)
        put("\r\x1b[2K");
    r->progress = false;
}

static void count(const test_report *r, uint64_t *passed, uint64_t *failed)
{
    *passed = *failed = 0;
    for (size_t i = 0; i < r->count; i++) {
        *failed += r->files[i].failed;
        *passed += r->files[i].run - r->files[i].failed;
    }
}

static void put_progress(test_report *r)
{
    if (r->o->test.tap || !isatty(STDOUT_FILENO))
        return;
    clear_progress(r);
    uint64_t passed, failed;
    count(r, &passed, &failed);
    standard_printf(STDOUT_FILENO, "%llu passed, %llu failed … %s", (unsigned long long)passed,
                    (unsigned long long)failed, r->told < r->count ? r->files[r->told].path : "");
    r->progress = true;
}

/* Those that have not run are only counted. */
static bool is_told(const test_case *t) { return t->state == TEST_FAILED && !t->how.not_run; }

static uint32_t not_run(const test_file *f)
{
    uint32_t n = 0;
    for (uint32_t i = f->run; i > 0 && f->tests[i - 1].how.not_run; i--)
        n++;
    return n;
}

static void put_file(test_report *r, const test_file *f)
{
    clear_progress(r);
    if (r->o->test.tap) {
        if (f->broken)
            tap_broken(f, ++r->number);
        return;
    }
    if (f->count == 0 && !f->broken && r->o->test.filter)
        return;
    if (f->broken) {
        standard_put(STDERR_FILENO, f->broken);
        if (*f->broken && f->broken[strlen(f->broken) - 1] != '\n')
            standard_put(STDERR_FILENO, "\n");
        put_coloured(r, BOLD_RED, f->path);
        put(": could not be run\n");
        return;
    }
    put_coloured(r, f->failed ? BOLD_RED : GREEN, f->path);
    if (f->count == 0)
        put(": no tests\n");
    else
        standard_printf(STDOUT_FILENO, ": %u passed", f->run - f->failed);
    if (f->failed)
        standard_printf(STDOUT_FILENO, ", %u failed", f->failed);
    if (not_run(f))
        standard_printf(STDOUT_FILENO, ", of which %u have not run", not_run(f));
    if (f->run < f->count)
        standard_printf(STDOUT_FILENO, ", %u not run", f->count - f->run);
    if (f->count > 0)
        put("\n");
}

static void put_test(test_report *r, const test_file *f, const test_case *t)
{
    r->number++;
    clear_progress(r);
    if (r->o->test.tap)
        tap_test(f, t, r->number);
    else if (is_told(t))
        put_failure(r, f, t);
}

void test_report_begin(test_report *r)
{
    if (r->o->test.tap)
        tap_begin();
}

void test_report_tell(test_report *r)
{
    while (r->told < r->count) {
        const test_file *f = &r->files[r->told];
        while (r->told_tests < f->run)
            put_test(r, f, &f->tests[r->told_tests++]);
        if (!f->over)
            break;
        put_file(r, f);
        r->told++;
        r->told_tests = 0;
    }
    put_progress(r);
    standard_flush();
}

/* False: it cannot be written, and that has been reported. */
static bool write_junit(const test_report *r)
{
    const char *path = r->o->test.junit;
    int why = path ? junit_write(path, r->files, r->count) : 0;
    if (why)
        standard_printf(STDERR_FILENO, "csp: cannot write %s: %s\n", path, strerror(why));
    return why == 0;
}

int test_report_end(test_report *r, bool incomplete)
{
    clear_progress(r);
    uint64_t passed, failed;
    count(r, &passed, &failed);
    for (size_t i = 0; i < r->count; i++)
        incomplete = incomplete || r->files[i].broken;
    if (r->o->test.tap) {
        tap_end(r->number);
        put("# ");
    }
    standard_printf(STDOUT_FILENO, "%llu passed, %llu failed\n", (unsigned long long)passed,
                    (unsigned long long)failed);
    if (!write_junit(r) || incomplete || passed + failed == 0)
        return EXIT_USAGE;
    return failed ? EXIT_CRASH : 0;
}
