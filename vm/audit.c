#include "vm/audit.h"

#include "vm/foreign/foreign.h"
#include "vm/process/audit.h"

const char *vm_audit(csp_vm *vm)
{
    const char *wrong = audit_core(vm);
    return wrong ? wrong : foreign_audit(vm);
}
