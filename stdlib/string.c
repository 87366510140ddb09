/* The String module: its table, and what is short. */
#include "base/utf8.h"
#include "stdlib/natives.h"
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"
#include "vm/data/long.h"
#include "vm/data/search.h"
#include "vm/native.h"
#include "vm/walk/walk.h"
#include "vm/walk/walk_compare.h"

/* Two strings; false: raised. */
static bool two_args(csp_vm *vm, process *p, const value *args, string **a, string **b)
{
    *a = native_string_arg(vm, p, args[0]);
    *b = *a != NULL ? native_string_arg(vm, p, args[1]) : NULL;
    return *b != NULL;
}

/* --- searching: what is short at once, else by the resumable one of the same name */

/* args: the text, the part, perhaps from which code point on; slot: the search. DONE with the byte,
 * or SIZE_MAX. */
static verdict find_long(csp_vm *vm, process *p, value *args, value *slot, uint32_t from,
                         size_t *found)
{
    string *s;
    string *wanted;
    if (!two_args(vm, p, args, &s, &wanted))
        return VERDICT_FAIL;
    search *under_way = search_in_slot(vm, slot, from);
    return under_way
               ? search_step(vm, under_way, s->text, s->size, wanted->text, wanted->size, found)
               : VERDICT_FAIL;
}

static verdict contains_long(csp_vm *vm, process *p, value *args, value *result)
{
    size_t found;
    verdict v = find_long(vm, p, args, &args[2], 0, &found);
    if (v == VERDICT_DONE)
        *result = value_bool(found != SIZE_MAX);
    return v;
}

static verdict string_contains(csp_vm *vm, process *p, value *args, value *result)
{
    static const native_entry longer = {"contains", "contains(s, part)", "", contains_long, 2, 2,
                                        1};
    string *s;
    string *wanted;
    size_t found;
    if (!two_args(vm, p, args, &s, &wanted))
        return VERDICT_FAIL;
    verdict v = search_quick(vm, s->text, s->size, 0, wanted->text, wanted->size, &found);
    if (v == VERDICT_CALL)
        return native_become(vm, &longer);
    *result = value_bool(found != SIZE_MAX);
    return v;
}

/* The code point that args[2] means, clamped; false: raised. */
static bool from_arg(csp_vm *vm, process *p, const string *s, value v, uint32_t *from)
{
    int64_t n = 0;
    if (v != VALUE_ABSENT && !native_int_arg(vm, p, v, "an int", &n))
        return false;
    if (n < 0)
        n = n + s->length < 0 ? 0 : n + s->length;
    *from = n < s->length ? (uint32_t)n : n == s->length ? s->length : UINT32_MAX;
    return true;
}

static value place_found(string *s, size_t found)
{
    return found == SIZE_MAX ? VALUE_NIL : value_int(str_index_at(s, (uint32_t)found));
}

/* slots: the search; the byte that was found. */
static verdict index_long(csp_vm *vm, process *p, value *args, value *result)
{
    string *s;
    string *wanted;
    uint32_t from;
    if (!two_args(vm, p, args, &s, &wanted) || !from_arg(vm, p, s, args[2], &from))
        return VERDICT_FAIL;
    if (!str_index_step(s)) {
        vm_charge(vm, STRING_INDEX_REDUCTIONS);
        return VERDICT_YIELD;
    }
    size_t found;
    verdict v =
        find_long(vm, p, args, &args[3], from == UINT32_MAX ? from : str_offset(s, from), &found);
    if (v == VERDICT_DONE)
        *result = place_found(s, found);
    return v;
}

static verdict string_index(csp_vm *vm, process *p, value *args, value *result)
{
    static const native_entry longer = {"index", "index(s, part, from = 0)", "", index_long, 2, 3,
                                        1};
    string *s;
    string *wanted;
    uint32_t from;
    if (!two_args(vm, p, args, &s, &wanted) ||
        !from_arg(vm, p, s, native_optional(vm, args, 2, VALUE_ABSENT), &from))
        return VERDICT_FAIL;
    *result = VALUE_NIL;
    if (from == UINT32_MAX)
        return VERDICT_DONE;
    size_t found;
    verdict v = long_index(vm, args[0]) ? VERDICT_CALL
                                        : search_quick(vm, s->text, s->size, str_offset(s, from),
                                                       wanted->text, wanted->size, &found);
    if (v == VERDICT_CALL)
        return native_become(vm, &longer);
    *result = place_found(s, found);
    return v;
}

/* --- comparing */

verdict string_same_step(csp_vm *vm, const char *a, const char *b, size_t size, value *slot,
                         value *result)
{
    size_t at = string_at(*slot);
    size_t count = long_part(vm, size - at);
    vm_charge(vm, count / STRING_BYTES_PER_REDUCTION);
    bool same = memcmp(a + at, b + at, count) == 0;
    *slot = value_int((int64_t)(at + count));
    *result = value_bool(same);
    return same && at + count < size ? VERDICT_YIELD : VERDICT_DONE;
}

static verdict starts_long(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    const string *wanted = value_string(args[1]);
    return string_same_step(vm, value_string(args[0])->text, wanted->text, wanted->size, &args[2],
                            result);
}

static verdict ends_long(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    const string *s = value_string(args[0]);
    const string *wanted = value_string(args[1]);
    return string_same_step(vm, s->text + s->size - wanted->size, wanted->text, wanted->size,
                            &args[2], result);
}

/* Whether `wanted` stands at one end of s. */
static verdict stands_at(csp_vm *vm, process *p, const value *args, bool end, value *result)
{
    static const native_entry longer[] = {
        {"starts_with", "starts_with(s, part)", "", starts_long, 2, 2, 1},
        {"ends_with", "ends_with(s, part)", "", ends_long, 2, 2, 1},
    };
    string *s;
    string *wanted;
    if (!two_args(vm, p, args, &s, &wanted))
        return VERDICT_FAIL;
    *result = VALUE_FALSE;
    if (wanted->size > s->size)
        return VERDICT_DONE;
    if (wanted->size > long_bytes(vm))
        return native_become(vm, &longer[end]);
    const char *from = s->text + (end ? s->size - wanted->size : 0);
    *result = value_bool(memcmp(from, wanted->text, wanted->size) == 0);
    return VERDICT_DONE;
}

static verdict string_starts_with(csp_vm *vm, process *p, value *args, value *result)
{
    return stands_at(vm, p, args, false, result);
}

static verdict string_ends_with(csp_vm *vm, process *p, value *args, value *result)
{
    return stands_at(vm, p, args, true, result);
}

static verdict string_compare(csp_vm *vm, process *p, value *args, value *result)
{
    string *a;
    string *b;
    int order;
    if (!two_args(vm, p, args, &a, &b))
        return VERDICT_FAIL;
    verdict v = walk_compare_quick(vm, p, args[0], args[1], &order);
    if (v == VERDICT_CALL)
        return native_become(vm, &walk_natives[WALK_COMPARE]);
    *result = value_int(order);
    return v;
}

const native_entry string_natives[] = {
    {"bytes", "bytes(s)", "the text's UTF-8 as bytes", string_bytes, 1, 1, STRING_BYTES_SLOTS},
    {"chars", "chars(s)", "a list of the code points, each a string", string_chars, 1, 1,
     STRING_SPLIT_SLOTS},
    {"codes", "codes(s)", "a list of the code points as ints", string_codes, 1, 1,
     STRING_CODES_SLOTS},
    {"compare", "compare(a, b)", "-1, 0 or 1, by code points", string_compare, 2, 2, 0},
    {"contains", "contains(s, part)", "whether part occurs in s", string_contains, 2, 2, 0},
    {"ends_with", "ends_with(s, part)", "whether s ends with part", string_ends_with, 2, 2, 0},
    {"format", "format(format, ..values)",
     "text with values put in: %d %x %X %o %b ints, %f %e %g numbers, %s text, %q as repr, %c a "
     "character",
     string_format, 1, NATIVE_VARIADIC, STRING_FORMAT_SLOTS},
    {"from_codes", "from_codes(codes)",
     "the text of a list of code points; an int that is none crashes with value_error",
     string_from_codes, 1, 1, STRING_FROM_CODES_SLOTS},
    {"from_bytes", "from_bytes(b)",
     "the text that the bytes or buffer hold as UTF-8, or an error of kind value_error",
     string_from_bytes, 1, 1, STRING_UTF8_SLOTS},
    {"graphemes", "graphemes(s)",
     "a list of what readers take for characters: letters with their accents, whole emoji",
     string_graphemes, 1, 1, STRING_SPLIT_SLOTS},
    {"index", "index(s, part, from = 0)",
     "where part first occurs, in code points, at or after from (negative: from the end); nil "
     "where it does not",
     string_index, 2, 3, 0},
    {"join", "join(xs, sep = \"\")", "the strings of a list or tuple as one, sep between them",
     string_join, 1, 2, STRING_JOIN_SLOTS},
    {"lines", "lines(s)",
     "a list of the lines without the LF or CR LF that ends them; no empty one after the last",
     string_lines, 1, 1, STRING_SPLIT_SLOTS},
    {"lower", "lower(s)", "in lower case, character by character, without regard to language",
     string_lower, 1, 1, STRING_UNICODE_SLOTS},
    {"pad_end", "pad_end(s, width, fill = \" \")",
     "followed by fill, repeated and cut, up to width code points", string_pad_end, 2, 3,
     STRING_FILL_SLOTS},
    {"pad_start", "pad_start(s, width, fill = \" \")",
     "with fill repeated, and cut, before it up to width code points", string_pad_start, 2, 3,
     STRING_FILL_SLOTS},
    {"repeat", "repeat(s, n)", "n times s", string_repeat, 2, 2, STRING_FILL_SLOTS},
    {"replace", "replace(s, old, new)",
     "with new in place of each old, from the left; an empty old crashes with value_error",
     string_replace, 3, 3, STRING_FILL_SLOTS},
    {"reverse", "reverse(s)", "the graphemes in reverse order", string_reverse, 1, 1,
     STRING_UNICODE_SLOTS},
    {"split", "split(s, sep = nil)",
     "a list of the parts between the separators, empty ones, too; without sep of the words "
     "between white space; an "
     "empty sep crashes with value_error",
     string_split, 1, 2, STRING_SPLIT_SLOTS},
    {"starts_with", "starts_with(s, part)", "whether s starts with part", string_starts_with, 2, 2,
     0},
    {"trim", "trim(s)", "without Unicode's white space at both ends", string_trim, 1, 1,
     STRING_TRIM_SLOTS},
    {"trim_end", "trim_end(s)", "without white space at the end", string_trim_end, 1, 1,
     STRING_TRIM_SLOTS},
    {"trim_start", "trim_start(s)", "without white space at the start", string_trim_start, 1, 1,
     STRING_TRIM_SLOTS},
    {"upper", "upper(s)",
     "in upper case, character by character, without regard to language; ß becomes SS",
     string_upper, 1, 1, STRING_UNICODE_SLOTS},
    {"width", "width(s)", "the columns that it takes in a terminal", string_width, 1, 1,
     STRING_UNICODE_SLOTS},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
