#include <criterion/criterion.h>
#include <string.h>

#include "base/name.h"
#include "base/utf8.h"
#include "lexer/lexer.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/core/text.h"
#include "vm/data/map.h"
#include "vm/walk/walk_show.h"

static csp_vm *vm;

static void setup(void) { vm = fixture_vm(); }
static void teardown(void) { fixture_close(vm); }

TestSuite(name, .init = setup, .fini = teardown);

Test(name, characters)
{
    cr_expect_eq(name_char("a", 1, true), 1);
    cr_expect_eq(name_char("a", 0, true), 0);
    cr_expect_eq(name_char("1", 1, true), 0);
    cr_expect_eq(name_char("1", 1, false), 1);
    cr_expect_eq(name_char("_", 1, true), 1);
    cr_expect_eq(name_char("\xe2\x84\x98", 3, true), 3, "U+2118: Other_ID_Start");
    cr_expect_eq(name_char("\xe2\x84\x98", 2, true), 0, "cut off");
    cr_expect_eq(name_char("\xc2\xb7", 2, true), 0);
    cr_expect_eq(name_char("\xc2\xb7", 2, false), 2, "U+00B7: Other_ID_Continue");
    cr_expect_eq(name_char("\xe0\xb8\xb3", 3, true), 0);
    cr_expect_eq(name_char("\xe0\xb8\xb3", 3, false), 3,
                 "U+0E33 changes under NFKC where a name begins");
    cr_expect_eq(name_char("\xff", 1, false), 0);
}

Test(name, whole_ones)
{
    cr_expect(name_is("geometry", 8));
    cr_expect(name_is("_x", 2));
    cr_expect(name_is("match", 5), "it looks like one");
    cr_expect_not(name_is("_", 1));
    cr_expect_not(name_is("", 0));
    cr_expect_not(name_is("a-b", 3));
    cr_expect_not(name_is("1a", 2));
}

/* A map of one key, as it is printed. */
static bool is_printed_bare(const char *key, size_t size)
{
    value m = map_new(vm, fixture_process(vm), 1);
    text t;
    text_init(&t, vm);
    cr_assert(map_put(vm, value_as_object(m), str_new(vm, key, size), value_int(1)));
    cr_assert(walk_show(vm, &t, m, 1000));
    return t.used > 1 && t.block[1] != '"';
}

/* Whether the lexer takes all of it for a key. */
static bool is_read_bare(arena *a, const char *key, size_t size)
{
    src_text src;
    src_init(&src, "", key, size);
    diag_list diags;
    diag_init(&diags, &src);
    lexer lx;
    lex_init(&lx, a, &diags);
    lex_token token = lex_next(&lx);
    bool read = (token.kind == TOK_NAME || (lex_kind_flags(token.kind) & LEX_KEYWORD)) &&
                token.span.end == size;
    diag_free(&diags);
    return read;
}

Test(name, what_is_printed_without_quotes_is_what_is_read_without, .timeout = 120)
{
    arena a;
    arena_init(&a);
    for (uint32_t c = 1; c < 0x32000; c++) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        char key[5] = "x", *alone = key + 1;
        unsigned size = utf8_encode(c, alone);
        cr_assert_eq(is_printed_bare(key, size + 1), is_read_bare(&a, key, size + 1),
                     "x and U+%04X", c);
        cr_assert_eq(is_printed_bare(alone, size), is_read_bare(&a, alone, size), "U+%04X", c);
    }
    arena_free(&a);
}
