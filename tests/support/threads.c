#include "tests/support/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "csp.h"

static const char program[] = "tests/soak/threads.csp";
static const char expected[] = "true true 4095 4000\n";

/* One thread and the VM that it runs. */
typedef struct runner {
    struct run *run;
    pthread_t thread;
    pthread_mutex_t lock; /* of vm, which the interrupter uses */
    csp_vm *vm;           /* NULL: there is none at the moment */
    uint64_t random;
    unsigned vms, interrupted;
    char out[4000];
    size_t used;
} runner;

typedef struct run {
    const threads_config *config;
    char *text;
    size_t size;
    time_t end;
    runner *runners;
    atomic_bool stop; /* something is wrong, or all is done */
    pthread_mutex_t lock;
    char *wrong;
} run;

/* xorshift64*: enough to vary what happens. */
static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (*state * 0x2545f4914f6cdd1d >> 20) % below;
}

static void complain(run *r, const char *what, const char *told)
{
    pthread_mutex_lock(&r->lock);
    if (!r->wrong && asprintf(&r->wrong, "%s: %s", what, told) < 0)
        r->wrong = NULL;
    pthread_mutex_unlock(&r->lock);
    atomic_store(&r->stop, true);
}

static void take_output(void *user, int stream, const char *text, size_t size)
{
    runner *of = user;
    (void)stream;
    size_t room = sizeof of->out - 1 - of->used;
    memcpy(of->out + of->used, text, size < room ? size : room);
    of->used += size < room ? size : room;
    of->out[of->used] = '\0';
}

static void show(runner *of, csp_vm *vm)
{
    pthread_mutex_lock(&of->lock);
    of->vm = vm;
    pthread_mutex_unlock(&of->lock);
}

static void run_once(runner *of)
{
    run *r = of->run;
    char depth[24], seed[24];
    snprintf(depth, sizeof depth, "%u", r->config->depth);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)draw(&of->random, 1 << 30));
    const char *const args[] = {depth, seed};
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = CSP_MAY_ALL;
    config.user = of;
    config.write = take_output;
    config.args = args;
    config.arg_count = 2;
    csp_vm *vm;
    if (csp_new(&config, &vm) != CSP_OK) {
        complain(r, "csp_new", "failed");
        return;
    }
    of->used = 0;
    of->out[0] = '\0';
    show(of, vm);
    csp_status status = csp_run_text(vm, program, r->text, r->size);
    show(of, NULL);
    csp_error *error = csp_take_error(vm);
    if (status == CSP_E_INTERRUPTED)
        of->interrupted++;
    else if (status != CSP_OK)
        complain(r, error ? csp_error_message(error) : "a failure without an error", of->out);
    else if (strcmp(of->out, expected) != 0)
        complain(r, "not what it should print", of->out);
    csp_error_free(error);
    csp_free(vm);
    of->vms++;
}

static void *runs(void *arg)
{
    runner *of = arg;
    const threads_config *c = of->run->config;
    while (!atomic_load(&of->run->stop) && time(NULL) <= of->run->end &&
           (!c->rounds || of->vms < c->rounds))
        run_once(of);
    return NULL;
}

/* Seldom enough for most VMs to get to their end. */
static void *interrupts(void *arg)
{
    run *r = arg;
    uint64_t random = r->config->seed | 1;
    while (!atomic_load(&r->stop)) {
        struct timespec pause = {.tv_nsec = (long)draw(&random, 40000000)};
        nanosleep(&pause, NULL);
        runner *of = &r->runners[draw(&random, r->config->threads)];
        pthread_mutex_lock(&of->lock);
        if (of->vm && draw(&random, 24) == 0)
            csp_interrupt(of->vm);
        else if (of->vm)
            csp_user(of->vm);
        pthread_mutex_unlock(&of->lock);
    }
    return NULL;
}

static bool read_program(run *r)
{
    FILE *file = fopen(program, "r");
    if (!file)
        return false;
    r->text = calloc(1, 1 << 16);
    r->size = r->text ? fread(r->text, 1, (1 << 16) - 1, file) : 0;
    fclose(file);
    return r->size > 0;
}

threads_result threads_run(const threads_config *config)
{
    run r = {
        .config = config, .end = time(NULL) + config->seconds, .lock = PTHREAD_MUTEX_INITIALIZER};
    r.runners = calloc(config->threads, sizeof *r.runners);
    if (!r.runners || !read_program(&r)) {
        free(r.runners);
        free(r.text);
        return (threads_result){.wrong = strdup("the program cannot be read")};
    }
    for (unsigned i = 0; i < config->threads; i++) {
        runner *of = &r.runners[i];
        *of = (runner){.run = &r, .random = (config->seed << 8) + i + 1};
        pthread_mutex_init(&of->lock, NULL);
        if (pthread_create(&of->thread, NULL, runs, of) != 0)
            abort();
    }
    pthread_t interrupter;
    if (pthread_create(&interrupter, NULL, interrupts, &r) != 0)
        abort();
    threads_result result = {0};
    for (unsigned i = 0; i < config->threads; i++) {
        pthread_join(r.runners[i].thread, NULL);
        result.vms += r.runners[i].vms;
        result.interrupted += r.runners[i].interrupted;
    }
    atomic_store(&r.stop, true);
    pthread_join(interrupter, NULL);
    result.wrong = r.wrong;
    free(r.runners);
    free(r.text);
    return result;
}
