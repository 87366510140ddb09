#include "api/host/walks.h"

#include "vm/walk/walk_own.h"

/* The arguments and slots of any walk. */
enum { SLOTS = 8 };

verdict host_walk(csp_vm *vm, process *p, walk_kind walk, uint32_t argc, const value *argv,
                  value *result)
{
    value slots[SLOTS] = {VALUE_ABSENT}; /* on the C stack, which is a root */
    memcpy(slots, argv, argc * sizeof *argv);
    verdict v;
    do
        v = walk_step(vm, p, walk, slots, result);
    while (v == VERDICT_YIELD);
    if (v == VERDICT_FAIL)
        walk_abandon(vm, p, walk, slots);
    return v;
}
