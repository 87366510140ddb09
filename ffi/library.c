#include "ffi/library.h"

#include <ctype.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/lib-names.h>
#endif

#ifndef LIBC_SO
#define LIBC_SO "libc.so"
#endif
#ifndef LIBM_SO
#define LIBM_SO "libm.so"
#endif

enum {
    PATH = 4096,       /* bytes of a path */
    SCRIPT = 64 << 10, /* bytes of a linker script that are read */
    SCRIPTS = 4        /* scripts that lead to scripts */
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* --- linker scripts */

/* The text of what dlopen would not take, if it is one. */
static size_t read_script(const char *path, char *text)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return 0;
    ssize_t size = read(file, text, SCRIPT - 1);
    close(file);
    text[size > 0 ? size : 0] = 0;
    return size > 0 && !memchr(text, 0, (size_t)size) ? (size_t)size : 0;
}

static const char *skip(const char *at)
{
    for (;;) {
        const char *comment_end = strncmp(at, "/*", 2) == 0 ? strstr(at + 2, "*/") : NULL;
        if (comment_end)
            at = comment_end + 2;
        else if (*at && (isspace((unsigned char)*at) || *at == '('))
            at++;
        else
            return at;
    }
}

/* The first file in `GROUP ( … )` or `INPUT ( … )`; AS_NEEDED is no file. */
static bool first_library(const char *text, char *out)
{
    for (const char *at = skip(text); *at;) {
        size_t length = strcspn(at, " \t\r\n(),");
        bool begins = length == 5 && (memcmp(at, "GROUP", 5) == 0 || memcmp(at, "INPUT", 5) == 0);
        if (!begins) { /* another command: over its own brackets */
            at += length;
            const char *open = at + strspn(at, " \t\r\n,)");
            if (*open == '(')
                open += strcspn(open, ")");
            at = skip(open == at && length == 0 ? at + 1 : open);
            continue;
        }
        at = skip(at + length);
        if (strncmp(at, "AS_NEEDED", 9) == 0)
            at = skip(at + 9);
        length = strcspn(at, " \t\r\n(),");
        bool short_name = strncmp(at, "-l", 2) == 0;
        int n = short_name ? snprintf(out, PATH, "lib%.*s.so", (int)length - 2, at + 2)
                           : snprintf(out, PATH, "%.*s", (int)length, at);
        return length > (short_name ? 2 : 0) && n < PATH;
    }
    return false;
}

/* The file that dlerror complains of: "PATH: invalid ELF header", "PATH: file too short"; a name
 * without a `/` is one that was not found. */
static bool complained_path(const char *error, char *out)
{
    const char *end = strstr(error, ": ");
    if (!end || end - error >= PATH || !memchr(error, '/', (size_t)(end - error)))
        return false;
    memcpy(out, error, (size_t)(end - error));
    out[end - error] = 0;
    return true;
}

typedef struct search {
    char path[PATH], target[PATH], error[512];
    char text[SCRIPT];
} search;

/* A pipe would hold up its reader for ever. */
static bool is_special(const char *path)
{
    struct stat about;
    return strchr(path, '/') && stat(path, &about) == 0 && !S_ISREG(about.st_mode);
}

/* What s->target stands for, through linker scripts. */
static void *open_target(search *s)
{
    for (int depth = 0; depth <= SCRIPTS; depth++) {
        if (is_special(s->target)) {
            snprintf(s->error, sizeof s->error, "%.400s: it is no regular file", s->target);
            return NULL;
        }
        void *handle = dlopen(s->target, RTLD_NOW | RTLD_LOCAL);
        if (handle)
            return handle;
        const char *error = dlerror();
        snprintf(s->error, sizeof s->error, "%s", error ? error : "it cannot be opened");
        if (!complained_path(s->error, s->path) || !read_script(s->path, s->text) ||
            !first_library(s->text, s->target))
            return NULL;
    }
    return NULL;
}

/* --- opening */

static bool target_of(const char *name, const char *folder, char *out)
{
    int n;
    if (strcmp(name, "c") == 0)
        n = snprintf(out, PATH, "%s", LIBC_SO);
    else if (strcmp(name, "m") == 0)
        n = snprintf(out, PATH, "%s", LIBM_SO);
    else if (strchr(name, '/') && name[0] != '/' && folder && *folder)
        n = snprintf(out, PATH, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/",
                     name);
    else
        n = snprintf(out, PATH, "%s", name);
    return n < PATH;
}

const library *library_open(ffi_block *b, const char *name, const char *folder, ffi_refusal *why)
{
    search *s = malloc(sizeof *s);
    library *l = ffi_block_alloc(b, sizeof *l);
    void *handle = NULL;
    if (!s || !l)
        (void)ffi_refuse_memory(why);
    else if (*name == 0)
        (void)ffi_refuse(why, "the library has no name");
    else if (!target_of(name, folder, s->target))
        (void)ffi_refuse(why, "the path is too long");
    else if (!(handle = open_target(s)))
        (void)ffi_refuse(why, "%s", s->error);
    if (handle) {
        l->handle = handle;
        l->name = ffi_block_text(b, last_part(s->target), strlen(last_part(s->target)));
        if (!l->name) {
            (void)ffi_refuse_memory(why);
            handle = NULL;
        }
    }
    free(s);
    return handle ? l : NULL;
}

/* --- symbols */

void *library_symbol(const library *l, const char *name, bool *is_data)
{
    *is_data = false;
    void *address = dlsym(l->handle, name);
    Dl_info info;
    const ElfW(Sym) *symbol = NULL;
    if (address && dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol &&
        info.dli_saddr == address) {
        unsigned type = ELF64_ST_TYPE(symbol->st_info);
        *is_data = type == STT_OBJECT || type == STT_TLS || type == STT_COMMON;
    }
    return address;
}

library_place library_whence(const void *address)
{
    Dl_info info;
    if (!dladdr(address, &info))
        return (library_place){.library = ""};
    library_place p = {.library = info.dli_fname ? last_part(info.dli_fname) : "",
                       .symbol = info.dli_sname};
    if (p.symbol)
        p.offset = (size_t)((const char *)address - (const char *)info.dli_saddr);
    return p;
}
