/* Any bytes as a program: they are checked, and run where they compile. */
#include "tests/support/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    csp_vm *vm = fuzz_begin();
    bool correct = fuzz_check(vm, (const char *)data, size);
    fuzz_end(vm);
    if (correct)
        FUZZ_CHECK(fuzz_run((const char *)data, size));
    return 0;
}
