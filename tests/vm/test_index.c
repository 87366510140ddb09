/* vm/data/index.c, vm/data/field.c, vm/data/slice.c */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/support.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/data/field.h"
#include "vm/data/index.h"
#include "vm/data/join.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/data/slice.h"
#include "vm/data/tuple.h"
#include "vm/number/num_text.h"
#include "vm/run/insn.h"

static csp_vm *vm;
static process *p;

static void setup(void)
{
    vm = fixture_vm();
    p = fixture_process(vm);
}

static void teardown(void) { fixture_close(vm); }

TestSuite(index, .init = setup, .fini = teardown);

static value str(const char *s) { return fixture_string(vm, s); }

static value one_to(int n)
{
    value out = list_new(vm, p, NULL, 0);
    for (int i = 1; i <= n; i++)
        list_push(vm, value_list(out), value_int(i));
    return out;
}

static value tuple_to(int n)
{
    const list *l = value_list(one_to(n));
    return tuple_new(vm, p, l->items, l->count);
}

static value new_buffer(const char *data, size_t size)
{
    buffer *b = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *b);
    b->header = OBJ_BUFFER | process_owner(p);
    b->data = heap_alloc(&vm->heap, HEAP_BYTES, size);
    memcpy(b->data, data, size);
    b->size = b->capacity = size;
    return value_object(b);
}

static value range_of(int from, int to)
{
    return range_new(vm, value_int(from), value_int(to), false);
}

static value from(int n) { return range_new(vm, value_int(n), VALUE_NIL, false); }

/* What a verdict with a result came to, as text. */
static void check(verdict v, value out, const char *wanted)
{
    char *got = v == VERDICT_DONE ? fixture_show(vm, out) : fixture_raised(vm);
    cr_expect_str_eq(got, wanted);
    free(got);
}

static void get(value container, value key, const char *wanted)
{
    value out = VALUE_ABSENT;
    verdict v = data_get(vm, p, container, key, &out);
    check(v, out, wanted);
}

static void set(value container, value key, value item, const char *wanted)
{
    verdict v = data_set(vm, p, container, key, item);
    check(v, container, wanted);
}

Test(index, elements)
{
    get(one_to(3), value_int(0), "1");
    get(one_to(3), value_int(-1), "3");
    get(one_to(3), value_int(3), "index_error: index 3 outside a list of length 3");
    get(one_to(3), value_int(-4), "index_error: index -4 outside a list of length 3");
    get(one_to(3), VALUE_TRUE, "type_error: expected an int as an index, got a bool");
    get(one_to(3), num_from_digits(vm, "99999999999999999999", 20, 10, true),
        "index_error: index outside a list of length 3");
    get(tuple_to(2), value_int(-2), "1");
    get(tuple_to(2), value_int(2), "index_error: index 2 outside a tuple of length 2");
    get(str("na\xc3\xafve"), value_int(2), "\"\xc3\xaf\"");
    get(str("na\xc3\xafve"), value_int(-1), "\"e\"");
    get(str(""), value_int(0), "index_error: index 0 outside a string of length 0");
    get(bytes_new(vm, "\x00\xff", 2), value_int(1), "255");
    get(new_buffer("abc", 3), value_int(-1), "99");
    get(range_of(5, 8), value_int(-1), "7");
    get(range_of(5, 8), value_int(3), "index_error: index 3 outside a range of length 3");
    get(from(10), value_int(5), "15");
    get(from(10), value_int(-1), "index_error: an open range cannot be indexed from its end");
    get(VALUE_NIL, value_int(0), "type_error: expected something with elements, got nil");
}

Test(index, assignment)
{
    set(one_to(3), value_int(-1), str("x"), "[1, 2, \"x\"]");
    set(one_to(3), value_int(3), VALUE_NIL, "index_error: index 3 outside a list of length 3");
    set(tuple_to(2), value_int(0), VALUE_NIL,
        "type_error: expected something whose elements can be assigned (a list, map or buffer), "
        "got a tuple");
    set(new_buffer("ab", 2), value_int(0), value_int(255), "<buffer 2 bytes>");
    set(new_buffer("ab", 2), value_int(0), value_int(256),
        "value_error: a byte is an int from 0 to 255");
    set(new_buffer("ab", 2), value_int(2), value_int(0),
        "index_error: index 2 outside a buffer of length 2");
    value m = map_new(vm, p, 0);
    set(m, str("k"), value_int(1), "{k: 1}");
    set(m, tuple_to(2), value_int(2), "{k: 1, [(1, 2)]: 2}");
    set(m, one_to(1), value_int(2),
        "type_error: expected a map key that cannot change (freeze it), got a list");
    get(m, str("k"), "1");
    get(m, str("none"), "nil");
    get(m, m, "type_error: expected a map key that cannot change (freeze it), got a map");
}

Test(index, slices)
{
    value xs = one_to(5);
    get(xs, range_of(1, 3), "[2, 3]");
    get(xs, from(3), "[4, 5]");
    get(xs, range_of(0, -3), "[1, 2]");
    get(xs, range_of(-2, 100), "[4, 5]");
    get(xs, range_of(-100, 1), "[1]");
    get(xs, range_of(3, 1), "[]");
    get(xs, range_new(vm, value_int(1), value_int(2), true), "[2, 3]");
    get(xs, range_new(vm, value_int(-3), value_int(-1), true), "[3, 4, 5]");
    get(xs, range_new(vm, value_int(-3), value_int(-2), true), "[3, 4]");
    get(tuple_to(3), from(1), "(2, 3)");
    get(tuple_to(3), range_of(9, 9), "()");
    get(str("na\xc3\xafve"), range_of(1, 3), "\"a\xc3\xaf\"");
    get(bytes_new(vm, "abc", 3), range_of(-2, 3), "b\"bc\"");
    get(new_buffer("abcd", 4), range_of(1, 3), "<buffer 2 bytes>");
    get(range_of(10, 20), range_of(2, 4), "12..14");
    get(from(10), range_of(2, 4), "12..14");
    get(from(10), from(3), "13..");
    value out;
    verdict v = data_slice(vm, p, xs, VALUE_NIL, value_int(2), &out);
    check(v, out, "[1, 2]");
    v = data_slice(vm, p, xs, value_int(4), VALUE_NIL, &out);
    check(v, out, "[5]");
    v = data_slice(vm, p, xs, VALUE_TRUE, VALUE_NIL, &out);
    check(v, out, "type_error: expected an int as a range's bound, got a bool");
    value huge = num_from_digits(vm, "99999999999999999999", 20, 10, false);
    v = data_slice(vm, p, xs, VALUE_NIL, huge, &out);
    check(v, out, "[1, 2, 3, 4, 5]");
    v = data_slice(vm, p, VALUE_NIL, VALUE_NIL, huge, &out);
    check(v, out, "type_error: expected something that can be sliced, got nil");
}

static void length(value v, const char *wanted)
{
    uint64_t n = 0;
    verdict done = data_length(vm, p, v, &n);
    check(done, value_int((int64_t)n), wanted);
}

Test(index, lengths)
{
    length(one_to(3), "3");
    length(str("na\xc3\xafve"), "5");
    length(range_of(5, 2), "0");
    length(range_of(-5, 5), "10");
    length(range_new(vm, value_int(-5), value_int(-1), true), "5");
    length(from(1), "value_error: an open range has no length");
    length(value_int(1), "type_error: expected something that has a length, got an int");
}

Test(index, joining)
{
    value out;
    verdict v = data_add(vm, p, one_to(2), one_to(1), &out);
    check(v, out, "[1, 2, 1]");
    v = data_add(vm, p, tuple_to(2), tuple_to(1), &out);
    check(v, out, "(1, 2, 1)");
    v = data_add(vm, p, str("ab"), str("é"), &out);
    check(v, out, "\"abé\"");
    v = data_add(vm, p, value_int(1), value_int(2), &out);
    check(v, out, "3");
    v = data_add(vm, p, bytes_new(vm, "a", 1), bytes_new(vm, "b", 1), &out);
    check(v, out, "b\"ab\"");
    v = data_add(vm, p, one_to(1), tuple_to(1), &out);
    check(v, out, "type_error: cannot add a list and a tuple");
    v = data_add(vm, p, tuple_new(vm, p, (value[]){one_to(1)}, 1), tuple_to(1), &out);
    cr_expect_not(value_is_immutable(out));
}

static void field(value v, const char *name, const char *wanted)
{
    value out = VALUE_ABSENT;
    field_hint hint = {0, 0};
    verdict done = insn_get_field(vm, p, v, str_intern(vm, name, strlen(name)), &hint, &out);
    check(done, out, wanted);
}

Test(index, fields)
{
    value m = map_new(vm, p, 0);
    field_hint first = {0, 0}, hint = {0, 0};
    cr_expect_eq(data_set_field(vm, p, m, str_intern(vm, "name", 4), &first, value_int(1)),
                 VERDICT_DONE);
    for (int i = 0; i < 2; i++)
        cr_expect_eq(data_set_field(vm, p, m, str_intern(vm, "size", 4), &hint, value_int(2)),
                     VERDICT_DONE);
    cr_expect_eq(hint.place, 1);
    field(m, "name", "1");
    field(m, "nmae", "key_error: the map has no field `nmae`; did you mean `name`?");
    field(m, "siz", "key_error: the map has no field `siz`; did you mean `size`?");
    field(m, "x", "key_error: the map has no field `x`; `m[\"x\"]` is nil where there is none");
    field(m, "put",
          "key_error: the map has no field `put`; maps have no methods: write `m[k] = v`");
    field(one_to(1), "append",
          "type_error: a list has no fields (`.append`): write `List.push(xs, x)`");
    field(one_to(1), "name", "type_error: a list has no fields (`.name`)");
    value e = error_new(vm, str("k"), str("m"), value_int(5));
    field(e, "kind", "\"k\"");
    field(e, "message", "\"m\"");
    field(e, "data", "5");
    field(e, "cause", "nil");
    field(e, "kinds",
          "key_error: an error has no field `kinds`: it has kind, message, data, trace and cause");
    verdict v = data_set_field(vm, p, e, str_intern(vm, "kind", 4), &hint, VALUE_NIL);
    check(v, e, "type_error: an error has no fields to assign (`.kind`)");
}

Test(index, what_belongs_to_others_or_is_frozen)
{
    value xs = one_to(2), m = map_new(vm, p, 0), out;
    ((object *)value_as_object(xs))->header = OBJ_LIST | (uint64_t)77 << OWNER_SHIFT;
    ((object *)value_as_object(m))->header = OBJ_MAP | (uint64_t)77 << OWNER_SHIFT;
    const char *moved = "moved: this list was handed to another process";
    get(xs, value_int(0), moved);
    get(xs, from(0), moved);
    set(xs, value_int(0), VALUE_NIL, moved);
    length(xs, moved);
    get(m, value_int(0), "moved: this map was handed to another process");
    field(m, "x", "moved: this map was handed to another process");
    verdict v = data_add(vm, p, one_to(1), xs, &out);
    check(v, out, moved);
    ((object *)value_as_object(xs))->header = OBJ_LIST | OBJ_FROZEN | OBJ_IMMUTABLE;
    ((object *)value_as_object(m))->header = OBJ_MAP | OBJ_FROZEN | OBJ_IMMUTABLE;
    get(xs, value_int(0), "1");
    set(xs, value_int(0), VALUE_NIL,
        "frozen: the list is frozen: `copy` gives one that can change");
    set(m, value_int(0), VALUE_NIL, "frozen: the map is frozen: `copy` gives one that can change");
}
