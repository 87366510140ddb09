/* Test: what its part in csp, test.csp, needs of the VM. */
#include "stdlib/natives.h"
#include "vm/core/text.h"
#include "vm/native.h"
#include "vm/outside/loop.h"

enum { NAME_MAX_BYTES = 100 };

/* The test under way; NULL: raised. */
static const vm_test *tested(csp_vm *vm)
{
    const vm_test *test = vm_tested(vm);
    if (!test)
        vm_raise(vm, ERR_VALUE, "only tests that `csp test` runs have this");
    return test;
}

/* Where the snapshot of that name is kept. */
static verdict test_snapshot(csp_vm *vm, process *p, value *args, value *result)
{
    const vm_test *test = tested(vm);
    const string *name = test ? native_string_arg(vm, p, args[0]) : NULL;
    if (!name)
        return VERDICT_FAIL;
    if (name->length == 0 || name->length > NAME_MAX_BYTES || strchr(name->text, '/') ||
        strlen(name->text) < name->length)
        return vm_raise(vm, ERR_VALUE, "the name of a snapshot has 1 to %d bytes, and no `/`",
                        NAME_MAX_BYTES);
    static const char ending[] = ".csp";
    size_t stem = strlen(test->file);
    if (stem >= sizeof ending && strcmp(test->file + stem - sizeof ending + 1, ending) == 0)
        stem -= sizeof ending - 1;
    text t;
    text_init(&t, vm);
    text_add(&t, test->file, stem);
    text_printf(&t, ".%s.snapshot", name->text);
    return vm_give(vm, text_string(&t), result);
}

static verdict test_updates(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p, (void)args;
    const vm_test *test = tested(vm);
    *result = test && test->updates ? VALUE_TRUE : VALUE_FALSE;
    return test ? VERDICT_DONE : VERDICT_FAIL;
}

static verdict test_virtual_time(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p, (void)args;
    *result = VALUE_NIL;
    if (!tested(vm))
        return VERDICT_FAIL;
    vm_stop_time(vm);
    return VERDICT_DONE;
}

const native_entry test_natives[] = {
    {"virtual_time", "virtual_time()",
     "from now on time stands still while anybody can run, and jumps to the next timer when all "
     "wait; "
     "while somebody waits for input, a program or C, it goes as the clock does",
     test_virtual_time, 0, 0, 0},
    {"_snapshot", "_snapshot(name)", "the path of a snapshot", test_snapshot, 1, 1, 0},
    {"_updates", "_updates()", "whether snapshots are to be written", test_updates, 0, 0, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
