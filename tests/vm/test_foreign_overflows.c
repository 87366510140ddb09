/* Native stacks that overflow by the thousand: each is a crash of its process, and leaves nothing
 * behind, whoever collects meanwhile. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "csp.h"
#include "tests/support/sanitized.h"
#include "tests/support/support.h"

enum { STACK = 512 << 10, DEPTH = 50 /* callbacks */, GROWTH = 5 << 20 /* bytes, at most */ };

static const char overflows[] =
    "extern \"" FOREIGN_LIBRARY "\" as l {\n"
    "    fn deep(n: i64): i64\n"
    "    fn fall(): i64\n"
    "    fn call_with(f: fn(i64): i64, n: i64): i64\n"
    "}\n"
    "const COUNT = int(Os.args()[0])\n"
    "fn down(n) => if n == 0 { l.fall() } else { l.call_with(down, n - 1) }\n"
    "fn is_overflow(f) => (catch f()).kind == \"stack_overflow\"\n"
    "var seen = 0\n"
    "for i in 0..COUNT {\n"
    "    if is_overflow(if i % 10 == 0 { fn() => down(50) } else { fn() => l.fall() }) { seen += "
    "1 }\n"
    "}\n"
    "print(seen, l.deep(100) == l.deep(100))\n";

static char told[200];

static void take_output(void *user, int stream, const char *text, size_t size)
{
    (void)stream;
    size_t used = strlen(user);
    if (used + size < sizeof told) {
        memcpy((char *)user + used, text, size);
        ((char *)user)[used + size] = '\0';
    }
}

static size_t resident(void)
{
    size_t all = 0, here = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    cr_assert_not_null(f);
    cr_assert_eq(fscanf(f, "%zu %zu", &all, &here), 2);
    fclose(f);
    return here * (size_t)sysconf(_SC_PAGESIZE);
}

static csp_vm *make(char *out, const char *const *args)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = out;
    config.write = take_output;
    config.args = args;
    config.arg_count = args != NULL;
    config.capabilities = CSP_MAY_ALL;
    config.native_stack = STACK;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    return vm;
}

static void overflow(csp_vm *vm, unsigned count)
{
    char expected[40];
    snprintf(expected, sizeof expected, "%u true\n", count);
    told[0] = '\0';
    csp_status status = csp_run_text(vm, "overflows.csp", overflows, strlen(overflows));
    csp_error *e = csp_take_error(vm);
    cr_assert_eq(status, CSP_OK, "%s", e ? csp_error_message(e) : "");
    cr_assert_str_eq(told, expected);
}

Test(foreign_overflows, ten_thousand_leave_nothing_behind, .timeout = 240)
{
    static const char *const few[] = {"200"}, *const many[] = {"10000"};
    csp_vm *vm = make(told, few);
    overflow(vm, 200);
    csp_free(vm);
    size_t before = resident();
    vm = make(told, many);
    overflow(vm, 10000);
    csp_free(vm);
    size_t after = resident();
    if (!SANITIZED)
        cr_assert_lt(after, before + GROWTH, "%zu bytes have become %zu", before, after);
}

/* --- beside a VM that collects on another thread */

static const char collects[] =
    "loop { let kept = []; for i in 0..1000 { List.push(kept, [i]) } }\n";

static atomic_bool collecting;
static csp_vm *collector;

static void *collect(void *out)
{
    csp_vm *vm = make(out, NULL);
    collector = vm;
    atomic_store(&collecting, true);
    csp_status status = csp_run_text(vm, "collects.csp", collects, strlen(collects));
    cr_assert_eq(status, CSP_E_INTERRUPTED, "%s", (char *)out);
    csp_free(vm);
    return NULL;
}

Test(foreign_overflows, a_thousand_while_another_vm_collects, .timeout = 240)
{
    static const char *const args[] = {"1000"};
    static char theirs[sizeof told];
    csp_vm *vm = make(told, args);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, collect, theirs), 0);
    while (!atomic_load(&collecting))
        usleep(1000);
    overflow(vm, 1000);
    csp_interrupt(collector);
    pthread_join(thread, NULL);
    csp_free(vm);
    cr_assert_str_eq(theirs, "");
}
