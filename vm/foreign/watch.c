#include "vm/foreign/watch.h"

#include <sys/resource.h>

#include "vm/core/text.h"
#include "vm/foreign/own.h"
#include "vm/outside/loop.h"
#include "vm/report/report.h"

enum { WARY = 100 /* polls */, NS = 1000000000, MS = 1000000, NS_OF_US = 1000 };

void watch_poll(csp_vm *vm)
{
    if (!vm->foreign)
        return;
    cwatch *w = &vm->foreign->watch;
    int64_t now = loop_now();
    if (w->polled && now - w->polled > vm->limits.long_call)
        w->wary = WARY;
    else if (w->wary)
        w->wary--;
    w->polled = now;
    w->period += 2; /* odd, so never 0 */
}

void watch_rest(csp_vm *vm)
{
    if (vm->foreign)
        vm->foreign->watch.polled = 0;
}

/* CPU time of this thread, and how often it has waited for something. */
static void look_at_thread(int64_t *cpu, int64_t *waits)
{
    struct rusage u = {0};
    (void)getrusage(RUSAGE_THREAD, &u);
    *cpu = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * (int64_t)NS +
           (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * (int64_t)NS_OF_US;
    *waits = u.ru_nvcsw;
}

int64_t watch_time(csp_vm *vm, const foreign_fn *f)
{
    cwatch *w = &vm->foreign->watch;
    if (!w->wary)
        ((foreign_fn *)(uintptr_t)f)->timed = w->period;
    if (f->told)
        return 0;
    w->collections = heap_collections(&vm->heap);
    look_at_thread(&w->cpu, &w->waits);
    return loop_now();
}

/* Whether it was C that took so long, and not another VM's collection, for which this thread has
 * waited, or a machine that was busy elsewhere. */
static bool is_its_own(csp_vm *vm, int64_t took)
{
    const cwatch *w = &vm->foreign->watch;
    int64_t cpu, waits;
    look_at_thread(&cpu, &waits);
    return heap_collections(&vm->heap) == w->collections &&
           (waits != w->waits || cpu - w->cpu > took / 2);
}

void watch_judge(csp_vm *vm, const foreign_fn *f, int64_t begun)
{
    int64_t took = loop_now() - begun;
    if (took <= vm->limits.long_call || vm->test || !is_its_own(vm, took))
        return;
    ((foreign_fn *)(uintptr_t)f)->told = true;
    value raised = vm->sched.raised;
    text t;
    text_init(&t, vm);
    text_printf(&t,
                "the C function `%s` (%s) has held everybody up for %lld ms; "
                "if it is declared `blocking`, others go on meanwhile",
                f->name, f->of->library->name, (long long)(took / MS));
    text_put(&t, '\0');
    if (t.block)
        report_warning(vm, "long_call", t.block);
    vm->sched.raised = raised;
}
