#include "vm/report/leak.h"

#include <stdlib.h>

#include "base/hash.h"
#include "vm/code/code_table.h"
#include "vm/code/origin.h"
#include "vm/core/scheduler.h"
#include "vm/core/string.h"
#include "vm/core/text.h"
#include "vm/core/vm.h"
#include "vm/data/hosted.h"
#include "vm/outside/loop.h"
#include "vm/process/kill.h"
#include "vm/process/output.h"
#include "vm/process/port_end.h"
#include "vm/process/settle.h"
#include "vm/process/telling.h"
#include "vm/report/report.h"

enum {
    PLACES_FIRST = 64,
    FINAL_WAIT = 1000000000 /* ns for which others may go on running before the last look */
};

/* The pairs of places that have been reported: where the process waits, where it was spawned.
 * Open addressing. */
typedef struct leak_place {
    uint32_t waits_at, spawned_at;
    bool used;
    uint32_t count; /* found by this collection … */
    process *first; /* … and the one with the lowest number; NULL: none */
} leak_place;

/* A process that has been found, but not for long enough. */
typedef struct leak_suspect {
    uint64_t number;
    int64_t since;
} leak_suspect;

/* What is done with all that were found, one after the other. */
typedef enum leak_phase { LEAK_NOTE, LEAK_REPORT, LEAK_END } leak_phase;

struct leak_places {
    leak_place *items;
    uint32_t count, mask;
    int64_t patience;       /* ns */
    leak_suspect *suspects; /* those that were found last, by number; malloc'ed */
    uint32_t suspect_count;
    heap_found *found; /* by their tickets; pinned: it keeps them alive; NULL: none are under way */
    uint32_t found_count, at;
    leak_phase phase;
    bool killable; /* one of them can be killed */
    struct cause *why;
    int64_t final_since; /* when main returned; 0: not yet */
    bool final_due, final_done;
};

/* --- what the collector asks */

/* What is held weakly by others. */
static void judge_held(csp_vm *vm)
{
    hosted_judge(vm);
    ports_judge(vm);
    if (vm->judge_foreign)
        vm->judge_foreign(vm);
}

/* In a marking that judges nothing; the world may run. */
static void keep(heap_marker *m, void *user)
{
    const csp_vm *vm = user;
    ports_keep(vm, m);
    if (vm->keep_foreign)
        vm->keep_foreign(vm, m);
}

/* While the world is stopped. */
static bool unreached(heap *h, void *user)
{
    csp_vm *vm = user;
    bool found = false;
    if (vm->judging) {
        vm->judging = vm->judge_due = false;
        code_judge(vm);
        str_judge_interned(vm);
        judge_held(vm);
        return false;
    }
    for (uint32_t i = 0; i < vm->table_count; i++) {
        process *p = process_at(vm, i);
        if (p->index != i || heap_is_marked(p))
            continue;
        heap_revive(h, p, p->ticket, vm->table_count);
        found = true;
    }
    if (found)
        hosted_keep(vm);
    else
        judge_held(vm);
    return found;
}

bool leak_init(csp_vm *vm)
{
    vm->leak_places = heap_pinned(sizeof *vm->leak_places);
    return vm->leak_places && heap_watch(&vm->heap, unreached, keep);
}

void leak_free(csp_vm *vm)
{
    if (vm->leak_places) {
        free(vm->leak_places->items);
        free(vm->leak_places->suspects);
        if (vm->leak_places->found)
            heap_unpin(vm->leak_places->found);
        heap_unpin(vm->leak_places);
    }
}

/* --- reporting */

static leak_place *find_place(const struct leak_places *places, uint32_t waits_at,
                              uint32_t spawned_at)
{
    for (uint32_t i = hash_place((uint64_t)waits_at << 32 | spawned_at);; i++) {
        leak_place *place = &places->items[i & places->mask];
        if (!place->used || (place->waits_at == waits_at && place->spawned_at == spawned_at))
            return place;
    }
}

/* Makes room for one more pair. Without memory for it some leaks are reported more than once, or
 * not at all. */
static bool grow_places(struct leak_places *places)
{
    if (places->items && places->count * 2 <= places->mask)
        return true;
    uint32_t size = places->items ? (places->mask + 1) * 2 : PLACES_FIRST;
    struct leak_places larger = *places;
    larger.items = calloc(size, sizeof *larger.items);
    if (!larger.items)
        return false;
    larger.mask = size - 1;
    for (uint32_t i = 0; places->items && i <= places->mask; i++) {
        const leak_place *old = &places->items[i];
        if (old->used)
            *find_place(&larger, old->waits_at, old->spawned_at) = *old;
    }
    free(places->items);
    places->items = larger.items;
    places->mask = larger.mask;
    return true;
}

/* Counts p under its pair of places, unless that has been reported before. */
static void note(csp_vm *vm, struct leak_places *places, process *p)
{
    if (side_of(p) && side_of(p)->quiet)
        return;
    vm->counts.leaked++;
    if (!grow_places(places))
        return;
    uint32_t waits_at = report_position(p);
    uint32_t spawned_at = origin_position(vm, p);
    leak_place *place = find_place(places, waits_at, spawned_at);
    if (!place->used) {
        *place =
            (leak_place){.waits_at = waits_at, .spawned_at = spawned_at, .used = true, .first = p};
        places->count++;
    }
    if (!place->first)
        return; /* an earlier collection's */
    place->count++;
    if (process_number(p) < process_number(place->first))
        place->first = p;
}

static void put_leak_json(csp_vm *vm, text *t, const leak_place *place)
{
    text wait;
    text_init(&wait, vm);
    report_wait(vm, &wait, place->first);
    json j = text_json(t);
    json_open(&j, '{');
    json_key(&j, "severity");
    json_text(&j, "warning");
    json_key(&j, "kind");
    json_text(&j, "leaked");
    json_key(&j, "process");
    json_int(&j, process_number(place->first));
    json_key(&j, "name");
    report_json_string(&j, origin_name(vm, place->first));
    json_key(&j, "message");
    json_string(&j, wait.block, wait.used);
    json_key(&j, "count");
    json_int(&j, place->count);
    report_json_place(vm, &j, "at", place->waits_at);
    report_json_place(vm, &j, "spawned_at", place->spawned_at);
    json_close(&j, '}');
    text_put(t, '\n');
}

static void put_leak(csp_vm *vm, text *t, const leak_place *place)
{
    report_style(vm, t, REPORT_HEAD);
    text_printf(t, "leaked ");
    report_process(vm, t, place->first);
    text_put(t, ':');
    report_style(vm, t, REPORT_PLAIN);
    text_put(t, ' ');
    report_wait(vm, t, place->first);
    report_at(vm, t, " at ", place->waits_at);
    report_at(vm, t, ", spawned at ", place->spawned_at);
    if (place->count > 1)
        text_printf(t, ", and %u more like it", place->count - 1);
    text_put(t, '\n');
}

static void report_place(csp_vm *vm, const leak_place *place)
{
    text t;
    text_init(&t, vm);
    if (vm->host.style == VM_JSON)
        put_leak_json(vm, &t, place);
    else
        put_leak(vm, &t, place);
    vm_flush(vm);
    vm_write(vm, 2, t.block, t.used);
}

/* The next of those that have been noted since then, by number. False: there is none. */
static bool report_next(csp_vm *vm)
{
    const struct leak_places *places = vm->leak_places;
    leak_place *next = NULL;
    for (uint32_t i = 0; places->items && i <= places->mask; i++) {
        leak_place *place = &places->items[i];
        if (place->first && (!next || process_number(place->first) < process_number(next->first)))
            next = place;
    }
    if (!next)
        return false;
    report_place(vm, next);
    next->first = NULL;
    return true;
}

/* --- ending */

/* A deferred call that waits for ever cannot be killed. Its wait crashes as if the channel had been
 * closed, so the other defers run and the process ends. */
static void end_wait(csp_vm *vm, process *p)
{
    alt *a = side_of(p) ? side_of(p)->alt : NULL;
    if (p->chan ? (p->chan->header & CHANNEL_DONE) != 0 : !a || !a->live)
        return; /* waits for others to end, whose turn comes first */
    for (uint32_t i = 0; !p->chan && i < a->count; i++)
        if (a->cases[i].node && a->cases[i].node->queued)
            a->won = (int32_t)a->cases[i].node->index;
    (void)process_wake(vm, p, p->ticket, WAKE_CLOSED);
}

static bool can_be_leaked(const process *p)
{
    return (p->ticket & TICKET_STATE) == TICKET_WAIT &&
           !(p->flags & (PROCESS_MAIN | PROCESS_SYSTEM));
}

/* --- patience */

void leak_set_patience(csp_vm *vm, int64_t ns) { vm->leak_places->patience = ns; }

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The number stands first in a suspect. */
static const leak_suspect *find_suspect(const struct leak_places *places, const process *p)
{
    uint64_t number = process_number(p);
    return places->suspect_count ? bsearch(&number, places->suspects, places->suspect_count,
                                           sizeof *places->suspects, by_number)
                                 : NULL;
}

/* The process, if it waits as it did when the collector found it; else NULL. Since then others may
 * have found it in the table and woken it; it may have ended, and its object been used again. */
static process *still_waiting(const heap_found *f)
{
    process *p = f->object;
    return p->ticket == f->note && (f->note & TICKET_STATE) == TICKET_WAIT ? p : NULL;
}

/* Those that were found, with the times at which they were found first. Without memory they are as
 * before. */
static void note_suspects(struct leak_places *places, const heap_found *found, size_t most)
{
    leak_suspect *fresh = places->patience ? calloc(most + 1, sizeof *fresh) : NULL;
    if (!fresh)
        return;
    uint32_t count = 0;
    for (size_t i = 0; i < most; i++) {
        const process *p = still_waiting(&found[i]);
        if (!p)
            continue;
        const leak_suspect *known = find_suspect(places, p);
        fresh[count++] = (leak_suspect){process_number(p), known ? known->since : loop_now()};
    }
    qsort(fresh, count, sizeof *fresh, by_number);
    free(places->suspects);
    places->suspects = fresh;
    places->suspect_count = count;
}

/* Whether p, which has been found, is to be reported and killed now. */
static bool is_due(const struct leak_places *places, const process *p)
{
    if (!can_be_leaked(p))
        return false;
    const leak_suspect *s = places->patience ? find_suspect(places, p) : NULL;
    return !places->patience || (s && loop_now() - s->since >= places->patience);
}

/* --- dealing with those that were found, in steps (telling.h) */

/* Not inlined: nothing of this may remain in the caller's frame. Without the memory for it they are
 * found again by a later collection. */
static __attribute__((noinline)) void take_found(csp_vm *vm)
{
    struct leak_places *places = vm->leak_places;
    size_t count;
    const heap_found *found = heap_get_revived(&vm->heap, &count);
    if (!found)
        return;
    note_suspects(places, found, count);
    places->found = vm->exiting ? NULL : heap_pinned(count * sizeof *places->found);
    places->found_count = 0;
    for (size_t i = 0; places->found && i < count; i++) {
        if (still_waiting(&found[i]))
            places->found[places->found_count++] = found[i];
    }
    heap_forget_revived(&vm->heap);
    places->at = 0;
    places->phase = LEAK_NOTE;
    places->killable = false;
    places->why = NULL;
}

/* The next one that is to be reported and killed; NULL: none of these. */
static process *next_found(struct leak_places *places, int64_t *left)
{
    while (*left > 0 && places->at < places->found_count) {
        process *p = still_waiting(&places->found[places->at++]);
        --*left;
        if (p && is_due(places, p))
            return p;
    }
    return NULL;
}

static void note_some(csp_vm *vm, struct leak_places *places, int64_t *left)
{
    for (process *p; (p = next_found(places, left));) {
        note(vm, places, p);
        places->killable = places->killable || !process_defies_kills(p);
    }
}

static void end_some(csp_vm *vm, struct leak_places *places, int64_t *left)
{
    if (!places->why) {
        value reason = str_new(vm, "leaked", 6);
        places->why = reason == VALUE_ABSENT ? NULL : kill_cause(vm, reason, 0);
    }
    for (process *p; (p = next_found(places, left));) {
        if (!process_defies_kills(p))
            kill_process(vm, NULL, p, places->why);
        else if (!places->killable)
            end_wait(vm, p);
    }
}

/* Goes on to the next phase when one is over. */
static void go_on(csp_vm *vm, struct leak_places *places, int64_t *left)
{
    enum { PLACES_PER_TOLD = 64 };
    switch (places->phase) {
    case LEAK_NOTE:
        note_some(vm, places, left);
        if (places->at == places->found_count)
            places->phase = LEAK_REPORT;
        return;
    case LEAK_REPORT:
        *left -= 1 + (places->items ? places->mask / PLACES_PER_TOLD : 0);
        if (report_next(vm))
            return;
        places->phase = LEAK_END;
        places->at = 0;
        return;
    case LEAK_END:
        end_some(vm, places, left);
        if (places->at < places->found_count)
            return;
        heap_unpin(places->found);
        places->found = NULL;
        places->found_count = 0;
        places->why = NULL;
    }
}

/* As many of them as one step may tell. What it cost, in reductions. */
static int64_t deal(csp_vm *vm, int64_t most)
{
    struct leak_places *places = vm->leak_places;
    int64_t left = most;
    while (places->found && left > 0)
        go_on(vm, places, &left);
    return (most - left) * REDUCTIONS_PER_TOLD;
}

bool leak_pending(const csp_vm *vm) { return vm->leak_places->found != NULL; }

/* --- looking without touching */

/* Not inlined, as take_found. */
static __attribute__((noinline)) bool list_found(csp_vm *vm, uint64_t **numbers, uint32_t *count)
{
    *count = 0;
    *numbers = calloc((size_t)vm->table_count + 1, sizeof **numbers);
    size_t n;
    const heap_found *found = heap_get_revived(&vm->heap, &n);
    for (size_t i = 0; i < n && *numbers; i++) {
        const process *p = still_waiting(&found[i]);
        if (p && can_be_leaked(p))
            (*numbers)[(*count)++] = process_number(p);
    }
    if (found)
        heap_forget_revived(&vm->heap);
    if (*numbers)
        qsort(*numbers, *count, sizeof **numbers, by_number);
    return *numbers != NULL;
}

bool leak_find(csp_vm *vm, uint64_t **numbers, uint32_t *count)
{
    bool judge_due = vm->judge_due;
    vm->judge_due = false;
    heap_clear_stack();
    heap_collect(&vm->heap);
    vm->judge_due = judge_due;
    return list_found(vm, numbers, count);
}

/* --- the last look */

/* Registers that the frame no longer uses must not hide a leak: clears all registers after the one
 * that RET names, if that is the temporary after the variables. (With defers it is not.) */
static void clear_idle(const process *p, value *R, const code *body, const insn *pc)
{
    bool exact = body->defer_reg == CODE_NO_REGISTER && pc == body->insns + body->count - 1;
    value *from = R + (exact ? pc->a + 1u : body->registers);
    memset(from, 0, (size_t)(process_stack(p) + process_capacity(p) - from) * sizeof *from);
}

bool leak_final_look(csp_vm *vm, process *p, value *R, const code *body, const insn *pc)
{
    struct leak_places *places = vm->leak_places;
    if (places->final_done)
        return false;
    int64_t now = loop_now();
    if (!places->final_since)
        places->final_since = now;
    if (!sched_busy(&vm->sched) || now - places->final_since >= FINAL_WAIT) {
        clear_idle(p, R, body, pc);
        places->final_due = true;
        vm->sched.poll_credit = 0;
    }
    return true;
}

int64_t leak_look(csp_vm *vm)
{
    struct leak_places *places = vm->leak_places;
    if (vm->heap.found && !places->found)
        take_found(vm);
    int64_t cost = deal(vm, told_per_step(&vm->sched));
    /* What ran since the last collection has left traces in the holes of C frames that will be
     * there again. */
    vm->collections_seen = heap_collections(&vm->heap);
    heap_clear_stack();
    if (!places->final_due || places->found)
        return cost;
    places->final_due = false;
    places->final_done = true;
    vm->judge_due = false;
    heap_collect(&vm->heap);
    take_found(vm);
    return cost + deal(vm, INT64_MAX); /* main ends next */
}
