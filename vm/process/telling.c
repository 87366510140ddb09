#include "vm/process/telling.h"

#include "vm/core/vm.h"
#include "vm/process/closing.h"
#include "vm/process/ending.h"
#include "vm/process/par.h"

int64_t telling_step(csp_vm *vm)
{
    return vm->sched.alone ? 0 : ending_step(vm) + closing_step(vm) + par_step(vm);
}
