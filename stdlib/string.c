/* The String module: its table, and what is short. */
#include "base/utf8.h"
#include "stdlib/natives.h"
#include "stdlib/string_parts.h"
#include "vm/num.h"

/* Two strings; false: raised. */
static bool two_args(csp_vm *vm, process *p, const value *args, string **a, string **b)
{
    *a = string_arg(vm, p, args[0]);
    *b = *a != NULL ? string_arg(vm, p, args[1]) : NULL;
    return *b != NULL;
}

/* An argument that may be left out. */
static value given(const value *args, uint32_t argc, uint32_t i, value otherwise)
{
    return i < argc && args[i] != VALUE_ABSENT ? args[i] : otherwise;
}

static void charge_bytes(csp_vm *vm, uint64_t size) { vm_charge(vm, size / STRING_BYTES_PER_REDUCTION); }

static value part(csp_vm *vm, const string *s, uint32_t from, uint32_t to)
{
    return from == 0 && to == s->size ? value_object(s) : str_new(vm, s->text + from, to - from);
}

/* --- white space */

/* Unicode's White_Space. */
static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static uint32_t skip_space(const string *s)
{
    uint32_t at = 0;
    unsigned size;
    while (at < s->size && is_space(utf8_decode_valid(s->text + at, &size)))
        at += size;
    return at;
}

/* The end of the text that begins at `from`, without the white space behind it. */
static uint32_t space_before_end(const string *s, uint32_t from)
{
    uint32_t end = s->size;
    while (end > from) {
        uint32_t at = end - 1;
        while (utf8_continues(s->text[at]))
            at--;
        unsigned size;
        if (!is_space(utf8_decode_valid(s->text + at, &size)))
            break;
        end = at;
    }
    return end;
}

static verdict trim(csp_vm *vm, process *p, value v, bool start, bool end, value *result)
{
    const string *s = string_arg(vm, p, v);
    if (s == NULL)
        return VERDICT_FAIL;
    uint32_t from = start ? skip_space(s) : 0;
    uint32_t to = end ? space_before_end(s, from) : s->size;
    charge_bytes(vm, s->size);
    return string_give(vm, part(vm, s, from, to), result);
}

static verdict string_trim(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return trim(vm, p, args[0], true, true, result);
}

static verdict string_trim_start(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return trim(vm, p, args[0], true, false, result);
}

static verdict string_trim_end(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return trim(vm, p, args[0], false, true, result);
}

/* --- searching */

static verdict string_contains(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    string *s;
    string *wanted;
    if (!two_args(vm, p, args, &s, &wanted))
        return VERDICT_FAIL;
    charge_bytes(vm, s->size);
    *result = value_bool(str_find(s, wanted, 0) >= 0);
    return VERDICT_DONE;
}

static verdict string_starts_with(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    string *s;
    string *wanted;
    if (!two_args(vm, p, args, &s, &wanted))
        return VERDICT_FAIL;
    *result = value_bool(wanted->size <= s->size && memcmp(s->text, wanted->text, wanted->size) == 0);
    return VERDICT_DONE;
}

static verdict string_ends_with(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    string *s;
    string *wanted;
    if (!two_args(vm, p, args, &s, &wanted))
        return VERDICT_FAIL;
    *result = value_bool(wanted->size <= s->size &&
                         memcmp(s->text + s->size - wanted->size, wanted->text, wanted->size) == 0);
    return VERDICT_DONE;
}

static verdict string_index(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    string *s;
    string *wanted;
    int64_t from = 0;
    if (!two_args(vm, p, args, &s, &wanted) || !string_count_arg(vm, p, given(args, argc, 2, value_int(0)), &from))
        return VERDICT_FAIL;
    if (from < 0)
        from += s->length;
    if (from < 0)
        from = 0;
    charge_bytes(vm, s->size);
    int64_t at = from <= s->length ? str_find(s, wanted, str_offset(s, (uint32_t)from)) : -1;
    if (at < 0)
        *result = VALUE_NIL;
    else
        *result = value_int((s->header & STRING_ASCII) != 0 ? at : (int64_t)utf8_count(s->text, (size_t)at));
    return VERDICT_DONE;
}

static verdict string_compare(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    string *a;
    string *b;
    if (!two_args(vm, p, args, &a, &b))
        return VERDICT_FAIL;
    charge_bytes(vm, a->size < b->size ? a->size : b->size);
    *result = value_int(str_compare(a, b));
    return VERDICT_DONE;
}

/* --- bytes */

static verdict string_bytes(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const string *s = string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    charge_bytes(vm, s->size);
    return string_give(vm, bytes_new(vm, s->text, s->size), result);
}

static verdict string_from_bytes(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const char *data;
    size_t size;
    if (value_is(args[0], OBJ_BYTES)) {
        const bytes *b = value_bytes(args[0]);
        data = (const char *)b->data;
        size = b->size;
    } else if (value_is(args[0], OBJ_BUFFER) && value_usable(p, args[0])) {
        const buffer *b = value_as_object(args[0]);
        data = (const char *)b->data;
        size = b->size;
    } else {
        return vm_raise_type(vm, p, args[0], "bytes or a buffer");
    }
    charge_bytes(vm, size);
    size_t bad = utf8_check(data, size);
    if (bad < size)
        return string_give(vm, error_make(vm, ERR_VALUE, "no UTF-8 at byte %zu", bad), result);
    return string_give(vm, str_new(vm, data, size), result);
}

const native_entry string_natives[] = {
    {"bytes", "bytes(s)", "the text's UTF-8 as bytes", string_bytes, 1, 1, 0},
    {"chars", "chars(s)", "a list of the code points, each a string", string_chars, 1, 1, STRING_SPLIT_SLOTS},
    {"compare", "compare(a, b)", "-1, 0 or 1, by code points", string_compare, 2, 2, 0},
    {"contains", "contains(s, part)", "whether part occurs in s", string_contains, 2, 2, 0},
    {"ends_with", "ends_with(s, part)", "whether s ends with part", string_ends_with, 2, 2, 0},
    {"format", "format(format, ..values)",
     "text with values put in: %d %x %X %o %b ints, %f %e %g numbers, %s text, %q as repr, %c a character",
     string_format, 1, NATIVE_VARIADIC, STRING_FORMAT_SLOTS},
    {"from_bytes", "from_bytes(b)", "the text that the bytes or buffer hold as UTF-8, or an error of kind value_error",
     string_from_bytes, 1, 1, 0},
    {"graphemes", "graphemes(s)", "a list of what readers take for characters: letters with their accents, whole emoji",
     string_graphemes, 1, 1, STRING_SPLIT_SLOTS},
    {"index", "index(s, part, from = 0)",
     "where part first occurs, in code points, at or after from (negative: from the end); nil where it does not",
     string_index, 2, 3, 0},
    {"join", "join(xs, sep = \"\")", "the strings of a list or tuple as one, sep between them", string_join, 1, 2,
     STRING_JOIN_SLOTS},
    {"lines", "lines(s)", "a list of the lines without the LF or CR LF that ends them; no empty one behind the last",
     string_lines, 1, 1, STRING_SPLIT_SLOTS},
    {"lower", "lower(s)", "in lower case, character by character, without regard to language", string_lower, 1, 1,
     STRING_UNICODE_SLOTS},
    {"pad_end", "pad_end(s, width, fill = \" \")", "with fill repeated, and cut, behind it up to width code points",
     string_pad_end, 2, 3, STRING_FILL_SLOTS},
    {"pad_start", "pad_start(s, width, fill = \" \")", "with fill repeated, and cut, before it up to width code points",
     string_pad_start, 2, 3, STRING_FILL_SLOTS},
    {"repeat", "repeat(s, n)", "n times s", string_repeat, 2, 2, STRING_FILL_SLOTS},
    {"replace", "replace(s, old, new)",
     "with new in place of each old, from the left; an empty old crashes with value_error", string_replace, 3, 3,
     STRING_FILL_SLOTS},
    {"reverse", "reverse(s)", "the graphemes in reverse order", string_reverse, 1, 1, STRING_UNICODE_SLOTS},
    {"split", "split(s, sep)",
     "a list of the parts between the separators, empty ones, too; an empty sep crashes with value_error", string_split,
     2, 2, STRING_SPLIT_SLOTS},
    {"starts_with", "starts_with(s, part)", "whether s starts with part", string_starts_with, 2, 2, 0},
    {"trim", "trim(s)", "without Unicode's white space at both ends", string_trim, 1, 1, 0},
    {"trim_end", "trim_end(s)", "without white space at the end", string_trim_end, 1, 1, 0},
    {"trim_start", "trim_start(s)", "without white space at the start", string_trim_start, 1, 1, 0},
    {"upper", "upper(s)", "in upper case, character by character, without regard to language; ß becomes SS",
     string_upper, 1, 1, STRING_UNICODE_SLOTS},
    {"width", "width(s)", "the columns that it takes in a terminal", string_width, 1, 1, STRING_UNICODE_SLOTS},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
