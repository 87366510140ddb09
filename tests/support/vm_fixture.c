#include "tests/support/vm_fixture.h"

#include "vm/outside/bell.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdlib.h>

#include "tests/support/support.h"
#include "vm/core/kind.h"
#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/core/text.h"
#include "vm/data/list.h"
#include "vm/data/tuple.h"
#include "vm/walk/walk_show.h"

/* Processes made by what is tested have nothing outside themselves. */
static void mark_process(heap_marker *m, void *start)
{
    const uint64_t *words = start;
    for (size_t i = 0; i < sizeof(process) / sizeof *words; i++)
        heap_mark(m, words[i]);
}

static void push_roots(heap *h, void *user)
{
    (void)h;
    str_push_interned(user);
}

static size_t stack_live(void *owner)
{
    (void)owner;
    return 0;
}

csp_vm *fixture_vm(void)
{
    csp_vm *vm = heap_pinned(sizeof *vm);
    process *p = heap_pinned(sizeof *p);
    cr_assert(vm != NULL && p != NULL);
    cr_assert(heap_init(&vm->heap, 0, mark_process, push_roots, stack_live, vm));
    vm->kinds = kind_table;
    vm->next_position = 1;
    vm->limits.int_bits = FIXTURE_INT_BITS;
    vm->limits.step_bytes = STEP_BYTES;
    vm->hash_seed = 0x243f6a8885a308d3U;
    vm->sched.vm = vm;
    vm->sched.slice = vm->sched.slice_left = INT64_MAX / 2;
    p->header = OBJ_PROCESS | OBJ_IMMUTABLE | (uint64_t)1 << OWNER_SHIFT;
    p->room = PROCESS_ROOM_LEAST;
    vm->sched.running = p;
    vm->empty_string = str_new(vm, "", 0);
    vm->empty_tuple = tuple_new(vm, p, NULL, 0);
    for (int c = 0; c < 128; c++)
        vm->characters[c] = str_new(vm, (char[]){(char)c}, 1);
    vm->bell = bell_new();
    for (int kind = 0; kind < ERR_COUNT; kind++)
        vm->error_names[kind] = str_intern(vm, vm_errors[kind].name, strlen(vm_errors[kind].name));
    return vm;
}

void fixture_close(csp_vm *vm)
{
    heap_close(&vm->heap);
    free(vm->modules);
    if (vm->interned != NULL)
        heap_unpin((void *)vm->interned);
    bell_free(vm->bell);
    heap_unpin(vm->sched.running);
    heap_unpin(vm);
}

value fixture_string(csp_vm *vm, const char *utf8) { return str_new(vm, utf8, strlen(utf8)); }

const char *fixture_text(value v)
{
    cr_assert(value_is(v, OBJ_STRING), "not a string");
    return value_string(v)->text;
}

char *fixture_show(csp_vm *vm, value v)
{
    text t;
    text_init(&t, vm);
    cr_assert(walk_show(vm, &t, v, 100000));
    return support_format("%.*s", (int)t.used, t.used > 0 ? t.block : "");
}

char *fixture_raised(csp_vm *vm)
{
    value raised = vm->sched.raised;
    vm->sched.raised = VALUE_ABSENT;
    if (!value_is(raised, OBJ_ERROR))
        return support_format("%s", "");
    const error *e = value_error(raised);
    return support_format("%s: %s", fixture_text(e->kind), fixture_text(e->message));
}

static const native_entry *find(const native_entry *table, const char *name)
{
    while (table->name != NULL && strcmp(table->name, name) != 0)
        table++;
    cr_assert(table->name != NULL, "no native %s", name);
    return table;
}

value fixture_call(csp_vm *vm, const native_entry *table, const char *name, uint32_t count, ...)
{
    enum { ROOM = 64 };
    const native_entry *entry = find(table, name);
    process *p = vm->sched.running;
    value args[ROOM] = {VALUE_ABSENT};
    cr_assert(count < ROOM / 2 && count >= entry->min && count <= entry->max);
    va_list rest;
    va_start(rest, count);
    for (uint32_t i = 0; i < count; i++)
        args[i] = va_arg(rest, value);
    va_end(rest);
    if (entry->slots > 0 && entry->max == NATIVE_VARIADIC) {
        args[0] = list_new(vm, p, args, count);
        for (uint32_t i = 1; i < count; i++)
            args[i] = VALUE_ABSENT;
        count = 1;
    }
    vm->sched.native_argc = count;
    value result = VALUE_ABSENT;
    verdict v;
    do
        v = entry->fn(vm, p, args, &result);
    while (v == VERDICT_YIELD);
    cr_assert(v == VERDICT_DONE || v == VERDICT_FAIL, "%s gave verdict %d", name, (int)v);
    return v == VERDICT_DONE ? result : VALUE_ABSENT;
}
