#include "tests/support/hosts.h"

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/hosts_parts.h"
#include "tests/support/support.h"

enum {
    AT_A_TIME = 20,   /* deeds in a VM before it is left */
    SLACK = 24 << 20, /* bytes by which memory may differ */
    PATIENCE = 2000   /* ms, for threads of pools to end */
};

hosts *all_hosts;

void hosts_complain(const char *what, const char *more)
{
    hosts *h = all_hosts;
    pthread_mutex_lock(&h->lock);
    if (!h->wrong)
        h->wrong = support_format("%s%s%s", what, more ? ": " : "", more ? more : "");
    pthread_mutex_unlock(&h->lock);
    atomic_store(&h->stop, true);
}

bool hosts_put(pool *p, void *item)
{
    pthread_mutex_lock(&p->lock);
    bool room = p->count < ROOM;
    if (room)
        p->items[p->count++] = item;
    pthread_mutex_unlock(&p->lock);
    return room;
}

void *hosts_take(pool *p, uint64_t *random)
{
    void *item = NULL;
    pthread_mutex_lock(&p->lock);
    if (p->count > 0) {
        unsigned at = (unsigned)draw(random, p->count);
        item = p->items[at];
        p->items[at] = p->items[--p->count];
    }
    pthread_mutex_unlock(&p->lock);
    return item;
}

/* ---- Threads ---- */

typedef struct doer {
    pthread_t thread;
    uint64_t random;
    time_t end;
} doer;

static void *does(void *data)
{
    doer *d = data;
    while (!atomic_load(&all_hosts->stop) && time(NULL) < d->end) {
        place *p = &all_hosts->places[draw(&d->random, VMS)];
        if (draw(&d->random, 3) == 0 || pthread_mutex_trylock(&p->use) != 0) {
            hosts_outside_deed(&d->random);
            continue;
        }
        for (unsigned n = (unsigned)draw(&d->random, AT_A_TIME); n > 0; n--)
            hosts_deed(p, &d->random);
        pthread_mutex_unlock(&p->use);
    }
    return NULL;
}

/* ---- What the OS process has ---- */

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static size_t resident(void)
{
    unsigned long all = 0, pages = 0;
    malloc_trim(0);
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%lu %lu", &all, &pages) != 2)
        pages = 0;
    if (f)
        fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* ---- Rounds ---- */

static void run_round(const hosts_config *config, uint64_t seed, time_t end)
{
    hosts *h = all_hosts;
    doer *doers = calloc(config->threads, sizeof *doers);
    for (unsigned i = 0; i < config->threads; i++) {
        doers[i] = (doer){.random = seed * 1000 + i + 1, .end = end};
        if (pthread_create(&doers[i].thread, NULL, does, &doers[i]) != 0)
            abort();
    }
    for (unsigned i = 0; i < config->threads; i++)
        pthread_join(doers[i].thread, NULL);
    free(doers);
    for (unsigned i = 0; i < VMS; i++)
        if (h->places[i].vm)
            hosts_free_vm(&h->places[i], i % 2);
    hosts_empty_pools();
    char *wrong = ledger_close();
    if (wrong)
        hosts_complain(wrong, NULL);
    free(wrong);
}

static void measure(hosts_result *r, bool first)
{
    r->resident_last = resident();
    r->open_last = open_descriptors();
    if (first) {
        r->resident_first = r->resident_last;
        r->open_first = r->open_last;
    }
}

/* Threads of a VM's pool end a little after it. */
static void compare(hosts_result *r, bool flat)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; open_descriptors() > r->open_first && i < PATIENCE; i++)
        nanosleep(&pause, NULL);
    r->open_last = open_descriptors();
    if (r->open_last > r->open_first)
        hosts_complain("descriptors are left open", NULL);
    /* Without the collector (under ThreadSanitizer) it does grow. */
    if (flat && !getenv("GC_DONT_GC") &&
        r->resident_last > r->resident_first + r->resident_first / 4 + SLACK)
        hosts_complain("memory grows", NULL);
}

/* The first loop opens what libuv keeps for all that will ever be. */
static void open_for_good(void)
{
    csp_vm *vm;
    if (csp_new(NULL, &vm) != CSP_OK || csp_fd(vm) < 0)
        hosts_complain("no VM with a loop can be made", NULL);
    csp_free(vm);
}

hosts_result hosts_run(const hosts_config *config)
{
    static hosts h;
    hosts_result r = {0};
    h = (hosts){.random = config->seed + 1};
    all_hosts = &h;
    pthread_mutex_init(&h.lock, NULL);
    pool *pools[] = {&h.tasks, &h.ports, &h.completers};
    for (int i = 0; i < 3; i++)
        pthread_mutex_init(&pools[i]->lock, NULL);
    for (int i = 0; i < VMS; i++)
        pthread_mutex_init(&h.places[i].use, NULL);
    open_for_good();
    unsigned open = open_descriptors();
    time_t start = time(NULL);
    for (unsigned round = 0; round < config->rounds && !h.stop; round++) {
        time_t end = start + (time_t)((uint64_t)config->seconds * (round + 1) / config->rounds);
        run_round(config, config->seed + round, end);
        measure(&r, round == 0);
    }
    r.open_first = open;
    compare(&r, config->rounds > 2);
    r.deeds = h.deeds;
    r.vms = h.vms;
    r.objects = ledger_count(LEDGER_OBJECT);
    r.states = ledger_count(LEDGER_STATE);
    r.completers = ledger_count(LEDGER_COMPLETER);
    r.releases = ledger_count(LEDGER_BYTES);
    r.wrong = h.wrong;
    return r;
}
