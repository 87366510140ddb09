/* What the resolver is told of a function: how many arguments it takes, and their names. */
#include "api/symbol.h"

#include <stdlib.h>

#include "vm/code/native.h"
#include "vm/core/vm.h"

/* The signature kept for `of`, or a new one with room for `count` names, followed by NULL, and for
 * `room` bytes of text; *made tells which. NULL: no memory. */
static world_signature *signature_for(world *w, const native_entry *of, uint32_t count, size_t room,
                                      bool *made)
{
    world_signature **first = &w->signatures[((uintptr_t)of >> 4) % SIGNATURE_LISTS];
    for (world_signature *s = *first; s; s = s->next)
        if (s->of == of) {
            *made = false;
            return s;
        }
    world_signature *s = calloc(1, sizeof *s + (count + (size_t)1) * sizeof *s->names + room);
    if (!s)
        return NULL;
    *s = (world_signature){.next = *first, .of = of, .count = count};
    *first = s;
    *made = true;
    return s;
}

/* From "sort(xs, by = nil)", the names xs and by. */
static world_signature *native_signature(world *w, const native_entry *entry)
{
    bool made;
    world_signature *s = signature_for(w, entry, entry->max, strlen(entry->signature) + 1, &made);
    if (!s || !made)
        return s;
    char *texts = (char *)&s->names[s->count + 1];
    const char *at = strchr(entry->signature, '(');
    uint32_t count = 0;
    while (at && *at != ')' && *at != '\0' && count < s->count) {
        at += strspn(at, "(, [.");
        size_t length = strcspn(at, ",)=:[] ");
        if (length == 0)
            break;
        memcpy(texts, at, length);
        s->names[count++] = texts;
        texts += length + 1;
        at += length;
        at += strcspn(at, ",)");
    }
    /* A native that does not name all of its parameters cannot be called with named arguments. */
    s->count = count == entry->max ? count : 0;
    return s;
}

/* The parameter names of a code, kept beside it. NULL: no memory. */
static const char *const *code_names(world *w, const code *c)
{
    if (c->beside)
        return c->beside;
    const char **names = heap_alloc(vm_heap(w->vm), HEAP_BYTES, (c->params + 1u) * sizeof *names);
    if (!names)
        return NULL;
    for (uint32_t i = 0; i < c->params; i++)
        names[i] =
            value_is(c->param_names[i], OBJ_STRING) ? value_string(c->param_names[i])->text : "_";
    ((code *)(uintptr_t)c)->beside = names;
    return names;
}

void symbol_of_native(world *w, const native_entry *entry, resolve_symbol *out)
{
    value v = native_value(w->vm, entry);
    bool variadic = entry->max == NATIVE_VARIADIC;
    const world_signature *s = variadic ? NULL : native_signature(w, entry);
    *out = (resolve_symbol){.kind = RESOLVE_FUNCTION,
                            .word = v,
                            .min = entry->min,
                            .max = variadic ? UINT32_MAX : entry->max,
                            .param_names = variadic        ? entry->options
                                           : s && s->count ? s->names
                                                           : NULL,
                            .options = variadic && entry->options};
}

bool symbol_of_closure(world *w, const closure *fn, resolve_symbol *out)
{
    const code *c = fn->code;
    const char *const *names = code_names(w, c);
    if (!names)
        return false;
    *out = (resolve_symbol){.kind = RESOLVE_FUNCTION,
                            .word = value_object(fn),
                            .min = c->required,
                            .max = c->has_rest ? UINT32_MAX : c->params,
                            .param_names = names};
    return true;
}

bool symbol_of_export(world *w, const module_export *e, resolve_symbol *out)
{
    if (value_is(e->item, OBJ_CELL)) {
        value item = ((const cell *)value_as_object(e->item))->item;
        *out = (resolve_symbol){.kind = RESOLVE_CONSTANT, .word = item};
        return item != VALUE_ABSENT;
    }
    return symbol_of_closure(w, value_as_object(e->item), out);
}
