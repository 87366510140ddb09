#include "repl/bind/library.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#ifdef __GLIBC__
#include <gnu/lib-names.h>
#endif

#include "repl/bind/program.h"

#ifndef LIBC_SO
#define LIBC_SO "libc.so"
#endif
#ifndef LIBM_SO
#define LIBM_SO "libm.so"
#endif

/* ---- one library ---- */

/* What it calls itself, or NULL. */
static const char *soname(const struct link_map *map)
{
    const char *names = NULL;
    size_t at = 0;
    for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++) {
        if (d->d_tag == DT_STRTAB)
            names = (const char *)d->d_un.d_ptr;
        else if (d->d_tag == DT_SONAME)
            at = (size_t)d->d_un.d_val;
    }
    return names && at ? memory_text(names + at) : NULL;
}

/* The first file of a linker script, "INPUT(libncurses.so.6 -ltinfo)", of which dlopen complains:
 * "PATH: file too short". NULL: it is something else. */
static const char *read_script(const char *complaint)
{
    char script[4096];
    const char *end = complaint ? strchr(complaint, ':') : NULL;
    FILE *file = end ? fopen(memory_slice(complaint, (size_t)(end - complaint)), "re") : NULL;
    if (!file)
        return NULL;
    script[fread(script, 1, sizeof script - 1, file)] = '\0';
    fclose(file);
    const char *at = strstr(script, "INPUT");
    at = at ? at : strstr(script, "GROUP");
    at = at ? strchr(at, '(') : NULL;
    if (!at)
        return NULL;
    at += 1 + strspn(at + 1, " \t\n");
    return memory_slice(at, strcspn(at, " \t\n)"));
}

static library open_library(const char *name)
{
    const char *file = strcmp(name, "c") == 0 ? LIBC_SO : strcmp(name, "m") == 0 ? LIBM_SO : name;
    void *handle = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
    const char *real = handle ? NULL : read_script(dlerror());
    return (library){.name = name, .handle = real ? dlopen(real, RTLD_LAZY | RTLD_LOCAL) : handle};
}

/* A library that was found by guessing is called by its soname: programs run where there is no
 * libx.so without a number. */
static library open_candidate(const char *name)
{
    library l = open_library(name);
    struct link_map *map = NULL;
    bool is_short = strcmp(name, "c") == 0 || strcmp(name, "m") == 0;
    if (l.handle && !is_short && dlinfo(l.handle, RTLD_DI_LINKMAP, &map) == 0 && map) {
        const char *own = soname(map);
        l.name = own ? own : name;
    }
    return l;
}

bool library_has(const library *l, const char *symbol) { return dlsym(l->handle, symbol) != NULL; }

bool library_owns(const library *l, const char *symbol)
{
    const void *address = dlsym(l->handle, symbol);
    struct link_map *map = NULL;
    Dl_info there, here;
    if (!address || dlinfo(l->handle, RTLD_DI_LINKMAP, &map) != 0 || !map)
        return false;
    if (dladdr(address, &there) == 0 || dladdr(map->l_ld, &here) == 0)
        return true;
    bool is_kernel = there.dli_fname[0] != '/'; /* libc returns what the kernel has mapped: time */
    return is_kernel || there.dli_fbase == here.dli_fbase;
}

/* ---- candidates ---- */

typedef struct choice {
    const header *h;
    bool all; /* functions of included headers count, too */
    library best;
    uint32_t most;
} choice;

/* l NULL: whichever library has them. */
static uint32_t count_functions(const choice *c, const library *l)
{
    uint32_t count = 0;
    for (const c_function *f = c->h->function_list; f; f = f->next) {
        bool counts = f->is_selected && !f->is_static && (f->is_main || c->all);
        count += counts && (!l || library_owns(l, f->symbol));
    }
    return count;
}

static void consider(choice *c, const char *name)
{
    library l = open_candidate(name);
    uint32_t count = l.handle ? count_functions(c, &l) : 0;
    if (count > c->most) {
        c->best = l;
        c->most = count;
    }
}

/* Each -lNAME. */
static void consider_flags(choice *c, char *flags)
{
    char *rest;
    for (char *word = strtok_r(flags, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
        text file = {0};
        if (strncmp(word, "-l", 2) == 0 && word[2])
            text_print(&file, "lib%s.so", word + 2);
        if (file.bytes)
            consider(c, memory_text(file.bytes));
        text_free(&file);
    }
}

static void ask_pkg_config(choice *c, const char *prefix, const char *name)
{
    text package = {0}, flags = {0}, messages = {0};
    text_print(&package, "%s%s", prefix, name);
    const char *words[] = {"pkg-config", "--libs", "--", package.bytes, NULL};
    program p;
    char bytes[1024];
    ssize_t got;
    if (program_start(&p, words, "")) {
        while ((got = program_read(&p, bytes, sizeof bytes)) > 0)
            text_add(&flags, bytes, (size_t)got);
        if (program_end(&p, &messages) == 0 && flags.bytes)
            consider_flags(c, flags.bytes);
    }
    text_free(&package);
    text_free(&flags);
    text_free(&messages);
}

static void consider_name(choice *c, const char *name)
{
    text file = {0};
    text_print(&file, "lib%s.so", name);
    ask_pkg_config(c, "", name);
    ask_pkg_config(c, "lib", name);
    consider(c, memory_text(file.bytes));
    text_free(&file);
}

/* "curl/easy.h" may belong to easy or to curl. */
static void consider_path(choice *c, const char *path)
{
    const char *last = header_last_part(path), *folder = last - (last > path);
    consider_name(c, memory_slice(last, strcspn(last, ".")));
    const char *end = folder;
    while (folder > path && folder[-1] != '/')
        folder--;
    if (end > folder)
        consider_name(c, memory_slice(folder, (size_t)(end - folder)));
}

static void consider_all(choice *c, const char *path)
{
    consider_path(c, path);
    consider(c, "c");
    consider(c, "m");
}

library library_find(const header *h, const char *name, const char *path)
{
    if (name)
        return open_library(name);
    choice c = {.h = h};
    consider_all(&c, path);
    c.all = true;
    if (c.most == 0) /* it only includes others */
        consider_all(&c, path);
    if (c.most > 0)
        return c.best;
    if (count_functions(&c, NULL) == 0) /* types and constants alone: any will do */
        return open_library("c");
    const char *last = header_last_part(path);
    text file = {0};
    text_print(&file, "lib%.*s.so", (int)strcspn(last, "."), last);
    return (library){.name = file.bytes};
}
