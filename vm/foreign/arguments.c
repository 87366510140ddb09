/* The arguments of C: plans and blocks of calls. */
#include <string.h>

#include "vm/foreign/convert.h"
#include "vm/foreign/own.h"

static cplace place_of(const cfunction *of, uint32_t i)
{
    const char *name = i < of->signature->count && *of->params[i] ? of->params[i] : NULL;
    return (cplace){CPLACE_ARGUMENT, i, name, of->name};
}

const invoke_plan *ccall_plan(csp_vm *vm, process *p, const cfunction *of, const value *extra,
                              uint32_t count, uint64_t *words)
{
    ctype_kind kinds[CTYPE_PARAMS];
    uint32_t params = of->signature->count;
    ffi_refusal why = {0};
    if (count == 0)
        return of->plan;
    for (uint32_t i = 0; i < count; i++) {
        cplace at = place_of(of, params + i);
        if (convert_variadic(vm, p, extra[i], &at, &kinds[i], &words[i]) != VERDICT_DONE)
            return NULL;
    }
    const invoke_plan *plan = invoke_variadic(of->signature, kinds, count, &why);
    if (!plan)
        convert_refused(vm, ERR_FFI, &why, of->name);
    return plan;
}

static bool put_argument(csp_vm *vm, process *p, const cfunction *of, const invoke_plan *plan,
                         uint32_t i, value v, void *block)
{
    cplace at = place_of(of, i);
    uint64_t word;
    if (convert_to_c(vm, p, plan->types[i], v, &at, &word) != VERDICT_DONE)
        return false;
    if (plan->types[i].kind == CTYPE_STRUCT)
        invoke_put(plan, i, block, (const void *)(uintptr_t)word);
    else
        invoke_word(plan, i, block, word);
    return true;
}

bool ccall_fill(csp_vm *vm, process *p, const cfunction *of, const invoke_plan *plan,
                const value *args, const uint64_t *extra, const ctarget *targets,
                uint32_t target_count, void *block)
{
    uint32_t params = of->signature->count;
    for (uint32_t i = 0; i < params; i++) {
        uint64_t word;
        if (convert_quickly(plan->types[i].kind, args[i], &word)) {
            invoke_word(plan, i, block, word);
        } else if (target_count > 0 && targets->param == i) {
            invoke_word(plan, i, block, (uint64_t)(uintptr_t)cclosure_code(targets->closure));
            targets++;
            target_count--;
        } else if (!put_argument(vm, p, of, plan, i, args[i], block)) {
            return false;
        }
    }
    for (uint32_t i = params; i < plan->count; i++)
        invoke_word(plan, i, block, extra[i - params]);
    return true;
}
