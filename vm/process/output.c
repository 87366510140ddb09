#include "vm/process/output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "vm/code/origin.h"
#include "vm/core/text.h"
#include "vm/core/vm.h"
#include "vm/outside/loop.h"
#include "vm/outside/streams.h"
#include "vm/process/channel.h"
#include "vm/process/closing.h"
#include "vm/process/rendezvous.h"
#include "vm/walk/walk_show.h"

/* A terminal shows each line at once and gets the smaller buffer. The buffer of standard error
 * holds reports that could not be written yet. */
enum { BLOCK_BUFFER = 64 << 10, LINE_BUFFER = 8 << 10, REPORTS_MAX = 1 << 20, STEP = 256 << 10 };

const char *output_stream_name(int stream)
{
    return stream == STDOUT_FILENO ? "standard output" : "standard error";
}

static bool hosted(const csp_vm *vm) { return vm->host.write != NULL; }

static output *output_at(csp_vm *vm, int stream) { return &vm->outputs[stream - 1]; }

static size_t buffered(const output *o) { return o->used - o->from; }

static const text *text_of(value walk) { return walk_text_of(value_as_object(walk)); }

/* ---- Failure ---- */

static void drop_buffer(output *o)
{
    o->lost += buffered(o);
    o->from = o->used = 0;
}

/* Tells whoever waits for `whole` how it went, and forgets it. */
static void end_whole(csp_vm *vm, output *o, bool well)
{
    if (o->done && chan_can_send(o->done))
        chan_send(vm, NULL, o->done, value_bool(well));
    else if (!well) /* its process was killed, and cannot report it */
        o->lost += text_of(o->whole)->used - o->written;
    o->whole = VALUE_ABSENT;
    o->written = 0;
}

/* A lasting failure: whoever waits crashes, and so does everybody who comes later. */
static void fail(csp_vm *vm, output *o, int why)
{
    o->error = why;
    o->busy = false;
    drop_buffer(o);
    if (o->whole != VALUE_ABSENT)
        end_whole(vm, o, false);
    if (o->turn)
        chan_close(vm, o->turn);
}

static void open_output(csp_vm *vm, output *o, int stream)
{
    if (o->opened)
        return;
    o->opened = true;
    int why = descriptor_open(&o->at, stream);
    if (why != 0)
        fail(vm, o, why);
}

/* If both streams lead to the same place, one output takes everything, in order. */
static output *output_of(csp_vm *vm, int stream)
{
    output *out = output_at(vm, STDOUT_FILENO), *err = output_at(vm, STDERR_FILENO);
    open_output(vm, out, STDOUT_FILENO);
    if (stream == STDOUT_FILENO)
        return out;
    if (!err->opened) {
        open_output(vm, err, STDERR_FILENO);
        vm->one_output = !out->error && !err->error && descriptor_same(&out->at, &err->at);
    }
    return vm->one_output ? out : err;
}

/* ---- The buffer ---- */

/* Makes room for `size` more bytes, in a buffer of at most so many in all; false: there is none. */
static bool reserve_buffer(output *o, size_t size, size_t most)
{
    if (size > most || buffered(o) > most - size)
        return false;
    if (size > o->capacity - o->used && o->from > 0) {
        memmove(o->buffer, o->buffer + o->from, buffered(o));
        o->used -= o->from;
        o->from = 0;
    }
    if (size <= o->capacity - o->used)
        return true;
    size_t capacity = most > BLOCK_BUFFER && o->used + size <= BLOCK_BUFFER ? BLOCK_BUFFER : most;
    char *grown = realloc(o->buffer, capacity);
    if (!grown)
        return false;
    o->buffer = grown;
    o->capacity = capacity;
    return true;
}

static void append(output *o, const char *from, size_t size)
{
    memcpy(o->buffer + o->used, from, size);
    o->used += size;
}

static size_t buffer_size(bool tty) { return tty ? LINE_BUFFER : BLOCK_BUFFER; }

/* ---- Writing ---- */

typedef enum pumped { PUMP_ALL, PUMP_LATER, PUMP_FAILED } pumped;

/* The print whose turn it is. */
static void take_print(csp_vm *vm, output *o)
{
    value walk;
    if (chan_receive(vm, NULL, o->turn, &walk) != CHAN_DONE)
        return;
    const text *t = text_of(walk);
    if (o == output_at(vm, STDOUT_FILENO) && !vm->one_output &&
        reserve_buffer(o, t->used, buffer_size(o->at.tty)))
        append(o, t->block, t->used);
    else
        o->whole = walk;
}

/* Writes `size` bytes as far as they are taken, and adds their number to *written. */
static pumped write_some(csp_vm *vm, output *o, const char *from, size_t size, size_t *written)
{
    ssize_t took = descriptor_write(&o->at, from, size);
    if (took < 0) {
        fail(vm, o, (int)-took);
        return PUMP_FAILED;
    }
    *written += (size_t)took;
    return took > 0 ? PUMP_ALL : PUMP_LATER;
}

/* The text under way, then the buffer, then the next in turn; one step's work. */
static pumped pump(csp_vm *vm, output *o)
{
    size_t work = 0;
    o->busy = false;
    while (!o->error) {
        pumped how = PUMP_ALL;
        size_t before = o->written + o->from;
        if (work >= STEP) {
            how = PUMP_LATER;
        } else if (o->whole != VALUE_ABSENT) {
            const text *t = text_of(o->whole);
            if (o->written < t->used)
                how = write_some(vm, o, t->block + o->written, t->used - o->written, &o->written);
            work += o->written + o->from - before;
            if (how != PUMP_FAILED && o->written == t->used)
                end_whole(vm, o, true);
        } else if (buffered(o) > 0) {
            how = write_some(vm, o, o->buffer + o->from, buffered(o), &o->from);
            work += o->written + o->from - before;
        } else {
            o->from = o->used = 0;
            if (!o->turn || !chan_can_receive(o->turn))
                return PUMP_ALL;
            take_print(vm, o);
            work += 64;
        }
        if (how == PUMP_LATER)
            o->busy = true;
        if (how != PUMP_ALL)
            return how;
    }
    return PUMP_FAILED;
}

static void to_host(csp_vm *vm, output *o, int stream)
{
    size_t from = o->from, size = buffered(o);
    o->from = o->used = 0;
    if (size > 0)
        vm->host.write(vm->host.user, stream, o->buffer + from, size);
}

void output_flush(csp_vm *vm)
{
    output *o = output_at(vm, STDOUT_FILENO);
    if (hosted(vm))
        to_host(vm, o, STDOUT_FILENO);
    else if (o->opened)
        pump(vm, o);
}

bool output_owns(const csp_vm *vm, const channel *c)
{
    const output *o = vm->outputs;
    return c == o[0].turn || c == o[0].done || c == o[1].turn || c == o[1].done;
}

const output_writer *output_writer_of(const csp_vm *vm) { return &vm->outputs[0].writer; }

/* What others have printed goes out first. p NULL: the VM. */
static void set_writer(csp_vm *vm, const process *p)
{
    output_writer *w = &output_at(vm, STDOUT_FILENO)->writer;
    uint64_t number = p ? process_number(p) : 0;
    if (w->process == number)
        return;
    vm_flush(vm);
    while (p && side_of(p) && side_of(p)->par)
        p = side_of(p)->par->parent;
    const string *name = p ? origin_name(vm, p) : NULL;
    *w = (output_writer){.process = number,
                         .number = p ? process_number(p) : 0,
                         .name = name ? value_object(name) : VALUE_ABSENT};
}

/* A host takes whatever it is given. */
static void give_host(csp_vm *vm, const process *p, int stream, const char *from, size_t size)
{
    set_writer(vm, p);
    output *o = output_at(vm, STDOUT_FILENO);
    if (!o->opened) {
        o->opened = true;
        o->at.tty = isatty(STDOUT_FILENO);
    }
    size_t most = buffer_size(o->at.tty);
    if (stream == STDOUT_FILENO && size > most - buffered(o))
        vm_flush(vm);
    if (stream == STDOUT_FILENO && reserve_buffer(o, size, most)) {
        append(o, from, size);
        if (o->at.tty && memchr(from, '\n', size))
            vm_flush(vm);
        return;
    }
    vm_flush(vm);
    vm->host.write(vm->host.user, stream, from, size);
}

void vm_write(csp_vm *vm, int stream, const char *from, size_t size)
{
    if (size == 0)
        return;
    if (hosted(vm)) {
        give_host(vm, NULL, stream, from, size);
        return;
    }
    output *o = output_of(vm, stream);
    vm_flush(vm);
    if (o->error || !reserve_buffer(o, size, REPORTS_MAX)) {
        o->lost += size;
        return;
    }
    append(o, from, size);
    pump(vm, o);
}

/* ---- Prints ---- */

static verdict raise(csp_vm *vm, const output *o)
{
    return vm_raise(vm, ERR_IO, "cannot write to %s: %s", output_stream_name(o->at.stream),
                    strerror(o->error));
}

static bool have_channel(csp_vm *vm, channel **c)
{
    if (!*c)
        *c = chan_new(vm, 0);
    return *c != NULL;
}

enum { IN_TURN = 1, UNDER_WAY };

/* The descriptor is not ready: waits for its turn, or for the end of its text. */
static verdict wait(csp_vm *vm, process *p, output *o, value walk, value *state)
{
    bool under_way = o->whole == walk;
    value none;
    if (!have_channel(vm, under_way ? &o->done : &o->turn))
        return VERDICT_FAIL;
    vm_loop(vm); /* without a loop the VM polls from time to time */
    o->busy = true;
    *state = value_int(under_way ? UNDER_WAY : IN_TURN);
    chan_result waits =
        under_way ? chan_receive(vm, p, o->done, &none) : chan_send(vm, p, o->turn, walk);
    return waits == CHAN_BLOCK ? VERDICT_BLOCK : raise(vm, o);
}

static verdict print_first(csp_vm *vm, process *p, output *o, int stream, value walk, value *state)
{
    const text *t = text_of(walk);
    if (o->error)
        return raise(vm, o);
    if (o->whole != VALUE_ABSENT || (o->turn && chan_can_receive(o->turn)))
        return wait(vm, p, o, walk, state);
    size_t most = stream == STDOUT_FILENO ? buffer_size(o->at.tty) : 0;
    if (!reserve_buffer(o, t->used, most)) {
        pumped how = pump(vm, o);
        if (how == PUMP_FAILED)
            return raise(vm, o);
        if (how == PUMP_LATER && !reserve_buffer(o, t->used, most))
            return wait(vm, p, o, walk, state);
    }
    if (reserve_buffer(o, t->used, most)) {
        append(o, t->block, t->used);
        if (!o->at.tty || !memchr(t->block, '\n', t->used))
            return VERDICT_DONE;
    } else {
        o->whole = walk;
    }
    if (pump(vm, o) == PUMP_FAILED)
        return raise(vm, o);
    return o->whole == walk ? wait(vm, p, o, walk, state) : VERDICT_DONE;
}

/* Woken: the text is taken or written, or the output has failed. */
static verdict print_on(csp_vm *vm, process *p, output *o, value walk, value *state)
{
    value told = p->value;
    p->value = VALUE_ABSENT;
    bool well =
        *state == value_int(UNDER_WAY) ? told == VALUE_TRUE : p->wake == WAKE_MESSAGE && !o->error;
    if (!well)
        return raise(vm, o);
    return o->whole == walk ? wait(vm, p, o, walk, state) : VERDICT_DONE;
}

/* The usual case: there is room, and nobody is waiting. */
static inline bool fits(const csp_vm *vm, const output *o, int stream, const text *t)
{
    return stream == STDOUT_FILENO && !hosted(vm) && t->used <= o->capacity - o->used && !o->turn &&
           !o->at.tty && o->whole == VALUE_ABSENT && !o->error;
}

verdict output_print(csp_vm *vm, process *p, int stream, value walk, value *state)
{
    const text *t = text_of(walk);
    if (t->used == 0)
        return VERDICT_DONE;
    if (fits(vm, &vm->outputs[0], stream, t)) {
        append(&vm->outputs[0], t->block, t->used);
        return VERDICT_DONE;
    }
    if (hosted(vm)) {
        give_host(vm, p, stream, t->block, t->used);
        return VERDICT_DONE;
    }
    output *o = output_of(vm, stream);
    if (*state != VALUE_ABSENT)
        return print_on(vm, p, o, walk, state);
    vm_charge(vm, t->used / 1024);
    if (stream != STDOUT_FILENO)
        vm_flush(vm);
    return print_first(vm, p, o, stream, walk, state);
}

/* ---- Going on ---- */

bool output_busy(const csp_vm *vm) { return vm->outputs[0].busy || vm->outputs[1].busy; }

static bool waited(const output *o)
{
    return o->busy &&
           ((o->turn && chan_can_receive(o->turn)) || (o->done && chan_can_send(o->done)));
}

bool output_waited(const csp_vm *vm) { return waited(&vm->outputs[0]) || waited(&vm->outputs[1]); }

bool output_waits_for(const csp_vm *vm, const process *p)
{
    for (int i = 0; i < 2; i++)
        if (p->chan && (p->chan == vm->outputs[i].turn || p->chan == vm->outputs[i].done))
            return true;
    return false;
}

void output_poll(csp_vm *vm)
{
    for (int i = 0; i < 2; i++)
        if (vm->outputs[i].busy)
            pump(vm, &vm->outputs[i]);
}

void output_waits(const csp_vm *vm, int fds[2])
{
    for (int i = 0; i < 2; i++)
        fds[i] = vm->outputs[i].busy ? vm->outputs[i].at.fd : -1;
}

int output_failure(const csp_vm *vm, int stream, uint64_t *lost)
{
    const output *o = &vm->outputs[stream - 1];
    *lost = o->lost;
    return o->error;
}

/* ---- The end ---- */

enum { LOOK_AGAIN = 100 /* ms: a signal may have come just before the wait */ };

static void wait_until_ready(void *data)
{
    const csp_vm *vm = data;
    int fds[2];
    output_waits(vm, fds);
    struct pollfd at[2] = {{.fd = fds[0], .events = POLLOUT}, {.fd = fds[1], .events = POLLOUT}};
    (void)poll(at, 2, LOOK_AGAIN);
}

bool output_wait(csp_vm *vm)
{
    if (!output_busy(vm))
        return false;
    heap_do_blocking(wait_until_ready, vm);
    return true;
}

void output_finish(csp_vm *vm)
{
    int64_t patience = vm->grace_until ? loop_now() + VM_GRACE : LOOP_NEVER;
    vm_flush(vm);
    streams_finish(vm, loop_now() + VM_GRACE);
    while (output_busy(vm)) {
        if (vm_interrupted(vm) && patience == LOOP_NEVER)
            patience = loop_now() + VM_GRACE;
        output_wait(vm);
        output_poll(vm);
        for (int i = 0; i < 2 && loop_now() >= patience; i++)
            if (vm->outputs[i].busy)
                fail(vm, &vm->outputs[i], EAGAIN);
    }
}

bool output_init(csp_vm *vm)
{
    vm->outputs = heap_pinned(2 * sizeof *vm->outputs);
    return vm->outputs != NULL;
}

void output_free(csp_vm *vm)
{
    for (int i = 0; i < 2; i++) {
        if (vm->outputs[i].opened && !hosted(vm))
            descriptor_close(&vm->outputs[i].at);
        free(vm->outputs[i].buffer);
    }
    heap_unpin(vm->outputs);
}
