#include "repl/test/forms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/standard.h"

/* ---- TAP ---- */

void tap_begin(void) { standard_put(STDOUT_FILENO, "TAP version 14\n"); }

/* `#` would begin a directive. */
static void tap_name(const char *name)
{
    for (; *name; name++) {
        if (*name == '#' || *name == '\\')
            standard_put(STDOUT_FILENO, "\\");
        standard_write(STDOUT_FILENO, name, 1);
    }
}

static void tap_lines(const char *text, size_t size)
{
    while (size > 0) {
        const char *end = memchr(text, '\n', size);
        size_t length = end ? (size_t)(end - text) : size;
        standard_put(STDOUT_FILENO, "# ");
        standard_write(STDOUT_FILENO, text, length);
        standard_put(STDOUT_FILENO, "\n");
        length += end != NULL;
        text += length;
        size -= length;
    }
}

static void tap_head(bool passed, uint64_t number, const char *path)
{
    standard_printf(STDOUT_FILENO, "%sok %llu - ", passed ? "" : "not ",
                    (unsigned long long)number);
    tap_name(path);
}

void tap_test(const test_file *f, const test_case *t, uint64_t number)
{
    tap_head(t->state == TEST_PASSED, number, f->path);
    standard_put(STDOUT_FILENO, ": ");
    tap_name(t->name);
    standard_put(STDOUT_FILENO, "\n");
    if (t->state == TEST_PASSED)
        return;
    standard_printf(STDOUT_FILENO, "# at %s:%u\n", f->path, t->how.line);
    if (t->how.why)
        tap_lines(t->how.why, strlen(t->how.why));
    if (t->how.report)
        tap_lines(t->how.report, strlen(t->how.report));
    if (t->how.printed) {
        tap_lines("printed:", 8);
        tap_lines(t->how.printed, t->how.printed_size);
    }
}

void tap_broken(const test_file *f, uint64_t number)
{
    tap_head(false, number, f->path);
    standard_put(STDOUT_FILENO, "\n");
    tap_lines(f->broken, strlen(f->broken));
}

void tap_end(uint64_t count)
{
    standard_printf(STDOUT_FILENO, "1..%llu\n", (unsigned long long)count);
}

/* ---- JUnit ---- */

/* How many bytes the character has there, if XML 1.0 takes it; 0: it does not, or it is no
 * UTF-8. */
static size_t xml_character(const unsigned char *at, size_t size)
{
    if (at[0] < 0x80)
        return at[0] >= ' ' || at[0] == '\n' || at[0] == '\t';
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool low = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool high = (at[0] == 0xed && at[1] >= 0xa0) || (at[0] == 0xf4 && at[1] >= 0x90);
    bool none = at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe;
    return low || high || none ? 0 : length;
}

/* What XML cannot say becomes `?`. In an attribute a newline would be a blank. */
static void xml_text(FILE *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t length = xml_character((const unsigned char *)text + i, size - i);
        char c = text[i];
        if (length == 0)
            putc('?', out);
        else if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\n' || c == '\t')
            fprintf(out, "&#%d;", c);
        else
            fwrite(text + i, 1, length, out);
        i += length ? length : 1;
    }
}

static void xml_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    xml_text(out, text, strlen(text));
    putc('"', out);
}

static double seconds(int64_t ns) { return (double)ns / 1e9; }

/* What stands for the whole failure. */
static const char *message_of(const test_failure *how, char line[200])
{
    if (how->why)
        return how->why;
    snprintf(line, 200, "%.*s", (int)strcspn(how->report ? how->report : "", "\n"),
             how->report ? how->report : "");
    return line;
}

static void junit_failure(FILE *out, const test_file *f, const test_failure *how)
{
    char line[200];
    fprintf(out, "      <failure");
    xml_attribute(out, "message", message_of(how, line));
    putc('>', out);
    xml_text(out, f->path, strlen(f->path));
    fprintf(out, ":%u&#10;", how->line);
    if (how->report)
        xml_text(out, how->report, strlen(how->report));
    fprintf(out, "</failure>\n");
    if (!how->printed)
        return;
    fprintf(out, "      <system-out>");
    xml_text(out, how->printed, how->printed_size);
    fprintf(out, "</system-out>\n");
}

static void junit_test(FILE *out, const test_file *f, const test_case *t)
{
    fprintf(out, "    <testcase");
    xml_attribute(out, "classname", f->path);
    xml_attribute(out, "name", t->name);
    fprintf(out, " time=\"%.6f\"", seconds(t->ns));
    if (t->state != TEST_FAILED) {
        fprintf(out, "/>\n");
        return;
    }
    fprintf(out, ">\n");
    junit_failure(out, f, &t->how);
    fprintf(out, "    </testcase>\n");
}

static void junit_file(FILE *out, const test_file *f)
{
    int64_t ns = 0;
    for (uint32_t i = 0; i < f->run; i++)
        ns += f->tests[i].ns;
    fprintf(out, "  <testsuite");
    xml_attribute(out, "name", f->path);
    fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%d\" time=\"%.6f\">\n",
            f->run + (f->broken != NULL), f->failed, f->broken != NULL, seconds(ns));
    for (uint32_t i = 0; i < f->run; i++)
        junit_test(out, f, &f->tests[i]);
    if (f->broken) {
        fprintf(out, "    <testcase");
        xml_attribute(out, "classname", f->path);
        xml_attribute(out, "name", f->path);
        fprintf(out, "><error message=\"it could not be run\">");
        xml_text(out, f->broken, strlen(f->broken));
        fprintf(out, "</error></testcase>\n");
    }
    fprintf(out, "  </testsuite>\n");
}

int junit_write(const char *path, const test_file *files, size_t count)
{
    FILE *out = fopen(path, "we");
    if (!out)
        return errno;
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (size_t i = 0; i < count; i++)
        junit_file(out, &files[i]);
    fprintf(out, "</testsuites>\n");
    bool failed = ferror(out) != 0;
    int why = errno;
    if (fclose(out) != 0)
        return errno;
    return failed ? why : 0;
}
