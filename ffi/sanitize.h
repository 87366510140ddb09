/* What checkers of memory are told of stacks: AddressSanitizer, valgrind. Without them: nothing. */
#ifndef CSP_FFI_SANITIZE_H
#define CSP_FFI_SANITIZE_H

#include "ffi/native_stack.h"

#if defined(__SANITIZE_ADDRESS__)
#define FFI_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FFI_ASAN 1
#endif
#endif

/* For functions that leave a stack for good: what ASan keeps of their frames would go under
 * them. */
#define SANITIZE_NOT __attribute__((no_sanitize("address")))

#ifdef FFI_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

/* About to go from where we are, which is kept in *save (NULL: left for good). */
static inline void sanitize_leave(void **save, const void *low, size_t size)
{
    __sanitizer_start_switch_fiber(save, low, size);
}
/* Arrived where `save` was kept; *low, *size: of the stack that we come from. */
static inline void sanitize_arrive(void *save, const void **low, size_t *size)
{
    __sanitizer_finish_switch_fiber(save, low, size);
}
static inline void sanitize_clear(const void *low, size_t size)
{
    __asan_unpoison_memory_region(low, size);
}
#else
static inline void sanitize_leave(void **save, const void *low, size_t size)
{
    (void)save, (void)low, (void)size;
}
static inline void sanitize_arrive(void *save, const void **low, size_t *size)
{
    (void)save, (void)low, (void)size;
}
static inline void sanitize_clear(const void *low, size_t size) { (void)low, (void)size; }
#endif

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif

static inline unsigned sanitize_register(const void *low, const void *high)
{
#ifdef VALGRIND_STACK_REGISTER
    return (unsigned)VALGRIND_STACK_REGISTER(low, high);
#else
    return (void)low, (void)high, 0U;
#endif
}

static inline void sanitize_deregister(unsigned id)
{
#ifdef VALGRIND_STACK_DEREGISTER
    VALGRIND_STACK_DEREGISTER(id);
#else
    (void)id;
#endif
}

/* A call is to begin at `base`, with room up to `top` above it. Memcheck marks what lies below the
 * red zone of the stack pointer as the pointer moves, but nothing when it changes stacks: what is
 * between the red zones of earlier calls, which began at `top`, and of this one is dead to it. */
static inline void sanitize_place(const char *base, const char *top)
{
#ifdef VALGRIND_MAKE_MEM_UNDEFINED
    enum { RED_ZONE = 128 };
    VALGRIND_MAKE_MEM_UNDEFINED(base - RED_ZONE, (size_t)(top - base) + RED_ZONE);
#else
    (void)base, (void)top;
#endif
}

#endif
