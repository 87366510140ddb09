/* What is said of a fault in C before the program ends: in the signal's handler, so nothing here
 * allocates or waits. */
#include "vm/foreign/fault_report.h"

#include <stdio.h>
#include <unistd.h>

#include "ffi/fault.h"
#include "vm/code/code.h"
#include "vm/code/frame.h"
#include "vm/foreign/own.h"

enum { FRAMES_SHOWN = 32, LINE_SIZE = 512 };

static void put_line(const char *line, int size)
{
    ssize_t written = write(STDERR_FILENO, line, size < LINE_SIZE ? (size_t)size : LINE_SIZE - 1);
    (void)written;
}

static const char *text_of(value s)
{
    return value_is(s, OBJ_STRING) ? value_string(s)->text : "?";
}

static void put_frame(const code *c, const value *base, uint32_t pc)
{
    char out[LINE_SIZE];
    uint32_t line = 0, column = 0;
    if (!c->module || c->is_operator)
        return;
    if (c->native) {
        put_line(out, snprintf(out, sizeof out, "    in C function %s (%s)\n", text_of(c->name),
                               text_of(c->module->name)));
        return;
    }
    code_place(c, code_standing(c, base, pc), &line, &column);
    put_line(out, snprintf(out, sizeof out, "    at %s (%s:%u:%u)\n", text_of(c->name),
                           text_of(c->module->name), line, column));
}

static void put_stack(const process *p, const value *base, const code *c, const insn *at)
{
    for (int n = 0; n < FRAMES_SHOWN; n++) {
        put_frame(c, base, (uint32_t)(at - c->insns));
        if (base == process_stack(p))
            return;
        at = link_pc(base);
        c = link_code(base);
        base -= link_distance(base);
    }
    put_line("    …\n", (int)sizeof "    …\n" - 1);
}

/* The VM's thread was in C, for the process that runs. A quick call was made by the instruction
 * that the scheduler knows, from a window of its frame; all else stands in a frame of its own. */
static void report_fault(const fault_info *info)
{
    char line[LINE_SIZE];
    put_line(line, (int)fault_line(info, line, sizeof line));
    csp_vm *vm = info->data;
    const process *p = vm ? vm->sched.running : NULL;
    if (!p || vm->foreign->releasing)
        return;
    const value *window = vm->foreign->in == p ? vm->foreign->window : NULL;
    if (!window) {
        put_stack(p, process_registers(p), p->code, p->code->insns + p->pc);
        return;
    }
    const code *c = vm->sched.call_code;
    const insn *at = vm->sched.call_pc;
    uint32_t below = at->op == OPC_NATIVE ? c->registers - 1u : at->a;
    put_stack(p, window - (below + 2), c, at);
}

void fault_report_install(void) { fault_reporter(report_fault); }
