#include "vm/outside/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "gc/stranger.h"
#include "vm/core/vm.h"

enum { SIGNALS = 64 };

struct signal_listener {
    signal_listener *next;            /* in the table: set before it is there */
    int fd;                           /* an eventfd, open for good */
    _Atomic uint64_t wanted;          /* 0: nobody has it */
    _Atomic uint32_t counts[SIGNALS]; /* by the number less 1: come, and not taken yet */
    bool used;                        /* under the lock */
    int last;                         /* that was taken: the others come first */
};

static struct {
    pthread_mutex_t lock;
    _Atomic(signal_listener *) first;
    unsigned users[SIGNALS];
    struct sigaction before[SIGNALS];
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t bit_of(int number) { return (uint64_t)1 << (number - 1); }

bool signals_may(int number)
{
    sigset_t free_to_use;
    heap_stranger_signals(&free_to_use);
    return number >= 1 && number <= SIGNALS && number != SIGKILL && number != SIGSTOP &&
           sigismember(&free_to_use, number) == 1;
}

/* --- the handler */

static void on_signal(int number)
{
    int saved = errno;
    signal_listener *l = atomic_load(&table.first);
    for (; l; l = l->next) {
        if (!(atomic_load(&l->wanted) & bit_of(number)))
            continue;
        atomic_fetch_add(&l->counts[number - 1], 1);
        eventfd_write(l->fd, 1);
    }
    errno = saved;
}

static void install(int number)
{
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigfillset(&act.sa_mask);
    if (table.users[number - 1]++ == 0)
        sigaction(number, &act, &table.before[number - 1]);
}

/* What somebody else has put there meanwhile stays. */
static void uninstall(int number)
{
    struct sigaction now;
    if (--table.users[number - 1] > 0)
        return;
    if (sigaction(number, NULL, &now) == 0 && now.sa_handler == on_signal)
        sigaction(number, &table.before[number - 1], NULL);
}

static void for_each(uint64_t set, void (*change)(int number))
{
    for (int number = 1; number <= SIGNALS; number++)
        if (set & bit_of(number))
            change(number);
}

/* --- listeners */

static signal_listener *claim_locked(void)
{
    signal_listener *l = atomic_load(&table.first);
    while (l && l->used)
        l = l->next;
    if (!l) {
        int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        l = fd >= 0 ? calloc(1, sizeof *l) : NULL;
        if (!l) {
            int why = fd >= 0 ? ENOMEM : errno;
            if (fd >= 0)
                close(fd);
            errno = why;
            return NULL;
        }
        l->fd = fd;
        l->next = atomic_load(&table.first);
        atomic_store(&table.first, l);
    }
    l->used = true;
    return l;
}

static void forget_counts(signal_listener *l)
{
    eventfd_t unused;
    (void)eventfd_read(l->fd, &unused);
    for (int i = 0; i < SIGNALS; i++)
        atomic_store(&l->counts[i], 0);
}

signal_listener *signals_listen(csp_vm *vm, uint64_t set, loop_watched *w)
{
    loop *of = vm_loop(vm);
    if (!of)
        return NULL;
    pthread_mutex_lock(&table.lock);
    signal_listener *l = claim_locked();
    int why = l ? 0 : errno;
    if (l) {
        forget_counts(l);
        why = loop_add(of, l->fd, w);
    }
    if (l && why != 0)
        l->used = false;
    if (why == 0) {
        atomic_store(&l->wanted, set);
        for_each(set, install);
    }
    pthread_mutex_unlock(&table.lock);
    errno = why;
    return why == 0 ? l : NULL;
}

int signals_take(signal_listener *l)
{
    eventfd_t unused;
    (void)eventfd_read(l->fd, &unused); /* before the counts: what comes later is told anew */
    for (int i = 1; i <= SIGNALS; i++) {
        int number = (l->last + i - 1) % SIGNALS + 1;
        _Atomic uint32_t *count = &l->counts[number - 1];
        if (atomic_load(count) == 0)
            continue;
        atomic_fetch_sub(count, 1);
        l->last = number;
        return number;
    }
    return 0;
}

void signals_leave(csp_vm *vm, signal_listener *l)
{
    pthread_mutex_lock(&table.lock);
    uint64_t set = atomic_exchange(&l->wanted, 0);
    for_each(set, uninstall);
    loop_remove(vm->loop, l->fd);
    l->used = false;
    pthread_mutex_unlock(&table.lock);
}
