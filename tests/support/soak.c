#include "tests/support/soak.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/error.h"
#include "api/world.h"
#include "base/random.h"
#include "tests/support/sanitized.h"
#include "tests/support/support.h"
#include "vm/code/native.h"
#include "vm/core/text.h"
#include "vm/drive.h"
#include "vm/machine.h"
#include "vm/outside/loop.h"
#include "vm/audit.h"
#include "vm/process/kill.h"
#include "vm/process/timer.h"
#include "vm/report/report_all.h"

enum {
    MESSAGE_SAFE = 1 << 0,
    MESSAGE_MOVED = 1 << 1,
    MESSAGE_TRIED = 1 << 2,
    MESSAGE_SENT = 1 << 3,
    MESSAGE_GOT = 1 << 4,
    MESSAGE_KEPT = 1 << 5,
};
enum { DEFER_OPENED = 1, DEFER_RAN = 2 };

enum {
    AUDIT_EVERY = 4096, /* slices: an audit looks at all processes */
    KILL_EVERY = 256,
    /* slices, on average; the latter where they are of one reduction */
    KILL_EVERY_SHORT = 4096,
    STUCK_AFTER = 120, /* seconds of one round */
    /* rounds whose memory is compared with that of as many at the end */
    FIRST = 5,
    ENOUGH_ROUNDS = 1 + 2 * FIRST, /* for that */
    GROWTH_PERCENT = 20,
    SLACK = 2 << 20, /* bytes: what is small may vary by more */
};

/* A byte for each message, or each defer, by its number. */
typedef struct marks {
    uint8_t *of;
    size_t count, capacity;
} marks;

typedef struct soak {
    csp_vm *vm;
    const code *body;
    uint64_t random[4];
    marks messages, defers;
    uint64_t *leaks; /* numbers of processes that said so */
    size_t leak_count, leak_capacity;
    /* number of the last process that is not to be killed; 0: nobody may be killed yet */
    uint64_t armed_at;
    uint64_t finished, slices, kill_every;
    unsigned processes;
    char *wrong;
    char told[4000]; /* the VM's latest words to people */
    size_t told_size;
} soak;

__attribute__((format(printf, 2, 3))) static void complain(soak *s, const char *format, ...)
{
    if (s->wrong)
        return; /* the first is the one that counts */
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&s->wrong, format, arguments) < 0)
        abort();
    va_end(arguments);
}

static void *grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity ? *capacity * 2 : 4096;
    items = realloc(items, *capacity * size);
    if (!items)
        abort();
    return items;
}

static uint64_t draw(soak *s, uint64_t below) { return xoshiro_next(s->random) % below; }

/* --- the ledger, as the program sees it */

static soak *soak_of(const csp_vm *vm) { return csp_user(vm); }

static verdict give(value *result, value v)
{
    *result = v;
    return VERDICT_DONE;
}

static int64_t add_mark(marks *m, uint8_t first)
{
    m->of = grown(m->of, m->count, &m->capacity, 1);
    m->of[m->count] = first;
    return (int64_t)m->count++;
}

/* Sets the mark; true: it was there before. */
static bool set_mark(soak *s, const marks *m, value number, uint8_t mark)
{
    if (!value_is_int(number) || value_as_int(number) < 0 ||
        (size_t)value_as_int(number) >= m->count) {
        complain(s, "a message or defer that is none of ours");
        return false;
    }
    uint8_t *of = &m->of[value_as_int(number)];
    bool before = *of & mark;
    *of |= mark;
    return before;
}

#define NATIVE(name) static verdict name(csp_vm *vm, process *p, value *args, value *result)
#define UNUSED(x)    (void)(x)

NATIVE(native_draw)
{
    UNUSED(p);
    return give(result, value_int((int64_t)draw(soak_of(vm), (uint64_t)value_as_int(args[0]))));
}

NATIVE(native_message)
{
    UNUSED(p);
    return give(result,
                value_int(add_mark(&soak_of(vm)->messages, (uint8_t)value_as_int(args[0]))));
}

NATIVE(native_ident)
{
    UNUSED(p), UNUSED(args);
    return give(result, value_int(add_mark(&soak_of(vm)->defers, 0)));
}

NATIVE(native_tried)
{
    UNUSED(p);
    soak *s = soak_of(vm);
    set_mark(s, &s->messages, args[0], MESSAGE_TRIED);
    return give(result, VALUE_NIL);
}

NATIVE(native_sent)
{
    UNUSED(p);
    soak *s = soak_of(vm);
    set_mark(s, &s->messages, args[0], MESSAGE_SENT);
    return give(result, VALUE_NIL);
}

NATIVE(native_got)
{
    UNUSED(p);
    soak *s = soak_of(vm);
    if (set_mark(s, &s->messages, args[0], MESSAGE_GOT))
        complain(s, "message %lld was delivered twice", (long long)value_as_int(args[0]));
    return give(result, VALUE_NIL);
}

NATIVE(native_kept)
{
    UNUSED(p);
    soak *s = soak_of(vm);
    set_mark(s, &s->messages, args[0], MESSAGE_KEPT);
    return give(result, VALUE_NIL);
}

NATIVE(native_opened)
{
    UNUSED(p);
    soak *s = soak_of(vm);
    set_mark(s, &s->defers, args[0], DEFER_OPENED);
    return give(result, VALUE_NIL);
}

NATIVE(native_ran)
{
    UNUSED(p);
    soak *s = soak_of(vm);
    if (set_mark(s, &s->defers, args[0], DEFER_RAN))
        complain(s, "defer %lld ran twice", (long long)value_as_int(args[0]));
    return give(result, VALUE_NIL);
}

NATIVE(native_finished)
{
    UNUSED(p), UNUSED(args);
    soak_of(vm)->finished++;
    return give(result, VALUE_NIL);
}

NATIVE(native_leaking)
{
    UNUSED(args);
    soak *s = soak_of(vm);
    s->leaks = grown(s->leaks, s->leak_count, &s->leak_capacity, sizeof *s->leaks);
    s->leaks[s->leak_count++] = process_number(p);
    return give(result, VALUE_NIL);
}

NATIVE(native_armed)
{
    UNUSED(p), UNUSED(args);
    soak_of(vm)->armed_at = vm->last_number;
    return give(result, VALUE_NIL);
}

NATIVE(native_processes)
{
    UNUSED(p), UNUSED(args);
    return give(result, value_int(soak_of(vm)->processes));
}

NATIVE(native_wrong)
{
    UNUSED(p);
    const string *what = value_as_object(args[0]);
    complain(soak_of(vm), "an outcome that cannot be: %.*s", (int)what->size, what->text);
    return give(result, VALUE_NIL);
}

static const native_entry ledger[] = {
    {"draw", "draw(n)", "", native_draw, 1, 1, 0},
    {"message", "message(kind)", "", native_message, 1, 1, 0},
    {"ident", "ident()", "", native_ident, 0, 0, 0},
    {"tried", "tried(m)", "", native_tried, 1, 1, 0},
    {"sent", "sent(m)", "", native_sent, 1, 1, 0},
    {"got", "got(m)", "", native_got, 1, 1, 0},
    {"kept", "kept(m)", "", native_kept, 1, 1, 0},
    {"opened", "opened(id)", "", native_opened, 1, 1, 0},
    {"ran", "ran(id)", "", native_ran, 1, 1, 0},
    {"finished", "finished()", "", native_finished, 0, 0, 0},
    {"leaking", "leaking()", "", native_leaking, 0, 0, 0},
    {"armed", "armed()", "", native_armed, 0, 0, 0},
    {"processes", "processes()", "", native_processes, 0, 0, 0},
    {"wrong", "wrong(text)", "", native_wrong, 1, 1, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};

/* --- what must add up */

static const char *wrong_message(uint8_t m)
{
    bool got = m & MESSAGE_GOT, kept = m & MESSAGE_KEPT, sent = m & MESSAGE_SENT,
         safe = m & MESSAGE_SAFE;
    if (got && !(m & MESSAGE_TRIED))
        return "was received before it was sent";
    if (got && kept)
        return "was delivered, and returned as well";
    if (sent && kept)
        return "was sent, and returned as well";
    if (safe && sent && !got)
        return "was sent and is lost";
    if (safe && (m & MESSAGE_MOVED) && (m & MESSAGE_TRIED) && !got && !kept)
        return "was moved to nobody";
    return NULL;
}

static void check_messages(soak *s, soak_result *of)
{
    uint64_t lost = 0, killed = s->vm->last_number - s->armed_at + 1 - s->finished;
    for (size_t i = 0; i < s->messages.count; i++) {
        uint8_t m = s->messages.of[i];
        const char *wrong = wrong_message(m);
        if (wrong)
            complain(s, "message %zu %s (marks %#x)", i, wrong, m);
        lost += (m & MESSAGE_SENT) && !(m & MESSAGE_GOT);
        of->delivered += (m & MESSAGE_GOT) != 0;
        of->returned += (m & MESSAGE_KEPT) != 0;
    }
    of->messages += s->messages.count;
    /* A message dies with a receiver that is killed before it can say what it got. */
    if (lost > killed)
        complain(s, "%llu messages are lost, though only %llu processes were killed",
                 (unsigned long long)lost, (unsigned long long)killed);
}

static void check_defers(soak *s, soak_result *of)
{
    for (size_t i = 0; i < s->defers.count; i++)
        if (s->defers.of[i] == DEFER_OPENED)
            complain(s, "defer %zu did not run", i);
    of->defers += s->defers.count;
}

static bool said_it_leaks(const soak *s, uint64_t number)
{
    for (size_t i = 0; i < s->leak_count; i++)
        if (s->leaks[i] == number)
            return true;
    return false;
}

/* At rest: all that could go on has ended. */
static void check_rest(soak *s)
{
    for (uint32_t i = 0; i < s->vm->table_count && !s->wrong; i++) {
        const process *p = process_at(s->vm, i);
        uint64_t number = process_number(p);
        if (p == s->vm->main || number > s->armed_at) {
            if (!said_it_leaks(s, number))
                complain(s, "process %llu waits for ever", (unsigned long long)number);
        }
    }
}

static void audit(soak *s, soak_result *of)
{
    const char *wrong = vm_audit(s->vm);
    if (wrong)
        complain(s, "%s", wrong);
    of->audits++;
}

/* --- a round */

/* A process between two slices, wherever it is, unless it is one that is never killed. */
static void kill_somebody(soak *s, soak_result *of)
{
    csp_vm *vm = s->vm;
    if (!s->armed_at || !vm->table_count)
        return;
    process *victim = process_at(vm, (uint32_t)draw(s, vm->table_count));
    if (process_number(victim) <= s->armed_at)
        return;
    vm_kill(vm, victim, "from outside");
    of->kills++;
}

static void rest(soak *s, soak_result *of, bool murderous)
{
    csp_vm *vm = s->vm;
    int64_t late = loop_now() + (int64_t)STUCK_AFTER * 1000000000;
    while (!s->wrong) {
        if (!vm_step(vm)) {
            int64_t next = timer_next(&vm->sched);
            if (next == LOOP_NEVER)
                break;
            loop_wait(vm_loop(vm), next);
            timer_fire(vm, loop_now());
        }
        if (murderous && draw(s, s->kill_every) == 0)
            kill_somebody(s, of);
        if (++s->slices % AUDIT_EVERY)
            continue;
        audit(s, of);
        if (loop_now() > late)
            complain(s, "a round that takes for ever");
    }
    if (!s->wrong)
        audit(s, of);
}

static void play(soak *s, soak_result *of, uint64_t seed)
{
    csp_vm *vm = s->vm;
    xoshiro_seed(s->random, seed);
    xoshiro_seed(vm->sched.random, seed);
    s->messages.count = s->defers.count = s->leak_count = 0;
    s->armed_at = s->finished = 0;
    uint64_t before = vm->last_number;
    if (!vm_start(vm, s->body, 0, PROCESS_MAIN | PROCESS_SYSTEM))
        complain(s, "no memory for main");
    rest(s, of, true);
    check_rest(s);
    for (uint32_t i = vm->table_count; i > 0 && !s->wrong; i--)
        vm_kill(vm, process_at(vm, i - 1), "exit");
    rest(s, of, false);
    if (!s->wrong && vm->table_count)
        complain(s, "%u processes did not end", vm->table_count);
    if (!s->wrong) {
        check_messages(s, of);
        check_defers(s, of);
    }
    of->processes += vm->last_number - before;
    of->leaked += s->leak_count;
    of->rounds++;
}

/* --- memory */

/* 0 where it does not tell: the sanitizer's own books grow with the number of allocations. */
static size_t resident(void)
{
    if (SANITIZED)
        return 0;
    FILE *f = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    if (f) {
        if (fscanf(f, "%*u %lu", &pages) != 1)
            pages = 0;
        fclose(f);
    }
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* After each round. */
typedef struct memory {
    size_t heap, resident;
} memory;

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static memory middle(const memory *from)
{
    size_t heaps[FIRST], residents[FIRST];
    for (int i = 0; i < FIRST; i++) {
        heaps[i] = from[i].heap;
        residents[i] = from[i].resident;
    }
    qsort(heaps, FIRST, sizeof *heaps, compare_sizes);
    qsort(residents, FIRST, sizeof *residents, compare_sizes);
    return (memory){heaps[FIRST / 2], residents[FIRST / 2]};
}

static void check_growth(soak *s, const char *what, size_t first, size_t last)
{
    if (last > first + first / 100 * GROWTH_PERCENT + SLACK)
        complain(s, "%s has grown from %zu to %zu KiB", what, first >> 10, last >> 10);
}

static void check_memory(soak *s, soak_result *of, const memory *after)
{
    if (of->rounds < ENOUGH_ROUNDS)
        return;
    memory first = middle(after + 1), last = middle(after + of->rounds - FIRST);
    of->flat_known = true;
    of->heap_first = first.heap;
    of->heap_last = last.heap;
    of->resident_first = first.resident;
    of->resident_last = last.resident;
    check_growth(s, "the heap", first.heap, last.heap);
    check_growth(s, "the host process", first.resident, last.resident);
}

/* --- the whole */

/* The program's reports are many thousands of crashes; the last of them is worth showing where
 * something is wrong. */
static void take_output(void *user, int stream, const char *words, size_t size)
{
    soak *s = user;
    UNUSED(stream);
    s->told_size = size < sizeof s->told ? size : sizeof s->told;
    memcpy(s->told, words, s->told_size);
}

static void start(soak *s, const soak_config *config)
{
    static const char path[] = "tests/soak/soak.csp";
    csp_config settings;
    csp_config_init(&settings, sizeof settings);
    settings.capabilities = CSP_MAY_ALL;
    settings.user = s;
    settings.write = take_output;
    if (csp_new(&settings, &s->vm) != CSP_OK || !vm_add_natives(s->vm, "", ledger))
        abort();
    if (config->slice)
        s->vm->sched.slice = config->slice;
    size_t size;
    char *source = support_read_file(path, &size);
    const module *m = world_compile(world_of(s->vm), path, source, size, 1, NULL);
    free(source);
    if (!m) {
        csp_error *e = csp_take_error(s->vm);
        complain(s, "does not compile: %s", e ? csp_error_text(e, CSP_PLAIN) : "out of memory");
        return;
    }
    s->body = m->codes[0];
    if (config->stress)
        s->vm->heap.stress = config->stress;
}

static char *whole_complaint(soak *s, uint64_t seed)
{
    text doing;
    text_init(&doing, s->vm);
    vm_report_processes(s->vm, &doing);
    return support_format("%s (seed %llu)\nlast words: %.*s\n%.*s", s->wrong,
                          (unsigned long long)seed, (int)s->told_size, s->told,
                          (int)(doing.used < 8000 ? doing.used : 8000), doing.block);
}

soak_result soak_run(const soak_config *config)
{
    soak s = {.processes = config->processes,
              .kill_every = config->slice ? KILL_EVERY_SHORT : KILL_EVERY};
    soak_result result = {0};
    memory *after = NULL;
    size_t capacity = 0;
    uint64_t seed = config->seed;
    start(&s, config);
    int64_t begun = loop_now(), end = begun + (int64_t)config->seconds * 1000000000;
    while (!s.wrong && (!config->rounds || result.rounds < config->rounds) &&
           (!config->seconds || loop_now() < end)) {
        seed = config->seed + result.rounds;
        play(&s, &result, seed);
        heap_collect(&s.vm->heap);
        after = grown(after, result.rounds - 1, &capacity, sizeof *after);
        memory now = after[result.rounds - 1] = (memory){heap_bytes(&s.vm->heap), resident()};
        if (config->progress)
            fprintf(config->progress,
                    "\r%4lld s  round %u  %llu processes  %llu messages  heap %zu KiB \x1b[K",
                    (long long)((loop_now() - begun) / 1000000000), result.rounds,
                    (unsigned long long)result.processes, (unsigned long long)result.messages,
                    now.heap >> 10);
    }
    if (config->progress)
        fprintf(config->progress, "\r\x1b[K");
    if (!s.wrong)
        check_memory(&s, &result, after);
    if (s.wrong)
        result.wrong = whole_complaint(&s, seed);
    csp_free(s.vm);
    free(after);
    free(s.messages.of);
    free(s.defers.of);
    free(s.leaks);
    free(s.wrong);
    return result;
}
