#include "tests/support/parse_fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/ast_dump.h"
#include "tests/support/support.h"

void parse_fixture_open(parse_fixture *f)
{
    *f = (parse_fixture){0};
    arena_init(&f->memory);
    diag_init(&f->list, &f->src);
}

void parse_fixture_close(parse_fixture *f)
{
    diag_free(&f->list);
    src_free(&f->src);
    arena_free(&f->memory);
}

ast_module *parse_fixture_bytes(parse_fixture *f, const char *text, size_t length)
{
    parse_fixture_close(f);
    src_init(&f->src, "a.csp", text, length);
    diag_init(&f->list, &f->src);
    ast_module *module = parse_module(&f->memory, &f->list);
    cr_assert_not_null(module);
    return module;
}

ast_module *parse_fixture_text(parse_fixture *f, const char *text)
{
    return parse_fixture_bytes(f, text, strlen(text));
}

void parse_fixture_ast(parse_fixture *f, const char *text, const char *expected)
{
    ast_module *module = parse_fixture_text(f, text);
    char *dump = ast_dump_module(module);
    char *said = diag_render(&f->list, DIAG_TEXT);
    cr_assert_eq(f->list.errors, 0, "%s\n%s", text, said);
    cr_assert_str_eq(dump, expected, "%s\n  gives    %s\n  expected %s", text, dump, expected);
    free(said);
    free(dump);
}

void parse_fixture_error(parse_fixture *f, const char *text, uint32_t start, uint32_t end,
                         const char *message, const char *hint)
{
    parse_fixture_text(f, text);
    char *said = diag_render(&f->list, DIAG_TEXT);
    cr_assert_eq(f->list.errors, 1, "%s\n%s", text, said);
    diag *d = &f->list.items[0];
    cr_assert_not_null(strstr(d->message, message), "%s\n%s", text, said);
    cr_assert(d->span.start == start && d->span.end == end, "%s: from %u to %u\n%s", text,
              d->span.start, d->span.end, said);
    if (hint != NULL)
        cr_assert(d->hint != NULL && strstr(d->hint, hint) != NULL, "%s\n%s", text, said);
    free(said);
}

void parse_fixture_errors(parse_fixture *f, const char *text, uint32_t count,
                          const char *const expected[])
{
    parse_fixture_text(f, text);
    char *said = diag_render(&f->list, DIAG_TEXT);
    cr_assert_eq(f->list.errors, count, "%s\n%s", text, said);
    const char *at = said;
    for (uint32_t i = 0; i < count; i++) {
        at = strstr(at, expected[i]);
        cr_assert_not_null(at, "%s\n%s", expected[i], said);
    }
    free(said);
}

char *parse_fixture_marked(const char *marked, src_span *piece)
{
    char *text = support_format("%s", marked);
    char *from = strstr(text, "[["), *to = strstr(text, "]]");
    cr_assert(from && to, "no mark in %s", marked);
    while (to[2] == ']') /* the piece's own */
        to++;
    *piece = (src_span){(uint32_t)(from - text), (uint32_t)(to - text) - 2};
    memmove(to, to + 2, strlen(to + 2) + 1);
    memmove(from, from + 2, strlen(from + 2) + 1);
    return text;
}
