#include "api/host/walks.h"

#include <stdlib.h>

#include "api/host/host.h"
#include "vm/core/text.h"
#include "vm/walk/walk_show.h"

/* The arguments and slots of any walk. */
enum { SLOTS = 8 };

verdict host_walk(csp_vm *vm, process *p, walk_kind walk, uint32_t argc, const value *argv,
                  value *result)
{
    value slots[SLOTS] = {VALUE_ABSENT}; /* on the C stack, which is a root */
    uint64_t charged = vm->sched.charged;
    memcpy(slots, argv, argc * sizeof *argv);
    verdict v;
    do
        v = walk_step(vm, p, walk, slots, result);
    while (v == VERDICT_YIELD);
    const native_entry *entry = &walk_natives[walk];
    if (v == VERDICT_FAIL && entry->abandon)
        entry->abandon(vm, p, entry, slots);
    if (!host_of(vm)->context)
        vm->sched.charged = charged;
    return v;
}

char *host_show(csp_vm *vm, value v, size_t limit, bool whole)
{
    text t;
    text_init(&t, vm);
    if (limit == 0 || limit > STRING_MAX)
        limit = STRING_MAX;
    if (!(whole ? walk_show_whole : walk_show)(vm, &t, v, limit))
        return NULL;
    char *shown = malloc(t.used + 1);
    if (!shown)
        return NULL;
    memcpy(shown, t.block, t.used);
    shown[t.used] = '\0';
    return shown;
}
