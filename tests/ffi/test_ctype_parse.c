/* ffi/ctype_parse.h: types of functions as text. */
#include <criterion/criterion.h>
#include <string.h>

#include "ffi/ctype_parse.h"

static void assert_type(const char *text, const char *as)
{
    ffi_refusal why = {0};
    char shown[CTYPE_NAME];
    ffi_block *b = ffi_block_new();
    const csignature *s = ctype_parse_function(b, text, &why);
    cr_assert_not_null(s, "%s: %s", text, why.text);
    cr_assert_str_eq(
        ctype_text((ctype){.kind = CTYPE_FUNCTION, .signature = s}, shown, sizeof shown), as);
    ffi_block_release(b);
}

Test(ctype_parse, functions)
{
    assert_type("fn()", "fn()");
    assert_type("fn(pointer, pointer): i32", "fn(pointer, pointer): i32");
    assert_type("  fn ( i8 ,\n f64,\t) :  void ", "fn(i8, f64)");
    assert_type("fn(fn(u8): bool, cstring): fn()", "fn(fn(u8): bool, cstring): fn()");
    assert_type("fn(i32*): u8*", "fn(pointer): pointer");
}

static uint64_t otherwise(const char *text)
{
    ffi_refusal why = {0};
    ffi_block *b = ffi_block_new();
    const csignature *s = ctype_parse_function(b, text, &why);
    cr_assert_not_null(s, "%s: %s", text, why.text);
    cr_assert(s->has_otherwise);
    uint64_t word = s->otherwise;
    ffi_block_release(b);
    return word;
}

Test(ctype_parse, what_c_gets_after_a_crash)
{
    cr_assert_eq(otherwise("fn(): i8 else -128"), (uint64_t)-128);
    cr_assert_eq(otherwise("fn(): u64 else 18446744073709551615"), UINT64_MAX);
    cr_assert_eq(otherwise("fn(): i64 else -9223372036854775808"), (uint64_t)INT64_MIN);
    cr_assert_eq(otherwise("fn(): i32 else -0"), 0);
    cr_assert_eq(otherwise("fn(): f64 else 0.5"), ctype_word_f64(0.5));
    cr_assert_eq(otherwise("fn(): f32 else -1"), ctype_word_f32(-1));
    cr_assert_eq(otherwise("fn(): bool else true"), 1);
    cr_assert_eq(otherwise("fn(): bool else false"), 0);
    cr_assert_eq(otherwise("fn(): pointer else nil"), 0);
}

static void assert_refused(const char *text, const char *part)
{
    ffi_refusal why = {0};
    ffi_block *b = ffi_block_new();
    cr_assert_null(ctype_parse_function(b, text, &why), "%s", text);
    cr_assert_not_null(strstr(why.text, part), "%s: %s", text, why.text);
    ffi_block_release(b);
}

Test(ctype_parse, refused)
{
    assert_refused("", "is written");
    assert_refused("i32", "is written");
    assert_refused("fnord()", "is written");
    assert_refused("fn", "expected `(` at byte 2");
    assert_refused("fn(", "a type is missing");
    assert_refused("fn(i8", "expected `)` at byte 5");
    assert_refused("fn(i8 i8)", "expected `)` at byte 6");
    assert_refused("fn(,)", "a type is missing");
    assert_refused("fn(i8) i8", "nothing more at byte 7");
    assert_refused("fn(int)", "did you mean `i32`?");
    assert_refused("fn(pointr)", "did you mean `pointer`?");
    assert_refused("fn(void)", "cannot be a `void`");
    assert_refused("fn(): buffer", "cannot be a `buffer`");
    assert_refused("fn(): i8 else 128", "does not fit `i8`");
    assert_refused("fn(): u8 else -1", "does not fit `u8`");
    assert_refused("fn(): i64 else 9223372036854775808", "does not fit `i64`");
    assert_refused("fn(): i64 else x", "does not fit `i64`");
    assert_refused("fn(): f64 else", "a number");
    assert_refused("fn(): bool else 1", "true or false");
    assert_refused("fn() else 0", "nil");
    assert_refused("fn(fn(fn(fn(fn(fn(fn(fn(fn(fn(fn(fn(fn(fn(fn(fn(fn(", "deep");
    char many[3 * 256 + 16] = "fn(";
    for (int i = 0; i < 256; i++)
        strcat(many, "i8,");
    assert_refused(many, "255 arguments");
}

Test(ctype_parse, kinds_in_memory)
{
    ffi_refusal why = {0};
    cr_assert_eq(ctype_parse_kind("u16", &why), CTYPE_U16);
    cr_assert_eq(ctype_parse_kind("buffer", &why), CTYPE_KINDS);
    cr_assert_eq(ctype_parse_kind("u61", &why), CTYPE_KINDS);
    cr_assert_not_null(strstr(why.text, "did you mean"));
}
