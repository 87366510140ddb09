/* x.name and x.name = v. */
#include "vm/data_check.h"
#include "vm/text.h"
#include "vm/trace.h"

/* --- "did you mean": the key that differs least */

enum { GUESS_LENGTH = 24, GUESS_KEYS = 200 };

/* Letters to insert, delete, replace or swap to make b of a; both are at most GUESS_LENGTH long. */
static uint32_t distance(const string *a, const string *b)
{
    uint32_t rows[3][GUESS_LENGTH + 1];
    uint32_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (uint32_t j = 0; j <= b->size; j++)
        last[j] = before[j] = j;
    for (uint32_t i = 1; i <= a->size; i++) {
        row[0] = i;
        for (uint32_t j = 1; j <= b->size; j++) {
            uint32_t best = last[j - 1] + (a->text[i - 1] != b->text[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a->text[i - 1] == b->text[j - 2] && a->text[i - 2] == b->text[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        uint32_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b->size];
}

static const string *guess_key(const map *m, const string *name)
{
    const string *best = NULL;
    uint32_t least = name->size / 3 + 1;
    if (name->size > GUESS_LENGTH)
        return NULL;
    uint32_t position = 0, tried = 0;
    map_entry *e;
    while ((e = map_next(m, &position)) && tried++ < GUESS_KEYS) {
        if (!value_is(e->key, OBJ_STRING) || value_string(e->key)->size > GUESS_LENGTH)
            continue;
        uint32_t d = distance(name, value_string(e->key));
        if (d <= least) {
            least = d - (d > 0);
            best = value_string(e->key);
        }
    }
    return best;
}

static verdict raise_missing(csp_vm *vm, const map *m, value name)
{
    const string *guess = guess_key(m, value_string(name));
    if (!guess)
        return vm_raise(vm, ERR_KEY, "the map has no field `%s`", value_string(name)->text);
    return vm_raise(vm, ERR_KEY, "the map has no field `%s`; did you mean `%s`?", value_string(name)->text,
                    guess->text);
}

static bool is_called(value name, const char *field) { return strcmp(value_string(name)->text, field) == 0; }

static verdict error_field(csp_vm *vm, process *p, value container, value name, value *out)
{
    const error *e = value_error(container);
    if (is_called(name, "kind")) {
        *out = e->kind;
    } else if (is_called(name, "message")) {
        *out = e->message;
    } else if (is_called(name, "data")) {
        *out = e->data;
    } else if (is_called(name, "cause")) {
        *out = e->cause;
    } else if (is_called(name, "trace")) {
        *out = trace_value(vm, e->trace);
        if (*out == VALUE_ABSENT)
            return vm_raise_memory(vm);
    } else {
        vm_raise(vm, ERR_KEY, "an error has no field `%s`: it has kind, message, data, trace and cause",
                 value_string(name)->text);
        return vm_blame(vm, p, container, VALUE_NIL);
    }
    return VERDICT_DONE;
}

verdict data_get_field(csp_vm *vm, process *p, value container, value name, uint16_t *hint, value *out)
{
    obj_kind kind = value_kind(container);
    if (kind != OBJ_NONE && !value_usable(p, container))
        return data_raise_moved(vm, container);
    if (kind == OBJ_MAP) {
        *out = map_get_name(vm, value_map(container), name, hint);
        return *out == VALUE_ABSENT ? raise_missing(vm, value_map(container), name) : VERDICT_DONE;
    }
    if (kind == OBJ_ERROR)
        return error_field(vm, p, container, name, out);
    return vm_raise(vm, ERR_TYPE, "%s has no fields (`.%s`)", vm_type_phrase(container), value_string(name)->text);
}

verdict data_set_field(csp_vm *vm, process *p, value container, value name, uint16_t *hint, value item)
{
    if (!value_is(container, OBJ_MAP)) {
        if (value_is_object(container) && !value_usable(p, container))
            return data_raise_moved(vm, container);
        vm_raise(vm, ERR_TYPE, "%s has no fields to assign (`.%s`)", vm_type_phrase(container),
                 value_string(name)->text);
        return vm_blame(vm, p, container, VALUE_NIL);
    }
    map *m = data_own_map(vm, p, container);
    if (!m)
        return VERDICT_FAIL;
    if (*hint < m->used && m->entries[*hint].key == name) {
        m->entries[*hint].item = item;
        return VERDICT_DONE;
    }
    if (!map_put(vm, m, name, item))
        return vm_raise_memory(vm);
    if (m->entries[m->used - 1].key == name) {
        if (m->used <= UINT16_MAX)
            *hint = (uint16_t)(m->used - 1);
    } else {
        map_get_name(vm, m, name, hint);
    }
    return VERDICT_DONE;
}
