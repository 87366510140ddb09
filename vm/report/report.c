/* The description of one process: its name, and what it waits for. */
#include "vm/report/report.h"

#include "vm/code/code.h"
#include "vm/code/code_table.h"
#include "vm/code/frame.h"
#include "vm/code/origin.h"
#include "vm/outside/loop.h"
#include "vm/outside/request.h"
#include "vm/process/output.h"
#include "vm/report/trace.h"
#include "vm/walk/walk_show.h"

report_kind report_kind_of(const csp_vm *vm, const process *p)
{
    if ((p->ticket & TICKET_STATE) == TICKET_RUN)
        return REPORT_RUNS;
    const side *sd = side_of(p);
    if (output_waits_for(vm, p))
        return REPORT_OUTPUT;
    if (p->chan)
        return p->chan->header & CHANNEL_DONE   ? REPORT_OUTCOME
               : p->chan->header & CHANNEL_TICK ? REPORT_TICK
               : p->flags & PROCESS_SENDS       ? REPORT_SEND
                                                : REPORT_RECEIVE;
    if (sd && sd->alt && sd->alt->live)
        return REPORT_ALT;
    if (sd && sd->request)
        return REPORT_REQUEST;
    uint16_t op = p->code->insns[p->pc].op;
    if (op == OPC_PARWAIT || op == OPC_PARCANCEL)
        return REPORT_PAR;
    return sd && sd->timer && sd->timer->index >= 0 ? REPORT_SLEEP : REPORT_NATIVE;
}

void report_style(const csp_vm *vm, text *t, report_colour colour)
{
    static const char *const codes[] = {[REPORT_PLAIN] = "\033[0m",
                                        [REPORT_HEAD] = "\033[1;31m",
                                        [REPORT_DIM] = "\033[2m",
                                        [REPORT_CARET] = "\033[1;32m"};
    if (vm->host.style == VM_COLOUR)
        text_add(t, codes[colour], strlen(codes[colour]));
}

void report_process(csp_vm *vm, text *t, const process *p)
{
    if (p == vm->main) {
        text_printf(t, "main");
        return;
    }
    text_printf(t, "process %llu", (unsigned long long)process_number(p));
    const string *name = origin_name(vm, p);
    if (!name)
        return;
    text_printf(t, " (");
    text_add(t, name->text, name->size);
    text_put(t, ')');
}

uint32_t report_position(const process *p)
{
    if (!p->code)
        return 0;
    frame f = {process_registers(p), p->code, p->code->insns + p->pc};
    while (f.code->native && f.base != process_stack(p))
        f = frame_caller(f.base);
    const code *c = f.code;
    return c->native ? 0 : c->base + code_standing(c, f.base, (uint32_t)(f.pc - c->insns));
}

/* The next frame of C from p's topmost one on; `calls`: below that. */
static const code *foreign_frame(const process *p, bool calls)
{
    enum { FRAMES = 1000 };
    if (!p->code || !side_of(p) || !side_of(p)->calls)
        return NULL;
    frame f = {process_registers(p), p->code, NULL};
    for (unsigned i = 0; i < FRAMES && (calls || !trace_is_foreign(f.code)); i++) {
        if (f.base == process_stack(p))
            return NULL;
        f = frame_caller(f.base);
        calls = false;
    }
    return trace_is_foreign(f.code) ? f.code : NULL;
}

const code *report_foreign(const process *p) { return foreign_frame(p, false); }

void report_request(text *t, const process *p)
{
    if (!trace_is_foreign(p->code)) {
        text_printf(t, "%s", side_of(p)->request->kind->what);
        return;
    }
    trace_foreign(p->code, t);
    text_printf(t, " to return");
}

void report_callback(text *t, const process *p)
{
    const code *c = foreign_frame(p, true);
    if (!c)
        return;
    text_printf(t, " in a callback of ");
    trace_foreign(c, t);
}

void report_at(csp_vm *vm, text *t, const char *before, uint32_t position)
{
    if (!position)
        return;
    text_add(t, before, strlen(before));
    trace_place(vm, position, t);
}

void report_channel(csp_vm *vm, text *t, const channel *c)
{
    walk_show(vm, t, value_object(c), 60);
    report_at(vm, t, " (made at ", c->made_at);
    if (c->made_at)
        text_put(t, ')');
}

/* "to receive from <chan 3>", "for the end of process 2 (worker)", "for the end of <chan 4>". */
static void put_operation(csp_vm *vm, text *t, const channel *c, bool sends, bool drained)
{
    if (drained) {
        text_printf(t, "for the end of ");
        report_channel(vm, t, c);
        return;
    }
    if (c->header & CHANNEL_DONE) {
        text_printf(t, "for the end of ");
        report_process(vm, t, c->outcome_of);
        return;
    }
    text_printf(t, c->header & CHANNEL_TICK ? "for a tick of "
                   : sends                  ? "to send on "
                                            : "to receive from ");
    report_channel(vm, t, c);
}

/* The time left until a deadline. */
static void put_left(text *t, int64_t deadline)
{
    enum { US = 1000, MS = 1000 * US, S = 1000 * MS };
    int64_t left = deadline - vm_now(t->vm);
    int64_t told = left >= 600ll * S ? 60ll * S : left >= S ? S / 10 : left >= MS ? MS : US;
    text_duration(t, left <= 0 ? 0 : left / told * told);
}

static void put_arms(csp_vm *vm, text *t, const alt *a)
{
    uint32_t left = a->live, shown = 0;
    bool timed = a->after_arm >= 0;
    text_printf(t, "waits in an alt ");
    for (uint32_t i = 0; i < a->count && shown < REPORT_ARMS; i++) {
        const alt_case *c = &a->cases[i];
        if (!c->node || !c->node->queued)
            continue;
        left--;
        if (shown++ > 0)
            text_printf(t, left == 0 && !timed ? " or " : ", ");
        put_operation(vm, t, c->chan, c->sends, c->drained);
    }
    if (left > 0)
        text_printf(t, timed ? ", for one of %u more" : " or for one of %u more", left);
    if (timed) {
        text_printf(t, " or for ");
        put_left(t, a->deadline);
    }
}

void report_wait(csp_vm *vm, text *t, const process *p)
{
    switch (report_kind_of(vm, p)) {
    case REPORT_RUNS: text_printf(t, "runs"); break;
    case REPORT_SEND:
    case REPORT_RECEIVE:
    case REPORT_OUTCOME:
    case REPORT_TICK:
        text_printf(t, "waits ");
        put_operation(vm, t, p->chan, p->flags & PROCESS_SENDS, false);
        break;
    case REPORT_ALT: put_arms(vm, t, side_of(p)->alt); break;
    case REPORT_PAR: text_printf(t, "waits for the branches of its par"); break;
    case REPORT_SLEEP:
        text_printf(t, "sleeps for ");
        put_left(t, side_of(p)->timer->deadline);
        break;
    case REPORT_OUTPUT: text_printf(t, "waits to print"); break;
    case REPORT_REQUEST:
        text_printf(t, "waits for ");
        report_request(t, p);
        break;
    case REPORT_NATIVE: text_printf(t, "waits"); break;
    }
    report_callback(t, p);
}

/* --- as data */

void report_json_string(json *j, const string *s)
{
    if (s)
        json_string(j, s->text, s->size);
    else
        json_null(j);
}

void report_json_place(csp_vm *vm, json *j, const char *key, uint32_t position)
{
    uint32_t pc = 0, line, column;
    const code *c = position ? code_at(vm, position, &pc) : NULL;
    json_key(j, key);
    if (!c || !c->module || !value_is(c->module->name, OBJ_STRING)) {
        json_null(j);
        return;
    }
    code_place(c, pc, &line, &column);
    json_open(j, '{');
    json_key(j, "file");
    report_json_string(j, value_string(c->module->name));
    json_key(j, "line");
    json_int(j, line);
    json_key(j, "column");
    json_int(j, column);
    json_close(j, '}');
}

void report_warning(csp_vm *vm, const char *kind, const char *message)
{
    text t;
    text_init(&t, vm);
    if (vm->host.style == VM_JSON) {
        json j = text_json(&t);
        json_open(&j, '{');
        json_key(&j, "severity");
        json_text(&j, "warning");
        json_key(&j, "kind");
        json_text(&j, kind);
        json_key(&j, "message");
        json_text(&j, message);
        json_close(&j, '}');
    } else {
        report_style(vm, &t, REPORT_HEAD);
        text_printf(&t, "%s:", kind);
        report_style(vm, &t, REPORT_PLAIN);
        text_printf(&t, " %s", message);
    }
    text_put(&t, '\n');
    vm_flush(vm);
    vm_write(vm, 2, t.block, t.used);
}
