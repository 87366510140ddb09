#include "tests/support/ledger.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/support.h"

enum { PAGE = 4096, PATIENCE = 3000 /* ms */ };

struct ledger_entry {
    char bytes[8]; /* for what has to be read */
    atomic_uint done;
    ledger_kind kind;
};

typedef struct page {
    struct page *next;
    ledger_entry entries[PAGE];
} page;

static struct {
    pthread_mutex_t lock;
    page *pages;
    unsigned used; /* of the first page */
    uint64_t count[LEDGER_KINDS];
} ledger = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *const names[LEDGER_KINDS] = {[LEDGER_OBJECT] = "object was finalized",
                                                [LEDGER_STATE] = "state was destroyed",
                                                [LEDGER_COMPLETER] =
                                                    "completer was completed or cancelled",
                                                [LEDGER_BYTES] = "message's bytes were released"};

ledger_entry *ledger_new(ledger_kind kind)
{
    pthread_mutex_lock(&ledger.lock);
    if (!ledger.pages || ledger.used == PAGE) {
        page *p = calloc(1, sizeof *p);
        if (!p)
            abort();
        p->next = ledger.pages;
        ledger.pages = p;
        ledger.used = 0;
    }
    ledger_entry *e = &ledger.pages->entries[ledger.used++];
    e->kind = kind;
    ledger.count[kind]++;
    pthread_mutex_unlock(&ledger.lock);
    return e;
}

void ledger_done(ledger_entry *e) { atomic_fetch_add(&e->done, 1); }

int ledger_is_done(const ledger_entry *e) { return atomic_load(&e->done) > 0; }

uint64_t ledger_count(ledger_kind kind)
{
    pthread_mutex_lock(&ledger.lock);
    uint64_t count = ledger.count[kind];
    pthread_mutex_unlock(&ledger.lock);
    return count;
}

static bool is_right(const ledger_entry *e)
{
    unsigned done = atomic_load(&e->done);
    return done == 1 || (done == 0 && e->kind == LEDGER_COMPLETER);
}

static const ledger_entry *find_wrong(void)
{
    unsigned used = ledger.used;
    for (const page *p = ledger.pages; p; p = p->next, used = PAGE)
        for (unsigned i = 0; i < used; i++)
            if (!is_right(&p->entries[i]))
                return &p->entries[i];
    return NULL;
}

char *ledger_close(void)
{
    const ledger_entry *wrong;
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; (wrong = find_wrong()) && i < PATIENCE; i++)
        nanosleep(&pause, NULL);
    if (wrong)
        return support_format("an %s %u times", names[wrong->kind], atomic_load(&wrong->done));
    for (page *p = ledger.pages, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    ledger.pages = NULL;
    ledger.used = 0;
    return NULL;
}
