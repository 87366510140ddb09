#include "vm/process/event.h"

void event_tell(csp_vm *vm, event_kind kind, const process *p, const process *other, channel *c,
                value v, uint32_t position)
{
    const event e = {kind, p, other, c, v, position};
    vm->tell(vm, &e);
}
