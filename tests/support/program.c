#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "api/error.h"
#include "api/world.h"
#include "base/random.h"
#include "tests/support/support.h"
#include "vm/drive.h"
#include "vm/machine.h"
#include "vm/outside/loop.h"
#include "vm/outside/request.h"
#include "vm/audit.h"
#include "vm/code/native.h"
#include "vm/process/kill.h"
#include "vm/process/output.h"
#include "vm/process/timer.h"

static void append(char **text, size_t *size, const char *more, size_t length)
{
    *text = realloc(*text, *size + length + 1);
    cr_assert(*text != NULL);
    memcpy(*text + *size, more, length);
    *size += length;
    (*text)[*size] = '\0';
}

static void take_output(void *user, int stream, const char *text, size_t size)
{
    program *p = user;
    if (stream == 1)
        append(&p->out, &p->out_size, text, size);
    else
        append(&p->err, &p->err_size, text, size);
}

static void forget_output(program *p)
{
    vm_flush(p->vm);
    p->out_size = p->err_size = 0;
    append(&p->out, &p->out_size, "", 0);
    append(&p->err, &p->err_size, "", 0);
}

static char *quoted(const char *source)
{
    char *text = support_format("%s", source);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return text;
}

program *program_new(const char *source) { return program_new_with(NULL, source); }

program *program_new_with(const native_entry *natives, const char *source)
{
    program *p = calloc(1, sizeof *p);
    cr_assert(p != NULL);
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = p;
    config.write = take_output;
    config.capabilities = CSP_MAY_ALL;
    config.max_int_bits = 1 << 26; /* limits as the command has them */
    config.max_processes = 0;
    cr_assert(csp_new(&config, &p->vm) == CSP_OK);
    cr_assert(!natives || vm_add_natives(p->vm, "", natives));
    char *text = quoted(source);
    const module *m = world_compile(world_of(p->vm), "test.csp", text, strlen(text), 1, NULL);
    free(text);
    if (!m) {
        csp_error *e = csp_take_error(p->vm);
        cr_assert_fail("does not compile: %s", e ? csp_error_text(e, CSP_PLAIN) : "out of memory");
    }
    p->body = m->codes[0];
    forget_output(p);
    return p;
}

void program_free(program *p)
{
    csp_free(p->vm);
    free(p->out);
    free(p->err);
    free(p);
}

void program_begin(program *p, int64_t slice)
{
    csp_vm *vm = p->vm;
    cr_assert(vm->table_count == 0, "the last run has not been finished");
    forget_output(p);
    xoshiro_seed(vm->sched.random, 1); /* choices are the same in each run */
    vm->sched.slice = slice;
    vm->sched.slice_left = 0;
    vm->sched.poll_credit = 0;
    p->main = vm_start(vm, p->body, 0, PROCESS_MAIN | PROCESS_SYSTEM);
    cr_assert(p->main != NULL);
    p->first = process_number(p->main);
}

bool program_step(program *p)
{
    csp_vm *vm = p->vm;
    bool ran = vm_step(vm);
    if (!ran) {
        int64_t next = timer_next(&vm->sched);
        if (next == LOOP_NEVER && !request_pending(vm))
            return false;
        loop_wait(vm_loop(vm), next);
        timer_fire(vm, loop_now());
        vm->sched.poll_credit = 0;
    }
    const char *wrong = vm_audit(vm);
    if (wrong)
        cr_assert_fail("%s: %s\noutput:\n%s", p->about, wrong, program_out(p));
    return true;
}

void program_rest(program *p)
{
    enum { TOO_MANY = 20000000 };
    for (long n = 0; program_step(p); n++)
        if (n == TOO_MANY)
            cr_assert_fail("%s: runs for ever\noutput:\n%.4000s", p->about, program_out(p));
}

process *program_process(const program *p, unsigned nth)
{
    for (uint32_t i = 0; i < p->vm->table_count; i++)
        if (process_number(process_at(p->vm, i)) == p->first + nth)
            return process_at(p->vm, i);
    return NULL;
}

bool program_kill(program *p, unsigned nth)
{
    process *victim = program_process(p, nth);
    if (!victim)
        return false;
    vm_kill(p->vm, victim, "test");
    const char *wrong = vm_audit(p->vm);
    if (wrong)
        cr_assert_fail("%s: after the kill: %s", p->about, wrong);
    return true;
}

bool program_finish(program *p)
{
    csp_vm *vm = p->vm;
    for (uint32_t i = vm->table_count; i > 0; i--)
        vm_kill(vm, process_at(vm, i - 1), "exit");
    program_rest(p);
    vm_flush(vm);
    return vm->table_count == 0;
}

const char *program_out(program *p)
{
    vm_flush(p->vm);
    return p->out;
}

const char *program_err(program *p)
{
    vm_flush(p->vm);
    return p->err;
}

char *program_run(program *p, int64_t slice)
{
    program_begin(p, slice);
    program_rest(p);
    char *out = support_format("%s", program_out(p));
    cr_assert(program_finish(p), "%s: a process did not end", p->about);
    return out;
}

unsigned program_count(const char *text, const char *line)
{
    size_t length = strlen(line);
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, line)); at += length)
        count += (at == text || at[-1] == '\n') && (at[length] == '\n' || at[length] == '\0');
    return count;
}
