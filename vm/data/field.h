#ifndef CSP_VM_DATA_FIELD_H
#define CSP_VM_DATA_FIELD_H

#include "vm/core/bytecode.h"
#include "vm/core/concurrency.h"

/* Fields of maps; for those of errors see insn_get_field. `hint`: a guess at the place on entry,
 * the place on return. */
verdict data_get_field(csp_vm *vm, process *p, value container, value name, field_hint *hint,
                       value *out);
verdict data_set_field(csp_vm *vm, process *p, value container, value name, field_hint *hint,
                       value item);

#endif
