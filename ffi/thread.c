#include "ffi/thread.h"

#include <errno.h>

_Thread_local ffi_thread ffi_here;

__attribute__((noinline)) native_stack *native_current(void) { return ffi_here.current; }

__attribute__((noinline)) int ffi_errno(void)
{
    int error = errno;
    __asm__ volatile("" : "+r"(error));
    return error;
}

__attribute__((noinline)) void ffi_set_errno(int error)
{
    errno = error;
    __asm__ volatile("" : : : "memory");
}

__attribute__((noinline)) const uint64_t *ffi_modes(void)
{
    const uint64_t *modes = &ffi_here.modes;
    __asm__ volatile("" : "+r"(modes));
    return modes;
}
