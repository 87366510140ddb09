/* Json.parse: what is wrong, and where. Lines are counted in steps, since the text may be long. */
#include "base/utf8.h"
#include "stdlib/json_parse.h"
#include "vm/core/text.h"

verdict json_bad(json_parse *w, size_t at, size_t size, const char *expected)
{
    w->state = AWAIT_PLACE;
    w->bad = at;
    w->bad_size = size < w->size - at ? size : w->size - at;
    w->expected = expected;
    return VERDICT_YIELD;
}

/* What stands there, as a message says it. */
static void add_found(text *t, const json_parse *w)
{
    const char *at = w->text + w->bad;
    size_t left = w->size - w->bad;
    uint32_t rune;
    unsigned size = left ? utf8_decode(at, left, &rune) : 0;
    if (left == 0)
        text_printf(t, "the end of the text");
    else if (w->bad_size)
        text_printf(t, "`%.*s`", (int)w->bad_size, at);
    else if (size == 0)
        text_printf(t, "the byte 0x%02x", (unsigned)(unsigned char)*at);
    else if (rune < ' ' || rune == 0x7f || rune == 0xfeff)
        text_printf(t, "U+%04X", (unsigned)rune);
    else
        text_printf(t, "`%.*s`", (int)size, at);
}

static bool put_int(csp_vm *vm, value data, const char *name, size_t n)
{
    value key = str_intern(vm, name, strlen(name));
    return key != VALUE_ABSENT && map_put(vm, value_map(data), key, value_int((int64_t)n));
}

static verdict give_error(csp_vm *vm, process *p, const json_parse *w, value *result)
{
    size_t column = utf8_count(w->text + w->line_start, w->bad - w->line_start) + 1;
    text t;
    text_init(&t, vm);
    text_printf(&t, "line %zu, column %zu: expected ", w->line + 1, column);
    if (w->expected)
        text_printf(&t, "%s, found ", w->expected);
    else
        text_printf(&t, "nothing deeper than %llu levels, found ", (unsigned long long)w->most);
    add_found(&t, w);
    value kind = str_intern(vm, "json", 4);
    value message = t.failed ? VALUE_ABSENT : str_repaired(vm, t.block, t.used);
    value data = map_new(vm, p, 3);
    if (kind == VALUE_ABSENT || message == VALUE_ABSENT || data == VALUE_ABSENT ||
        !put_int(vm, data, "offset", w->bad) || !put_int(vm, data, "line", w->line + 1) ||
        !put_int(vm, data, "column", column))
        return vm_raise_memory(vm);
    return vm_give(vm, error_new(vm, kind, message, data), result);
}

verdict json_locate(csp_vm *vm, process *p, json_parse *w, value *result)
{
    size_t stop = w->counted + long_part(vm, w->bad - w->counted);
    vm_charge(vm, (stop - w->counted) / LONG_BYTES_PER_REDUCTION);
    while (w->counted < stop) {
        const char *end = memchr(w->text + w->counted, '\n', stop - w->counted);
        w->counted = end ? (size_t)(end - w->text) + 1 : stop;
        if (end) {
            w->line++;
            w->line_start = w->counted;
        }
    }
    return stop < w->bad ? VERDICT_YIELD : give_error(vm, p, w, result);
}
