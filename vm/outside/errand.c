#include "vm/outside/errand.h"
#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static errand *errand_behind(request *r) { return (errand *)r; }

static void work(request *r) { errand_behind(r)->work(errand_behind(r)); }

static void cancel(request *r)
{
    __atomic_store_n(&errand_behind(r)->cancelled, true, __ATOMIC_RELAXED);
}

void errand_free(errand *e)
{
    if (e->fd >= 0)
        close(e->fd);
    for (int i = 0; i < ERRAND_PATHS; i++)
        free(e->paths[i]);
    free(e->data);
    confine_drop(e->confine);
    free(e);
}

static void drop(request *r) { errand_free(errand_behind(r)); }

static const request_kind errand_kind = {
    .what = "the file system", .work = work, .cancel = cancel, .drop = drop};

static const request_kind patient_kind = {
    .what = "a name", .work = work, .patient = true, .cancel = cancel, .drop = drop};

static errand *new_errand(csp_vm *vm, const request_kind *kind, void (*doing)(errand *e),
                          const char *op)
{
    errand *e = calloc(1, sizeof *e);
    if (!e) {
        vm_raise_memory(vm);
        return NULL;
    }
    e->base.kind = kind;
    e->work = doing;
    e->op = op;
    e->fd = -1;
    e->confine = confine_hold(vm->confine);
    size_t most = vm->limits.memory;
    /* without a limit of memory, as much as any text can hold */
    e->most = most && most < STRING_MAX ? most : STRING_MAX;
    return e;
}

errand *errand_new(csp_vm *vm, void (*doing)(errand *e), const char *op)
{
    return new_errand(vm, &errand_kind, doing, op);
}

errand *errand_new_patient(csp_vm *vm, void (*doing)(errand *e), const char *op)
{
    return new_errand(vm, &patient_kind, doing, op);
}

verdict errand_start(csp_vm *vm, process *p, errand *e, value pinned)
{
    return request_start(vm, p, &e->base, &pinned, 1, 0);
}

errand *errand_of(const process *p) { return (errand *)request_arrived_for(p); }

void errand_end(csp_vm *vm, process *p)
{
    request *r = request_take(vm, p);
    if (r)
        request_dispose(vm, r);
}

bool errand_reserve(errand *e, size_t more)
{
    if (more > e->most || e->size > e->most - more) {
        e->error = EFBIG;
        return false;
    }
    if (e->size + more <= e->capacity)
        return true;
    char *grown = array_room(e->data, &e->capacity, e->size + more, 1);
    if (!grown) {
        e->error = ENOMEM;
        return false;
    }
    e->data = grown;
    return true;
}

bool errand_add(errand *e, const void *data, size_t size)
{
    if (!errand_reserve(e, size))
        return false;
    memcpy(e->data + e->size, data, size);
    e->size += size;
    return true;
}

bool errand_find(errand *e, int path, uint64_t needs, bool follow, place *at)
{
    int why = place_find(at, e->confine, e->paths[path], needs, follow);
    if (why != 0)
        e->error = why;
    return why == 0;
}

bool errand_find_loose(errand *e, int path, uint64_t needs, place *at)
{
    if (!errand_find(e, path, needs, false, at))
        return false;
    if (!place_is_fixed(at, e->confine))
        return true;
    place_free(at);
    e->error = PLACE_OUTSIDE;
    return false;
}
