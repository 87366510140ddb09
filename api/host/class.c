#include "api/host/class.h"

#include <stdlib.h>
#include <string.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/signature.h"
#include "base/hash.h"
#include "base/name.h"

enum { FIRST = 16 };

void classes_free(host *h)
{
    classes *all = &h->classes;
    for (uint32_t i = 0; all->items && i <= all->mask; i++)
        free(all->items[i]);
    free(all->items);
    *all = (classes){0};
}

/* --- the table */

static host_class **place_of(const classes *all, const csp_class *given)
{
    for (uint32_t i = hash_place((uintptr_t)given);; i++) {
        host_class **place = &all->items[i & all->mask];
        if (!*place || (*place)->given == given)
            return place;
    }
}

static bool reserve(classes *all)
{
    if (all->items && all->count * 2 <= all->mask)
        return true;
    uint32_t size = all->items ? 2 * (all->mask + 1) : FIRST;
    classes larger = {.items = calloc(size, sizeof *larger.items), .mask = size - 1};
    if (!larger.items)
        return false;
    for (uint32_t i = 0; all->items && i <= all->mask; i++)
        if (all->items[i])
            *place_of(&larger, all->items[i]->given) = all->items[i];
    free(all->items);
    all->items = larger.items;
    all->mask = larger.mask;
    return true;
}

const hosted_class *class_find(host *h, const char *name, size_t length)
{
    const classes *all = &h->classes;
    for (uint32_t i = 0; all->items && i <= all->mask; i++) {
        const host_class *c = all->items[i];
        if (c && strlen(c->of.name) == length && memcmp(c->of.name, name, length) == 0)
            return &c->of;
    }
    return NULL;
}

/* --- making one known */

/* Called by the VM's thread, at a safe point. */
static void finalize(csp_vm *vm, const hosted_class *of, void *data)
{
    host *h = host_of(vm);
    door_hook_begin(h);
    ((const host_class *)(const void *)of)->given->finalize(data);
    door_hook_end(h);
}

static host_class *make(const csp_class *given)
{
    size_t length = strlen(given->name);
    host_class *c = malloc(sizeof *c + 2 * length + sizeof "an  ");
    if (!c)
        return NULL;
    bool vowel = strchr("AEIOUaeiou", given->name[0]) != NULL;
    char *phrase = c->names + length + 1;
    memcpy(c->names, given->name, length + 1);
    size_t article = (size_t)(stpcpy(phrase, vowel ? "an " : "a ") - phrase);
    memcpy(phrase + article, given->name, length + 1);
    c->given = given;
    c->of = (hosted_class){.name = c->names,
                           .phrase = phrase,
                           .finalize = given->finalize ? finalize : NULL,
                           .shared = given->shared};
    return c;
}

/* A later library's class has more in it: what this one does not know must be 0. */
static csp_status check_size(host *h, const csp_class *given, const char *function)
{
    if (given->struct_size < sizeof *given)
        return door_misuse(h->vm, function, "the class has no struct_size: sizeof(csp_class)");
    const char *at = (const char *)(given + 1), *end = (const char *)given + given->struct_size;
    while (at < end && *at == 0)
        at++;
    if (at == end)
        return CSP_OK;
    return host_fail(h, CSP_E_VERSION, "version",
                     "%s: the class has something in it that this library does not know", function);
}

static csp_status check_name(host *h, const char *name, const char *function)
{
    if (!name || !name_is(name, strlen(name)))
        return door_misuse(h->vm, function, "the class has no name that a signature could have");
    if (signature_has_type(name))
        return door_misuse(h->vm, function, "`%s` is a type of signatures, and no class", name);
    if (class_find(h, name, strlen(name)))
        return door_misuse(h->vm, function, "another class has the name `%s`", name);
    return CSP_OK;
}

static csp_status add(host *h, const csp_class *given, const char *function, const host_class **out)
{
    csp_status status = check_size(h, given, function);
    if (status == CSP_OK)
        status = check_name(h, given->name, function);
    if (status != CSP_OK)
        return status;
    host_class *c = reserve(&h->classes) ? make(given) : NULL;
    if (!c)
        return host_fail_memory(h);
    *place_of(&h->classes, given) = c;
    h->classes.count++;
    *out = c;
    return CSP_OK;
}

csp_status class_of(host *h, const csp_class *given, const char *function, const host_class **out)
{
    classes *all = &h->classes;
    *out = all->last;
    if (given && all->last && all->last->given == given)
        return CSP_OK;
    if (!given)
        return door_misuse(h->vm, function, "the class is NULL");
    *out = all->items ? *place_of(all, given) : NULL;
    csp_status status = *out ? CSP_OK : add(h, given, function, out);
    if (status == CSP_OK)
        all->last = *out;
    return status;
}

csp_status csp_class_add(csp_vm *vm, const csp_class *of)
{
    const host_class *added;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = class_of(h, of, __func__, &added);
    door_leave(h);
    return status;
}
