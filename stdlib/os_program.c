#include "stdlib/os_program.h"

#include <stdlib.h>

#include "stdlib/system.h"
#include "vm/outside/environment.h"
#include "vm/outside/signal_name.h"

static uint32_t arg_count(const list *all)
{
    uint32_t count = 0;
    while (count < all->count && all->items[count] != VALUE_ABSENT)
        count++;
    return count;
}

value os_option(const list *all, uint32_t number)
{
    uint32_t at = arg_count(all) + 1 + number;
    return at < all->count && all->items[at] != VALUE_ABSENT ? all->items[at] : VALUE_NIL;
}

/* --- arguments */

static bool raise_text(csp_vm *vm, process *p, value v, const char *what)
{
    free(system_path_arg(vm, p, v, what)); /* which raises */
    return false;
}

/* The text of a string or bytes without a NUL; NULL: there is one, or v is something else. */
static const char *plain_text(csp_vm *vm, process *p, value v, size_t *size)
{
    const char *text = NULL;
    if (!value_is(v, OBJ_STRING) && !value_is(v, OBJ_BYTES))
        return NULL;
    system_data_arg(vm, p, v, &text, size);
    return memchr(text, '\0', *size) ? NULL : text;
}

typedef struct block {
    char **items; /* malloc'ed, with the texts behind them */
    char *end;
    uint32_t count;
} block;

/* Of `count` texts and a NULL, with room for so many bytes. */
static bool block_new(csp_vm *vm, block *b, uint32_t count, size_t size)
{
    *b = (block){.items = malloc((count + (size_t)1) * sizeof *b->items + size)};
    if (!b->items) {
        vm_raise_memory(vm);
        return false;
    }
    b->end = (char *)&b->items[count + 1];
    b->items[0] = NULL;
    return true;
}

static void block_put(block *b, const char *text, size_t size)
{
    memcpy(b->end, text, size);
    b->end += size;
}

/* What was put since the last is a text. */
static void block_close(block *b, char *from)
{
    *b->end++ = '\0';
    b->items[b->count++] = from;
    b->items[b->count] = NULL;
}

static void block_add(block *b, const char *text, size_t size)
{
    char *from = b->end;
    block_put(b, text, size);
    block_close(b, from);
}

bool os_take_args(csp_vm *vm, process *p, const list *all, bool shell, launch *l)
{
    static const char *const before[] = {"/bin/sh", "-c"};
    uint32_t count = arg_count(all);
    size_t room = 32, size;
    for (uint32_t i = 0; i < count; i++) {
        if (!plain_text(vm, p, all->items[i], &size))
            return raise_text(vm, p, all->items[i],
                              i == 0 ? "a string as the command" : "a string as the argument");
        room += size + 1;
        vm_charge(vm, size / 1024);
    }
    block b;
    if (!block_new(vm, &b, count + 3, room))
        return false;
    for (int i = 0; shell && i < 2; i++)
        block_add(&b, before[i], strlen(before[i]));
    for (uint32_t i = 0; i < count; i++) {
        const char *text = plain_text(vm, p, all->items[i], &size);
        block_add(&b, text, size);
        if (shell && i == 0)
            block_add(&b, "sh", 2); /* its $0 */
    }
    l->argv = b.items;
    l->name = b.count > 0 ? strdup(b.items[0]) : NULL;
    if (!l->name)
        vm_raise_memory(vm);
    return l->name != NULL;
}

/* --- where */

static bool check_variable(csp_vm *vm, process *p, const map_entry *entry, size_t *size)
{
    size_t name_size, text_size = 0;
    const char *name = plain_text(vm, p, entry->key, &name_size);
    if (!name)
        return raise_text(vm, p, entry->key, "a string as the name of a variable");
    if (name_size == 0 || memchr(name, '=', name_size)) {
        vm_raise(vm, ERR_VALUE, "the name of a variable is not empty and has no `=`");
        return false;
    }
    if (entry->item != VALUE_NIL && !plain_text(vm, p, entry->item, &text_size))
        return raise_text(vm, p, entry->item, "a string or nil as a variable");
    *size += name_size + text_size + 2;
    return true;
}

static void put_variable(csp_vm *vm, process *p, const map_entry *entry, block *b)
{
    size_t size = 0;
    char *from = b->end;
    const char *name = plain_text(vm, p, entry->key, &size);
    block_put(b, name, size);
    if (entry->item != VALUE_NIL) {
        const char *text = plain_text(vm, p, entry->item, &size);
        block_put(b, "=", 1);
        block_put(b, text, size);
    }
    block_close(b, from);
}

static bool take_environment(csp_vm *vm, process *p, value env, launch *l)
{
    block changes = {0};
    const map *m = env != VALUE_NIL ? data_map(vm, p, env) : NULL;
    if (env != VALUE_NIL && !m)
        return false;
    size_t size = 0;
    uint32_t at = 0, count = 0;
    for (map_entry entry; m && map_next(vm, m, &at, &entry); count++)
        if (!check_variable(vm, p, &entry, &size))
            return false;
    if (!block_new(vm, &changes, count, size))
        return false;
    at = 0;
    for (map_entry entry; m && map_next(vm, m, &at, &entry);)
        put_variable(vm, p, &entry, &changes);
    l->env = environment_copy(vm, (const char *const *)changes.items);
    free(changes.items);
    if (!l->env)
        vm_raise_memory(vm);
    return l->env != NULL;
}

bool os_take_place(csp_vm *vm, process *p, value dir, value env, launch *l)
{
    if (dir != VALUE_NIL && !(l->dir = system_path_arg(vm, p, dir, "a path as the folder")))
        return false;
    return take_environment(vm, p, env, l);
}

value os_launch_error(csp_vm *vm, process *p, const launch *l, int why, const char *op)
{
    bool enters = strcmp(op, "enter") == 0;
    const system_failure f = {.error = why,
                              .op = op,
                              .key = enters ? "path" : "command",
                              .subject = enters ? l->dir : l->name};
    return system_error(vm, p, &f);
}

/* --- the end */

bool os_put_end(csp_vm *vm, value in, const launch_end *how)
{
    char text[SIGNAL_NAME_ROOM];
    value signal = VALUE_NIL;
    if (how->signal) {
        signal_name(how->signal, text);
        signal = str_intern(vm, text, strlen(text));
    }
    return system_put(vm, in, "status", how->status < 0 ? VALUE_NIL : value_int(how->status)) &&
           system_put(vm, in, "signal", signal);
}
