#include <stdlib.h>
#include <unistd.h>

#include "vm/vm.h"

/* A terminal shows each line at once: it gets the smaller buffer, which is also how we know it again. */
enum { BLOCK_BUFFER = 64 << 10, LINE_BUFFER = 8 << 10 };

static bool by_lines(const csp_vm *vm) { return vm->out_capacity == LINE_BUFFER; }

static bool have_buffer(csp_vm *vm)
{
    if (vm->out)
        return true;
    size_t capacity = isatty(STDOUT_FILENO) ? LINE_BUFFER : BLOCK_BUFFER;
    vm->out = malloc(capacity);
    vm->out_capacity = vm->out ? capacity : 0;
    return vm->out != NULL;
}

void vm_flush(csp_vm *vm)
{
    size_t used = vm->out_used;
    vm->out_used = 0;
    if (used > 0)
        vm->host.write(vm->host.user, STDOUT_FILENO, vm->out, used);
}

void vm_write(csp_vm *vm, int stream, const char *text, size_t size)
{
    if (size == 0)
        return;
    if (stream != STDOUT_FILENO || !have_buffer(vm) || size > vm->out_capacity) {
        vm_flush(vm);
        vm->host.write(vm->host.user, stream, text, size);
        return;
    }
    if (size > vm->out_capacity - vm->out_used)
        vm_flush(vm);
    memcpy(vm->out + vm->out_used, text, size);
    vm->out_used += size;
    if (by_lines(vm) && memchr(text, '\n', size))
        vm_flush(vm);
}
