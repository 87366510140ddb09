#include "tests/support/fuzz.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum {
    PATIENCE = 50 /* ms until what runs is interrupted, and between one interrupt and the next */
};

/* ---- Interrupts, from a thread of their own ---- */

static pthread_once_t watching = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static csp_vm *running;  /* NULL: nothing runs */
static bool interrupted; /* it was */
static uint64_t started; /* ns */

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void *watch(void *nothing)
{
    const struct timespec pause = {0, PATIENCE * 1000000L};
    for (;;) {
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&lock);
        if (running && now() - started > PATIENCE * UINT64_C(1000000)) {
            csp_interrupt(running);
            interrupted = true;
        }
        pthread_mutex_unlock(&lock);
    }
    return nothing;
}

static void start_watching(void)
{
    pthread_t thread;
    FUZZ_CHECK(pthread_create(&thread, NULL, watch, NULL) == 0);
    pthread_detach(thread);
}

/* What the VM does from now on is interrupted when it takes long. */
static void begin_running(csp_vm *vm)
{
    pthread_once(&watching, start_watching);
    pthread_mutex_lock(&lock);
    running = vm;
    interrupted = false;
    started = now();
    pthread_mutex_unlock(&lock);
}

/* Whether it was interrupted. */
static bool end_running(void)
{
    pthread_mutex_lock(&lock);
    running = NULL;
    bool was = interrupted;
    pthread_mutex_unlock(&lock);
    return was;
}

/* ---- VMs ---- */

static void drop(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream, (void)text, (void)size;
}

csp_vm *fuzz_begin(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    /* A program that nobody has read must not reach files, the network, other programs or C. */
    config.capabilities = CSP_MAY_ARGS | CSP_MAY_ENV | CSP_MAY_PRECISE_TIME;
    config.write = drop;
    config.max_memory = (size_t)256 << 20;
    config.max_stack = (size_t)4 << 20;
    config.max_processes = 200;
    config.max_reductions = 20000;
    csp_vm *vm;
    FUZZ_CHECK(csp_new(&config, &vm) == CSP_OK);
    return vm;
}

void fuzz_end(csp_vm *vm) { csp_free(vm); }

/* After a call that failed: there is an error, and it can be shown. */
static void look_at_error(csp_vm *vm, csp_status status)
{
    FUZZ_CHECK(status != CSP_E_MISUSE);
    csp_error *error = csp_take_error(vm);
    if (status == CSP_E_MEMORY && !error)
        return;
    FUZZ_CHECK(error);
    FUZZ_CHECK(csp_error_kind(error) && csp_error_message(error));
    for (csp_style style = CSP_PLAIN; style <= CSP_JSON; style++) {
        char *text = csp_error_text(error, style);
        FUZZ_CHECK(text);
        csp_text_free(text);
    }
    csp_place place;
    for (uint32_t i = 0; csp_error_frame(error, i, &place); i++)
        FUZZ_CHECK(!place.file || (place.line > 0 && place.column > 0));
    csp_error_free(error);
}

/* ---- Texts ---- */

/* `##` lines at the end wait for what they describe, or for an empty line. */
static bool is_complete(const char *text, size_t size)
{
    csp_input state = csp_input_state(text, size);
    if (state != CSP_INPUT_INCOMPLETE)
        return state == CSP_INPUT_COMPLETE;
    char *ended = malloc(size + 2);
    FUZZ_CHECK(ended);
    memcpy(ended, text, size);
    ended[size] = ended[size + 1] = '\n';
    state = csp_input_state(ended, size + 2);
    free(ended);
    return state == CSP_INPUT_COMPLETE;
}

bool fuzz_check(csp_vm *vm, const char *text, size_t size)
{
    csp_findings found;
    char *report;
    csp_status status =
        csp_check(vm, "fuzz.csp", text, size, size % 2 ? CSP_COLOUR : CSP_JSON, &found, &report);
    if (status != CSP_OK) {
        FUZZ_CHECK(status == CSP_E_MEMORY);
        look_at_error(vm, status);
        return false;
    }
    FUZZ_CHECK((report != NULL) == (found.errors + found.warnings > 0));
    FUZZ_CHECK(found.errors > 0 || is_complete(text, size));
    csp_text_free(report);
    return found.errors == 0;
}

bool fuzz_run(const char *text, size_t size)
{
    csp_vm *vm = fuzz_begin();
    begin_running(vm);
    csp_status status = csp_run_text(vm, "fuzz.csp", text, size);
    bool stopped = end_running();
    if (status < 0)
        look_at_error(vm, status);
    fuzz_end(vm);
    return status != CSP_E_COMPILE || stopped;
}

bool fuzz_eval(csp_vm *vm, csp_session *session, const char *text, size_t size)
{
    char *result = NULL;
    begin_running(vm);
    csp_status status = csp_eval(session, text, size, &result);
    end_running();
    FUZZ_CHECK(status == CSP_OK || !result);
    csp_text_free(result);
    if (status < 0)
        look_at_error(vm, status);
    /* What was interrupted may have been so before it was read. */
    bool compiled =
        status != CSP_E_COMPILE && status != CSP_E_MEMORY && status != CSP_E_INTERRUPTED;
    FUZZ_CHECK(!compiled || is_complete(text, size));
    return compiled;
}
