/* The layer above one VM: its standard modules, what names mean to the compiler, the host's
 * settings, the last error. */
#ifndef CSP_API_WORLD_H
#define CSP_API_WORLD_H

#include "base/language.h"
#include "include/csp.h"
#include "parser/resolve.h"
#include "vm/code/native.h"
#include "vm/core/vm.h"
#include "vm/machine.h"

/* The part of a module that is written in csp. */
typedef enum world_load { WORLD_UNLOADED, WORLD_LOADING, WORLD_LOADED } world_load;
typedef struct world_module {
    world_load load;
    module *code; /* once loaded; the VM's */
} world_module;

/* The parameter names of a native, as the resolver wants them. */
typedef struct world_signature {
    struct world_signature *next;
    const native_entry *of;
    uint32_t count;
    const char *names[];
} world_signature;

/* What represents the names of a module or library: its first member. */
typedef struct world_home {
    bool is_library; /* foreign.h's, else loader.h's */
} world_home;

struct host;            /* host/host.h */
struct foreign_library; /* foreign.c */
struct own_module;      /* loader.c */
struct own_importer;    /* loader.c */
struct host_module;     /* locate.h */

enum { SIGNATURE_LISTS = 256 };

typedef struct world {
    csp_vm *vm;
    struct host *host;
    void *user;
    /* the host's, or NULL */
    void (*write)(void *user, int stream, const char *text, size_t size);
    void (*crash)(void *user, const csp_error *error);
    void (*wake)(void *user);
    csp_status (*load)(void *user, const char *name, const char *importer, char **text,
                       size_t *size);
    void (*misuse)(void *user, const char *function, const char *what);
    /* the last failure, until it is taken; owned */
    csp_error *error;
    csp_session *sessions;                        /* list */
    char **args;                                  /* owned, ends with NULL */
    world_signature *signatures[SIGNATURE_LISTS]; /* by what they belong to */
    value *constants; /* pinned: the values of math_constants, made when first needed */
    uint32_t loading; /* standard modules being loaded */
    bool program;     /* it runs the VM's one program, not a session */
    bool test;        /* that program is a test */
    bool ran;         /* the VM's one program has run */
    bool import_files;
    bool no_loop;
    uint64_t capabilities;             /* CSP_MAY_… */
    struct foreign_library *libraries; /* list: what `extern` has declared */
    struct own_module *own_modules;    /* list: what programs have imported */
    struct host_module *host_modules;  /* list */
    /* the importer whose imports are being resolved; NULL: none */
    const struct own_importer *importer;
    /* why the compilation is given up, if the text has no errors */
    csp_status stopped;
    world_module modules[LANGUAGE_MODULES];
    bool omitted[LANGUAGE_MODULES]; /* by the host; the library's own sources still have them */
} world;

static inline world *world_of(const csp_vm *vm) { return vm->top; }

/* Begins a call of the host that compiles or runs something: until world_end an interrupt ends it.
 * False: it is not allowed now. */
static inline bool world_begin(world *w)
{
    if (w->ran)
        return false;
    w->stopped = CSP_OK;
    vm_enter(w->vm);
    return true;
}
static inline void world_end(world *w) { vm_leave(w->vm); }
/* The same for calls that cannot fail: the error of an earlier call stays, in *kept meanwhile. */
bool world_begin_quietly(world *w, csp_error **kept);
void world_end_quietly(world *w, csp_error *kept);

/* Registers the natives of the standard library. False: out of memory. */
bool world_add_natives(world *w);
/* A constant that is defined in C, or VALUE_ABSENT. */
value world_constant(world *w, int index, const char *name);
static inline bool world_omits(const world *w, int index)
{
    return w->omitted[index] && !w->loading;
}
/* The index of the standard module of that name, -1: there is none, or the host has omitted it. */
static inline int world_find_module(const world *w, const char *name)
{
    int index = language_find_module(name);
    return index >= 0 && world_omits(w, index) ? -1 : index;
}
/* Whether this VM has anything of the module. */
bool world_has_module(world *w, int index);
/* A member of a standard module; FAILED: see world_load_module. */
resolve_status world_member(world *w, int index, const char *name, resolve_symbol *out);
/* The native with that name in a module, or NULL. Names that begin with `_` are for the standard
 * library's own sources. */
const native_entry *world_native(world *w, int index, const char *name);
/* The part written in csp in *out, NULL if there is none. It is compiled and run when first asked
 * for. False: something has ended that (w->stopped, and the world's error), and the part counts as
 * never asked for. */
bool world_load_module(world *w, int index, const module **out);

/* Compiles a text; NULL: the world's error says why, and world_failure which status that is. With a
 * session, top-level names are the session's. first_line: the number of the text's first line. */
module *world_compile(world *w, const char *name, const char *source, size_t size,
                      uint32_t first_line, csp_session *session);

/* Compiles a text that has one test, which the body runs. whole: the text as people know it, of
 * which `source` has blanks for some parts. */
module *world_compile_test(world *w, const char *name, const char *source, const char *whole,
                           size_t size);

csp_status world_failure(const world *w);

/* Whether a source of so many bytes is too large: then the world's error says so. */
bool world_is_too_large(world *w, size_t size);

/* Compiles a program and also looks for mistakes that are not errors. All findings, warnings too,
 * become the world's error; if there are none, there is no error. */
void world_check(world *w, const char *name, const char *source, size_t size);

/* Calls `each` for every name of a module (for the prelude: of globals) that this VM has. Loads
 * the module. */
void world_each_member(world *w, int index, void (*each)(void *user, const char *name), void *user);

/* The owner of a home that an `import` or `extern` has bound, and its names. */
static inline bool world_is_library(const void *home)
{
    return ((const world_home *)home)->is_library;
}
void world_each_imported(const void *home, void (*each)(void *user, const char *name), void *user);

/* Runs the process until it ends, something else does, or it is later than `until`, on the clock of
 * loop_now. The status is that of csp_run_text, and the world's error is set; past that
 * CSP_E_BUDGET, and an error of kind "timeout" with the report of what every process does. On
 * CSP_OK *result is its value. A process that could not end is killed, and has VM_GRACE for its
 * defers. */
csp_status world_run(world *w, process *p, int64_t until, value *result);

#endif
