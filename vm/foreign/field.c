#include "vm/foreign/field.h"

#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "vm/core/kind.h"
#include "vm/core/stack.h"
#include "vm/core/vm.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/data/structure.h"
#include "vm/foreign/cvalue.h"

/* Some 50 us of ints, 500 of pointers. */
enum { ARRAY_AT_ONCE = 1 << 14 };

/* --- what is kept for pointers in memory */

map **cmemory_keeper(csp_vm *vm, process *p, value holder)
{
    if (value_is(holder, OBJ_STRUCT))
        return &value_struct(holder)->kept;
    cowner *owner = value_owner(holder);
    if (owner)
        return &owner->kept;
    side *own = process_side(vm, p);
    return own ? &own->kept_for_c : NULL;
}

/* What must be held for a pointer to v to stay good, which C may have got elsewhere, too; NIL:
 * nothing. A struct may be moved away: then its bytes are held by a value that nobody knows. */
static verdict held_for(csp_vm *vm, value v, value *held)
{
    *held = value_is(v, OBJ_STRING) || value_is(v, OBJ_BYTES) ? v : VALUE_NIL;
    if (value_is(v, OBJ_STRUCT))
        *held = cvalue_within(vm, v, 0, value_struct(v)->of);
    return *held == VALUE_ABSENT ? vm_raise_memory(vm) : VERDICT_DONE;
}

static verdict keep_alive(csp_vm *vm, process *p, value holder, const uint8_t *at, value v)
{
    value held, key = value_int((int64_t)(uintptr_t)at);
    if (held_for(vm, v, &held) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (!value_is(holder, OBJ_STRUCT) && !value_is(holder, OBJ_POINTER))
        return VERDICT_DONE; /* nothing that must be held is written there */
    map **keeper = cmemory_keeper(vm, p, holder);
    if (!keeper)
        return VERDICT_FAIL;
    if (held == VALUE_NIL) {
        if (*keeper)
            (void)map_remove(vm, *keeper, key);
        return VERDICT_DONE;
    }
    if (!*keeper)
        *keeper = struct_keeper(vm);
    return *keeper && map_put(vm, *keeper, key, held) ? VERDICT_DONE : vm_raise_memory(vm);
}

/* --- one value */

static bool is_pointer(ctype_kind kind)
{
    return kind == CTYPE_CSTRING || kind == CTYPE_POINTER || kind == CTYPE_STRUCT_POINTER ||
           kind == CTYPE_FUNCTION;
}

verdict cmemory_load(csp_vm *vm, process *p, value holder, uint8_t *at, ctype t, value *out)
{
    if (t.kind != CTYPE_STRUCT)
        return convert_from_c(vm, p, t, ctype_load(t.kind, at), out);
    if (value_is(holder, OBJ_POINTER))
        return vm_give(vm, cpointer_within(vm, holder, at, t.of), out);
    uint32_t offset = (uint32_t)(at - value_struct(holder)->data);
    return vm_give(vm, cvalue_within(vm, holder, offset, t.of), out);
}

/* The word to be written; nothing is, yet. */
static verdict check_item(csp_vm *vm, process *p, value holder, ctype t, value v,
                          const cplace *place, uint64_t *word)
{
    bool holds = value_is(holder, OBJ_STRUCT) || value_is(holder, OBJ_POINTER);
    obj_kind kind = value_kind(v);
    bool is_data = kind == OBJ_STRING || kind == OBJ_BYTES || kind == OBJ_STRUCT;
    if (t.kind == CTYPE_POINTER && kind == OBJ_CALLBACK)
        t.kind = CTYPE_FUNCTION;
    else if (t.kind == CTYPE_POINTER && v != VALUE_NIL && kind != OBJ_POINTER &&
             kind != OBJ_BYTES && kind != OBJ_STRUCT)
        return convert_refuse(vm, p, v, place,
                              kind == OBJ_BUFFER ? "a pointer, bytes, struct or nil (nothing would "
                                                   "keep a buffer alive)"
                                                 : "a pointer, bytes, struct or nil");
    else if (is_pointer(t.kind) && is_data && !holds)
        return convert_refuse(vm, p, v, place,
                              "a pointer or nil (nothing would keep anything else alive)");
    return convert_to_c(vm, p, t, v, place, word);
}

static verdict put_item(csp_vm *vm, process *p, value holder, uint8_t *at, ctype t, value v,
                        uint64_t word)
{
    if (is_pointer(t.kind) && keep_alive(vm, p, holder, at, v) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (t.kind != CTYPE_STRUCT) {
        ctype_store(t.kind, at, word);
        return VERDICT_DONE;
    }
    const cvalue *s = value_struct(v);
    if (t.of->has_pointers) {
        map **keeper = cmemory_keeper(vm, p, holder);
        if (!keeper)
            return VERDICT_FAIL;
        if (!struct_keep_copy(vm, s->kept, s->data, s->size, keeper, at))
            return vm_raise_memory(vm);
    }
    memmove(at, s->data, s->size);
    return VERDICT_DONE;
}

verdict cmemory_store(csp_vm *vm, process *p, value holder, uint8_t *at, ctype t, value v,
                      const cplace *place)
{
    uint64_t word = 0;
    verdict done = check_item(vm, p, holder, t, v, place, &word);
    return done == VERDICT_DONE ? put_item(vm, p, holder, at, t, v, word) : done;
}

/* --- arrays */

static verdict check_length(csp_vm *vm, const cplace *place, uint64_t count)
{
    if (count > ARRAY_AT_ONCE)
        return convert_raise(vm, ERR_VALUE, place,
                             "an array of more than %d elements: `Ffi.read`, `Ffi.write` and "
                             "`Ffi.bytes_at` take it in parts",
                             ARRAY_AT_ONCE);
    vm_charge(vm, count); /* each is checked, converted, and often allocated */
    return VERDICT_DONE;
}

static verdict load_array(csp_vm *vm, process *p, value holder, uint8_t *at, const cfield *f,
                          value *out)
{
    *out = list_new(vm, p, NULL, 0);
    if (*out == VALUE_ABSENT)
        return vm_raise_memory(vm);
    for (uint32_t i = 0; i < f->count; i++, at += ctype_size(f->type)) {
        value item = VALUE_NIL;
        if (cmemory_load(vm, p, holder, at, f->type, &item) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (!list_push(vm, value_list(*out), item))
            return vm_raise_memory(vm);
    }
    return VERDICT_DONE;
}

/* Nothing is written before all of them have been checked. `words` has room for each. */
static verdict store_items(csp_vm *vm, process *p, value holder, uint8_t *at, const cfield *f,
                           const list *l, const cplace *place, uint64_t *words)
{
    uint32_t size = ctype_size(f->type);
    for (uint32_t i = 0; i < l->count; i++)
        if (check_item(vm, p, holder, f->type, l->items[i], place, &words[i]) != VERDICT_DONE)
            return VERDICT_FAIL;
    for (uint32_t i = 0; i < l->count; i++, at += size)
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): check_item has set each word */
        if (put_item(vm, p, holder, at, f->type, l->items[i], words[i]) != VERDICT_DONE)
            return VERDICT_FAIL;
    memset(at, 0, (size_t)(f->count - l->count) * size);
    return VERDICT_DONE;
}

static verdict store_array(csp_vm *vm, process *p, value holder, uint8_t *at, const cfield *f,
                           value v, const cplace *place)
{
    enum { FEW = 64 };
    uint64_t few[FEW];
    if (!value_is(v, OBJ_LIST) || !value_usable(p, v))
        return convert_refuse(vm, p, v, place, "a list");
    const list *l = value_list(v);
    if (l->count > f->count)
        return convert_raise(vm, ERR_VALUE, place, "%u elements do not fit into %u", l->count,
                             f->count);
    uint64_t *words = l->count <= FEW ? few : malloc(l->count * sizeof *words);
    if (!words)
        return vm_raise_memory(vm);
    verdict done = store_items(vm, p, holder, at, f, l, place, words);
    if (words != few)
        free(words);
    return done;
}

/* --- fields */

bool cfield_has(value v)
{
    return value_is(v, OBJ_STRUCT) || (value_is(v, OBJ_POINTER) && value_view_of(v));
}

static const cstruct *struct_of(value v)
{
    return value_is(v, OBJ_POINTER) ? value_view_of(v) : value_struct(v)->of;
}

void cfield_each(value v, void (*each)(void *user, const char *name), void *user)
{
    const cstruct *of = struct_of(v);
    for (uint32_t i = 0; of && i < of->field_count; i++)
        each(user, of->fields[i].name);
}

verdict cfield_missing(csp_vm *vm, const cstruct *of, value name)
{
    if (!value_is(name, OBJ_STRING))
        return vm_raise(vm, ERR_KEY, "the fields of `%s` have names: strings", of->name);
    const string *wanted = value_string(name);
    suggestion s;
    suggest_init(&s, wanted->text, wanted->size);
    for (uint32_t i = 0; i < of->field_count && i < 1000; i++)
        suggest_offer(&s, of->fields[i].name);
    if (s.best)
        return vm_raise(vm, ERR_KEY, "`%s` has no field `%s`; did you mean `%s`?", of->name,
                        wanted->text, s.best);
    return vm_raise(vm, ERR_KEY, "`%s` has no field `%s`", of->name, wanted->text);
}

/* The field, and where v has it; NULL: raised. */
static const cfield *find_field(csp_vm *vm, process *p, value v, value name, const cstruct **of,
                                uint8_t **at)
{
    if (!value_usable(p, v)) {
        vm_raise_moved(vm, v);
        return NULL;
    }
    bool is_view = value_is(v, OBJ_POINTER);
    if (is_view && cpointer_check(vm, v) != VERDICT_DONE)
        return NULL;
    *of = struct_of(v);
    const string *wanted = value_string(name);
    const cfield *f = cstruct_field(*of, wanted->text, wanted->size);
    if (!f && (*of)->field_count == 0)
        vm_raise(vm, ERR_TYPE, "C alone knows the fields of `%s` (`.%s`)", (*of)->name,
                 wanted->text);
    else if (!f)
        cfield_missing(vm, *of, name);
    else
        *at = (is_view ? (uint8_t *)value_pointer(v)->address : value_struct(v)->data) + f->offset;
    return f;
}

verdict cfield_get(csp_vm *vm, process *p, value v, value name, value *out)
{
    const cstruct *of;
    uint8_t *at;
    const cfield *f = find_field(vm, p, v, name, &of, &at);
    if (!f)
        return VERDICT_FAIL;
    const cplace place = {CPLACE_FIELD, 0, f->name, of->name};
    if (!f->is_array)
        return cmemory_load(vm, p, v, at, f->type, out);
    if (check_length(vm, &place, f->count) != VERDICT_DONE)
        return VERDICT_FAIL;
    return load_array(vm, p, v, at, f, out);
}

static verdict store_field(csp_vm *vm, process *p, value v, const cstruct *of, const cfield *f,
                           uint8_t *at, value item)
{
    const cplace place = {CPLACE_FIELD, 0, f->name, of->name};
    if (!f->is_array)
        return cmemory_store(vm, p, v, at, f->type, item, &place);
    if (check_length(vm, &place, f->count) != VERDICT_DONE)
        return VERDICT_FAIL;
    return store_array(vm, p, v, at, f, item, &place);
}

verdict cfield_set(csp_vm *vm, process *p, value v, value name, value item)
{
    const cstruct *of;
    uint8_t *at;
    const cfield *f = find_field(vm, p, v, name, &of, &at);
    return f ? store_field(vm, p, v, of, f, at, item) : VERDICT_FAIL;
}

verdict cfield_store(csp_vm *vm, process *p, value v, const cfield *field, value item)
{
    const cvalue *s = value_struct(v);
    return store_field(vm, p, v, s->of, field, s->data + field->offset, item);
}

/* --- structs as values */

static bool next_bytes(value v, size_t *from, size_t *size)
{
    return cstruct_next_bytes(value_struct(v)->of, from, size);
}

/* A pointer is never followed: C may have freed what it leads to. */
static value shown(csp_vm *vm, value v, uint32_t offset, ctype t)
{
    const cvalue *s = value_struct(v);
    value out = VALUE_ABSENT;
    if (t.kind == CTYPE_STRUCT)
        return cvalue_within(vm, v, offset, t.of);
    uint64_t word = ctype_load(t.kind, s->data + offset);
    if (is_pointer(t.kind))
        return cpointer_new(vm, (void *)(uintptr_t)word,
                            t.kind == CTYPE_STRUCT_POINTER ? t.of : NULL);
    (void)convert_from_c(vm, NULL, t, word, &out);
    return out;
}

static value part(text *t, value v, uint32_t place[2])
{
    const cstruct *of = value_struct(v)->of;
    uint32_t i = place[0], k = place[1];
    if (!of) { /* it has been moved away */
        text_printf(t, "<struct>");
        return VALUE_ABSENT;
    }
    if (i > 0 && k == 0 && of->fields[i - 1].is_array)
        text_put(t, ']');
    if (i == of->field_count) {
        text_put(t, '}');
        return VALUE_ABSENT;
    }
    const cfield *f = &of->fields[i];
    if (k > 0)
        text_printf(t, ", ");
    else if (i > 0)
        text_printf(t, ", %s: %s", f->name, f->is_array ? "[" : "");
    else
        text_printf(t, "%s {%s: %s", of->name, f->name, f->is_array ? "[" : "");
    bool last = k + 1 == f->count;
    place[0] = last ? i + 1 : i;
    place[1] = last ? 0 : k + 1;
    value made = shown(t->vm, v, f->offset + k * ctype_size(f->type), f->type);
    t->failed |= made == VALUE_ABSENT;
    return made;
}

const kind_traits kind_struct = {.next_bytes = next_bytes, .part = part};
