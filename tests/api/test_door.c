/* The door: who may enter a VM, and what everybody else is told. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/api/embed.h"

/* ---- Every function that is given a VM or a session, as a wrong call ---- */

typedef struct wrong {
    csp_vm *vm;
    csp_session *session;
} wrong;

static void never(void *user, const char *candidate)
{
    (void)user;
    cr_assert_fail("called with %s", candidate);
}

static void never_process(void *user, const csp_process *process)
{
    (void)user;
    cr_assert_fail("called with %llu", (unsigned long long)process->number);
}

/* How many of them are misuse that somebody can be told of: all but those that are fine from a
 * callback, and those of which the session may be freed. */
enum { OF_VM = 14, OF_SESSION = 5 };

static void misuse_vm(csp_vm *vm)
{
    char *text = (char *)&text;
    csp_findings found = {9, 9};
    cr_assert_eq(csp_run_text(vm, "x", "print(1)", 8), CSP_E_MISUSE);
    cr_assert_eq(csp_disassemble(vm, "x", "1", 1, &text), CSP_E_MISUSE);
    cr_assert_null(text);
    text = (char *)&text;
    cr_assert_eq(csp_check(vm, "x", "1", 1, CSP_PLAIN, &found, &text), CSP_E_MISUSE);
    cr_assert(!text && found.errors == 0);
    text = (char *)&text;
    cr_assert_eq(csp_doc_text(vm, "x", "1", 1, &text), CSP_E_MISUSE);
    cr_assert_null(text);
    cr_assert_eq(csp_module_add(vm, "m", "", 0), CSP_E_MISUSE);
    cr_assert_null(csp_session_new(vm));
    cr_assert_eq(csp_fd(vm), -1);
    cr_assert_eq(csp_timeout(vm), -1);
    cr_assert_eq(csp_each_process(vm, never_process, NULL), CSP_E_MISUSE);
    csp_free(vm);
    csp_discard(vm);
    cr_assert_eq(csp_scope_open(vm).serial, 0);
    cr_assert_eq(csp_map(vm).word, 0);
    cr_assert_null(csp_take_error(vm));
}

static void misuse_session(csp_session *s)
{
    char *text = (char *)&text;
    cr_assert_eq(csp_eval(s, "1", 1, &text), CSP_E_MISUSE);
    cr_assert_null(text);
    size_t start = 7;
    csp_complete(s, "pr", 2, &start, never, NULL);
    cr_assert_null(csp_doc(s, "print"));
    cr_assert_null(csp_signature(s, "print"));
    cr_assert_null(csp_doc_near(s, "prnt"));
}

Test(door, misuse_without_a_vm)
{
    misuse_vm(NULL);
    misuse_session(NULL);
    csp_session_free(NULL);
    csp_interrupt(NULL);
    csp_request_report(NULL);
    cr_assert_null(csp_user(NULL));
    cr_assert_eq(csp_exit_status(NULL), 0);
}

Test(door, misuse_of_what_has_been_freed)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_session *s = csp_session_new(vm), *left = csp_session_new(vm);
    csp_session_free(s);
    misuse_session(s);
    csp_session_free(s);
    csp_free(vm);
    misuse_vm(vm);
    misuse_session(s);
    misuse_session(left);
    csp_session_free(left);
    csp_interrupt(vm);
    csp_request_report(vm);
    cr_assert_null(csp_user(vm));
    cr_assert_eq(csp_exit_status(vm), 0);
    cr_assert_eq(e.told, 0);
    csp_discard(NULL);
}

Test(door, misuse_of_errors)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    cr_assert_eq(csp_run_text(vm, "x", "fail(\"no\")", 10), CSP_E_CRASH);
    csp_error *error = csp_take_error(vm);
    csp_free(vm);
    cr_assert_str_eq(csp_error_kind(error), "fail", "it outlives its VM");
    csp_place place;
    cr_assert(csp_error_frame(error, 0, &place));
    cr_assert(!csp_error_frame(error, 0, NULL));
    cr_assert(!csp_error_spawned(error, 0, NULL));
    csp_error_free(error);
    csp_error_free(error);
    csp_error *const gone[] = {error, NULL, (csp_error *)&e};
    for (int i = 0; i < 3; i++) {
        const char *name = NULL;
        cr_assert_null(csp_error_kind(gone[i]));
        cr_assert_null(csp_error_message(gone[i]));
        cr_assert_eq(csp_error_process(gone[i], &name), 0);
        cr_assert_str_eq(name, "");
        cr_assert_null(csp_error_cause(gone[i]));
        cr_assert(!csp_error_frame(gone[i], 0, &place));
        cr_assert(!csp_error_spawned(gone[i], 0, &place));
        cr_assert_null(csp_error_text(gone[i], CSP_PLAIN));
        csp_error_free(gone[i]);
    }
}

Test(door, misuse_by_null)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_session *s = csp_session_new(vm);
    char *text;
    size_t start;
    csp_findings found;
    cr_assert_eq(csp_run_text(vm, NULL, "", 0), CSP_E_MISUSE);
    embed_misused(&e, "csp_run_text", "name is NULL");
    cr_assert_eq(csp_run_text(vm, "x", NULL, 1), CSP_E_MISUSE);
    embed_misused(&e, "csp_run_text", "text is NULL");
    cr_assert_eq(csp_disassemble(vm, "x", "", 0, NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_disassemble", "result");
    cr_assert_eq(csp_disassemble(vm, NULL, "", 0, &text), CSP_E_MISUSE);
    embed_misused(&e, "csp_disassemble", "name is NULL");
    cr_assert_eq(csp_check(vm, "x", "", 0, CSP_PLAIN, NULL, &text), CSP_E_MISUSE);
    embed_misused(&e, "csp_check", "result");
    cr_assert_eq(csp_check(vm, "x", "", 0, CSP_PLAIN, &found, NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_check", "result");
    cr_assert_eq(csp_check(vm, NULL, "", 0, CSP_PLAIN, &found, &text), CSP_E_MISUSE);
    embed_misused(&e, "csp_check", "name is NULL");
    cr_assert_eq(csp_doc_text(vm, "x", "", 0, NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_doc_text", "result");
    cr_assert_eq(csp_doc_text(vm, NULL, "", 0, &text), CSP_E_MISUSE);
    embed_misused(&e, "csp_doc_text", "name is NULL");
    cr_assert_eq(csp_module_add(vm, NULL, "", 0), CSP_E_MISUSE);
    embed_misused(&e, "csp_module_add", "name is NULL");
    cr_assert_eq(csp_module_add(vm, "m", NULL, 3), CSP_E_MISUSE);
    embed_misused(&e, "csp_module_add", "text is NULL");
    cr_assert_eq(csp_module_add(vm, "", "", 0), CSP_E_MISUSE);
    embed_misused(&e, "csp_module_add", "empty");
    cr_assert_eq(csp_module_add(vm, "List", "", 0), CSP_E_MISUSE);
    embed_misused(&e, "csp_module_add", "standard module");
    cr_assert_eq(csp_module_add(vm, "m", NULL, 0), CSP_OK, "no text is fine");
    cr_assert_eq(csp_module_add(vm, "m", "", 0), CSP_E_MISUSE);
    embed_misused(&e, "csp_module_add", "already");
    cr_assert_eq(csp_each_process(vm, NULL, NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_each_process", "function");
    cr_assert_eq(csp_eval(s, "1", 1, NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_eval", "result");
    cr_assert_eq(csp_eval(s, NULL, 1, &text), CSP_E_MISUSE);
    embed_misused(&e, "csp_eval", "text is NULL");
    csp_complete(s, NULL, 1, &start, never, NULL);
    embed_misused(&e, "csp_complete", "NULL");
    csp_complete(s, "x", 1, NULL, never, NULL);
    embed_misused(&e, "csp_complete", "NULL");
    csp_complete(s, "x", 1, &start, NULL, NULL);
    embed_misused(&e, "csp_complete", "NULL");
    cr_assert_null(csp_doc(s, NULL));
    embed_misused(&e, "csp_doc", "NULL");
    cr_assert_null(csp_signature(s, NULL));
    embed_misused(&e, "csp_signature", "NULL");
    cr_assert_null(csp_doc_near(s, NULL));
    embed_misused(&e, "csp_doc_near", "NULL");
    cr_assert_eq(csp_input_state(NULL, 1), CSP_INPUT_ERROR);
    csp_text_free(NULL);
    cr_assert_eq(csp_eval(s, "6 * 7", 5, &text), CSP_OK, "and it still works");
    cr_assert_str_eq(text, "42");
    csp_text_free(text);
    csp_free(vm);
}

Test(door, misuse_after_the_program)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_session *s = csp_session_new(vm);
    char *text;
    cr_assert_eq(csp_run_text(vm, "x", "1", 1), CSP_OK);
    cr_assert_eq(csp_run_text(vm, "x", "1", 1), CSP_E_MISUSE);
    embed_misused(&e, "csp_run_text", "has run its program");
    cr_assert_eq(csp_eval(s, "1", 1, &text), CSP_E_MISUSE);
    embed_misused(&e, "csp_eval", "has run its program");
    cr_assert_eq(csp_module_add(vm, "m", "", 0), CSP_E_MISUSE);
    embed_misused(&e, "csp_module_add", "has run its program");
    csp_free(vm);
}

/* ---- From callbacks ---- */

static struct {
    csp_vm *vm;
    csp_session *session;
    int calls, told;
    csp_error *lent; /* that a callback was given */
} hooked;

static void count(void *user, const char *function, const char *what)
{
    (void)user;
    cr_assert(strstr(what, "from a callback"), "%s: %s", function, what);
    hooked.told++;
    misuse_vm(hooked.vm); /* no end of that */
}

static void from_hook(void)
{
    hooked.calls++;
    int before = hooked.told;
    misuse_vm(hooked.vm);
    misuse_session(hooked.session);
    csp_session_free(hooked.session);
    cr_assert_eq(hooked.told - before, OF_VM + OF_SESSION + 1);
    cr_assert_eq(csp_user(hooked.vm), &hooked, "that one is fine");
    csp_interrupt(NULL);
}

static void on_write(void *user, int stream, const char *text, size_t size)
{
    (void)user;
    (void)stream;
    (void)text;
    (void)size;
    from_hook();
}

static void on_crash(void *user, const csp_error *error)
{
    (void)user;
    from_hook();
    cr_assert_str_eq(csp_error_kind(error), "fail");
    char *text = csp_error_text(error, CSP_JSON);
    cr_assert_not_null(text);
    csp_text_free(text);
    csp_error_free((csp_error *)(uintptr_t)error);
    cr_assert_str_eq(csp_error_kind(error), "fail", "it is not the callback's to free");
    hooked.lent = (csp_error *)(uintptr_t)error;
}

static csp_status on_load(void *user, const char *name, const char *importer, char **text,
                          size_t *size)
{
    (void)user;
    (void)name;
    (void)importer;
    (void)text;
    (void)size;
    from_hook();
    return CSP_E_NOT_FOUND;
}

static void each_candidate(void *user, const char *candidate)
{
    (void)user;
    (void)candidate;
    from_hook();
}

static void each_process(void *user, const csp_process *process)
{
    (void)user;
    (void)process;
    from_hook();
}

static csp_status evaluate(const char *text)
{
    char *result;
    csp_status status = csp_eval(hooked.session, text, strlen(text), &result);
    csp_text_free(result);
    return status;
}

Test(door, misuse_from_callbacks)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = &hooked;
    config.write = on_write;
    config.crash = on_crash;
    config.load = on_load;
    config.misuse = count;
    cr_assert_eq(csp_new(&config, &hooked.vm), CSP_OK);
    hooked.session = csp_session_new(hooked.vm);
    cr_assert_eq(evaluate("print(1)"), CSP_OK);
    cr_assert_eq(hooked.calls, 1);
    embed_error(hooked.vm, "misuse", "from a callback");
    cr_assert_eq(evaluate("spawn { fail(\"x\") }; sleep(1ms)"), CSP_OK);
    cr_assert_eq(hooked.calls, 2);
    cr_assert_null(csp_error_kind(hooked.lent), "it was valid during the call");
    embed_error(hooked.vm, "misuse", "from a callback");
    cr_assert_eq(evaluate("import \"x\""), CSP_E_COMPILE);
    cr_assert_eq(hooked.calls, 3);
    embed_error(hooked.vm, "compile", "");
    size_t start;
    csp_complete(hooked.session, "Process.inf", 11, &start, each_candidate, NULL);
    cr_assert_eq(hooked.calls, 4);
    cr_assert_eq(evaluate("const p = spawn { sleep(1h) }"), CSP_OK);
    cr_assert_eq(csp_each_process(hooked.vm, each_process, NULL), CSP_OK);
    cr_assert_eq(hooked.calls, 5);
    cr_assert_eq(evaluate("spawn { defer print(2); sleep(1h) }; sleep(1ms)"), CSP_OK);
    csp_free(hooked.vm);
    cr_assert_eq(hooked.calls, 6, "a deferred call has printed");
}

/* ---- Two threads ---- */

static pthread_barrier_t met;

static void wait_inside(void *user, int stream, const char *text, size_t size)
{
    (void)user;
    (void)stream;
    (void)text;
    (void)size;
    pthread_barrier_wait(&met);
    pthread_barrier_wait(&met);
}

static void *run_program(void *vm)
{
    cr_assert_eq(csp_run_text(vm, "x", "print(1)", 8), CSP_OK);
    return NULL;
}

Test(door, misuse_while_another_thread_is_in)
{
    embed e = {0};
    csp_config config = embed_config(&e);
    config.write = wait_inside;
    cr_assert_eq(csp_new(&config, &e.vm), CSP_OK);
    csp_session *s = csp_session_new(e.vm);
    pthread_barrier_init(&met, NULL, 2);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, run_program, e.vm), 0);
    pthread_barrier_wait(&met);
    misuse_vm(e.vm);
    misuse_session(s);
    csp_session_free(s);
    cr_assert_eq(e.told, OF_VM + OF_SESSION + 1);
    cr_assert(strstr(e.what, "another thread"), "%s", e.what);
    cr_assert_eq(csp_user(e.vm), &e);
    pthread_barrier_wait(&met);
    pthread_join(thread, NULL);
    embed_no_error(e.vm);
    csp_free(e.vm);
}

typedef struct traffic {
    csp_vm *vm;
    _Atomic bool *done;
    uint64_t entered;
} traffic;

static void *enter_and_leave(void *given)
{
    traffic *t = given;
    while (!atomic_load(t->done)) {
        csp_scope scope = csp_scope_open(t->vm);
        if (scope.serial == 0)
            continue;
        csp_scope_close(t->vm, scope);
        t->entered++;
    }
    return NULL;
}

/* Threads that do not wait for each other are sorted out one by one, also when the VM is freed. */
Test(door, misuse_by_threads_at_random)
{
    enum { THREADS = 4, ROUNDS = 20 };
    for (int round = 0; round < ROUNDS; round++) {
        csp_vm *vm;
        cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
        _Atomic bool done = false;
        pthread_t threads[THREADS];
        traffic all[THREADS];
        for (int i = 0; i < THREADS; i++) {
            all[i] = (traffic){vm, &done, 0};
            cr_assert_eq(pthread_create(&threads[i], NULL, enter_and_leave, &all[i]), 0);
        }
        usleep(2000);
        while (csp_user(vm) == NULL && csp_fd(vm) < 0)
            continue;
        for (int i = 0; i < 1000; i++)
            csp_free(vm); /* as soon as nobody is in */
        atomic_store(&done, true);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        csp_free(vm);
    }
}

/* One thread after the other is fine. */
static void *use(void *given)
{
    embed *e = given;
    csp_scope scope = csp_scope_open(e->vm);
    csp_value l = csp_list(e->vm, 0, NULL);
    for (int i = 0; i < 1000; i++)
        l = csp_push(e->vm, l, csp_string_z(e->vm, "x"));
    cr_assert_eq(csp_length(e->vm, l), 1000);
    csp_scope_close(e->vm, scope);
    return NULL;
}

Test(door, threads_take_turns)
{
    embed e;
    embed_make(&e);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        cr_assert_eq(pthread_create(&thread, NULL, use, &e), 0);
        pthread_join(thread, NULL);
        use(&e);
    }
    cr_assert_eq(e.told, 0);
    csp_free(e.vm);
}

/* ---- csp_discard ---- */

static char written[64];
static void keep(void *user, int stream, const char *text, size_t size)
{
    (void)user;
    (void)stream;
    strncat(written, text, size);
}

Test(door, discard_runs_nothing)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = keep;
    for (int i = 0; i < 2; i++) {
        csp_vm *vm;
        cr_assert_eq(csp_new(&config, &vm), CSP_OK);
        csp_session *s = csp_session_new(vm);
        char *result;
        const char *text = "spawn { defer print(\"deferred\"); sleep(1h) }; sleep(1ms); print(1)";
        cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK);
        written[0] = '\0';
        if (i == 0)
            csp_discard(vm);
        else
            csp_free(vm);
        cr_assert_str_eq(written, i == 0 ? "" : "deferred\n");
    }
}
