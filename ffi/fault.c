#include "ffi/fault.h"

#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "ffi/library.h"
#include "ffi/native_switch.h"
#include "ffi/sanitize.h"
#include "ffi/thread.h"

enum {
    RANGES = 16 /* pieces of code that belong to the C library */
};

typedef struct handled_signal {
    int number;
    const char *name;
} handled_signal;

static const handled_signal handled[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
    {SIGILL, "SIGILL"},   {SIGABRT, "SIGABRT"},
};
enum { HANDLED = sizeof handled / sizeof handled[0] };

typedef struct code_range {
    uintptr_t from, to;
} code_range;

static struct {
    pthread_mutex_t lock; /* of all but what handlers read */
    unsigned users;
    struct sigaction before[HANDLED]; /* read by handlers: written before they are installed */
    code_range libc[RANGES];
    unsigned ranges;
    void (*report)(const fault_info *info); /* atomic */
} faults = {.lock = PTHREAD_MUTEX_INITIALIZER};

void fault_reporter(void (*report)(const fault_info *info))
{
    __atomic_store_n(&faults.report, report, __ATOMIC_RELEASE);
}

void fault_unblock(sigset_t *set)
{
    for (int i = 0; i < HANDLED; i++)
        sigdelset(set, handled[i].number);
}

/* --- where the C library's code lies */

static bool is_libc(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return strncmp(name, "libc.", 5) == 0 || strncmp(name, "libc-", 5) == 0 ||
           strncmp(name, "ld-", 3) == 0 || strncmp(name, "ld.", 3) == 0 ||
           strncmp(name, "ld64.", 5) == 0 || strncmp(name, "libpthread", 10) == 0;
}

static int note_ranges(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size, (void)data;
    for (int i = 0; is_libc(info->dlpi_name) && i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        if (h->p_type == PT_LOAD && (h->p_flags & PF_X) && faults.ranges < RANGES) {
            uintptr_t from = info->dlpi_addr + h->p_vaddr;
            faults.libc[faults.ranges++] = (code_range){from, from + h->p_memsz};
        }
    }
    return 0;
}

static bool in_libc(const void *instruction)
{
    for (unsigned i = 0; i < faults.ranges; i++)
        if ((uintptr_t)instruction >= faults.libc[i].from &&
            (uintptr_t)instruction < faults.libc[i].to)
            return true;
    return false;
}

/* --- the registers of who was interrupted */

typedef struct place {
    void *sp, *pc;
} place;

#if defined(__x86_64__)
static place interrupted(const ucontext_t *c)
{
    return (place){(void *)c->uc_mcontext.gregs[REG_RSP], (void *)c->uc_mcontext.gregs[REG_RIP]};
}

static void land(ucontext_t *c, native_stack *s, native_outcome outcome)
{
    c->uc_mcontext.gregs[REG_RSP] = (greg_t)s->home;
    c->uc_mcontext.gregs[REG_RIP] = (greg_t)native_landing;
    c->uc_mcontext.gregs[REG_RDI] = (greg_t)s;
    c->uc_mcontext.gregs[REG_RSI] = (greg_t)outcome;
    c->uc_mcontext.gregs[REG_RDX] = (greg_t)&ffi_here.modes;
}
#elif defined(__aarch64__)
static place interrupted(const ucontext_t *c)
{
    return (place){(void *)c->uc_mcontext.sp, (void *)c->uc_mcontext.pc};
}

static void land(ucontext_t *c, native_stack *s, native_outcome outcome)
{
    c->uc_mcontext.sp = (uintptr_t)s->home;
    c->uc_mcontext.pc = (uintptr_t)native_landing;
    c->uc_mcontext.regs[0] = (uintptr_t)s;
    c->uc_mcontext.regs[1] = (unsigned long long)outcome;
    c->uc_mcontext.regs[2] = (uintptr_t)&ffi_here.modes;
}
#else /* no switch_*.S either, and the build says so */
static place interrupted(const ucontext_t *c) { return (void)c, (place){NULL, NULL}; }

static void land(ucontext_t *c, native_stack *s, native_outcome outcome)
{
    (void)c, (void)s, (void)outcome;
}
#endif

/* --- handlers */

static unsigned row_of(int signal)
{
    unsigned i = 0;
    while (i + 1 < HANDLED && handled[i].number != signal)
        i++;
    return i;
}

/* The default comes when the handler returns: the instruction faults again, or the signal, which is
 * blocked until then, is there once more. */
static void take_default(int signal, bool by_instruction)
{
    struct sigaction act = {.sa_handler = SIG_DFL};
    sigaction(signal, &act, NULL);
    if (!by_instruction)
        raise(signal);
}

/* The end after a report: the handler from before has its say, the host's who has a terminal to
 * give back. A sanitizer's would report C's fault as the program's. */
static void end_as_before(int signal, bool by_instruction)
{
#ifndef FFI_ASAN
    const struct sigaction *before = &faults.before[row_of(signal)];
    if ((before->sa_flags & SA_SIGINFO) || before->sa_handler != SIG_IGN) {
        sigaction(signal, before, NULL);
        if (!by_instruction)
            raise(signal);
        return;
    }
#endif
    take_default(signal, by_instruction);
}

static void pass_on(int signal, siginfo_t *info, void *context)
{
    const struct sigaction *before = &faults.before[row_of(signal)];
    if (before->sa_flags & SA_SIGINFO)
        before->sa_sigaction(signal, info, context);
    else if (before->sa_handler == SIG_DFL)
        take_default(signal, info->si_code > 0);
    else if (before->sa_handler != SIG_IGN)
        before->sa_handler(signal);
    else if (info->si_code > 0) /* an instruction's fault cannot be ignored */
        take_default(signal, true);
}

static void tell_fault(const fault_info *info)
{
    void (*report)(const fault_info *) = __atomic_load_n(&faults.report, __ATOMIC_ACQUIRE);
    if (report) {
        report(info);
        return;
    }
    char line[512];
    size_t size = fault_line(info, line, sizeof line);
    ssize_t written = write(STDERR_FILENO, line, size);
    (void)written;
}

static bool is_overflow(const native_stack *s, int signal, const siginfo_t *info, const void *sp)
{
    if ((signal != SIGSEGV && signal != SIGBUS) || !native_at_end(s, sp))
        return false;
    /* SI_KERNEL: there was no room for the frame of another signal */
    return info->si_code == SI_KERNEL || (info->si_code > 0 && native_in_guard(s, info->si_addr));
}

/* C did it to itself, as abort and raise do; what another process sends is no crash of C's. */
static bool was_raised(const siginfo_t *info)
{
    return info->si_code == SI_TKILL && info->si_pid == getpid();
}

SANITIZE_NOT static void on_fault(int signal, siginfo_t *info, void *context)
{
    native_stack *s = ffi_here.current;
    bool by_instruction = info->si_code > 0;
    if (!s || (!by_instruction && !was_raised(info))) {
        pass_on(signal, info, context);
        return;
    }
    place at = interrupted(context);
    bool overflow = is_overflow(s, signal, info, at.sp);
    if (overflow && !in_libc(at.pc)) {
        native_prepare_landing(s);
        land(context, s, NATIVE_OVERFLOWED);
        return;
    }
    tell_fault(&(fault_info){.signal = signal,
                             .overflow = overflow,
                             .address = by_instruction ? info->si_addr : NULL,
                             .instruction = at.pc,
                             .function = native_function(s),
                             .owner = s->owner,
                             .data = s->data});
    if (overflow) { /* the same end for all, not the signal's that happened to tell */
        end_as_before(SIGABRT, false);
        _exit(128 + SIGABRT);
    }
    end_as_before(signal, by_instruction);
}

/* --- for people */

static const char *name_of(int signal) { return handled[row_of(signal)].name; }

static size_t put_place(char *out, size_t size, const char *lead, const void *address)
{
    if (!address)
        return 0;
    library_place p = library_whence(address);
    int n = snprintf(out, size, "%s`%s` (%s)", lead, p.symbol ? p.symbol : "?",
                     *p.library ? p.library : "unknown");
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

size_t fault_line(const fault_info *info, char *out, size_t size)
{
    if (size < 2)
        return 0;
    char *end = out + size - 1, *to = out; /* one byte for the newline */
    int n = snprintf(to, (size_t)(end - to), "%s%s",
                     info->overflow ? "the native stack overflowed" : "C crashed: ",
                     info->overflow ? "" : name_of(info->signal));
    to += n < end - to ? n : end - to - 1;
    if (info->address && !info->overflow) {
        n = snprintf(to, (size_t)(end - to), " at address %p", info->address);
        to += n < end - to ? n : end - to - 1;
    }
    to += put_place(to, (size_t)(end - to), " in ", info->instruction);
    to += put_place(to, (size_t)(end - to), ", called by ", info->function);
    *to++ = '\n';
    return (size_t)(to - out);
}

/* --- installing */

bool fault_open(void)
{
    pthread_mutex_lock(&faults.lock);
    bool well = true;
    if (faults.users == 0) {
        faults.ranges = 0;
        dl_iterate_phdr(note_ranges, NULL);
        struct sigaction act = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        for (int i = 0; i < HANDLED; i++)
            well = sigaction(handled[i].number, NULL, &faults.before[i]) == 0 && well;
        for (int i = 0; well && i < HANDLED; i++)
            well = sigaction(handled[i].number, &act, NULL) == 0;
    }
    faults.users += well;
    pthread_mutex_unlock(&faults.lock);
    return well;
}

void fault_close(void)
{
    pthread_mutex_lock(&faults.lock);
    if (--faults.users == 0)
        for (int i = 0; i < HANDLED; i++) {
            struct sigaction now;
            if (sigaction(handled[i].number, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) &&
                now.sa_sigaction == on_fault)
                sigaction(handled[i].number, &faults.before[i], NULL);
        }
    pthread_mutex_unlock(&faults.lock);
}
