/* fault_thread: stacks on which signals are handled, when that of the thread has no room. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ffi/fault.h"
#include "ffi/native_switch.h"
#include "ffi/thread.h"

enum { ALTERNATE = 128 << 10 }; /* bytes, the guard not counted */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static void free_alternate(void *at)
{
    stack_t now;
    if (sigaltstack(NULL, &now) == 0 && now.ss_sp == (char *)at + page_size())
        sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    munmap(at, page_size() + ALTERNATE);
    ffi_here.ready = false;
}

static void make_key(void) { has_key = pthread_key_create(&key, free_alternate) == 0; }

bool fault_thread(void)
{
    if (ffi_here.ready)
        return true;
    ffi_here.error = &errno;
    ffi_here.modes = native_modes();
    stack_t now;
    if (sigaltstack(NULL, &now) == 0 && !(now.ss_flags & SS_DISABLE))
        return ffi_here.ready = true;
    pthread_once(&once, make_key);
    if (!has_key)
        return false;
    size_t page = page_size();
    char *at =
        mmap(NULL, page + ALTERNATE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        return false;
    if (mprotect(at + page, ALTERNATE, PROT_READ | PROT_WRITE) != 0 ||
        pthread_setspecific(key, at) != 0 ||
        sigaltstack(&(stack_t){.ss_sp = at + page, .ss_size = ALTERNATE}, NULL) != 0) {
        pthread_setspecific(key, NULL);
        munmap(at, page + ALTERNATE);
        return false;
    }
    return ffi_here.ready = true;
}
