/* Natives of the host: their tables, which modules of csp programs import, and how a call comes to
 * one.
 *
 * What scripts call is a simple native (vm/code/native.h): it checks the arguments by the signature
 * and runs the host's function in the frame of the caller. One that suspends goes on, when its
 * arguments are right, as a frame of its own (suspend.h). */
#ifndef CSP_API_HOST_NATIVE_H
#define CSP_API_HOST_NATIVE_H

#include "api/host/signature.h"
#include "include/csp.h"
#include "vm/code/native.h"

struct host;

typedef struct host_native {
    native_entry entry; /* first: what scripts call */
    native_entry frame; /* of one that suspends */
    csp_native_fn *fn;
    void *data;
    bool suspends;
    signature *of;
    const value *defaults; /* of its parameters; ABSENT where there is none */
    const char **names;    /* of its parameters, and NULL */
    uint8_t *tags;         /* of its parameters: which tags of values tell that one is right */
    uint32_t tagged;       /* the number of tags, without the rest */
    char *texts;           /* its signature and doc */
} host_native;

/* What one csp_natives_add has added. */
typedef struct native_table {
    struct native_table *next; /* of the same module */
    size_t count;
    const host_native **sorted; /* by name */
    value *defaults;            /* pinned: of all of them */
    host_native natives[];
} native_table;

/* Of a VM. */
typedef struct host_natives {
    uint32_t steps; /* so many have begun: their verdicts have numbers */
    /* contexts of simple natives, in turn, so that one that is over is not soon the running one */
    csp_context *simple;
    csp_context *frames; /* list: those of the frames there are */
    csp_context *spare;
    struct offloads *offloads; /* made with the first */
} host_natives;

bool natives_init(struct host *h);
/* Destroys what suspended calls hold, and cancels what they wait for. `wait`: threads that are
 * working for them have a second to finish. No process may run afterwards. */
void natives_end(struct host *h, bool wait);
void natives_free(struct host *h);

/* In a simple native: calls n, with the arguments of that. DONE with *result, or FAIL. */
verdict native_run(csp_vm *vm, process *p, const host_native *n, value *args, value *result);

/* The native with that name in the tables of a module, or NULL. */
const host_native *native_find(const native_table *tables, const char *name);
/* Calls `each` for those that every importer may use: whose names do not begin with `_`. */
void native_each(const native_table *tables, void (*each)(void *user, const char *name),
                 void *user);
/* Reads and copies what csp_natives_add is given; `others`: what the module has already. The status
 * is that of csp_natives_add; but for CSP_OK *out is NULL. */
csp_status native_table_new(struct host *h, const char *name, const native_table *others,
                            const csp_native *natives, size_t count, size_t size,
                            native_table **out);
void native_table_free(native_table *t);

#endif
