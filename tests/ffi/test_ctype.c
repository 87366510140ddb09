/* ffi/ctype.h: scalars, structs, signatures, and what is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ffi/ctype.h"

static ffi_refusal why;

static bool add(ffi_block *b, cstruct *s, const char *name, ctype type, int64_t count)
{
    return cstruct_add(b, s, name, strlen(name), type, count, &why);
}

Test(ctype, names_are_those_of_the_language)
{
    static const char *const names[] = {"i8",   "i16",     "i32",    "i64",     "u8",    "u16",
                                        "u32",  "u64",     "f32",    "f64",     "isize", "usize",
                                        "bool", "cstring", "buffer", "pointer", "void"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ctype_kind kind = ctype_find(names[i], strlen(names[i]));
        cr_assert_neq(kind, CTYPE_KINDS, "%s", names[i]);
        cr_assert_str_eq(ctype_kind_name(kind), names[i]);
    }
    cr_assert_eq(ctype_find("int", 3), CTYPE_KINDS);
    cr_assert_eq(ctype_find("", 0), CTYPE_KINDS);
    cr_assert_eq(ctype_find("i322", 3), CTYPE_I32, "by its length");
}

Test(ctype, only_the_bits_of_a_type_count)
{
    cr_assert_eq(ctype_extend(CTYPE_I8, 0xabcdefffu), (uint64_t)-1);
    cr_assert_eq(ctype_extend(CTYPE_I8, 0xabcdef7fu), 0x7f);
    cr_assert_eq(ctype_extend(CTYPE_U16, 0xabcdefffu), 0xefff);
    cr_assert_eq(ctype_extend(CTYPE_I32, 0x80000000u), 0xffffffff80000000u);
    cr_assert_eq(ctype_extend(CTYPE_BOOL, 0x100), 0, "the low byte");
    cr_assert_eq(ctype_extend(CTYPE_BOOL, 0x1002), 1);
    cr_assert_eq(ctype_extend(CTYPE_U64, (uint64_t)-1), (uint64_t)-1);
    cr_assert_eq(ctype_extend(CTYPE_F32, (uint64_t)-1), 0xffffffffu);
}

Test(ctype, memory_of_any_alignment)
{
    char bytes[16] = {0};
    for (int at = 0; at < 8; at++) {
        ctype_store(CTYPE_I32, bytes + at, (uint64_t)-5);
        cr_assert_eq(ctype_load(CTYPE_I32, bytes + at), (uint64_t)-5);
        ctype_store(CTYPE_F64, bytes + at, ctype_word_f64(0.1));
        cr_assert_eq(ctype_f64(ctype_load(CTYPE_F64, bytes + at)), 0.1);
        ctype_store(CTYPE_F32, bytes + at, ctype_word_f32(0.1f));
        cr_assert_eq(ctype_f32(ctype_load(CTYPE_F32, bytes + at)), 0.1f);
    }
}

Test(ctype, what_fits)
{
    cr_assert(ctype_fits(CTYPE_I8, 127, false));
    cr_assert_not(ctype_fits(CTYPE_I8, 128, false));
    cr_assert(ctype_fits(CTYPE_I8, (uint64_t)-128, true));
    cr_assert_not(ctype_fits(CTYPE_I8, (uint64_t)-129, true));
    cr_assert(ctype_fits(CTYPE_I64, (uint64_t)INT64_MIN, true));
    cr_assert_not(ctype_fits(CTYPE_I64, (uint64_t)INT64_MAX + 1, false));
    cr_assert(ctype_fits(CTYPE_U64, (uint64_t)-1, false));
    cr_assert_not(ctype_fits(CTYPE_U64, (uint64_t)-1, true));
    cr_assert(ctype_fits(CTYPE_U32, UINT32_MAX, false));
    cr_assert_not(ctype_fits(CTYPE_U32, (uint64_t)UINT32_MAX + 1, false));
    cr_assert_not(ctype_fits(CTYPE_BOOL, 2, false));
}

Test(ctype, structs_nest)
{
    ffi_block *b = ffi_block_new();
    cstruct *outer = cstruct_new(b, "outer", 5), *inner = cstruct_new(b, "inner", 5);
    cr_assert(add(b, outer, "first", ctype_scalar(CTYPE_U8), -1));
    cr_assert(add(b, outer, "inner", (ctype){.kind = CTYPE_STRUCT, .of = inner}, 2));
    cr_assert(add(b, outer, "self", (ctype){.kind = CTYPE_STRUCT_POINTER, .of = outer}, -1));
    cr_assert(add(b, inner, "a", ctype_scalar(CTYPE_F32), 3));
    cr_assert(add(b, inner, "b", ctype_scalar(CTYPE_I16), -1));
    cr_assert(cstruct_finish(b, outer, &why), "%s", why.text);
    cr_assert_eq(inner->size, 16);
    cr_assert_eq(inner->align, 4);
    cr_assert_eq(inner->eightbytes, 2);
    cr_assert(inner->vector[0]);
    cr_assert_not(inner->vector[1]);
    cr_assert_eq(outer->size, 48);
    cr_assert_eq(outer->elements, 10);
    cr_assert_eq(outer->eightbytes, 0);
    cr_assert(outer->has_pointers);
    cr_assert_not(inner->has_pointers);
    cr_assert_eq(cstruct_field(outer, "inner", 5)->offset, 4);
    cr_assert_eq(cstruct_field(outer, "self", 4)->offset, 40);
    cr_assert_null(cstruct_field(outer, "sel", 3));
    cr_assert_eq(cstruct_find(b, "inner", 5), inner);
    cr_assert_null(cstruct_find(b, "inne", 4));
    cr_assert_eq(cstruct_next(b, cstruct_next(b, NULL)), inner);
    cr_assert_null(cstruct_next(b, inner));
    ffi_block_release(b);
}

Test(ctype, types_as_a_program_writes_them)
{
    ffi_block *b = ffi_block_new();
    cstruct *s = cstruct_new(b, "timeval", 7);
    csignature *f = csignature_new(b, 2);
    f->params[0] = ctype_scalar(CTYPE_POINTER);
    f->params[1] = (ctype){.kind = CTYPE_STRUCT_POINTER, .of = s};
    f->result = ctype_scalar(CTYPE_I32);
    char text[CTYPE_NAME];
    cr_assert_str_eq(ctype_text((ctype){.kind = CTYPE_FUNCTION, .signature = f}, text, sizeof text),
                     "fn(pointer, timeval*): i32");
    cr_assert_str_eq(ctype_text((ctype){.kind = CTYPE_STRUCT, .of = s}, text, 5), "time");
    ffi_block_release(b);
}

/* --- refused */

static void refused(bool well, const char *reason)
{
    cr_assert_not(well);
    cr_assert(strstr(why.text, reason), "%s", why.text);
    cr_assert_not(why.memory);
}

Test(ctype, structs_that_are_refused)
{
    ffi_block *b = ffi_block_new();
    cstruct *s = cstruct_new(b, "s", 1), *t = cstruct_new(b, "t", 1);
    refused(cstruct_finish(b, s, &why), "no fields");
    refused(add(b, s, "v", ctype_scalar(CTYPE_VOID), -1), "void");
    refused(add(b, s, "b", ctype_scalar(CTYPE_BUFFER), -1), "buffer");
    refused(add(b, s, "n", ctype_scalar(CTYPE_I8), 0), "at least one");
    refused(add(b, s, "n", ctype_scalar(CTYPE_I8), -2), "at least one");
    refused(add(b, s, "n", ctype_scalar(CTYPE_I8), INT64_MAX), "too large");
    cr_assert(add(b, s, "t", (ctype){.kind = CTYPE_STRUCT, .of = t}, -1));
    cr_assert(add(b, t, "s", (ctype){.kind = CTYPE_STRUCT, .of = s}, 3));
    refused(cstruct_finish(b, s, &why), "holds itself");
    refused(cstruct_finish(b, t, &why), "holds itself");
    cstruct *u = cstruct_new(b, "u", 1);
    cr_assert(add(b, u, "a", ctype_scalar(CTYPE_I64), INT32_MAX));
    refused(cstruct_finish(b, u, &why), "2 GB");
    ffi_block_release(b);
}

Test(ctype, structs_nested_without_end)
{
    ffi_block *b = ffi_block_new();
    cstruct *below = cstruct_new(b, "s", 1);
    cr_assert(add(b, below, "x", ctype_scalar(CTYPE_I8), -1));
    cstruct *first = below;
    for (int i = 0; i < 100000; i++) {
        cstruct *s = cstruct_new(b, "s", 1);
        cr_assert(add(b, s, "x", (ctype){.kind = CTYPE_STRUCT, .of = below}, -1));
        below = s;
    }
    refused(cstruct_finish(b, below, &why), "deep");
    cr_assert(cstruct_finish(b, first, &why));
    ffi_block_release(b);
}

Test(ctype, a_struct_that_doubles_itself)
{
    ffi_block *b = ffi_block_new();
    cstruct *below = cstruct_new(b, "s", 1);
    cr_assert(add(b, below, "x", ctype_scalar(CTYPE_I8), 1000));
    for (int i = 0; i < 40; i++) {
        cstruct *s = cstruct_new(b, "s", 1);
        cr_assert(add(b, s, "x", (ctype){.kind = CTYPE_STRUCT, .of = below}, 1000));
        below = s;
    }
    refused(cstruct_finish(b, below, &why), "2 GB");
    ffi_block_release(b);
}

Test(ctype, signatures_that_are_refused)
{
    ffi_block *b = ffi_block_new();
    csignature *s = csignature_new(b, 1);
    refused(csignature_finish(s, &why), "void");
    cstruct *large = cstruct_new(b, "large", 5);
    cr_assert(add(b, large, "x", ctype_scalar(CTYPE_I8), CTYPE_VALUE_ELEMENTS + 1));
    s->params[0] = (ctype){.kind = CTYPE_STRUCT, .of = large};
    refused(csignature_finish(s, &why), "not complete");
    cr_assert(cstruct_finish(b, large, &why), "by pointer it is well");
    refused(csignature_finish(s, &why), "pass it by pointer");
    s->result = s->params[0];
    s->params[0] = ctype_scalar(CTYPE_I8);
    refused(csignature_finish(s, &why), "pass it by pointer");
    csignature *none = csignature_new(b, 0);
    none->variadic = true;
    refused(csignature_finish(none, &why), "before `...`");
    csignature *many = csignature_new(b, CTYPE_PARAMS + 1);
    refused(csignature_finish(many, &why), "255");
    ffi_block_release(b);
}

Test(ctype, a_block_lives_as_long_as_somebody_holds_it)
{
    ffi_block *b = ffi_block_new();
    const char *text = ffi_block_text(b, "hello", 5);
    for (int i = 1; i < 100; i++) {
        char *memory = ffi_block_alloc(b, (size_t)i * 100);
        cr_assert_eq((uintptr_t)memory % 16, 0);
        for (int k = 0; k < i * 100; k++)
            cr_assert_eq(memory[k], 0);
        memset(memory, 'x', (size_t)i * 100);
    }
    cr_assert_eq(ffi_block_hold(b), b);
    ffi_block_release(b);
    cr_assert_str_eq(text, "hello");
    ffi_block_release(b);
    ffi_block_release(NULL);
}

/* The bytes of fields, one run after the other, as text: "0-1 8-16 ". */
static const char *runs(const cstruct *s)
{
    static char text[1000];
    size_t used = 0, size;
    for (size_t from = 0; cstruct_next_bytes(s, &from, &size); from += size)
        used += (size_t)snprintf(text + used, sizeof text - used, "%zu-%zu ", from, from + size);
    return text;
}

Test(ctype, bytes_of_fields_without_padding)
{
    ffi_block *b = ffi_block_new();
    cstruct *inner = cstruct_new(b, "inner", 5), *outer = cstruct_new(b, "outer", 5),
            *whole = cstruct_new(b, "whole", 5);
    cr_assert(add(b, inner, "a", ctype_scalar(CTYPE_I64), -1));
    cr_assert(add(b, inner, "b", ctype_scalar(CTYPE_I8), -1));
    cr_assert(add(b, outer, "a", ctype_scalar(CTYPE_I8), 3));
    cr_assert(add(b, outer, "i", (ctype){.kind = CTYPE_STRUCT, .of = inner}, 2));
    cr_assert(add(b, outer, "z", ctype_scalar(CTYPE_I16), -1));
    cr_assert(add(b, whole, "o", (ctype){.kind = CTYPE_STRUCT, .of = outer}, 2));
    cr_assert(cstruct_finish(b, whole, &why), "%s", why.text);
    cr_assert_str_eq(runs(inner), "0-8 8-9 ");
    cr_assert_str_eq(runs(outer), "0-3 8-16 16-17 24-32 32-33 40-42 ");
    cr_assert_str_eq(runs(whole),
                     "0-3 8-16 16-17 24-32 32-33 40-42 48-51 56-64 64-65 72-80 80-81 88-90 ");
    size_t from = 1, size;
    cr_assert(cstruct_next_bytes(outer, &from, &size));
    cr_assert(from == 1 && size == 2, "in the middle of a run");
    from = 17;
    cr_assert(cstruct_next_bytes(outer, &from, &size));
    cr_assert(from == 24 && size == 8, "in padding");
    ffi_block_release(b);
}
