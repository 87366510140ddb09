/* String: what needs the Unicode tables. */
#include <utf8proc.h>

#include "stdlib/string_parts.h"

uint32_t string_grapheme_end(const string *s, uint32_t at)
{
    unsigned size;
    utf8proc_int32_t previous = (utf8proc_int32_t)str_decode(s->text + at, &size);
    utf8proc_int32_t state = 0;
    for (at += size; at < s->size; at += size) {
        utf8proc_int32_t next = (utf8proc_int32_t)str_decode(s->text + at, &size);
        if (previous < 0x80 && next < 0x80 && !(previous == '\r' && next == '\n'))
            break;
        if (utf8proc_grapheme_break_stateful(previous, next, &state))
            break;
        previous = next;
    }
    return at;
}

/* --- case */

static char upper_ascii(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

static char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static verdict map_ascii(csp_vm *vm, const string *s, char (*map_letter)(char), value *result)
{
    vm_charge(vm, s->size / STRING_BYTES_PER_REDUCTION);
    char *mapped = heap_alloc(vm_heap(vm), HEAP_BYTES, s->size + 1);
    if (mapped == NULL)
        return vm_raise_memory(vm);
    for (uint32_t i = 0; i < s->size; i++)
        mapped[i] = map_letter(s->text[i]);
    value v = str_new(vm, mapped, s->size);
    heap_release(vm_heap(vm), HEAP_BYTES, mapped, s->size + 1);
    return string_give(vm, v, result);
}

static verdict map_unicode(csp_vm *vm, const string *s, bool upper, value *result)
{
    vm_charge(vm, s->length / STRING_CHARACTERS_PER_REDUCTION);
    text t;
    text_init(&t, vm);
    unsigned size;
    for (uint32_t at = 0; at < s->size && !t.failed; at += size) {
        utf8proc_int32_t c = (utf8proc_int32_t)str_decode(s->text + at, &size);
        if (upper && c == 0xdf) { /* the one common letter that becomes two */
            text_add(&t, "SS", 2);
            continue;
        }
        char utf8[4];
        c = upper ? utf8proc_toupper(c) : utf8proc_tolower(c);
        text_add(&t, utf8, str_encode((uint32_t)c, utf8));
    }
    return string_give(vm, text_string(&t), result);
}

verdict string_upper(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const string *s = string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    return (s->header & STRING_ASCII) != 0 ? map_ascii(vm, s, upper_ascii, result) : map_unicode(vm, s, true, result);
}

verdict string_lower(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const string *s = string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    return (s->header & STRING_ASCII) != 0 ? map_ascii(vm, s, lower_ascii, result) : map_unicode(vm, s, false, result);
}

/* --- width */

/* A cluster is as wide as its widest part; flags (two regional indicators) and what a variation selector makes an
 * emoji take two columns. */
static int64_t cluster_width(const string *s, uint32_t at, uint32_t end)
{
    int64_t width = 0;
    unsigned size;
    for (; at < end; at += size) {
        uint32_t c = str_decode(s->text + at, &size);
        bool wide = c == 0xfe0f || (c >= 0x1f1e6 && c <= 0x1f1ff);
        int64_t own = wide ? 2 : utf8proc_charwidth((utf8proc_int32_t)c);
        if (own > width)
            width = own;
    }
    return width;
}

verdict string_width(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const string *s = string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    vm_charge(vm, s->length / STRING_CHARACTERS_PER_REDUCTION);
    int64_t width = 0;
    for (uint32_t at = 0, end; at < s->size; at = end) {
        end = string_grapheme_end(s, at);
        width += cluster_width(s, at, end);
    }
    *result = value_int(width);
    return VERDICT_DONE;
}

/* --- reversing */

/* By clusters: an accent stays on its letter. */
verdict string_reverse(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const string *s = string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    vm_charge(vm, s->length / STRING_CHARACTERS_PER_REDUCTION);
    char *reversed = heap_alloc(vm_heap(vm), HEAP_BYTES, s->size + 1);
    if (reversed == NULL)
        return vm_raise_memory(vm);
    for (uint32_t at = 0, end; at < s->size; at = end) {
        end = string_grapheme_end(s, at);
        memcpy(reversed + (s->size - end), s->text + at, end - at);
    }
    value v = str_new(vm, reversed, s->size);
    heap_release(vm_heap(vm), HEAP_BYTES, reversed, s->size + 1);
    return string_give(vm, v, result);
}
