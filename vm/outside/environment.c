#include "vm/outside/environment.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "vm/core/vm.h"

extern char **environ;

/* malloc'ed, as is each text. */
struct environment {
    char **all; /* NULL behind the last */
    size_t count, capacity;
};

static void free_all(struct environment *e)
{
    for (size_t i = 0; i < e->count; i++)
        free(e->all[i]);
    free(e->all);
    free(e);
}

/* Takes the text, which is malloc'ed, or NULL; false: no memory. */
static bool add(struct environment *e, char *text)
{
    if (!text)
        return false;
    char **grown = array_room(e->all, &e->capacity, e->count + 2, sizeof *grown);
    if (!grown) {
        free(text);
        return false;
    }
    e->all = grown;
    e->all[e->count++] = text;
    e->all[e->count] = NULL;
    return true;
}

static struct environment *of_process(void)
{
    struct environment *e = calloc(1, sizeof *e);
    bool well = e && (e->all = calloc(e->capacity = 64, sizeof *e->all));
    for (char **at = environ; well && at && *at; at++)
        if (strchr(*at, '='))
            well = add(e, strdup(*at));
    if (well)
        return e;
    if (e)
        free_all(e);
    return NULL;
}

static struct environment *environment_of(csp_vm *vm)
{
    if (!vm->env)
        vm->env = of_process();
    return vm->env;
}

/* Whether "NAME=text" has this name. */
static bool has_name(const char *variable, const char *name, size_t length)
{
    return strncmp(variable, name, length) == 0 && variable[length] == '=';
}

static size_t place_of(const char *const *all, const char *name, size_t length)
{
    size_t i = 0;
    while (all[i] && !has_name(all[i], name, length))
        i++;
    return i;
}

const char *environment_find(const char *const *all, const char *name)
{
    size_t length = strlen(name), at = place_of(all, name, length);
    return all[at] ? all[at] + length + 1 : NULL;
}

const char *const *environment_all(csp_vm *vm)
{
    const struct environment *e = environment_of(vm);
    return e ? (const char *const *)e->all : NULL;
}

const char *environment_get(csp_vm *vm, const char *name)
{
    const char *const *all = environment_all(vm);
    return all ? environment_find(all, name) : NULL;
}

bool environment_set(csp_vm *vm, const char *name, const char *text)
{
    struct environment *e = environment_of(vm);
    if (!e)
        return false;
    size_t length = strlen(name);
    size_t at = place_of((const char *const *)e->all, name, length);
    if (!text) {
        if (at == e->count)
            return true;
        free(e->all[at]);
        e->all[at] = e->all[--e->count];
        e->all[e->count] = NULL;
        return true;
    }
    size_t room = length + strlen(text) + 2;
    char *variable = malloc(room);
    if (!variable)
        return false;
    snprintf(variable, room, "%s=%s", name, text);
    if (at == e->count)
        return add(e, variable);
    free(e->all[at]);
    e->all[at] = variable;
    return true;
}

/* Whether one of the changes is about this variable. */
static bool is_changed(const char *variable, const char *const *changes)
{
    const char *equals = strchr(variable, '=');
    size_t length = (size_t)(equals - variable);
    for (; *changes; changes++) {
        size_t named = strcspn(*changes, "=");
        if (named == length && memcmp(*changes, variable, length) == 0)
            return true;
    }
    return false;
}

char **environment_copy(csp_vm *vm, const char *const *changes)
{
    const char *const *all = environment_all(vm);
    if (!all)
        return NULL;
    const char *const *const parts[] = {all, changes};
    size_t count = 1, size = 0;
    for (int part = 0; part < 2; part++)
        for (const char *const *at = parts[part]; *at; at++, count++)
            size += strlen(*at) + 1;
    char **copy = malloc(count * sizeof *copy + size);
    if (!copy)
        return NULL;
    char **out = copy, *text = (char *)(copy + count);
    for (int part = 0; part < 2; part++)
        for (const char *const *at = parts[part]; *at; at++) {
            bool stays = part == 0 ? !is_changed(*at, changes) : strchr(*at, '=') != NULL;
            if (!stays)
                continue;
            size_t length = strlen(*at) + 1;
            memcpy(text, *at, length);
            *out++ = text;
            text += length;
        }
    *out = NULL;
    return copy;
}

void environment_free(csp_vm *vm)
{
    if (vm->env)
        free_all(vm->env);
    vm->env = NULL;
}
