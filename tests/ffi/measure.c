/* What a call of C costs, in ns of CPU time: `make ffi-measure`. Compare within a run only. */
#include <ffi.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ffi/closure.h"
#include "ffi/invoke.h"
#include "ffi/worker.h"

static ffi_block *block;
static native_stacks *stacks;
static native_stack *stack;
static ffi_refusal why;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The best of seven rounds. */
#define MEASURE(name, count, ...)                    \
    do {                                             \
        double best = 1e18;                          \
        for (int round = 0; round < 7; round++) {    \
            double begin = now();                    \
            for (int i = 0; i < (count); i++) {      \
                __VA_ARGS__;                         \
            }                                        \
            double each = (now() - begin) / (count); \
            best = each < best ? each : best;        \
        }                                            \
        printf("%-58s %8.1f\n", name, best);         \
    } while (0)

static csignature *signature(ctype_kind result, uint32_t count, const ctype_kind *params,
                             bool variadic)
{
    csignature *s = csignature_new(block, count);
    for (uint32_t i = 0; i < count; i++)
        s->params[i] = ctype_scalar(params[i]);
    s->result = ctype_scalar(result);
    s->variadic = variadic;
    if (!csignature_finish(s, &why) || !invoke_prepare(s, &why))
        exit(1);
    return s;
}

static char text[64];
static volatile double x = 0.5;

static void measure_cos(void)
{
    ffi_cif cif;
    ffi_type *types[] = {&ffi_type_double};
    ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_double, types);
    double (*volatile f)(double) = cos;
    double value = 0.5, result;
    void *values[] = {&value};
    MEASURE("cos by pointer", 2000000, x = f(0.5));
    MEASURE("cos by ffi_call", 2000000, ffi_call(&cif, FFI_FN(f), &result, values));
    csignature *s = signature(CTYPE_F64, 1, (ctype_kind[]){CTYPE_F64}, false);
    const invoke_plan *p = s->plan;
    _Alignas(16) char args[256];
    _Alignas(16) uint64_t to[2];
    MEASURE("cos by invoke_call, directly", 2000000, invoke_word(p, 0, args, ctype_word_f64(0.5));
            invoke_call(p, (invoke_fn *)(uintptr_t)f, args, to));
    MEASURE("cos by invoke_enter: on a native stack, with errno", 2000000,
            invoke_word(p, 0, args, ctype_word_f64(0.5));
            (void)invoke_enter(stack, p, (invoke_fn *)(uintptr_t)f, args, 0));
    (void)invoke_set_direct(false);
    p = signature(CTYPE_F64, 1, (ctype_kind[]){CTYPE_F64}, false)->plan;
    (void)invoke_set_direct(true);
    MEASURE("cos by invoke_call, by libffi", 2000000, invoke_word(p, 0, args, ctype_word_f64(0.5));
            invoke_call(p, (invoke_fn *)(uintptr_t)f, args, to));
}

static void measure_strlen(void)
{
    ffi_cif cif;
    ffi_type *types[] = {&ffi_type_pointer};
    ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_ulong, types);
    size_t (*volatile f)(const char *) = strlen;
    const char *value = "hello";
    ffi_arg result;
    void *values[] = {&value};
    MEASURE("strlen by pointer", 2000000, x = (double)f(value));
    MEASURE("strlen by ffi_call", 2000000, ffi_call(&cif, FFI_FN(f), &result, values));
    const invoke_plan *p = signature(CTYPE_USIZE, 1, (ctype_kind[]){CTYPE_CSTRING}, false)->plan;
    _Alignas(16) char args[256];
    MEASURE("strlen by invoke_enter", 2000000, invoke_word(p, 0, args, (uintptr_t)value);
            (void)invoke_enter(stack, p, (invoke_fn *)(uintptr_t)f, args, 0));
}

static void measure_snprintf(void)
{
    ffi_cif cif;
    ffi_type *types[] = {&ffi_type_pointer, &ffi_type_ulong, &ffi_type_pointer, &ffi_type_sint64,
                         &ffi_type_pointer};
    ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 3, 5, &ffi_type_sint32, types);
    int (*volatile f)(char *, size_t, const char *, ...) = snprintf;
    const char *format = "%ld %s", *word = "word";
    char *out = text;
    size_t size = sizeof text;
    long number = 42;
    ffi_arg result;
    void *values[] = {&out, &size, &format, &number, &word};
    MEASURE("snprintf(\"%ld %s\") by pointer", 500000, (void)f(out, size, format, number, word));
    MEASURE("snprintf by ffi_call", 500000, ffi_call(&cif, FFI_FN(f), &result, values));
    csignature *s =
        signature(CTYPE_I32, 3, (ctype_kind[]){CTYPE_POINTER, CTYPE_USIZE, CTYPE_CSTRING}, true);
    const ctype_kind kinds[] = {CTYPE_I64, CTYPE_CSTRING};
    _Alignas(16) char args[512];
    MEASURE("snprintf by invoke_variadic, invoke_enter", 500000,
            const invoke_plan *p = invoke_variadic(s, kinds, 2, &why);
            invoke_word(p, 0, args, (uintptr_t)out); invoke_word(p, 1, args, size);
            invoke_word(p, 2, args, (uintptr_t)format); invoke_word(p, 3, args, (uint64_t)number);
            invoke_word(p, 4, args, (uintptr_t)word);
            (void)invoke_enter(stack, p, (invoke_fn *)(uintptr_t)f, args, 0); invoke_release(p));
}

static void nothing(void *arg) { (void)arg; }

static void suspend_for_ever(void *arg)
{
    (void)arg;
    native_callback c = {.error = 0};
    for (;;)
        native_suspend(native_current(), &c);
}

static void answer_at_once(ffi_cif *cif, void *result, void **args, void *data)
{
    (void)cif, (void)data;
    *(ffi_arg *)result = *(ffi_arg *)args[0];
}

static int call_often(int (*f)(int), int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += f(i);
    return sum;
}

enum { CALLBACKS = 1000 };

static void measure_callbacks(void)
{
    MEASURE("native_enter and return", 2000000, (void)native_enter(stack, nothing, NULL, NULL, 0));
    (void)native_enter(stack, suspend_for_ever, NULL, NULL, 0);
    MEASURE("native_resume and native_suspend", 2000000, (void)native_resume(stack));
    native_abandon(stack);
    native_release(stack);
    stack = native_claim(stacks, NULL);
    stack->owner = 1;

    csignature *called = signature(CTYPE_I32, 1, (ctype_kind[]){CTYPE_I32}, false);
    void *code;
    ffi_closure *plain = ffi_closure_alloc(sizeof *plain, &code);
    (void)ffi_prep_closure_loc(plain, called->cif, answer_at_once, NULL, code);
    int (*f)(int);
    memcpy(&f, &code, sizeof f);
    MEASURE("1,000 callbacks by libffi's closure, no switch", 1000, (void)call_often(f, CALLBACKS));
    ffi_closure_free(plain);

    cclosure *c = cclosure_new(called, &(cclosure_options){.owner = 1}, &why);
    csignature *caller = signature(CTYPE_I32, 2, (ctype_kind[]){CTYPE_POINTER, CTYPE_I32}, false);
    const invoke_plan *p = caller->plan;
    _Alignas(16) char args[256];
    MEASURE(
        "1,000 callbacks that suspend, are answered, go on", 1000,
        invoke_word(p, 0, args, (uintptr_t)cclosure_code(c));
        invoke_word(p, 1, args, CALLBACKS);
        native_outcome outcome =
            invoke_enter(stack, p, (invoke_fn *)(uintptr_t)call_often, args, 0);
        while (outcome == NATIVE_SUSPENDED) {
            cclosure_answer(stack->callback, cclosure_word(stack->callback, 0));
            outcome = native_resume(stack);
        });
    cclosure_free(c);
    MEASURE("a closure made and freed", 200000,
            cclosure_free(cclosure_new(called, &(cclosure_options){.owner = 1}, &why)));
    MEASURE("a stack claimed from the pool and released", 200000,
            native_release(native_claim(stacks, NULL)));
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool over;

static void on_over(worker_job *j)
{
    (void)j;
    pthread_mutex_lock(&lock);
    over = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void measure_worker(void)
{
    sigset_t all;
    sigfillset(&all);
    workers *w = workers_new(stacks, &all);
    const invoke_plan *p = signature(CTYPE_F64, 1, (ctype_kind[]){CTYPE_F64}, false)->plan;
    _Alignas(16) char args[256];
    _Alignas(16) uint64_t result[2];
    worker_job j = {.plan = p,
                    .fn = (invoke_fn *)(uintptr_t)cos,
                    .block = args,
                    .result = result,
                    .over = on_over};
    invoke_word(p, 0, args, ctype_word_f64(0.5));
    MEASURE("a job on a worker, there and back (CPU of both threads)", 2000, over = false;
            worker_submit(w, &j); pthread_mutex_lock(&lock);
            while (!over) pthread_cond_wait(&changed, &lock); pthread_mutex_unlock(&lock));
    workers_close(w);
}

int main(void)
{
    block = ffi_block_new();
    stacks = native_stacks_new(&(native_options){.size = 0});
    stack = native_claim(stacks, NULL);
    stack->owner = 1;
    measure_cos();
    measure_strlen();
    measure_snprintf();
    measure_callbacks();
    measure_worker();
    native_release(stack);
    native_stacks_release(stacks);
    ffi_block_release(block);
    return 0;
}
