/* The scripts and the natives of the random host. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/hosts_parts.h"

static const char script[] =
    "import \"host\" as h\n"
    "fn add(a, b) => a + b\n"
    "fn spin(n, _) { var i = 0; while i < 20000 { i += 1 }; i }\n"
    "fn forever(_, _) { loop { } }\n"
    "fn boom(a, _) { fail(\"boom\") }\n"
    "fn give(a, b) => [a, b]\n"
    "fn swap(a, b) => (b, a)\n"
    "fn touch(a, b) { if a is object { h.touch(a) }; if b is object { h.touch(b) } }\n"
    "fn shut(a, b) { if a is object { h.shut(a) }; catch touch(a, b) }\n"
    "fn make(_, _) { let o = h.object(0); h.touch(o); let s = h.object(1); [o, s, {[s]: 1}] }\n"
    "fn many(_, _) { for i in 0..200 { h.object(i % 2) } }\n"
    "fn handed(_, _) { let o = h.object(0); wait(spawn touch(move o, 1)) }\n"
    "fn sent(_, _) { let c = chan(1); let o = h.object(0); let l = [o, o]; c ! move l; c }\n"
    "fn leak(a, b) { defer touch(a, b); let o = h.object(0); ?chan(); h.touch(o) }\n"
    "fn hold(a, b) { defer touch(a, b); let o = h.object(0); sleep(1ms); h.touch(o) }\n"
    "fn waits(a, _) { let o = h.object(0); let r = h.wait(a is int and a % 2 == 0); h.touch(o); r "
    "}\n"
    "fn works(a, _) { let o = h.object(1); h.work(200); h.touch(o) }\n"
    "fn again(_, _) => h.again(5)\n"
    "fn calls(a, b) => h.call(add, 1, 2)\n"
    "fn calls_back(a, b) { let o = h.object(0); catch h.call(boom, a, b); h.touch(o) }\n"
    "fn raced(_, _) { catch timeout(1ms, fn() => h.wait(false)) }\n"
    "fn both(_, _) => par { h.again(2); h.work(50); h.wait(true) }\n"
    "fn killed(_, _) { let p = spawn leak(h.object(1), 1); sleep(0); kill(p) }\n"
    "fn message(_, _) => h.message()\n"
    "fn reads(c, _) { if c is chan { for m in c { if m is map { h.object(1) } } } }\n"
    "fn writes(_, c) { if c is chan { for i in 0..50 { c ! [i, \"text\", {n: i}] }; close(c) } }\n"
    "fn wrongly(_, c) { if c is chan { c ! h.object(1) } }\n";

const char *const hosts_functions[] = {
    "add",   "spin",   "forever", "boom",    "give",       "swap",  "touch",  "shut",    "make",
    "many",  "handed", "sent",    "leak",    "hold",       "waits", "works",  "again",   "calls",
    "raced", "both",   "killed",  "message", "calls_back", "reads", "writes", "wrongly", "missing"};
const unsigned hosts_function_count = sizeof hosts_functions / sizeof *hosts_functions;

/* ---- Objects ---- */

static void finalize(void *data) { ledger_done(data); }

const csp_class hosts_classes[2] = {{sizeof(csp_class), "Shared", finalize, true},
                                    {sizeof(csp_class), "Owned", finalize, false}};

static uint64_t native_draw(uint64_t below)
{
    uint64_t state = atomic_fetch_add(&all_hosts->random, 0x9e3779b97f4a7c15u) | 1;
    return draw(&state, below);
}

static csp_verdict native_object(csp_context *c)
{
    const csp_class *of = &hosts_classes[csp_arg_int(c, 0) == 0];
    ledger_entry *e = ledger_new(LEDGER_OBJECT);
    csp_value v = csp_object(csp_context_vm(c), of, e, native_draw(1000));
    if (v.word == 0)
        ledger_done(e);
    return csp_return(c, v);
}

static csp_verdict native_touch(csp_context *c)
{
    csp_value v = csp_arg(c, 0);
    for (int i = 0; i < 2; i++) {
        const ledger_entry *e = csp_get_object(csp_context_vm(c), v, &hosts_classes[i]);
        if (e && ledger_is_done(e))
            hosts_complain("an object is used that has been finalized", NULL);
    }
    return csp_return(c, v);
}

static csp_verdict native_shut(csp_context *c)
{
    csp_object_close(csp_context_vm(c), csp_arg(c, 0));
    return csp_return(c, csp_nil());
}

/* ---- Waiting ---- */

static void destroy(void *state) { ledger_done(state); }
static void cancelled(void *user) { ledger_done(user); }

void hosts_complete(const pending *of, uint64_t how)
{
    uint64_t random = how * 2 + 1;
    csp_status status;
    if (how % 4 == 0)
        status = csp_completer_fail(of->completer, "broken", "it did not work");
    else if (how % 4 == 1)
        status = csp_completer_finish(of->completer, NULL);
    else
        status = csp_completer_finish(of->completer, hosts_message(&random));
    if (status == CSP_OK)
        ledger_done(of->entry);
    else if (status != CSP_E_CLOSED)
        hosts_complain("a completer is neither completed nor closed", NULL);
}

static csp_verdict waited(csp_context *c, void *state, csp_value result)
{
    if (ledger_is_done(state))
        hosts_complain("a state is used that has been destroyed", NULL);
    return csp_return(c, result);
}

static csp_verdict native_wait(csp_context *c)
{
    ledger_entry *e = ledger_new(LEDGER_COMPLETER);
    csp_completer *p = csp_completer_new(c, cancelled, e);
    if (!p)
        return csp_return_error(c, "out_of_memory", "no completer");
    pending *of = malloc(sizeof *of);
    if (!of)
        abort();
    *of = (pending){p, e};
    uint64_t how = native_draw(16);
    if (csp_arg_bool(c, 0) || !hosts_put(&all_hosts->completers, of)) {
        hosts_complete(of, how);
        csp_completer_free(p);
        free(of);
    }
    bool plain = how & 8;
    return csp_await(c, p, plain ? NULL : waited, plain ? NULL : ledger_new(LEDGER_STATE),
                     plain ? NULL : destroy);
}

static void work(void *state)
{
    const struct timespec pause = {.tv_nsec = 20000};
    nanosleep(&pause, NULL);
    if (ledger_is_done(state))
        hosts_complain("work has a state that has been destroyed", NULL);
}

static csp_verdict native_work(csp_context *c)
{
    return csp_offload(c, work, native_draw(2) ? waited : NULL, ledger_new(LEDGER_STATE), destroy);
}

static csp_verdict again(csp_context *c, void *state, csp_value result)
{
    (void)result;
    if (ledger_is_done(state))
        hosts_complain("a state is used that has been destroyed", NULL);
    return native_draw(4) ? csp_again(c, again, state, destroy) : csp_return_int(c, 7);
}

static csp_verdict native_again(csp_context *c)
{
    return csp_again(c, again, ledger_new(LEDGER_STATE), destroy);
}

static csp_verdict native_call(csp_context *c)
{
    csp_value argv[2] = {csp_arg(c, 1), csp_arg(c, 2)};
    return csp_then(c, csp_arg(c, 0), 2, argv, native_draw(2) ? waited : NULL,
                    ledger_new(LEDGER_STATE), destroy);
}

/* ---- Messages ---- */

static char bytes[4096];
static void release(void *data) { ledger_done(data); }

csp_msg *hosts_message(uint64_t *random)
{
    static const char text[] =
        "{\"n\": 1, \"list\": [1, 2.5, null, \"x\"], \"deep\": {\"a\": [[]]}}";
    switch (draw(random, 5)) {
    case 0: return csp_msg_int((int64_t)*random);
    case 1: return csp_msg_json(text, sizeof text - 1);
    case 2: return csp_msg_bytes(bytes, draw(random, sizeof bytes));
    case 3: return csp_msg_adopt(ledger_new(LEDGER_BYTES), 4, release);
    default: return csp_msg_text("some text", 9);
    }
}

static csp_verdict native_message(csp_context *c)
{
    uint64_t random = native_draw(1 << 30) + 1;
    csp_msg *m = hosts_message(&random);
    csp_value v = csp_msg_value(csp_context_vm(c), m);
    csp_msg_free(m);
    return csp_return(c, v);
}

/* ---- A VM ---- */

static const csp_native natives[] = {
    {"object(owned: int) -> Shared | Owned", "an object", native_object, false, NULL},
    {"touch(o: Shared | Owned)", "uses it", native_touch, false, NULL},
    {"shut(o: Shared | Owned)", "closes it", native_shut, false, NULL},
    {"wait(at_once: bool)", "waits for the host", native_wait, true, NULL},
    {"work(n: int = 1)", "works elsewhere", native_work, true, NULL},
    {"again(n: int)", "goes on later", native_again, true, NULL},
    {"call(f: fn, ..args)", "f(…)", native_call, true, NULL},
    {"message()", "a message's value", native_message, false, NULL}};

static void take_output(void *user, int stream, const char *text, size_t size)
{
    (void)user;
    (void)stream;
    (void)text;
    (void)size;
}

static void take_crash(void *user, const csp_error *error)
{
    (void)user;
    if (!csp_error_kind(error))
        hosts_complain("a crash has no kind", NULL);
}

csp_vm *hosts_new_vm(place *of, uint64_t *random)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = of;
    config.write = take_output;
    config.crash = take_crash;
    config.no_loop = draw(random, 2);
    config.max_memory = 64 << 20;
    config.max_processes = 1000;
    csp_vm *vm;
    if (csp_new(&config, &vm) != CSP_OK) {
        hosts_complain("csp_new failed", NULL);
        return NULL;
    }
    if (csp_class_add(vm, &hosts_classes[0]) != CSP_OK ||
        csp_class_add(vm, &hosts_classes[1]) != CSP_OK ||
        csp_natives_add(vm, "host", natives, sizeof natives / sizeof *natives, sizeof *natives) !=
            CSP_OK ||
        csp_module_add(vm, "script", script, strlen(script)) != CSP_OK)
        hosts_complain("the modules cannot be added", NULL);
    return vm;
}
