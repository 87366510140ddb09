/* parser/habits.c and resolve_unknown.c against what programmers of other languages write:
 * tests/api/habits.txt */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/findings.h"
#include "tests/support/support.h"

static csp_vm *vm;

static void setup(void) { cr_assert_eq(csp_new(NULL, &vm), CSP_OK); }

static void teardown(void) { csp_free(vm); }

TestSuite(habits, .init = setup, .fini = teardown);

/* `\n` becomes a new line, in place. */
static void unescape(char *text)
{
    char *to = text;
    for (char *from = text; *from != '\0'; from++, to++) {
        bool is_newline = from[0] == '\\' && from[1] == 'n';
        *to = is_newline ? '\n' : *from;
        from += is_newline;
    }
    *to = '\0';
}

static void assert_told(const char *text, const char *words)
{
    findings f = findings_of(vm, text);
    cr_expect_eq(f.errors, 1, "%s: %u errors, the first: %s", text, f.errors, f.message);
    cr_expect(strstr(f.hint, words) || strstr(f.message, words), "%s:\n  said: %s\n  hint: %s",
              text, f.message, f.hint);
    findings_free(&f);
}

Test(habits, each_is_one_error_that_says_how_it_is_written_here)
{
    char *file = support_read_file("tests/api/habits.txt", NULL), *rest = file, *line;
    unsigned count = 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *mark = strstr(line, " ## ");
        if (!mark || strstr(mark + 1, " ## words"))
            continue;
        if (strncmp(line, "What programmers", 16) == 0)
            continue;
        *mark = '\0';
        unescape(line);
        assert_told(line, mark + strlen(" ## "));
        count++;
    }
    cr_assert_geq(count, 150);
    free(file);
}

Test(habits, errors_that_stand_for_themselves_are_all_told)
{
    static const struct {
        const char *text;
        uint32_t errors;
    } texts[] = {
        {"let a = 1 +\nlet b = 2\nlet c = )\nprint(nowhere)", 3},
        {"if true {\n    let x = = 1\n    let y = nowhere\n}\n", 2},
        {"def f():\n    return 1\nprint(nowhere)", 2},
        {"-- a comment here\n-- and more of it\nlet x = nowhere", 2},
        {"let t = 1\n    + 2\n    + 3\nprint(nowhere)", 2},
        {"let s = \"first\nsecond\"\nprint(nowhere)", 2},
        {"print(\"abc)\nprint(\"def\")\nprint(nowhere)", 2},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        findings f = findings_of(vm, texts[i].text);
        cr_expect_eq(f.errors, texts[i].errors, "%s: %u errors\n%s", texts[i].text, f.errors,
                     f.report);
        findings_free(&f);
    }
}

Test(habits, what_looks_foreign_and_is_not_compiles)
{
    static const char *const texts[] = {
        "let x = 3\nlet y = 2\nprint(x --y)\nprint(--x)",
        "let n = 2\nlet xs = [1, 2]\nfn f(n, xs) {\n-- n in xs\n}\nprint(f(n, xs))",
        "let c = chan(1)\nlet a = 2\nprint(a <-a)",
        "fn f(end) {\n    end\n}\nprint(f(1))",
        "let xs = [\n1,\n2\n]\nprint(xs)",
        "let m = {\na: 1,\nb: 2\n}\nprint(m)",
        "print(\n1,\n2\n)",
        "let s = \"\"\"\nfirst\n\"second\"\n\"\"\"\nprint(s)",
        "let n = 7 // 2\nprint(n % 2)",
        "let f = fn(x) =>\n    x\nprint(f(1))",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        findings f = findings_of(vm, texts[i]);
        cr_expect_eq(f.errors, 0, "%s: %s", texts[i], f.message);
        findings_free(&f);
    }
}
