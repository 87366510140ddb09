/* Processes, channels and functions, as people are told what they are. */
#include <string.h>

#include "api/doc_text.h"
#include "api/parsed.h"
#include "api/print.h"
#include "parser/parse.h"
#include "vm/code/native.h"
#include "vm/report/report.h"
#include "vm/walk/walk_show.h"

enum { HANDLE_BYTES = 400 };

static void add(text *t, const char *s) { text_add(t, s, strlen(s)); }

/* As `repr` has it, open for more before the `>`. */
static void open_handle(csp_vm *vm, text *t, value v)
{
    walk_show(vm, t, v, HANDLE_BYTES);
    if (t->used > 0 && t->block[t->used - 1] == '>')
        t->used--;
}

/* ---- Processes ---- */

static void add_wait_in_alt(csp_vm *vm, text *t, const alt *a)
{
    enum { SHOWN = 3 };
    uint32_t shown = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        const alt_case *c = &a->cases[i];
        if (!c->node || !c->node->queued)
            continue;
        if (shown++ == SHOWN) {
            add(t, ", …");
            return;
        }
        add(t, shown == 1 ? ", waits on " : ", ");
        walk_show(vm, t, value_object(c->chan), HANDLE_BYTES);
    }
    if (shown == 0)
        add(t, ", waits");
}

static void add_life(csp_vm *vm, text *t, const process *p)
{
    switch (report_kind_of(vm, p)) {
    case REPORT_RUNS: add(t, vm->sched.running == p ? ", runs" : ", can run"); return;
    case REPORT_SEND:
    case REPORT_RECEIVE:
        add(t, ", waits on ");
        walk_show(vm, t, value_object(p->chan), HANDLE_BYTES);
        return;
    case REPORT_OUTCOME:
        add(t, ", waits for ");
        walk_show(vm, t, value_object(p->chan->outcome_of), HANDLE_BYTES);
        return;
    case REPORT_ALT: add_wait_in_alt(vm, t, side_of(p)->alt); return;
    case REPORT_TICK: add(t, ", waits for a tick"); return;
    case REPORT_PAR: add(t, ", waits for its par"); return;
    case REPORT_SLEEP: add(t, ", sleeps"); return;
    case REPORT_OUTPUT: add(t, ", waits to print"); return;
    case REPORT_REQUEST:
        add(t, ", waits for ");
        report_request(t, p);
        return;
    case REPORT_NATIVE: add(t, ", waits"); return;
    }
}

static void add_end(const csp_vm *vm, text *t, const process *p)
{
    if (!(p->flags & PROCESS_FAILED) || !value_is(p->value, OBJ_ERROR)) {
        add(t, ", has ended");
        return;
    }
    value kind = value_error(p->value)->kind;
    if (kind == vm->error_names[ERR_KILLED]) {
        add(t, ", was killed");
        return;
    }
    add(t, ", crashed: ");
    text_add(t, value_string(kind)->text, value_string(kind)->size);
}

static void add_process(csp_vm *vm, text *t, value v)
{
    const process *p = value_as_object(v);
    open_handle(vm, t, v);
    if ((p->ticket & TICKET_STATE) == TICKET_END)
        add_end(vm, t, p);
    else
        add_life(vm, t, p);
    text_put(t, '>');
}

/* ---- Channels ---- */

enum { COUNTED = 10000 }; /* of those who wait */

static uint32_t count_waiting(const channel *c, bool sends)
{
    uint32_t count = 0;
    for (const void *link = sends ? c->send_first : c->recv_first; link && count < COUNTED;) {
        count += link_valid(link);
        link = link_is_node(link) ? ((const node *)link)->next : ((const process *)link)->next;
    }
    return count;
}

static void add_waiting(text *t, const channel *c, bool sends)
{
    uint32_t count = count_waiting(c, sends);
    if (count > 0)
        text_printf(t, ", %u%s wait%s to %s", count, count == COUNTED ? " or more" : "",
                    count == 1 ? "s" : "", sends ? "send" : "receive");
}

static void add_channel(csp_vm *vm, text *t, value v)
{
    const channel *c =
        value_is(v, OBJ_END) ? ((channel_end *)value_as_object(v))->chan : value_as_object(v);
    open_handle(vm, t, v);
    if (c->header & CHANNEL_DONE) {
        add(t, ", the outcome of ");
        walk_show(vm, t, value_object(c->outcome_of), HANDLE_BYTES);
    } else if (c->header & CHANNEL_TICK) {
        add(t, ", ticks");
    } else if (c->capacity > 0) {
        text_printf(t, ", %u of %u full", c->count, c->capacity);
    } else {
        add(t, ", unbuffered");
    }
    if (c->header & CHANNEL_CLOSED)
        add(t, ", closed");
    add_waiting(t, c, true);
    add_waiting(t, c, false);
    text_put(t, '>');
}

/* ---- Functions ---- */

/* From the source: the declaration with that name around the code. */
static const ast_fn *find_declaration(const ast_module *ast, const code *c)
{
    uint32_t at = c->count > 0 ? c->places[0].start : 0;
    for (uint32_t i = ast ? ast->items.count : 0; i-- > 0;) {
        const ast_node *item = ast->items.items[i];
        if (item->kind == AST_FN_DECL && item->as.fn->name && at >= item->span.start &&
            at < item->span.end &&
            strcmp(item->as.fn->name->text, value_string(c->name)->text) == 0)
            return item->as.fn;
    }
    return NULL;
}

/* Its head as it is written, on one line. False: it is not at the top level of its text, or that
 * is long. */
static bool add_head(text *t, const code *c)
{
    enum { TEXT_BYTES = 64 << 10 }; /* parsed within a millisecond */
    const module *m = c->module;
    if (!m || !m->text || m->length > TEXT_BYTES || !value_is(c->name, OBJ_STRING))
        return false;
    parsed p;
    parsed_read(&p, "", m->text, m->length, parse_input);
    const ast_fn *fn = find_declaration(p.ast, c);
    src_span head = fn ? doc_head_span(m->text, fn) : (src_span){0, 0};
    for (uint32_t i = head.start; i < head.end; i++)
        text_put(t, m->text[i] == '\n' ? ' ' : m->text[i]);
    parsed_free(&p);
    return fn != NULL;
}

/* What is known without the source: that there is a default, but not which. */
static void add_parameters(text *t, const code *c)
{
    text_put(t, '(');
    uint32_t count = c->params + c->has_rest;
    for (uint32_t i = 0; i < count; i++) {
        value name = c->param_names ? c->param_names[i] : VALUE_NIL;
        bool named = value_is(name, OBJ_STRING);
        add(t, i > 0 ? ", " : "");
        add(t, i == c->params ? ".." : "");
        text_add(t, named ? value_string(name)->text : "_", named ? value_string(name)->size : 1);
        add(t, i >= c->required && i < c->params ? " = …" : "");
    }
    text_put(t, ')');
}

static void add_closure(text *t, value v)
{
    const code *c = ((closure *)value_as_object(v))->code;
    add(t, "<fn");
    if (c && c->required < c->params) {
        size_t before = t->used;
        text_put(t, ' ');
        if (add_head(t, c)) {
            text_put(t, '>');
            return;
        }
        t->used = before;
    }
    if (c && value_is(c->name, OBJ_STRING) && value_string(c->name)->size > 0) {
        text_put(t, ' ');
        text_add(t, value_string(c->name)->text, value_string(c->name)->size);
    }
    if (c)
        add_parameters(t, c);
    text_put(t, '>');
}

bool print_handle(csp_vm *vm, text *t, value v)
{
    switch (value_is_object(v) ? value_kind(v) : OBJ_KIND_LIMIT) {
    case OBJ_PROCESS: add_process(vm, t, v); return true;
    case OBJ_CHANNEL:
    case OBJ_END: add_channel(vm, t, v); return true;
    case OBJ_CLOSURE: add_closure(t, v); return true;
    case OBJ_NATIVE:
        text_printf(t, "<fn %s>", ((const native *)value_as_object(v))->entry->signature);
        return true;
    default: return false;
    }
}
