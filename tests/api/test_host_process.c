/* What the host as a process stands on: frames of natives that catch and that are abandoned, and a
 * process that is in no table. */
#include <criterion/criterion.h>
#include <string.h>

#include "api/host/process.h"
#include "api/session.h"
#include "vm/audit.h"
#include "vm/drive.h"
#include "vm/machine.h"
#include "vm/outside/loop.h"
#include "vm/own.h"
#include "vm/process/kill.h"
#include "vm/process/process.h"

static csp_vm *vm;
static csp_session *session;
static value function;
static unsigned steps, abandoned;
static char caught[80];

static void eval(const char *text)
{
    char *result;
    cr_assert_eq(csp_eval(session, text, strlen(text), &result), CSP_OK, "%s", text);
    csp_text_free(result);
}

static void open_vm(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_processes = 2;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    session = csp_session_new(vm);
    steps = abandoned = 0;
    caught[0] = '\0';
}

static void close_vm(void) { csp_free(vm); }

TestSuite(host_process, .init = open_vm, .fini = close_vm);

/* Calls `function` without arguments; slots: whether it has, and the crash. */
static verdict call_once(csp_vm *of, process *p, value *args, value *result)
{
    steps++;
    if (args[0] == VALUE_ABSENT) {
        args[0] = VALUE_TRUE;
        return native_call(of, p, function, 0, NULL);
    }
    value crash = *native_crash(p);
    if (crash != VALUE_ABSENT) {
        cr_assert(value_is(crash, OBJ_ERROR));
        strcpy(caught, value_string(value_error(crash)->kind)->text);
        *native_crash(p) = VALUE_ABSENT;
        return vm_raise(of, ERR_IO, "its own");
    }
    *result = *native_result(p);
    return VERDICT_DONE;
}

static void leave(csp_vm *of, process *p, const native_entry *entry, value *args)
{
    (void)of, (void)p;
    cr_assert_str_eq(entry->name, "once");
    cr_assert_eq(args[0], VALUE_TRUE);
    abandoned++;
}

static const native_entry once = {"once",          "once()",        "", call_once, .slots = 2,
                                  .catches = true, .abandon = leave};

/* Runs it as a process that calls what the session's `f` is. */
static process *run_once(const char *define)
{
    eval(define);
    function = session_value(session, "f");
    process *p = vm_start(vm, native_code(vm, &once, false), 0, PROCESS_SYSTEM);
    cr_assert(p);
    for (int i = 0; i < 100 && csp_step(vm, 100000, NULL) == CSP_MORE; i++)
        cr_assert_null(vm_audit(vm));
    cr_assert(process_ended(p));
    return p;
}

static const char *kind_of(const process *p)
{
    cr_assert(process_failed(p));
    return value_string(value_error(p->value)->kind)->text;
}

Test(host_process, a_result_passes)
{
    const process *p = run_once("fn f() => 7");
    cr_assert_not(process_failed(p));
    cr_assert_eq(p->value, value_int(7));
    cr_assert_eq(steps, 2);
    cr_assert_eq(abandoned, 0);
}

Test(host_process, the_crash_of_what_it_called_is_a_step)
{
    const process *p = run_once("fn f() => [][1]");
    cr_assert_str_eq(caught, "index_error");
    cr_assert_str_eq(kind_of(p), "io_error", "what it fails with itself is not caught");
    cr_assert_eq(steps, 2);
    cr_assert_eq(abandoned, 1);
}

Test(host_process, a_call_that_cannot_be_made_is_caught_too)
{
    run_once("fn f(a) => a");
    cr_assert_str_eq(caught, "arity_error");
}

Test(host_process, a_kill_is_not_caught)
{
    const process *p = run_once("fn f() { kill(self()) }");
    cr_assert_str_eq(kind_of(p), "killed");
    cr_assert_eq(steps, 1);
    cr_assert_eq(abandoned, 1);
}

static void count(void *user, const csp_process *p)
{
    (void)p;
    ++*(unsigned *)user;
}

Test(host_process, nobody_finds_it)
{
    process *p = host_process(vm);
    cr_assert(p);
    cr_assert_eq(host_process(vm), p);
    unsigned processes = 0;
    cr_assert_eq(csp_each_process(vm, count, &processes), CSP_OK);
    cr_assert_eq(processes, 0);
    eval("fn idle() => nil; wait(spawn idle())"); /* max_processes is 2 */
    cr_assert_null(vm_audit(vm));
    heap_collect(&vm->heap);
    eval("0");
    cr_assert_eq(host_process(vm), p, "it is no leak");
}

Test(host_process, the_next_one_has_its_number)
{
    process *p = host_process(vm);
    uint64_t number = process_number(p);
    vm_kill(vm, p, "test");
    cr_assert_eq(csp_step(vm, 100000, NULL), CSP_DONE);
    cr_assert_eq(host_process(vm), p, "it is not killed while it waits");
    eval("fn f() { kill(self()) }");
    cr_assert_not_null(own_window(vm, p, session_value(session, "f"), 0));
    own_begin(vm, p, 0);
    cr_assert_eq(vm_run_own(vm, p, LOOP_NEVER), VM_ENDED);
    cr_assert(process_ended(p));
    cr_assert_null(vm_audit(vm));
    process *next = host_process(vm);
    cr_assert_neq(next, p);
    cr_assert_eq(process_number(next), number);
}
