/* Os.signals: the signals of the OS process as messages. */
#include <errno.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "stdlib/system.h"
#include "vm/outside/signal_name.h"
#include "vm/outside/signals.h"
#include "vm/process/port_end.h"

/* So many that nobody has taken are messages; the others are only counted. */
enum { WAITING = 64 };

typedef struct listening {
    port_source source;
    loop_watched watched;
    csp_vm *vm;
    port *port;
    signal_listener *listener;
    int held; /* taken, but there was no memory for its message; 0: none */
} listening;

static void feed(listening *l)
{
    char text[SIGNAL_NAME_ROOM];
    while (port_feed_waiting(l->port) < WAITING) {
        int number = l->held ? l->held : signals_take(l->listener);
        if (!number)
            return;
        signal_name(number, text);
        l->held = number;
        if (!port_feed(l->vm, l->port, str_intern(l->vm, text, strlen(text))))
            return;
        l->held = 0;
    }
}

static void on_ready(loop_watched *w, bool reads, bool writes)
{
    (void)writes;
    if (reads)
        feed((listening *)((char *)w - offsetof(listening, watched)));
}

static void on_room(port_source *s) { feed((listening *)s); }

static void on_gone(port_source *s)
{
    listening *l = (listening *)s;
    if (l->listener)
        signals_leave(l->vm, l->listener);
    free(l);
}

/* The signals that the arguments name, as a set; 0: raised. */
static uint64_t take_names(csp_vm *vm, process *p, const value *args, uint32_t count)
{
    uint64_t set = 0;
    for (uint32_t i = 0; i < count; i++) {
        const string *name = native_string_arg(vm, p, args[i]);
        int number = name ? signal_number(name->text) : 0;
        if (!name)
            return 0;
        if (!signals_may(number)) {
            vm_raise(vm, ERR_VALUE,
                     number ? "nobody can listen to the signal `%s`"
                            : "there is no signal `%s`; their names are as in \"TERM\"",
                     name->text);
            return 0;
        }
        set |= (uint64_t)1 << (number - 1);
    }
    return set;
}

static verdict os_signals(csp_vm *vm, process *p, value *args, value *result)
{
    uint64_t set = vm_may(vm, MAY_EXIT) ? take_names(vm, p, args, native_argc(vm)) : 0;
    if (!set)
        return VERDICT_FAIL;
    listening *l = calloc(1, sizeof *l);
    if (!l)
        return vm_raise_memory(vm);
    l->source = (port_source){.room = on_room, .gone = on_gone};
    l->watched.ready = on_ready;
    l->vm = vm;
    channel *c;
    l->port = port_feed_open(vm, &l->source, &c);
    if (!l->port) {
        free(l);
        return VERDICT_FAIL;
    }
    *result = value_object(c);
    l->listener = signals_listen(vm, set, &l->watched);
    if (l->listener)
        return VERDICT_DONE;
    const system_failure f = {.error = errno, .op = "listen to signals"};
    port_feed_end(vm, l->port);
    return vm_give(vm, system_error(vm, p, &f), result);
}

const native_entry os_signal_natives[] = {
    {"signals", "signals(..names)",
     "a channel of the names of those of these signals that come, as in Os.signals(\"INT\", "
     "\"TERM\"); until it is closed they do nothing else",
     os_signals, 1, NATIVE_VARIADIC, 0},
    {0},
};
