#include "repl/test/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repl/room.h"

/* One line, without control characters: a name may be any text. NULL: no memory. */
static char *printable(const char *text, size_t size)
{
    char *out = malloc(size * 4 + 1), *to = out;
    for (size_t i = 0; out && i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n')
            to = stpcpy(to, "\\n");
        else if (c < ' ' || c == 127)
            to += sprintf(to, "\\x%02x", c);
        else
            *to++ = (char)c;
    }
    if (out)
        *to = '\0';
    return out;
}

bool test_file_add(test_file *f, const char *name, size_t size, uint32_t line)
{
    test_case *tests = room_for_one(f->tests, f->count, &f->capacity, sizeof *tests);
    if (!tests)
        return false;
    f->tests = tests;
    char *shown = printable(name, size);
    if (shown)
        f->tests[f->count++] = (test_case){.name = shown, .line = line};
    return shown != NULL;
}

test_case *test_file_next(test_file *f) { return f->run < f->count ? &f->tests[f->run] : NULL; }

void test_file_passed(test_file *f, int64_t ns)
{
    test_case *t = &f->tests[f->run++];
    t->state = TEST_PASSED;
    t->ns = ns;
}

static const char *copy(const char *text, size_t size)
{
    char *made = text ? malloc(size + 1) : NULL;
    if (made) {
        memcpy(made, text, size);
        made[size] = '\0';
    }
    return made;
}

void test_file_failed(test_file *f, const test_failure *how)
{
    test_case *t = &f->tests[f->run++];
    f->failed++;
    t->state = TEST_FAILED;
    t->ns = how->ns;
    t->how = *how;
    if (how->line == 0)
        t->how.line = t->line;
    t->how.why = copy(how->why, how->why ? strlen(how->why) : 0);
    t->how.report = copy(how->report, how->report ? strlen(how->report) : 0);
    t->how.printed = copy(how->printed, how->printed_size);
    if (!t->how.printed)
        t->how.printed_size = 0;
}

static void free_test(const test_case *t)
{
    free(t->name);
    free((char *)t->how.why);
    free((char *)t->how.report);
    free((char *)t->how.printed);
}

void test_file_free(test_file *f)
{
    for (uint32_t i = 0; i < f->count; i++)
        free_test(&f->tests[i]);
    free(f->tests);
    free(f->broken);
}
