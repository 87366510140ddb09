/* Spawning: a new process is given a message. If all of it is immutable, the new process's frame is
 * filled at once. Otherwise it is copied first (a walk in slices, run.c), and a starter frame takes
 * it over in the child. */
#include "vm/run/spawn.h"

#include "vm/code/native.h"
#include "vm/code/origin.h"
#include "vm/core/scheduler.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/list.h"
#include "vm/data/tuple.h"
#include "vm/foreign/cvalue.h"
#include "vm/process/event.h"
#include "vm/process/process.h"
#include "vm/run/builtin.h"

static inline bool all_immutable(const value *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!value_is_immutable(v[i]))
            return false;
    }
    return true;
}

process *spawn_quick(csp_vm *vm, value fn, uint32_t argc, const value *argv, bool *slow)
{
    *slow = false;
    if (!value_is(fn, OBJ_CLOSURE) || !value_is_immutable(fn) || !all_immutable(argv, argc)) {
        *slow = true;
        return NULL;
    }
    const closure *f = value_as_object(fn);
    const code *c = f->code;
    if (!c->plain || argc != c->params) {
        *slow = true;
        return NULL;
    }
    process *p = process_new(vm, c, 0);
    if (!p)
        return NULL;
    value *stack = process_stack(p);
    memcpy(stack, argv, argc * sizeof *argv);
    for (uint32_t i = 0; i < c->captures; i++)
        stack[argc + i] = f->captures[i];
    return p;
}

process *spawn_block_quick(csp_vm *vm, const code *c, const value *captures, bool *slow)
{
    *slow = !all_immutable(captures, c->captures);
    if (*slow)
        return NULL;
    process *p = process_new(vm, c, 0);
    if (p)
        memcpy(process_stack(p), captures, c->captures * sizeof *captures);
    return p;
}

/* An argument that was handed over stands in a cell (MOVEARG): no program can have made one. */
static bool handed_over(value v) { return value_is(v, OBJ_CELL); }

value spawn_bundle(csp_vm *vm, process *parent, value fn, uint32_t argc, const value *argv)
{
    value l = list_new(vm, parent, &fn, 1);
    bool ok = l != VALUE_ABSENT;
    for (uint32_t i = 0; ok && i < argc; i++)
        ok = list_push(vm, value_list(l), handed_over(argv[i]) ? VALUE_NIL : argv[i]);
    value t = ok ? tuple_new(vm, parent, value_list(l)->items, value_list(l)->count) : VALUE_ABSENT;
    if (t == VALUE_ABSENT)
        vm_raise_memory(vm);
    return t;
}

process *spawn_bundled(csp_vm *vm, value message, uint32_t argc, const value *argv)
{
    const code *starter = native_code(vm, &vm_builtins[BUILTIN_START], false);
    if (!starter) {
        vm_raise_memory(vm);
        return NULL;
    }
    bool moved = false;
    for (uint32_t i = 0; i < argc; i++)
        moved = moved || handed_over(argv[i]);
    if (moved) { /* the bundle again, with the moved arguments in their places */
        const tuple *t = value_tuple(message);
        uint64_t count = t->count;
        tuple *with = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *with + count * sizeof(value));
        if (!with) {
            vm_raise_memory(vm);
            return NULL;
        }
        with->header = OWNER_TRANSIT | OBJ_TUPLE;
        with->count = count;
        memcpy(with->items, t->items, count * sizeof(value));
        for (uint32_t i = 0; i < argc; i++) {
            if (handed_over(argv[i]))
                with->items[i + 1] = ((cell *)value_as_object(argv[i]))->item;
        }
        message = value_object(with);
    }
    process *p = process_new(vm, starter, 0);
    if (p)
        process_stack(p)[0] = message;
    return p;
}

/* What the child calls first: a function, and arguments. */
static value applied(const process *child)
{
    const code *c = child->code;
    if (!c->native)
        return process_stack(child)[0];
    const value *bundle = value_tuple(process_stack(child)[0])->items; /* taken over in the child */
    bool applies =
        value_is(bundle[0], OBJ_CLOSURE) && ((closure *)value_as_object(bundle[0]))->code->applies;
    return bundle[applies];
}

static const string *name_of_native(csp_vm *vm, const char *name)
{
    value interned = str_intern(vm, name, strlen(name));
    return interned == VALUE_ABSENT ? NULL : value_string(interned);
}

/* NULL: the function has none, or it is a block. */
static const string *applied_name(csp_vm *vm, const process *child)
{
    value fn = applied(child);
    if (value_is(fn, OBJ_NATIVE))
        return name_of_native(vm, ((native *)value_as_object(fn))->entry->name);
    if (value_is(fn, OBJ_FOREIGN))
        return name_of_native(vm, ((foreign_fn *)value_as_object(fn))->name);
    return value_is(fn, OBJ_CLOSURE) ? ((closure *)value_as_object(fn))->code->process_name : NULL;
}

static __attribute__((noinline)) uint32_t look_up_origin(csp_vm *vm, uint32_t parent,
                                                         uint32_t position, const process *child)
{
    const code *c = child->code;
    const string *name = c->process_name;
    if (c->native && c->native != &vm_builtins[BUILTIN_START])
        name = name_of_native(vm, c->native->name);
    else if (c->native || c->applies)
        name = applied_name(vm, child);
    return origin_of_spawn(vm, parent, position, name);
}

void spawn_launch(csp_vm *vm, process *parent, process *child, uint32_t position)
{
    uint64_t distance = process_number(child) - process_number(parent);
    child->parent_distance =
        distance <= PROCESS_DISTANCE_MOST ? distance & PROCESS_DISTANCE_MOST : 0;
    const code *c = child->code;
    const origin_edge *last = &vm->last_spawn;
    bool again = last->position == position && last->parent == parent->origin &&
                 last->name == c->process_name && !c->native && !c->applies;
    child->origin = (again ? last->child : look_up_origin(vm, parent->origin, position, child)) &
                    PROCESS_ORIGIN_MOST;
    if (event_wanted(vm))
        event_tell(vm, EVENT_SPAWN, parent, child, NULL, VALUE_ABSENT, position);
    sched_ready(&vm->sched, child, READY_TAIL);
}

process *spawn_native(csp_vm *vm, process *parent, const native_entry *entry, uint32_t argc,
                      const value *argv)
{
    const code *c = native_code(vm, entry, false);
    if (!c)
        vm_raise_memory(vm);
    process *p = c ? process_new(vm, c, 0) : NULL;
    if (!p)
        return NULL;
    memcpy(process_stack(p), argv, argc * sizeof *argv);
    spawn_launch(vm, parent, p, 0);
    return p;
}
